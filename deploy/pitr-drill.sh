#!/usr/bin/env bash
# Point-in-time recovery, tried out: a private PostgreSQL archives its log; somebody deletes everything; what was there a second
# before comes back, and is compared row by row. Then the machine is lost, and how much of the newest work with it is measured.
#   deploy/pitr-drill.sh [folder]      an empty folder to work in; a temporary one when not said
# Exits with 0 when every row is as it was. docs/operations.md says how to do the same with an installation.
set -euo pipefail
folder=${1:-$(mktemp -d /tmp/nexus-pitr-XXXXXX)}
temporary=$([[ -n ${1:-} ]] || echo yes)
archive_timeout=${ARCHIVE_TIMEOUT:-5}
bin=${NEXUS_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)}
mkdir -p "$folder" && cd "$folder"

# PostgreSQL refuses to run as root.
as=()
if ((EUID == 0)); then
  chown postgres "$folder" && chmod 711 "$folder"
  as=(runuser -u postgres --)
fi
export PGHOST=$folder PGDATABASE=nexus PGUSER=nexus
run() { "${as[@]}" "$bin/$@"; }
sql() { "$bin/psql" -XqAt -v ON_ERROR_STOP=1 "$@"; }
seconds() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(seconds)" 'BEGIN { printf "%.1f", b - a }'; }

start() { # start DATA PORT
  run pg_ctl -D "$1" -w -s -t 60 -l "$folder/$(basename "$1").log" -o "-p $2 -k $folder -c listen_addresses=" start
}
cleanup() {
  [[ -z ${writer:-} ]] || kill "$writer" 2>/dev/null || true
  for data in first second third; do
    [[ ! -f $data/postmaster.pid ]] || run pg_ctl -D "$folder/$data" -s -m immediate stop || true
  done
  [[ -z $temporary ]] || rm -rf "$folder"
}
trap cleanup EXIT

restored() { # restored NAME PORT [settings…]: the base backup and the archive, up to where the settings say
  local name=$1 port=$2 setting
  shift 2
  "${as[@]}" mkdir -m 700 "$name"
  "${as[@]}" tar -xf base/base.tar -C "$name"
  for setting in "restore_command = 'cp $folder/archive/%f %p'" "archive_mode = off" "$@"; do
    echo "$setting" | "${as[@]}" tee -a "$name/postgresql.conf" >/dev/null
  done
  "${as[@]}" touch "$name/recovery.signal"
  start "$folder/$name" "$port"
  local until=$((SECONDS + 120))
  while [[ $(PGPORT=$port sql -c 'SELECT pg_is_in_recovery()') == t ]]; do
    ((SECONDS < until)) || { echo "recovery does not end"; exit 1; }
    sleep 0.2
  done
}

# 1. A server that archives, as docs/operations.md sets it up.
"${as[@]}" mkdir -p archive base
run initdb -D "$folder/first" -U nexus --auth=trust -N >/dev/null
"${as[@]}" tee -a first/postgresql.conf >/dev/null <<CONF
wal_level = replica
archive_mode = on
archive_command = 'test ! -f $folder/archive/%f && cp %p $folder/archive/%f.part && mv $folder/archive/%f.part $folder/archive/%f'
archive_timeout = ${archive_timeout}s
CONF
export PGPORT=6001
start "$folder/first" 6001
PGDATABASE=postgres sql -c 'CREATE DATABASE nexus'
sql <<'SQL'
CREATE TABLE clients (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client_id bigint NOT NULL REFERENCES clients, text text);
INSERT INTO clients (name) SELECT 'Negozio ' || i FROM generate_series(1, 20000) i;
INSERT INTO notes (client_id, text) SELECT id, repeat('nota ', 20) FROM clients;
SQL

# 2. A base backup while people work.
{ while [[ ! -e told-to-stop ]] && sql -c "WITH c AS (INSERT INTO clients (name) VALUES ('Negozio nuovo') RETURNING id) INSERT INTO notes (client_id, text) SELECT id, 'visita' FROM c" 2>/dev/null; do sleep 0.02; done; } &
writer=$!
PGDATABASE=postgres "${as[@]}" env PGHOST="$folder" PGPORT=6001 PGUSER=nexus "$bin/pg_basebackup" -D "$folder/base" -Ft -X fetch -c fast
sleep 2

# 3. The accident. What was there a moment before is written down, to compare with.
# The writer finishes what it has begun: killed, it might still commit after the moment.
touch told-to-stop; wait $writer || true; writer=
moment=$(sql -c 'SELECT clock_timestamp()')
rows() { sql -c "COPY (SELECT * FROM clients ORDER BY id) TO STDOUT" -c "COPY (SELECT * FROM notes ORDER BY id) TO STDOUT"; }
rows >before.txt
sleep 1
sql -c 'DELETE FROM notes' -c 'DELETE FROM clients' -c "INSERT INTO clients (name) VALUES ('after the accident')"
accident=$(seconds)
sql -c 'SELECT pg_switch_wal()' >/dev/null
until=$((SECONDS + 60))
while [[ $(sql -c "SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver") != t ]] && ((SECONDS < until)); do sleep 0.2; done

# 4. Back to the second before.
restored second 6002 "recovery_target_time = '$moment'" "recovery_target_action = promote"
recovery=$(since "$accident")
PGPORT=6002 rows >after.txt
if cmp -s before.txt after.txt; then
  echo "point in time: all $(wc -l <before.txt) rows are as they were a second before the DELETE; back after $recovery s"
else
  echo "point in time: NOT the same"; diff before.txt after.txt | head; exit 1
fi
run pg_ctl -D "$folder/second" -s -m fast stop

# 5. The machine is lost in the middle of work, with everything that was not archived yet.
{ while sql -c "INSERT INTO clients (name) VALUES ('fino alla fine')" 2>/dev/null; do sleep 0.02; done; } &
writer=$!
sleep $((archive_timeout * 2 + 1))
last=$(sql -c "SELECT max(at) FROM clients")
run pg_ctl -D "$folder/first" -s -m immediate stop
writer=
restored third 6003
lost=$(PGPORT=6003 sql -c "SELECT round(extract(epoch FROM timestamptz '$last' - max(at))::numeric, 1) FROM clients")
echo "machine lost: the last $lost s of work are gone (archive_timeout is $archive_timeout s)"
awk -v lost="$lost" -v most="$archive_timeout" 'BEGIN { exit !(lost <= most + 2) }'
