#!/usr/bin/env bash
# Makes this machine ready to build and run NEXUS-CRM; what is there already is left alone.
#   prepare.sh run    a C compiler and PostgreSQL's programs
#   prepare.sh web    that, and the web app built into frontend/build
#   prepare.sh test   that of `run`, a browser, and what checks printed documents
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
goal=${1:-run}

say() { echo "prepare: $*"; }
fail() { echo "prepare: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb || [[ -n ${NEXUS_PG_BIN:-} ]]; }
have_browser() { [[ -n ${CHROMIUM:-} ]] || have chromium; }

# These come from their makers: a distribution's own are too old.
have cargo || fail "Rust is missing: install it from https://rustup.rs, then open a new terminal"
have node && have npm || fail "Node.js is missing: install version 20.19 or newer from https://nodejs.org"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js $(node --version) is too old: install version 20.19 or newer from https://nodejs.org"

missing=()
have cc && have make || missing+=(build-essential)
have_postgres || missing+=(postgresql)
[[ $goal != test ]] || have_browser || missing+=(chromium)
# What checks documents: invoices against their schema, the text of PDFs.
[[ $goal != test ]] || have xmllint || missing+=(libxml2-utils)
[[ $goal != test ]] || have pdftotext || missing+=(poppler-utils)

install_packages() {
  have apt-get || fail "please install with your system's package manager: ${missing[*]} (PostgreSQL 15 or newer)"
  local sudo=()
  if ((EUID != 0)); then
    have sudo || fail "please run as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "installing ${missing[*]}"
  local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq)
  "${apt[@]}" update >/dev/null
  if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    # Debian would start a server of its own, which nobody asked for.
    "${apt[@]}" install -y --no-install-recommends postgresql-common >/dev/null
    local conf=/etc/postgresql-common/createcluster.conf
    "${sudo[@]}" sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' "$conf"
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
    "${sudo[@]}" sed -i 's/^create_main_cluster.*/#create_main_cluster = true/' "$conf"
  else
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
  fi
}
((${#missing[@]} == 0)) || install_packages

if [[ $goal == web ]]; then
  cd frontend
  if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
    say "installing the web app's packages"
    npm ci --no-audit --no-fund --silent
  fi
  if [[ ! -e build/index.html || -n $(find src static scripts ./*.json ./*.js ./*.ts -newer build/index.html -print -quit) ]]; then
    say "building the web app"
    npm run --silent build
  fi
fi
