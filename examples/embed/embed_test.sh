#!/bin/sh
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: embed_test.sh EMBED PACKAGE
set -eu
embed=./$1
package=./$2

fail() {
  echo "$1" >&2
  exit 1
}

expect() {
  printf '%s\n' "$output" | grep -qF -- "$1" ||
    fail "expected '$1', but got: $output"
}

output=$("$embed" "$package")
expect "input x: f32[2x3]"
expect "output count: i64[]"
expect "sum = 0 0 0 0 0 0"
expect "count = 0"

# Six floats of 1.0 for x and of -2.0 for y.
x=${TEST_TMPDIR:-/tmp}/x.bin
y=${TEST_TMPDIR:-/tmp}/y.bin
for i in 1 2 3 4 5 6; do printf '\000\000\200\077'; done >"$x"
for i in 1 2 3 4 5 6; do printf '\000\000\000\300'; done >"$y"
output=$("$embed" "$package" "$x" "$y")
expect "sum = -1 -2 -3 -4 -5 -6"

output=$("$embed" "$package" "$x" "$0" 2>&1) && fail "expected an error"
expect "expected 24 bytes"
output=$("$embed" "$package" "$x" 2>&1) && fail "expected an error"
expect "expected 2 input files, but got 1"
output=$("$embed" ./no-such-file.so 2>&1) && fail "expected an error"
expect "no-such-file.so"
