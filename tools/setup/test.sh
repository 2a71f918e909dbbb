#!/usr/bin/env bash
# Builds everything and runs every test: bazel test //...
# Arguments replace //... (targets and options of bazel test). Lists the tests
# that skipped, and ends with the line "N passed, N failed". Where the test data
# is present, ONNX Runtime and weights are made first, once (tests/networks).
set -u
cd "$(dirname "$0")/../.."

if [[ -d ${TESSERA_TEST_DATA:-../shared} ]]; then
  if oracle=$(tests/networks/prepare.sh); then
    export TESSERA_ORACLE=$oracle
  else
    echo "tests/networks will be skipped: ONNX Runtime cannot be installed" >&2
  fi
fi

events=$(mktemp)
trap 'rm -f "$events"' EXIT
bazel test --keep_going --build_event_json_file="$events" "${@:-//...}"
status=$?
python3 tools/setup/summarize_tests.py "$events" "$status"
