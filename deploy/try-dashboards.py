#!/usr/bin/env python3
"""Runs every query of the dashboards and every alert's expression against a real Prometheus (Debian's package) that asks a real
`nexus up`, after some traffic and some trouble, and says which ones find nothing. NEXUS_BIN as in bench/faults."""
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "bench/faults"))
from installation import Caller, Installation, Lost, free_port, wait_for  # noqa: E402

OBSERVABILITY = HERE / "observability"
# What is well has none of these.
QUIET = ("nexus_db_refused_total", 'alertstate="firing"')


def expressions():
    for file in sorted((OBSERVABILITY / "grafana/dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                query = target["expr"].replace("$__rate_interval", "15s").replace("$service", ".*")
                yield f"{file.stem}: {panel['title']}", query, True
    for group in yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield f"alert: {rule['alert']}", rule["expr"], False


def configuration(ports):
    jobs = [{"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}], "relabel_configs": [{"target_label": "service", "replacement": name}]}
            for name, port in ports.items()]
    return {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(OBSERVABILITY / "alerts.yml")], "scrape_configs": jobs}


def ask(port, query):
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]["result"]


def traffic(system, token, seconds):
    caller, until = Caller(system.port, token), time.monotonic() + seconds
    while time.monotonic() < until:
        for path in ("/clients?limit=5", "/analytics/dashboard", "/visits?limit=5", "/tours?limit=5", "/nothing"):
            try:
                caller.api("GET", path)
            except Lost:
                pass
        caller.api("POST", "/clients", {"name": f"Tabaccheria {time.monotonic_ns()}"})
        solve(system)
        time.sleep(0.2)


def solve(system):
    day = {"vehicles": [{"id": 1, "start": [9.19, 45.46], "end": [9.19, 45.46]}], "jobs": [{"id": 1, "location": [9.2, 45.5]}]}
    Caller(system.addresses()["route-optimizer"]).call("POST", "/", day)


def main():
    metrics, own = free_port(), free_port()
    with Installation(GATEWAY_METRICS_BIND=f"127.0.0.1:{metrics}") as system, tempfile.TemporaryDirectory() as folder:
        token = system.sign_in(first=True)
        ports = {name: port for name, port in system.addresses().items() if name not in ("gateway", "postgres")} | {"gateway": metrics}
        (Path(folder) / "prometheus.yml").write_text(yaml.safe_dump(configuration(ports)))
        command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{own}"]
        prometheus = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for("Prometheus reaches every part", lambda: reached(own) == len(ports), 30, 0.5)
            traffic(system, token, 5)
            traffic_while_down(system, token)
            traffic(system, token, 10)
            sys.exit(judge(own))
        finally:
            prometheus.kill()
            prometheus.wait()


def reached(port):
    try:
        return sum(row["value"][1] == "1" for row in ask(port, "up"))
    except OSError:
        return 0


def traffic_while_down(system, token):
    """Until crm is back there are answers with 5xx for the panels of errors."""
    caller, seen = Caller(system.port, token), 0
    until = time.monotonic() + 30
    system.signal("crm", signal.SIGKILL)
    while time.monotonic() < until and seen < 3:
        answer = caller.api("POST", "/clients", {"name": "Tabaccheria che non c’è"})
        seen += answer.status >= 500
        if answer.status < 500 and not seen:
            system.signal("crm", signal.SIGKILL)
    return wait_for("crm is back", lambda: system.ready("crm"), 30)


def judge(port):
    wrong = 0
    for name, query, is_panel in expressions():
        try:
            found = ask(port, query)
        except urllib.error.HTTPError as error:
            print(f"WRONG  {name}: {error.read().decode()[:200]}")
            wrong += 1
            continue
        empty = is_panel and not found and not any(word in query for word in QUIET)
        wrong += empty
        if empty:
            print(f"EMPTY  {name}: {query}")
    print(f"{sum(1 for _ in expressions())} queries, {wrong} wrong or empty")
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
