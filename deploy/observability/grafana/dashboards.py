#!/usr/bin/env python3
"""Writes the dashboards in dashboards/ from the tables below. `--check` only says whether they are what this file says."""
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "dashboards"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
RATE = "[$__rate_interval]"
SERVICE = 'service=~"$service"'

# A panel: title, unit, queries as (expression, legend), and optionally its kind and width (of 24).
OVERVIEW = [
    ("Services that answer", "short", [('sum(up{service!=""})', "answering"), ('count(up{service!=""})', "there are")], "stat", 6),
    ("Requests a second", "reqps", [(f"sum(rate(nexus_http_requests_total{{service=\"gateway\"}}{RATE}))", "all")], "stat", 6),
    ("Errors (5xx)", "percentunit",
     [(f"sum(rate(nexus_http_requests_total{{service=\"gateway\",status=~\"5..\"}}{RATE})) / sum(rate(nexus_http_requests_total{{service=\"gateway\"}}{RATE}))", "errors")],
     "stat", 6),
    ("Alerts", "short", [('sum(ALERTS{alertstate="firing"}) or vector(0)', "firing")], "stat", 6),
    ("Requests by part", "reqps", [(f"sum by (route) (rate(nexus_http_requests_total{{service=\"gateway\"}}{RATE}))", "{{route}}")], "timeseries", 12),
    ("Answers by status", "reqps", [(f"sum by (status) (rate(nexus_http_requests_total{{service=\"gateway\"}}{RATE}))", "{{status}}")], "timeseries", 12),
    ("Time to answer, at the gateway", "s",
     [(f"histogram_quantile({q}, sum by (le) (rate(nexus_http_request_seconds_bucket{{service=\"gateway\"}}{RATE})))", f"p{name}")
      for q, name in ((0.5, 50), (0.95, 95), (0.99, 99))], "timeseries", 12),
    ("Memory", "bytes", [('process_resident_memory_bytes{service!=""}', "{{service}} {{instance}}")], "timeseries", 12),
    ("Processor", "percentunit", [(f"rate(process_cpu_seconds_total{{service!=\"\"}}{RATE})", "{{service}} {{instance}}")], "timeseries", 12),
    ("Open files and connections", "short", [('process_open_fds{service!=""}', "{{service}} {{instance}}")], "timeseries", 12),
]
SERVICES = [
    ("Requests by route", "reqps", [(f"topk(15, sum by (method, route) (rate(nexus_http_requests_total{{{SERVICE}}}{RATE})))", "{{method}} {{route}}")], "timeseries", 12),
    ("Errors by route", "reqps", [(f"sum by (method, route, status) (rate(nexus_http_requests_total{{{SERVICE},status=~\"5..\"}}{RATE}))", "{{status}} {{method}} {{route}}")], "timeseries", 12),
    ("Slowest routes (p95)", "s",
     [(f"topk(15, histogram_quantile(0.95, sum by (le, method, route) (rate(nexus_http_request_seconds_bucket{{{SERVICE}}}{RATE}))))", "{{method}} {{route}}")], "timeseries", 12),
    ("Time to answer", "s",
     [(f"histogram_quantile({q}, sum by (le, service) (rate(nexus_http_request_seconds_bucket{{{SERVICE}}}{RATE})))", f"{{{{service}}}} p{name}")
      for q, name in ((0.5, 50), (0.99, 99))], "timeseries", 12),
    ("Database threads at work", "short", [(f"nexus_db_threads_busy{{{SERVICE}}}", "{{service}} {{instance}}"), (f"max(nexus_db_threads{{{SERVICE}}})", "there are")], "timeseries", 8),
    ("Work that waits for a database thread", "short", [(f"nexus_db_queue{{{SERVICE}}}", "{{service}} {{instance}}")], "timeseries", 8),
    ("Open database connections", "short", [(f"nexus_db_connections{{{SERVICE}}}", "{{service}} {{instance}}")], "timeseries", 8),
    ("Waiting for a database thread (p99)", "s", [(f"histogram_quantile(0.99, sum by (le, service) (rate(nexus_db_wait_seconds_bucket{{{SERVICE}}}{RATE})))", "{{service}}")], "timeseries", 8),
    ("Work in the database (p50, p99)", "s",
     [(f"histogram_quantile({q}, sum by (le, service) (rate(nexus_db_work_seconds_bucket{{{SERVICE}}}{RATE})))", f"{{{{service}}}} p{name}")
      for q, name in ((0.5, 50), (0.99, 99))], "timeseries", 8),
    ("Answered 503 for the database's sake", "reqps", [(f"sum by (service, reason) (rate(nexus_db_refused_total{{{SERVICE}}}{RATE}))", "{{service}} {{reason}}")], "timeseries", 8),
]
EVENTS = [
    ("Last event of each feed", "short", [("max by (service) (nexus_feed_position)", "{{service}}")], "timeseries", 12),
    ("Events a second", "short", [(f"max by (service) (rate(nexus_feed_position{RATE}))", "{{service}}")], "timeseries", 12),
    ("Events without a position yet", "short", [("max by (service) (nexus_outbox_waiting)", "{{service}}")], "timeseries", 8),
    ("For how long the oldest has waited", "s", [("max by (service) (nexus_outbox_oldest_seconds)", "{{service}}")], "timeseries", 8),
    ("Leaders (one for each service)", "short", [("sum by (service) (nexus_feed_leader)", "{{service}}")], "timeseries", 8),
    ("How far consumers are behind", "short",
     [('max by (source) (label_replace(nexus_feed_position, "source", "$1", "service", "(.*)")) - on (source) group_right max by (source, service) (nexus_inbox_position)',
       "{{service}} behind {{source}}")], "timeseries", 8),
    ("Since a feed was last applied", "s", [("min by (service, source) (nexus_inbox_silence_seconds)", "{{service}} ← {{source}}")], "timeseries", 8),
    ("Failures while following", "short", [(f"sum by (service, source) (rate(nexus_inbox_failures_total{RATE}))", "{{service}} ← {{source}}")], "timeseries", 8),
]
GATEWAY = [
    ("Breakers (1 is open)", "short", [("nexus_upstream_breaker_open", "{{upstream}}")], "timeseries", 8),
    ("Requests that got no answer", "reqps", [(f"sum by (upstream, reason) (rate(nexus_upstream_failures_total{RATE}))", "{{upstream}} {{reason}}")], "timeseries", 8),
    ("Requests sent again", "reqps", [(f"sum by (upstream) (rate(nexus_upstream_retries_total{RATE}))", "{{upstream}}")], "timeseries", 8),
    ("Under way", "short", [("nexus_upstream_in_flight", "{{upstream}}")], "timeseries", 8),
    ("Idle connections to services", "short", [("nexus_upstream_idle_connections", "{{upstream}}")], "timeseries", 8),
    ("Connections of clients", "short", [("nexus_gateway_connections", "open")], "timeseries", 8),
    ("Not let in or not understood (4xx)", "reqps", [(f"sum by (status) (rate(nexus_http_requests_total{{service=\"gateway\",status=~\"4..\"}}{RATE}))", "{{status}}")], "timeseries", 12),
    ("Time to answer by part (p95)", "s", [(f"histogram_quantile(0.95, sum by (le, route) (rate(nexus_http_request_seconds_bucket{{service=\"gateway\"}}{RATE})))", "{{route}}")], "timeseries", 12),
]
PLANNER = [
    ("Problems solved, by answer", "reqps", [(f"sum by (code) (rate(route_optimizer_answers_total{RATE}))", "code {{code}}")], "timeseries", 8),
    ("In hand and waiting", "short", [("sum(route_optimizer_requests_in_hand)", "worked on"), ("sum(route_optimizer_requests_waiting)", "waiting")], "timeseries", 8),
    ("Refused, given up, broken", "reqps", [(f"sum(rate(route_optimizer_{what}_total{RATE}))", what) for what in ("refused", "cancelled", "panics")], "timeseries", 8),
    ("Time for one problem (mean)", "s",
     [(f"sum(rate(route_optimizer_seconds_total{RATE})) / sum(rate(route_optimizer_answers_total{RATE}))", "in all"),
      (f"sum(rate(route_optimizer_solving_seconds_total{RATE})) / sum(rate(route_optimizer_answers_total{RATE}))", "searching")], "timeseries", 8),
    ("Stops asked for a second", "short", [(f"sum(rate(route_optimizer_tasks_total{RATE}))", "stops")], "timeseries", 8),
    ("Steps of the search a second", "short", [(f"sum(rate(route_optimizer_iterations_total{RATE}))", "steps")], "timeseries", 8),
    ("Plans asked of visits", "reqps", [(f"sum by (method, route, status) (rate(nexus_http_requests_total{{service=\"visits\",route=~\".*/(plans|tours).*\"}}{RATE}))", "{{status}} {{method}} {{route}}")], "timeseries", 24),
]
BOARDS = [
    ("overview", "Overview", OVERVIEW), ("services", "Services and their database", SERVICES), ("events", "Events between services", EVENTS),
    ("gateway", "The gateway and what is behind it", GATEWAY), ("planner", "The planner", PLANNER),
]


