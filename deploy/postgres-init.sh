#!/usr/bin/env bash
# Run once by the postgres image, when its volume is empty: one role and one schema per service, nothing in public.
# `nexus up` makes the same (crates/nexus-cluster/src/bootstrap.rs).
set -euo pipefail

run() { psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" "$@"; }

run <<'SQL'
REVOKE ALL ON DATABASE nexus FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
SQL

for service in auth crm visits; do
  run -v role="nexus_$service" -v schema="$service" -v password="$(<"/run/secrets/${service}_database_password")" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT CONNECT, TEMPORARY ON DATABASE nexus TO :"role";
CREATE SCHEMA :"schema" AUTHORIZATION :"role";
GRANT USAGE ON SCHEMA extensions TO :"role";
ALTER ROLE :"role" IN DATABASE nexus SET search_path = :"schema", extensions;
SQL
done
