#!/usr/bin/env bash
# Write var/compose.env with fresh secrets, once; readable by its owner only.
#   tools/compose/env.sh && docker compose --env-file var/compose.env up
set -euo pipefail
cd "$(dirname "$0")/../.."
file=var/compose.env
if [ -e "$file" ]; then exit 0; fi
mkdir -p var
umask 077
secret() { LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 40 || true; }
{
    for name in POSTGRES_PASSWORD TEMPORAL_DB_PASSWORD TEIKEI_DB_PASSWORD; do
        printf '%s=%s\n' "$name" "$(secret)"
    done
} > "$file.new"
mv "$file.new" "$file"
echo "teikei: wrote $file" >&2
