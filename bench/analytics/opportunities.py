#!/usr/bin/env python3
"""Compares a running installation, into which fixtures/sales-opportunities was imported (and nothing else), with figures
that were counted independently of it. See README.md.

    python3 bench/analytics/opportunities.py http://localhost:8080 admin@example.it password.txt
"""

import json
import sys
import urllib.request
from pathlib import Path

PERIOD = "from=2016-10-01&until=2017-12-31"
PER_MONTH = {"2017-03": 531, "2017-04": 285, "2017-05": 438, "2017-06": 531, "2017-07": 308, "2017-08": 446, "2017-09": 503,
             "2017-10": 279, "2017-11": 406, "2017-12": 511}
BEST = [("Darcel Schlecht", 1_153_214), ("Vicki Laflamme", 478_396), ("Kary Hendrixson", 454_298)]


def ask(url, token=None, body=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
        return json.load(answer)


def main():
    url, email, file = sys.argv[1:4]
    login = {"email": email, "password": Path(file).read_text(encoding="utf-8").splitlines()[0]}
    token = ask(f"{url}/api/v1/auth/login", body=login)["access_token"]
    seen = ask(f"{url}/api/v1/analytics/dashboard?{PERIOD}", token)
    figures = {figure["name"]: figure["value"] for figure in seen["headline"]["figures"]}
    stages = {stage["name"]: stage["deals"] for line in seen["pipeline"]["pipelines"] for stage in line["stages"]}
    months = {point["from"][:7]: point["won"]["count"] for point in seen["sales_trend"]["points"] if point["won"]["count"]}
    best = [(line["name"], line["won"]["cents"] // 100) for line in seen["agents"]["agents"][:3]]
    close = seen["time_to_close"]["now"]
    records = ask(f"{url}/api/v1/analytics/records?measure=won&count=true&limit=1&{PERIOD}", token)
    failed = 0
    for what, told, right in [
        ("won", figures["won"], 4_238),
        ("lost", figures["lost"], 2_473),
        ("open in Engaging", stages.get("Engaging"), 1_589),
        ("open in Prospecting", stages.get("Prospecting"), 500),
        ("won value", figures["won_cents"] / 100, 10_005_534),
        ("win rate", figures["win_rate"], 0.6315),
        ("days to close, mean", close["mean_days"], 51.78),
        ("days to close, median", close["median_days"], 57),
        ("won by month", months, PER_MONTH),
        ("best agents", best, BEST),
        ("records behind what was won", (records["count"], records["cents"]), (4_238, 1_000_553_400)),
    ]:
        good = told == right
        failed += not good
        print(f"{'ok ' if good else 'NOT'} {what}: {told}" + ("" if good else f", and should be {right}"))
    sys.exit(failed)


if __name__ == "__main__":
    main()
