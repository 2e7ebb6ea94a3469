#!/usr/bin/env bash
# Makes the map that `docker compose --profile routing` drives on: downloads a region's roads and prepares them for OSRM.
#   deploy/routing/prepare.sh [URL of an .osm.pbf]     by default all of Italy: 2 GB to download, some 12 GB of memory for
#                                                      half an hour; a region (…/italy/nord-ovest-latest.osm.pbf) takes a quarter
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
url=${1:-https://download.geofabrik.de/europe/italy-latest.osm.pbf}
image=ghcr.io/project-osrm/osrm-backend:v6.0.0
mkdir -p map
[[ -s map/map.osm.pbf ]] || { curl -fL --retry 3 -o map/map.osm.pbf.part "$url" && mv map/map.osm.pbf.part map/map.osm.pbf; }
osrm() { docker run --rm -v "$PWD/map:/map" "$image" "$@"; }
osrm osrm-extract -p /opt/car.lua /map/map.osm.pbf
osrm osrm-partition /map/map.osrm
osrm osrm-customize /map/map.osrm
echo "the map is ready: put OSRM_URL=http://osrm:5000 into .env, then docker compose --profile routing up -d"
