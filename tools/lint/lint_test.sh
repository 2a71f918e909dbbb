#!/usr/bin/env bash
# Runs lint.py on the source tree, which this script's own link leads to.
set -eu
exec python3 -B "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lint.py"
