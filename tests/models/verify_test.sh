#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: verify_test.sh TESSERA MODEL [OPTION...]
#
# Compiles MODEL, a path in the test data, with --verify and the options, and
# wants every value that kernels hand on compared.
set -eu
tessera=$1 model=$2
shift 2
source tests/test_data.sh
find_model "$model"
said=$("$tessera" compile "$model" -o "$TEST_TMPDIR/model.so" --verify "$@")
echo "$said"
grep -q "agree with the reference" <<< "$said"
if grep -q "without a bound" <<< "$said"; then
  echo "error: some values were not judged" >&2
  exit 1
fi
