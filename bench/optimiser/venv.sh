#!/bin/sh
# Makes the Python environment of these scripts (VROOM, PyVRP) and prints its interpreter. Once; later calls only print.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
venv=${VRP_VENV:-$here/target/vrp-venv}
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet pyvroom==1.15.2 pyvrp==0.14.1 >&2
fi
echo "$venv/bin/python"
