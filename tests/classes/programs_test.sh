#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: programs_test.sh TESSERA RUN_PACKAGE MODEL [OPTION...]
#
# Compiles MODEL to one package for three levels. On emulated CPUs of each level
# (qemu-user) it runs the program for that level, and computes the same bits as
# a package for that level alone. OPTIONs are for `tessera compile`.
set -euo pipefail
tessera=$1 runner=$2 model=$3
shift 3
work=${TEST_TMPDIR:-$(mktemp -d)}

source tests/test_data.sh
find_model "$model"
if ! command -v qemu-x86_64 >/dev/null; then
  skip "no qemu-x86_64 (Debian package qemu-user)"
fi

# Without what qemu lacks and would warn of.
declare -A cpus=(
  [x86-64]=qemu64
  [x86-64-v2]=Nehalem
  [x86-64-v3]=Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid
)
"$tessera" compile "$model" -o "$work/all.so" "$@" \
  --target cpu:x86-64-v2,cpu:x86-64-v4,cpu:x86-64,cpu:x86-64-v3
for level in "${!cpus[@]}"; do
  emulator=(qemu-x86_64 -cpu "${cpus[$level]}")
  "${emulator[@]}" "$runner" --record "$work/all.so" >"$work/record"
  if ! grep -qE "\"target\": ?\"cpu:$level\"" "$work/record"; then
    echo "error: expected the program for $level on ${cpus[$level]}, but got:" >&2
    cat "$work/record" >&2
    exit 1
  fi
  "$tessera" compile "$model" -o "$work/one.so" --target "cpu:$level" "$@"
  "${emulator[@]}" "$runner" "$work/all.so" "$work/all.bin"
  "${emulator[@]}" "$runner" "$work/one.so" "$work/one.bin"
  cmp "$work/all.bin" "$work/one.bin"
done
# This machine, whatever it has.
"$runner" "$work/all.so" "$work/all.bin"
"$runner" --compare "$work/all.bin" "$work/one.bin"
