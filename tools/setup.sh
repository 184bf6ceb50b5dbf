#!/usr/bin/env bash
# Make .venv and install from a lock file; quick when nothing has changed.
#
#   tools/setup.sh run    what `teikei` itself needs (requirements.lock)
#   tools/setup.sh dev    that and the tools for work and tests (requirements-dev.lock)
#   tools/setup.sh uv     only print the path of uv
#
# uv is looked for in: $UV, .tools/bin, PATH; else it is installed into .tools with the ordinary pip
# (`--target` is allowed where the system's Python is externally managed, PEP 668).
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_LINK_MODE=copy
unset VIRTUAL_ENV

say() { printf 'teikei: %s\n' "$*" >&2; }

find_uv() {
    if [ -n "${UV:-}" ]; then
        command -v "$UV" && return
        say "UV=$UV is not a program"
        exit 1
    fi
    if [ -x .tools/bin/uv ]; then
        echo .tools/bin/uv
        return
    fi
    command -v uv && return
    local python
    for python in python3 python3.13 python3.12 python3.11; do
        if "$python" -m pip --version >/dev/null 2>&1; then
            say "installing uv into .tools"
            PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --target .tools uv >&2 || continue
            echo .tools/bin/uv
            return
        fi
    done
    say "uv is missing and no python3 with pip is there to install it."
    say "Install uv, or python3-pip (Debian, Ubuntu: apt-get install python3 python3-pip), and try again."
    exit 1
}

make_venv() {
    if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        return
    fi
    say "making .venv"
    "$uv" venv --quiet --clear --python '>=3.11' .venv || {
        say "no Python 3.11 or newer was found on this machine."
        say "Install one (Debian 12, Ubuntu 24.04: apt-get install python3) and try again."
        exit 1
    }
}

export UV_COMPILE_BYTECODE=1
install() { "$uv" pip install --quiet --python .venv/bin/python "$@"; }

install_lock() {
    say "installing the packages of requirements$1.lock"
    if [ "$1" = "-dev" ]; then
        "$uv" pip sync --quiet --python .venv/bin/python --require-hashes requirements-dev.lock
    else
        install --require-hashes -r requirements.lock
        # The two build tools of the editable install, at the versions and hashes of the dev lock.
        install -c requirements-dev.lock hatchling editables
    fi
    # Compiled once here, or each of our processes would do it at every first start.
    .venv/bin/python -m compileall -q activities api teikei templates workflows worker.py
    # Without isolation: else the build would fetch hatchling and editables unpinned.
    install --no-deps --no-build-isolation --editable .
}

uv=$(find_uv)
case "${1:-}" in
    uv) echo "$uv"; exit ;;
    run) kind="" ;;
    dev) kind="-dev" ;;
    *) say "usage: tools/setup.sh run|dev|uv"; exit 2 ;;
esac

make_venv
want=$(cat pyproject.toml requirements.lock requirements-dev.lock | cksum)
for have in "-dev" "$kind"; do  # what serves development serves running too
    if [ "$(cat ".venv/.teikei$have" 2>/dev/null)" = "$want" ]; then exit 0; fi
done
rm -f .venv/.teikei .venv/.teikei-dev
install_lock "$kind"
printf '%s\n' "$want" > ".venv/.teikei$kind"
