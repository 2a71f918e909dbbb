#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: object_code_test.sh TESSERA TARGET MODEL [OPTION...]
#
# Reads the machine code of a package: kernels call nothing but each other and
# the caller's functions. No malloc, no memcpy, no libm.
set -euo pipefail
tessera=$1 target=$2 model=$3
shift 3
package=${TEST_TMPDIR:-$(mktemp -d)}/package.so

source tests/test_data.sh
find_model "$model"
"$tessera" compile "$model" -o "$package" --target "$target" "$@"

undefined=$(llvm-nm-19 --undefined-only "$package" 2>&1 | grep -v "no symbols" || true)
if [[ -n $undefined ]]; then
  echo "error: expected no undefined symbols, but got: $undefined" >&2
  exit 1
fi
functions=$(llvm-nm-19 --defined-only "$package" | awk '$2 ~ /^[tT]$/ {print $3}')
if [[ $(wc -l <<<"$functions") -lt 3 ]]; then
  echo "error: expected functions in the package, but got: $functions" >&2
  exit 1
fi
# Every function is the package's table, a kernel, or a part of one. Kernels of
# another architecture cannot be listed here: their names come from ops.
kernels=$("$tessera" inspect "$package" --json |
  python3 -c 'import json, sys
for kernel in json.load(sys.stdin).get("kernels", []):
    print(kernel["name"].split("#")[0])  # what is after it counts calls')
status=0
while read -r function; do
  [[ $function == tessera_* ]] && continue
  kernel=$(sed -E 's/_(part|work)[0-9]+$//' <<<"$function")
  if [[ -n $kernels ]] && ! grep -qFx -- "$kernel" <<<"$kernels" ||
    [[ $kernel =~ ^(_|mem|malloc|calloc|free|exp|log|sin|cos|pow|tanh|erf) ]]; then
    echo "error: expected kernels only, but got function $function" >&2
    status=1
  fi
done <<<"$functions"
exit $status
