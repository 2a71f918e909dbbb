#!/usr/bin/env bash
# Builds everything and runs every test: bazel test //...
# Arguments replace //... (targets and options of bazel test). Lists the tests
# that skipped, and ends with the line "N passed, N failed".
set -u
cd "$(dirname "$0")/../.."

events=$(mktemp)
trap 'rm -f "$events"' EXIT
bazel test --keep_going --build_event_json_file="$events" "${@:-//...}"
status=$?
python3 tools/setup/summarize_tests.py "$events" "$status"
