#!/usr/bin/env bash
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: run.sh [TESSERA]
#
# Compiles digits.onnx, recognises the images beside it, and says how long it
# took. Exits with 1 if a digit is wrong. TESSERA is the tool; without it, the
# one that Bazel built in this checkout.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tessera=${1:-$here/../../bazel-bin/tools/tessera/tessera}
if [[ ! -x $tessera ]]; then
  echo "error: there is no $tessera; run: bazel build //tools/tessera" >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

tessera=$(realpath "$tessera")
echo "compiling: $(cd "$folder" && "$tessera" compile "$here/digits.onnx" -o digits.so)"
wrong=0
while read -r image label; do
  digit=$("$tessera" run "$folder/digits.so" --threads 1 --input "image=$here/images/$image" |
    awk '$1 == "output" {
      # The values follow the equals sign.
      for (at = 1; $at != "="; ++at) continue
      best = at + 1
      for (i = best; i <= NF; ++i) if ($i + 0 > $best + 0) best = i
      print best - at - 1
    }')
  verdict=right
  if [[ $digit != "$label" ]]; then
    verdict=WRONG
    wrong=$((wrong + 1))
  fi
  echo "$image: recognised $digit, label $label: $verdict"
done <"$here/images/labels.txt"
latency=$("$tessera" bench "$folder/digits.so" --threads 1 --min-time 0.2 --json |
  sed 's/.*"median_ms": \([^,]*\),.*/\1/')
echo "latency: $latency ms for an image, one thread"
if ((wrong > 0)); then
  echo "error: $wrong digits are wrong" >&2
  exit 1
fi
