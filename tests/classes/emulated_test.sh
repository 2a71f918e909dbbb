#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: emulated_test.sh TESSERA RUN_PACKAGE RUN_PACKAGE.c TARGET MODEL
#            [OPTION...]
#
# Compiles MODEL for TARGET, runs the package on an emulated CPU that has the
# target's features and no more (qemu-user), and compares with the package of
# this machine's CPU run on itself. OPTIONs are for `tessera compile`.
set -euo pipefail
tessera=$1 native=$2 source=$3 target=$4 model=$5
shift 5
runner=$native
work=${TEST_TMPDIR:-$(mktemp -d)}

source tests/test_data.sh
find_model "$model"

case $target in
  cpu:x86-64) emulator=(qemu-x86_64 -cpu qemu64) ;;
  cpu:x86-64-v2) emulator=(qemu-x86_64 -cpu Nehalem) ;;
  cpu:x86-64-v3) # without what qemu lacks and would warn of
    emulator=(qemu-x86_64 -cpu
      Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid) ;;
  cpu:aarch64) emulator=(qemu-aarch64 -L /usr/aarch64-linux-gnu) ;;
  *) echo "error: no emulator for $target" >&2; exit 1 ;;
esac
if ! command -v "${emulator[0]}" >/dev/null; then
  skip "no ${emulator[0]} (Debian package qemu-user)"
fi
if [[ $target == cpu:aarch64 ]]; then
  if [[ ! -d /usr/aarch64-linux-gnu/include ]]; then
    skip "no C library for aarch64 (libc6-dev-arm64-cross)"
  fi
  clang-19 --target=aarch64-linux-gnu -fuse-ld=lld -std=c99 -O1 -I. \
    -isystem /usr/aarch64-linux-gnu/include "$source" -o "$work/runner" \
    -ldl -lm
  runner=$work/runner
fi

"$tessera" compile "$model" -o "$work/emulated.so" --target "$target" "$@"
"$tessera" compile "$model" -o "$work/native.so" "$@"
"${emulator[@]}" "$runner" "$work/emulated.so" "$work/emulated.bin"
"$native" "$work/native.so" "$work/native.bin"
"$native" --compare "$work/emulated.bin" "$work/native.bin"
