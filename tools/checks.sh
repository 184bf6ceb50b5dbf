#!/usr/bin/env bash
# The house's own checks, beside ruff, mypy and import-linter: shell syntax, and every tools/check_*.py.
set -euo pipefail
cd "$(dirname "$0")/.."
for script in tools/*.sh .ci/run; do bash -n "$script"; done
.venv/bin/python tools/docs.py --check
for check in tools/check_*.py; do
    [ -e "$check" ] || continue
    .venv/bin/python "$check"
done
