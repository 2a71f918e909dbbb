#!/usr/bin/env bash
set -eu
export PYTHONPATH=$PWD/tools/lint
exec python3 -B tests/tools/lint/lint_checks_test.py
