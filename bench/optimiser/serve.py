"""The service itself: how soon it starts, how soon a day is back, what it weighs (G1 over HTTP, G8).

    python serve.py PROGRAM DATA
"""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 8585


def ask(path="", body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/{path}", body)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def memory(pid, key, file="smaps_rollup"):
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return 0.0


def start(program):
    frugal = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}
    begun = time.perf_counter()
    process = subprocess.Popen([program], env=dict(os.environ, ROUTE_OPTIMIZER_BIND=f"127.0.0.1:{PORT}", RUST_LOG="warn", **frugal))
    while True:
        try:
            ask("healthz")
            return process, time.perf_counter() - begun
        except OSError:
            time.sleep(0.001)


def main():
    program, data = sys.argv[1], Path(sys.argv[2])
    starts = []
    for _ in range(5):
        process, took = start(program)
        starts.append(took)
        if len(starts) < 5:
            process.terminate()
            process.wait()
    print(f"G8 start-up to the first answer: {1000 * min(starts):.0f} ms (goal < 50)")
    time.sleep(0.5)
    print(f"idle: {memory(process.pid, 'Pss:'):.1f} MB PSS (goal <= 4), {memory(process.pid, 'VmRSS', 'status'):.1f} MB RSS")
    took, proven, days = [], 0, sorted((data / "days").glob("*.json"))
    for _ in range(5):
        for day in days:
            body = day.read_bytes()
            begun = time.perf_counter()
            answer = json.loads(ask(body=body))
            took.append(1000 * (time.perf_counter() - begun))
            proven += answer["summary"]["optimal"]
    took.sort()
    p95 = took[int(0.95 * len(took))]
    print(f"G1 a day over HTTP: p50 {statistics.median(took):.1f} ms (goal < 20), p95 {p95:.1f} ms; proven {proven} of {len(took)}")
    print(f"   after them: {memory(process.pid, 'VmHWM', 'status'):.1f} MB RSS at most")
    week = json.loads((data / "weeks" / "week400_0.json").read_text())
    week["options"] = {"time_limit_ms": 3000}
    answer = json.loads(ask(body=json.dumps(week).encode()))
    peak = memory(process.pid, "VmHWM", "status")
    print(f"G8 400 visits: {peak:.1f} MB RSS at most (goal <= 30); cost {answer['summary']['cost']}, left out {answer['summary']['unassigned']}")
    process.terminate()
    begun = time.perf_counter()
    process.wait()
    print(f"stopped {1000 * (time.perf_counter() - begun):.0f} ms after SIGTERM")


if __name__ == "__main__":
    main()
