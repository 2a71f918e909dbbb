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
data=$(dirname "$PWD")/test_data/data
[[ -d $data ]] || data=$PWD/external/test_data/data
model=${model//%test_data/$data}
missing=
[[ -n $python ]] || missing="ONNX Runtime is not installed"
[[ -n $model && -e $model ]] || missing="there is no model"
if [[ -n $missing ]]; then
  echo "SKIPPED: network $name: $missing; see tests/networks/README.md"
  [[ -z ${TESSERA_FAIL_ON_SKIP:-} ]]
  exit
fi
exec "$python" -B "$script" "$tessera" "$name" "$model"
