#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml mounts, once. Existing ones are kept: running it again is harmless, and needed
# after an update that brings a new service.
# The folder is for its owner alone; the files in it can be read by the containers' unprivileged users.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
umask 022
mkdir -p secrets
chmod 700 secrets

host=${POSTGRES_HOST:-postgres:5432}
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { # keep NAME VALUE: writes it unless it is there
  [[ -s secrets/$1 ]] || printf '%s' "$2" >"secrets/$1"
}
having() { # having WORD: the services that have it
  awk -v word="$1" '!/^#/ { for (i = 2; i <= NF; i++) if ($i == word) print $1 }' services
}

keep postgres_password "$(random)"
keep auth_master_secret "$(random)"
keep crm_link_secret "$(random)"
keep backup_key "$(random)"
keep grafana_password "$(random)"
# The mail server's address with its password; empty: no letters.
keep smtp_url ""
printf 'postgres://nexus:%s@%s/nexus' "$(<secrets/postgres_password)" "$host" >secrets/admin_database_url
for service in $(having database); do
  keep "${service}_database_password" "$(random)"
  password=$(<"secrets/${service}_database_password")
  keep "${service}_database_url" "postgres://nexus_$service:$password@$host/nexus"
done
clients=()
for client in $(having client) nexus; do
  keep "${client}_client_secret" "$(random)"
  clients+=("$client=$(<"secrets/${client}_client_secret")")
done
# Follows from the others, also when a service is new.
(IFS=,; printf '%s' "${clients[*]}") >secrets/auth_service_secrets
chmod 644 secrets/*
echo "secrets are in $PWD/secrets: keep them private, and keep a copy of backup_key somewhere else"
