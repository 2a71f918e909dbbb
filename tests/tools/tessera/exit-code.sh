#!/bin/sh
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: exit-code.sh CODE COMMAND...
#
# Runs the command; succeeds if it exits with CODE.
expected=$1
shift
"$@"
code=$?
[ "$code" = "$expected" ] || {
  echo "exit-code.sh: expected exit code $expected, but got $code" >&2
  exit 1
}
