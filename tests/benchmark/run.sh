#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# tests/benchmark/run.sh models [--threads N] [--seconds-per-network S]
#     [NAME...]: networks beside ONNX Runtime and OpenVINO.
# tests/benchmark/run.sh kernels [--benchmark_min_time=S]
#     [--benchmark_filter=REGEX]: kernels beside oneDNN and OpenBLAS.
# tests/benchmark/run.sh verify [NAME...]: kernels of networks beside the
#     reference, value by value.
# Each prints a table of tests/benchmark/README.md.
#
# `models` and `verify` make a Python environment with the peers and the
# networks' stand-in weights (1.6 GB) under $TMPDIR once.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

run_networks() {
  local script=$1
  shift
  local work=${TESSERA_BENCHMARK_DIR:-${TMPDIR:-/tmp}/tessera-benchmark}
  local python=$work/venv/bin/python
  local requirements=tests/benchmark/requirements.txt
  export TESSERA_TEST_DATA=${TESSERA_TEST_DATA:-$root/../shared}
  export TESSERA_NETWORKS=${TESSERA_NETWORKS:-$work/networks}
  mkdir -p "$work"
  if ! cmp -s "$requirements" "$work/venv/requirements.txt"; then
    python3 -m venv --clear "$work/venv"
    "$python" -m pip install -q -r "$requirements"
    cp "$requirements" "$work/venv/requirements.txt"
  fi
  if [ ! -d "$TESSERA_NETWORKS" ] &&
    [ -d "$TESSERA_TEST_DATA/networks" ]; then
    "$python" "$TESSERA_TEST_DATA/networks/make_weights.py" \
      "$TESSERA_NETWORKS"
  fi
  bazel build --config=release //tools/tessera //tests/benchmark:pool.so >&2
  exec "$python" "tests/benchmark/$script" \
    --tessera=bazel-bin/tools/tessera/tessera "$@"
}

run_kernels() {
  bazel build --config=release //tests/benchmark:kernels-benchmark >&2
  exec bazel-bin/tests/benchmark/kernels-benchmark \
    tests/benchmark/kernels.txt "$@"
}

case ${1:-} in
  models) shift; run_networks models.py "$@" ;;
  verify) shift; run_networks verify.py "$@" ;;
  kernels) shift; run_kernels "$@" ;;
  *) echo "usage: run.sh models|kernels|verify [options]" >&2; exit 2 ;;
esac
