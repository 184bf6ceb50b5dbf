#!/bin/sh
# Temporal's tables: made if absent, then brought up to the version of this image. May run at every start
# (both steps do nothing when there is nothing to do; tried). The server image no longer does this by itself.
# The databases come from roles.sh, the SQL_* variables from docker-compose.yml.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for store in temporal:temporal temporal_visibility:visibility; do
    database=${store%%:*}
    temporal-sql-tool --db "$database" setup-schema -v 0.0
    temporal-sql-tool --db "$database" update-schema -d "$schema/${store##*:}/versioned"
done
