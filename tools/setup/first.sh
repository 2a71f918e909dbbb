#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# From a fresh clone to recognised digits: installs missing packages, builds
# the tool, runs examples/digits.
set -eu
cd "$(dirname "$0")/../.."
begin=$SECONDS
tools/setup/install-packages.sh
bazel build //tools/tessera
examples/digits/run.sh
echo "done in $((SECONDS - begin)) s; next: bazel-bin/tools/tessera/tessera --help"
