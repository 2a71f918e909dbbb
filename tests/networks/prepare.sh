#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: prepare.sh
#
# Makes what the tests of this folder need, once: ONNX Runtime (PyPI,
# pinned in requirements.txt) in a Python environment, and the weights of the
# networks in the test data (1.6 GB). Both lie in the folder that it prints:
# $TESSERA_ORACLE, else ~/.cache/tessera/oracle. Does nothing when all is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
oracle=${TESSERA_ORACLE:-${XDG_CACHE_HOME:-$HOME/.cache}/tessera/oracle}
networks=${TESSERA_TEST_DATA:-$here/../../../shared}/networks
mkdir -p "$oracle"
if ! cmp -s "$here/requirements.txt" "$oracle/venv/requirements.txt"; then
  echo "Installing ONNX Runtime in $oracle/venv" >&2
  rm -rf "$oracle/venv"
  python3 -m venv "$oracle/venv" >&2
  "$oracle/venv/bin/pip" install -q --disable-pip-version-check --retries 1 \
    --timeout 20 -r "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$oracle/venv/requirements.txt"
fi
if [[ -e $networks/make_weights.py ]] &&
  ! cmp -s "$networks/make_weights.py" "$oracle/networks/made_by.py"; then
  echo "Making the networks' weights in $oracle/networks" >&2
  "$oracle/venv/bin/python" "$networks/make_weights.py" "$oracle/networks" >&2
  cp "$networks/make_weights.py" "$oracle/networks/made_by.py"
fi
echo "$oracle"
