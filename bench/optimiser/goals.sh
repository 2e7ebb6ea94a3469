#!/bin/sh
# G1 to G8 with figure and goal, in some minutes: the part of "make bench" that is about the route optimiser.
#
#     bench/optimiser/goals.sh          on the problems of the repository; VRP_DATA names a folder with more of them
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
data=${VRP_DATA:-services/route-optimizer/fixtures}
target=${CARGO_TARGET_DIR:-$here/target}
echo "Problems: $data. CPU seconds of one thread, except over HTTP."
cargo run --quiet --release --locked -p route-solver --example bench -- goals "$data" G1 G2 G3 G4 G5 | grep -E '^(G[0-9]|[0-9]+ days)'
cargo test --quiet --release --locked -p route-optimizer --test api ten_thousand -- --ignored --nocapture 2>&1 | grep -E '^G6|wrong answers|FAILED'
cargo build --quiet --release --locked -p route-optimizer
python3 bench/optimiser/serve.py "$target/release/route-optimizer" "$data"
python=${VRP_VENV:-$target/vrp-venv}/bin/python
if [ ! -x "$python" ]; then
    echo "G7: not measured; bench/optimiser/venv.sh fetches the VROOM to compare with"
    exit 0
fi
port=8586
ROUTE_OPTIMIZER_BIND=127.0.0.1:$port RUST_LOG=warn "$target/release/route-optimizer" &
served=$!
trap 'kill $served' EXIT
sleep 1
"$python" bench/optimiser/conformance.py "http://127.0.0.1:$port/" | tail -n 1
"$python" bench/optimiser/revalidate.py "http://127.0.0.1:$port/" 60 | tail -n 1
