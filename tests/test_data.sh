# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Sourced by test scripts, which run in the root of their runfiles.

# The folder of test data, which need not be there.
test_data=$(dirname "$PWD")/test_data/data
[[ -d $test_data ]] || test_data=$PWD/external/test_data/data

# Ends the test as skipped, for the reason given: a failure if
# TESSERA_FAIL_ON_SKIP is set.
skip() {
  echo "SKIPPED: $1"
  [[ -z ${TESSERA_FAIL_ON_SKIP:-} ]] || exit 1
  exit 0
}

# Sets `model` to the path of $1: under models/ of the test data, else of the
# repository. Skips the test where it is not there.
find_model() {
  model=$1
  [[ $model != models/* ]] || model=$test_data/$model
  [[ -e $model ]] || skip "model $1: not in the test data; set TESSERA_TEST_DATA"
}
