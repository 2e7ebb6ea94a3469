#!/bin/sh
# A real road engine on a real extract (Monaco, OpenStreetMap contributors, ODbL), from the Python package that carries both.
#
#     bench/optimiser/osrm.sh [PORT]     runs until it is told to stop
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
port=${1:-5055}
folder=${OSRM_FOLDER:-$here/target/osrm}
version=26.10.0
mkdir -p "$folder"
cd "$folder"
if [ ! -f monaco.osm.pbf ]; then
    pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 --implementation cp --abi abi3 \
        --platform manylinux_2_28_x86_64 "osrm-bindings==$version"
    python3 -m zipfile -e osrm_bindings-"$version"-*.whl osrm
    chmod +x osrm/osrm/bin/*
    # The extract is in the source package only.
    pip download --quiet --no-deps --no-binary osrm-bindings "osrm-bindings==$version"
    tar xzf "osrm_bindings-$version.tar.gz" --strip-components=3 "osrm_bindings-$version/test/data/monaco.osm.pbf"
fi
if [ ! -f monaco.osrm.mldgr ]; then
    osrm/osrm/bin/osrm-extract -p osrm/osrm/share/profiles/car.lua monaco.osm.pbf >extract.log
    osrm/osrm/bin/osrm-partition monaco.osrm >partition.log
    osrm/osrm/bin/osrm-customize monaco.osrm >customize.log
fi
exec osrm/osrm/bin/osrm-routed --algorithm mld --ip 127.0.0.1 --port "$port" --max-table-size 1000 monaco.osrm
