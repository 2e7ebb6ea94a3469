#!/usr/bin/env bash
# One role and one schema per service, nothing in public. Runs at every start, before the services, against the server that
# PGHOST names: what is there stays, what a new version needs is added, and changed passwords take effect.
# `nexus up` makes the same (crates/nexus-cluster/src/bootstrap.rs).
set -euo pipefail
export PGUSER=${PGUSER:-nexus} PGDATABASE=${PGDATABASE:-nexus}
PGPASSWORD=$(</run/secrets/postgres_password)
export PGPASSWORD

run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }

run <<SQL
SET client_min_messages = warning;
REVOKE ALL ON DATABASE $PGDATABASE FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS extensions;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;
SQL

for secret in /run/secrets/*_database_password; do
  service=$(basename "$secret" _database_password)
  run -v role="nexus_$service" -v schema="$service" -v database="$PGDATABASE" -v password="$(<"$secret")" <<'SQL'
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(7302911) \g /dev/null
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'password';
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
CREATE SCHEMA IF NOT EXISTS :"schema" AUTHORIZATION :"role";
REVOKE ALL ON SCHEMA :"schema" FROM PUBLIC;
GRANT USAGE ON SCHEMA extensions TO :"role";
ALTER ROLE :"role" IN DATABASE :"database" SET search_path = :"schema", extensions;
COMMIT;
SQL
done
echo "roles and schemas are there"
