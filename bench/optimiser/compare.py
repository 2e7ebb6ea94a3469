"""Ours beside VROOM and PyVRP, in CPU seconds of one thread each (G2 to G5).

    python compare.py DATA [--url URL] [--seconds 1] [--peers vroom,pyvrp] [NAME…]

DATA is a folder with solomon/, homberger/, weeks/ and best-known.json. Without names: a few of each. The server must run
on this machine: its CPU time is read from /proc.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from peers import read, told

FEW = ["R101", "RC101", "R201", "RC201", "C101", "RC1_2_1", "week400_0", "over600_0"]


def files(data):
    return {path.stem.upper(): path for path in sorted(Path(data).glob("*/*")) if path.suffix in (".txt", ".json")}


def server_pid(url):
    """Whoever listens on the port, as /proc tells it."""
    port = int(url.rstrip("/").rsplit(":", 1)[1])
    sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        cells = line.split()
        if cells[3] == "0A" and int(cells[1].rsplit(":", 1)[1], 16) == port:
            sockets.add(f"socket:[{cells[9]}]")
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(link) in sockets for link in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:
            continue
    sys.exit(f"nobody listens on {url}")


def cpu(pid):
    cells = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def ours(url, pid, request, seconds):
    """The limit is a clock's, and the machine may be shared: what was not CPU time is granted again, and what was too much taken."""
    limit = seconds
    for _ in range(6):
        body = json.dumps(dict(request, options={"time_limit_ms": int(1000 * limit), "seed": 1})).encode()
        before = cpu(pid)
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=600) as answer:
            found = told(json.load(answer), 0)
        found["cpu"] = round(cpu(pid) - before, 2)
        if 0.9 * seconds <= found["cpu"] <= 1.1 * seconds:
            break
        limit *= seconds / max(found["cpu"], 0.1)
    return found


def peer(name, effort, path):
    here = Path(__file__).with_name("peers.py")
    done = subprocess.run([sys.executable, here, name, str(effort), path], capture_output=True, text=True)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except IndexError:
        return {"cost": None, "unassigned": "?", "priority": "?", "routes": "?", "cpu": "?", "error": done.stderr[-200:]}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data")
    options.add_argument("names", nargs="*", default=FEW)
    options.add_argument("--url", default="http://127.0.0.1:8085/")
    options.add_argument("--seconds", type=float, default=1)
    options.add_argument("--peers", default="vroom,pyvrp")
    asked = options.parse_intermixed_args()
    known = files(asked.data)
    best = json.loads((Path(asked.data) / "best-known.json").read_text())
    best = {name.upper(): value["dimacs_distance"] * 10 for name, value in best.items() if "dimacs_distance" in value}
    pid = server_pid(asked.url)
    print(f"{'instance':12} {'solver':8} {'cost':>9} {'gap %':>7} {'left out':>8} {'priority':>8} {'routes':>6} {'CPU s':>7}")
    worse = []
    for name in asked.names:
        path = known[name.upper()]
        request = read(path)
        found = {"ours": ours(asked.url, pid, request, asked.seconds)}
        for other in filter(None, asked.peers.split(",")):
            found[other] = peer(other, 5 if other == "vroom" else asked.seconds, path)
        for solver, row in found.items():
            gap = ""
            if name.upper() in best and row["cost"]:
                gap = f"{100 * (row['cost'] / best[name.upper()] - 1):.2f}"
            print(f"{name:12} {solver:8} {row['cost'] or '-':>9} {gap:>7} {row['unassigned']:>8} {row['priority']:>8} {row['routes']:>6} {row['cpu']:>7}")
        key = lambda row: (-row["priority"], row["unassigned"], row["cost"])
        others = [row for solver, row in found.items() if solver != "ours" and row["cost"]]
        if any(key(row) < key(found["ours"]) for row in others):
            worse.append(name)
        sys.stdout.flush()
    print(f"best or equal on {len(asked.names) - len(worse)} of {len(asked.names)}; behind on: {', '.join(worse) or 'none'}")


if __name__ == "__main__":
    main()
