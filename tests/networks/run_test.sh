#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: run_test.sh PYTHON-FILE SCRIPT TESSERA NAME [MODEL]
#
# Runs network_test.py by the Python that PYTHON-FILE names. %test_data in MODEL
# is the folder of test data.
set -eu
python=$(cat "$1") script=$2 tessera=$3 name=$4 model=${5-}
source tests/test_data.sh
model=${model//%test_data/$test_data}
missing=
[[ -n $python ]] || missing="ONNX Runtime is not installed"
[[ -n $model && -e $model ]] || missing="there is no model"
[[ -z $missing ]] || skip "network $name: $missing; see tests/networks/README.md"
exec "$python" -B "$script" "$tessera" "$name" "$model"
