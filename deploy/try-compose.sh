#!/usr/bin/env bash
# Tries docker-compose.yml for real, under a project name of its own: builds, starts, waits until everything is healthy, looks at
# how the containers are locked down, signs up, writes, saves, stops, starts again and looks whether everything is still there.
#   deploy/try-compose.sh [--mail] [--keep]   --mail tries letters out, too; --keep leaves it running; otherwise containers and
#                                             volumes of the trial are removed
# PROFILE=dev builds quickest, PROFILE=release quicker than what is shipped. Needs docker (with Compose) and curl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export NEXUS_PORT=${NEXUS_PORT:-18080} COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-nexus-try}
export PUBLIC_URL=http://localhost:$NEXUS_PORT
keep= mail=
for option in "$@"; do
  case $option in
    --keep) keep=1 ;;
    --mail) mail=1 ;;
    *) echo "there is no $option" >&2; exit 2 ;;
  esac
done
if [[ $mail ]]; then
  export AUTH_SMTP_URL=smtp://mail:1025 AUTH_MAIL_FROM='NEXUS <crm@example.it>' MAIL_PORT=${MAIL_PORT:-18025}
fi
if docker compose version >/dev/null 2>&1; then compose() { docker compose "$@"; }; else compose() { docker-compose "$@"; }; fi
say() { printf '%s  %s\n' "$(date +%T)" "$*"; }
fail() { say "FAILED: $*"; exit 1; }

finish() {
  local code=$?
  ((code == 0)) || compose logs --tail 30 || true
  if [[ ! $keep ]]; then compose --profile observability --profile routing --profile mail down -v --remove-orphans >/dev/null 2>&1 || true; fi
  exit $code
}
trap finish EXIT

services=(postgres auth crm route-optimizer visits analytics gateway)
container() { compose ps -q "$1"; }
health() { docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$(container "$1")" 2>/dev/null || echo missing; }
wait_healthy() {
  local until=$((SECONDS + 180)) name
  for name in "${services[@]}"; do
    until [[ $(health "$name") == healthy ]]; do
      ((SECONDS < until)) || fail "$name is $(health "$name")"
      sleep 1
    done
  done
  until curl -fs "$PUBLIC_URL/readyz" >/dev/null; do
    ((SECONDS < until)) || fail "not ready: $(curl -s "$PUBLIC_URL/readyz")"
    sleep 0.5
  done
}
api() { # api METHOD PATH [BODY]
  curl -fsS -X "$1" "$PUBLIC_URL/api/v1$2" ${token:+-H "Authorization: Bearer $token"} ${3:+-H 'Content-Type: application/json' -d "$3"}
}
field() { sed -E "s/.*\"$1\":\"?([^\",}]*).*/\1/"; }

deploy/init-secrets.sh >/dev/null
say "building"
began=$SECONDS
compose build
say "built in $((SECONDS - began)) s; image sizes:"
docker image ls --format '  {{.Repository}} {{.Size}}' | grep -E "^  ${COMPOSE_PROJECT_NAME}[-_]" || true

began=$SECONDS
compose up -d
wait_healthy
say "healthy after $((SECONDS - began)) s"

say "how containers are locked down"
for name in auth crm visits analytics route-optimizer gateway backup; do
  read -r user root caps pids <<<"$(docker inspect -f '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.PidsLimit}}' "$(container "$name")")"
  [[ $user == 65534:65534 && $root == true && $caps == '[ALL]' ]] || fail "$name: user $user, read-only $root, dropped $caps"
  memory=$(docker inspect -f '{{.HostConfig.Memory}}' "$(container "$name")")
  ((memory > 0)) || fail "$name has no memory limit"
done
published=$(docker ps --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --format '{{.Names}} {{.Ports}}' | grep -c -- '->' || true)
((published == 1)) || fail "$published containers publish a port"
docker exec "$(container postgres)" psql -U nexus -d nexus -XAtc "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'nexus\_%' AND NOT rolsuper" | grep -qx 4 || fail "not one role for each of four services"

say "signing up, writing, reading"
person='{"name":"Giulia Bianchi","email":"giulia@example.it","password":"una frase lunga da ricordare"}'
token=
api POST /auth/register "$person" >/dev/null
token=$(api POST /auth/login '{"email":"giulia@example.it","password":"una frase lunga da ricordare"}' | field access_token)
client=$(api POST /clients '{"name":"Tabaccheria della prova"}' | field id)
api GET "/clients/$client" | grep -q 'Tabaccheria della prova' || fail "what was written is not read"
curl -fs "$PUBLIC_URL/" | grep -qi '<html' || fail "the web app is not served"
if [[ -n ${CHROMIUM:-$(command -v chromium || true)} ]]; then
  page=$("${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --virtual-time-budget=8000 --dump-dom "$PUBLIC_URL/login" 2>/dev/null)
  grep -q 'type="password"' <<<"$page" || fail "a browser does not show the page to sign in"
  say "a browser shows the page to sign in"
fi

if [[ $mail ]]; then
  say "a forgotten password: the letter arrives"
  compose --profile mail up -d mail
  api POST /auth/password/help '{"email":"giulia@example.it"}' >/dev/null
  until=$((SECONDS + 120))
  until curl -fs "http://localhost:$MAIL_PORT/api/v1/messages" | grep -q 'giulia@example.it'; do
    ((SECONDS < until)) || fail "no letter came"
    sleep 1
  done
fi

say "saving, verifying"
docker exec "$(container backup)" /app/nexus backup
docker exec "$(container backup)" /app/nexus verify

say "stopping, starting"
compose stop
compose start
wait_healthy
token=$(api POST /auth/login '{"email":"giulia@example.it","password":"una frase lunga da ricordare"}' | field access_token)
api GET "/clients/$client" | grep -q 'Tabaccheria della prova' || fail "after a restart it is gone"
say "numbers for Prometheus are told inside, and not outside"
curl -s "$PUBLIC_URL/metrics" | grep -q nexus_http_requests_total && fail "the gateway tells them to the world"
docker run --rm --network "${COMPOSE_PROJECT_NAME}_inside" --entrypoint bash "$(docker inspect -f '{{.Config.Image}}' "$(container postgres)")" -c \
  'for at in auth:8081 crm:8082 visits:8083 analytics:8084 gateway:9100; do exec 3<>/dev/tcp/${at/:/\/}; printf "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" >&3; grep -q nexus_build_info <&3 || { echo "$at tells nothing"; exit 1; }; done' || fail "no numbers inside"
say "everything is there: it works"
