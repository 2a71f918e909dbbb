#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: run_data_test.sh PROGRAM [ARGUMENT...]
#
# Runs the program with %test_data in its arguments replaced by the folder of
# test data, which need not be there.
set -eu
data=$(dirname "$PWD")/test_data/data
[[ -d $data ]] || data=$PWD/external/test_data/data
exec "${@//%test_data/$data}"
