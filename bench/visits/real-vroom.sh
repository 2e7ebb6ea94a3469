#!/bin/sh
# The whole run against a real VROOM instead of the bundled optimiser; then with a real OSRM (Monaco) too.
#
#     bench/visits/real-vroom.sh [BINARIES]      a folder with nexus and the services; target/release when not given
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binaries=${1:-$here/../../target/release}
python=$("$here/../optimiser/venv.sh")
folder=$(mktemp -d)
# A database that is not root's own keeps its socket within only where it may enter.
chmod 755 "$folder"
vroom='' osrm='' nexus=''
trap 'kill $nexus $vroom $osrm 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
"$python" "$here/serve_vroom.py" 3900 &
vroom=$!
until curl -sf http://127.0.0.1:3900/health; do sleep 0.2; done
export ROUTE_OPTIMIZER_URL=http://127.0.0.1:3900

run() {
    "$binaries/nexus" --state "$folder/$1" up --port 8390 >"$folder/$1.log" 2>&1 &
    nexus=$!
    until curl -sf http://localhost:8390/readyz >/dev/null; do
        kill -0 $nexus || { cat "$folder/$1.log"; exit 1; }
        sleep 0.5
    done
    echo "== $1"
    python3 "$here/measure.py" http://localhost:8390 "$folder/$1" --short $2
    kill $nexus
    wait $nexus || true
}

run "a-real-vroom" ""
"$here/../optimiser/osrm.sh" 5955 >/dev/null &
osrm=$!
until curl -sf 'http://127.0.0.1:5955/nearest/v1/driving/7.42,43.735' >/dev/null; do sleep 0.5; done
export OSRM_URL=http://127.0.0.1:5955
run "a-real-vroom-and-a-real-osrm" --monaco
