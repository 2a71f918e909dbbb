#!/usr/bin/env bash
# Runs lit on the tests of one lit_test_suite, from Bazel's runfiles.
set -eu

root=$PWD
tmp=${TEST_TMPDIR:?run_lit.sh is started by bazel test}
mkdir -p "$tmp/bin" "$tmp/src" "$tmp/out"

lit=
tests=()
unlisted=()
for arg in "$@"; do
  case $arg in
    --lit=*) lit=$root/${arg#--lit=} ;;
    --tool=*) ln -sfn "$root/${arg#--tool=}" "$tmp/bin/${arg##*/}" ;;
    --unlisted=*) unlisted+=("${arg#--unlisted=}") ;;
    *) tests+=("$arg") ;;
  esac
done

if ((${#unlisted[@]})); then
  echo "error: not in the suite's srcs: ${unlisted[*]}" >&2
  exit 1
fi

# lit resolves links, and would leave the runfiles for the source tree: it gets
# real copies of the tests and of its configuration, links to all else.
cp -Rs "$root/tests" "$tmp/src/"
for file in "${tests[@]}" tests/lit.cfg.py; do
  cp -L --remove-destination "$root/$file" "$tmp/src/$file"
done

export PYTHONDONTWRITEBYTECODE=1
export TESSERA_LIT_PATH=$tmp/bin
export TESSERA_LIT_OUT=$tmp/out
test_data=$(dirname "$root")/test_data/data
[[ -d $test_data ]] || test_data=$root/external/test_data/data
[[ -d $test_data ]] || test_data=
export TESSERA_LIT_TEST_DATA=$test_data

status=0
python3 "$lit" -v -j2 "${tests[@]/#/$tmp/src/}" >"$tmp/log" 2>&1 || status=$?
cat "$tmp/log"
# One line for each test that did not run; tools/setup/test.sh lists them.
skipped=$(sed -n 's/^UNSUPPORTED: Tessera :: \([^ ]*\).*/SKIPPED: tests\/\1/p' "$tmp/log")
if [[ -n $skipped ]]; then
  echo "$skipped"
  if [[ -n ${TESSERA_FAIL_ON_SKIP:-} ]]; then
    echo "error: skipped tests count as failed (TESSERA_FAIL_ON_SKIP)" >&2
    exit 1
  fi
fi
exit $status