def panel(number, place, title, unit, queries, kind, width):
    options = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}, "tooltip": {"mode": "multi", "sort": "desc"}}
    if kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"}
    targets = [
        {"refId": chr(65 + at), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
        for at, (expression, legend) in enumerate(queries)
    ]
    return {
        "id": number, "type": kind, "title": title, "datasource": SOURCE, "targets": targets, "options": options,
        "gridPos": {"x": place[0], "y": place[1], "w": width, "h": 5 if kind == "stat" else 8},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 8, "showPoints": "never"}}, "overrides": []},
    }


def board(uid, title, panels):
    made, x, y, height = [], 0, 0, 0
    for number, (name, unit, queries, kind, width) in enumerate(panels, 1):
        if x + width > 24:
            x, y = 0, y + height
        made.append(panel(number, (x, y), name, unit, queries, kind, width))
        x, height = x + width, made[-1]["gridPos"]["h"]
    variable = {
        "name": "service", "label": "Service", "type": "query", "datasource": SOURCE, "query": "label_values(nexus_db_threads, service)",
        "includeAll": True, "multi": True, "current": {"text": "All", "value": "$__all"}, "refresh": 2, "sort": 1,
    }
    return {
        "uid": f"nexus-{uid}", "title": title, "tags": ["nexus"], "timezone": "browser", "schemaVersion": 39, "version": 1,
        "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "editable": False, "panels": made,
        "links": [{"type": "dashboards", "tags": ["nexus"], "title": "NEXUS-CRM", "asDropdown": True}],
        "templating": {"list": [variable] if uid == "services" else []},
    }


def main():
    stale = []
    for uid, title, panels in BOARDS:
        path, text = FOLDER / f"{uid}.json", json.dumps(board(uid, title, panels), indent=1, ensure_ascii=False) + "\n"
        if "--check" in sys.argv:
            if not path.is_file() or path.read_text() != text:
                stale.append(path.name)
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"not what dashboards.py says: {', '.join(stale)}. Run it, and commit what it writes")


if __name__ == "__main__":
    main()
