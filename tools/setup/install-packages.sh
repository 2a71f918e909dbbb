#!/usr/bin/env bash
# Installs the Debian 12 packages that Tessera builds from. Does nothing when
# all are present; needs root or sudo otherwise.
set -eu

packages=(
  bazel-bootstrap
  bazel-platforms
  bazel-rules-cc
  bazel-rules-java
  bazel-rules-proto
  bazel-skylib
  clang-19
  clang-format-19
  git
  libabsl-dev
  libbenchmark-dev
  libc6-dev-arm64-cross
  libgcc-12-dev-arm64-cross
  libgmock-dev
  libgtest-dev
  liblld-19-dev
  libmlir-19-dev
  libonnx-dev
  libprotobuf-dev
  libsqlite3-dev
  libxgboost-dev
  libzstd-dev
  lld-19
  llvm-19
  llvm-19-dev
  llvm-19-tools
  mlir-19-tools
  protobuf-compiler
  python3
  python3-venv
  qemu-user
  zlib1g-dev
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

echo "Installing ${missing[*]}"
as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "error: not root and no sudo; install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
