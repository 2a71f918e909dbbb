#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# tests/benchmark/run.sh [NAME...]: the table of tests/benchmark/README.md.
# Makes a Python environment with ONNX Runtime and the networks' stand-in
# weights (1.6 GB) under $TMPDIR once.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${TESSERA_BENCHMARK_DIR:-${TMPDIR:-/tmp}/tessera-benchmark}
export TESSERA_TEST_DATA=${TESSERA_TEST_DATA:-$root/../shared}
export TESSERA_NETWORKS=${TESSERA_NETWORKS:-$work/networks}
mkdir -p "$work"
if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q -r "$root/tests/benchmark/requirements.txt"
fi
if [ ! -d "$TESSERA_NETWORKS" ] && [ -d "$TESSERA_TEST_DATA/networks" ]; then
  "$work/venv/bin/python" "$TESSERA_TEST_DATA/networks/make_weights.py" \
    "$TESSERA_NETWORKS"
fi
cd "$root"
bazel build //tools/tessera >&2
features=$(grep -m1 '^flags' /proc/cpuinfo |
  grep -owE 'avx2|avx512f|avx512_vnni|amx_tile' | tr '\n' ' ')
echo "CPU features: $features"
echo
exec "$work/venv/bin/python" tests/benchmark/models.py \
  bazel-bin/tools/tessera/tessera tests/benchmark/models.txt "$@"
