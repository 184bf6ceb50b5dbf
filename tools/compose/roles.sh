#!/bin/sh
# Runs once in the fresh postgres container: one role and its databases for each owner, so that the
# application cannot read Temporal's tables nor Temporal the record.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set temporal_password="$TEMPORAL_DB_PASSWORD" --set teikei_password="$TEIKEI_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE teikei LOGIN PASSWORD :'teikei_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE teikei OWNER teikei;
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, teikei FROM PUBLIC;
SQL
