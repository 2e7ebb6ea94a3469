#!/usr/bin/env python3
"""Runs the fault scripts (all, or those named) and writes what they print into docs/reliability.md, one section each; sections of
scripts that were not run stay as they are."""
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORT = HERE.parents[1] / "docs/reliability.md"
SCRIPTS = {
    "r1_kill.py": "R1: programs are killed while people write",
    "r1_kill.py --no-retry": "R2: the same, and nobody asks twice",
    "r3_postgres.py": "R3: PostgreSQL ends at once",
    "r4_r5_upstream.py": "R4 and R5: a service is gone; a service hangs",
    "r6_locked.py": "R6: a table is locked",
    "r7_rolling.py": "R7: every service is restarted under load",
    "r8_network.py": "R8: a bad network on each hop",
    "r12_restore.py": "R12: backup, restore, back to a moment",
    "r13_migrations.py": "R13: migrations",
}
HEAD = """# Reliability

What happens when something breaks. Each section is what a script under `bench/faults/` printed (`bench/faults/run.py` writes them
here): against a `nexus up` of its own with real PostgreSQL, over HTTP, from outside. How it is built so that it holds is in
[ARCHITECTURE.md](../ARCHITECTURE.md) and [decisions/](decisions/); how to run it in [operations.md](operations.md).
"""


def sections():
    text = REPORT.read_text() if REPORT.exists() else ""
    return {title: body for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.S | re.M)}


def machine():
    names = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return f"{len(names)} × {names[0] if names else platform.machine()}"


def main():
    wanted = sys.argv[1:]
    found = sections()
    for command, title in SCRIPTS.items():
        if wanted and not any(name in command for name in wanted):
            continue
        print(f"== {command}", flush=True)
        program, *arguments = command.split()
        done = subprocess.run([sys.executable, HERE / program, *arguments], stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
        table = "\n".join(["| what | goal | measured | |", "|---|---|---|---|", *rows])
        ended = "" if done.returncode in (0, 1) and rows else f"\nThe script did not finish (exit code {done.returncode}).\n"
        found[title] = f"\n{table}\n{ended}\n`bench/faults/{command}`, {time.strftime('%Y-%m-%d')}, {machine()}\n\n"
        body = "".join(f"## {title}\n{found[title]}" for title in SCRIPTS.values() if title in found)
        REPORT.write_text(f"{HEAD}\n{body}".rstrip() + "\n")


if __name__ == "__main__":
    main()
