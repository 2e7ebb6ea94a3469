#!/usr/bin/env python3
"""analytics is killed (SIGKILL) at random moments while events flow; afterwards its figures are what a rebuild counts."""

import random
import sys
import threading
import time
from pathlib import Path

from measure import Bench, History, tell

KILLS, SECONDS, SHARE = 12, 30, 0.004


class Growing(History):
    """A history that is told bit by bit."""

    def __init__(self, share, seconds):
        super().__init__(share)
        self.whole, self.length = self.length, 0
        self.seconds = seconds

    def flow(self):
        began = time.time()
        while self.length < self.whole:
            self.length = min(self.whole, int(self.whole * (time.time() - began) / self.seconds))
            time.sleep(0.02)


def position(bench):
    found = bench.sql("SELECT position FROM inbox_positions WHERE source = 'crm'")
    return int(found or 0)


def figures(bench):
    answer, _ = bench.get("dashboard?from=2023-12-05&until=2026-11-23&compare=none", bench.admin)
    return {name: value for name, value in answer.items() if name not in ("change", "as_of")}


def main():
    binary, url = sys.argv[1:3]
    history = Growing(SHARE, SECONDS)
    bench = Bench(str(Path(binary).resolve()), url, history)
    bench.crm.holds = False
    try:
        bench.wait_ready()
        threading.Thread(target=history.flow, daemon=True).start()
        amid = 0
        for _ in range(KILLS):
            time.sleep(random.uniform(0.3, SECONDS / KILLS))
            before = position(bench)
            bench.service.kill()
            bench.service.wait()
            amid += 0 < before < history.whole
            bench.start()
            bench.wait_ready()
        stop = time.time() + 120
        while position(bench) < history.whole and time.time() < stop:
            time.sleep(0.2)
        tell(f"{KILLS} times killed, {amid} of them amid {history.whole:,} events", f"position {position(bench):,} of {history.whole:,}",
             position(bench) == history.whole and amid > 0)
        held = figures(bench)
        bench.rebuild()
        tell("figures afterwards beside those counted anew", "equal" if figures(bench) == held else "other ones", figures(bench) == held)
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
