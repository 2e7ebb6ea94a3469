#!/usr/bin/env python3
"""Measures what a person waits for when planning, through the gateway: plans of a day, a week and twenty days, the rest of a day,
the best order, what is near.

    python3 bench/visits/measure.py http://localhost:8080 STATE [--monaco] [--short] [--map]

The installation (`nexus --state STATE up`) must be fresh: the first to register becomes its admin. Shops and agents are put into
the schema of visits by SQL, the same each time. Prints lines of `figure | goal | measured | verdict`; wall time, so keep the machine
quiet. --monaco: shops where the small road extract is; --short: not the twenty days; --map: only puts up the 10,000 shops
that map.mjs looks at.
"""

import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

ADMIN = {"name": "Giulia Bianchi", "email": "giulia@example.it", "password": "una frase lunga da ricordare"}

SHOPS = """
SELECT setseed(0.42);
CREATE TEMP TABLE towns AS
    SELECT number, {lat} + {spread} * (random() + random() - 1) AS lat, {lng} + {spread} * 1.4 * (random() + random() - 1) AS lng
    FROM generate_series(0, 59) number;
CREATE TEMP TABLE shops AS
    SELECT gen_random_uuid() AS id, gen_random_uuid() AS client_id, s.number, t.lat + {spread} * 0.05 * (random() - 0.5) AS lat,
        t.lng + {spread} * 0.07 * (random() - 0.5) AS lng,
        CASE WHEN random() < 0.15 THEN 'A' WHEN random() < 0.4 THEN 'B' ELSE 'C' END AS class,
        current_date - (random() * 70)::integer AS seen,
        CASE WHEN random() < 0.2 THEN '{{"mon": [["15:00", "19:30"]], "tue": [["09:00", "12:30"], ["15:30", "19:30"]],
            "wed": [["09:00", "12:30"], ["15:30", "19:30"]], "thu": [["09:00", "12:30"]], "fri": [["09:00", "12:30"], ["15:30", "19:30"]]}}'
            ELSE '{{}}' END::jsonb AS hours
    FROM generate_series(1, {count}) s (number) JOIN towns t ON t.number = s.number % 60;
INSERT INTO users (id, name, name_key, status, version) VALUES ('{agent}', 'Agente {count}', 'agente', 'active', 1);
INSERT INTO working_hours (agent_id, version, updated_at, body) VALUES ('{agent}', 1, now(), '{{"start": {{"label": "Casa", "lat": {lat}, "lng": {lng}}}}}');
INSERT INTO clients (id, version, name, class, lifecycle, owner_id, archived, orders, first_order_on, last_order_on)
    SELECT client_id, 1, 'Negozio ' || number, class, 'active', '{agent}', false, 5, seen - 300, seen FROM shops;
INSERT INTO places (id, version, site_version, client_id, client_name, name, search_text, class, lifecycle, owner_id, city, province,
        lat, lng, opening_hours, site_archived, archived, known_since, cadence_days, last_visit_on, due_on)
    SELECT id, 1, 1, client_id, 'Negozio ' || number, 'Sede', 'negozio', class, 'active', '{agent}', 'Torino', 'TO', lat, lng, hours,
        false, false, seen - 400, cadence, seen, seen + ceil(cadence * 0.7)::integer
    FROM shops, LATERAL (SELECT CASE class WHEN 'A' THEN 14 WHEN 'B' THEN 30 ELSE 60 END AS cadence) c;
ANALYZE places;
"""


class Caller:
    def __init__(self, url):
        place = urlsplit(url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        self.token = None

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json", "If-Match": "*"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        begun = time.perf_counter()
        self.connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:600].decode()}")
        return json.loads(data) if data else None, time.perf_counter() - begun

    def sign_in(self):
        self.token = None
        person = {key: ADMIN[key] for key in ("email", "password")}
        self.token = self.call("POST", "/auth/login", person)[0]["access_token"]


def seed(state, count, monaco):
    """An agent with so many shops, in the schema of visits."""
    secrets = dict(line.split("=", 1) for line in (state / "secrets.env").read_text().splitlines() if "=" in line and line[0] != "#")
    agent = str(uuid.uuid4())
    lat, lng, spread = (43.736, 7.421, 0.004) if monaco else (45.07, 7.68, 0.45)
    sql = SHOPS.format(agent=agent, count=count, lat=lat, lng=lng, spread=spread)
    place = ["-h", str(state / "postgres/run"), "-U", "nexus_visits", "-d", "nexus", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    subprocess.run(["psql", *place], input=sql, text=True, check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, PGPASSWORD=secrets["VISITS_DATABASE_PASSWORD"]))
    return agent


def pressed(api, agent, first, last):
    """From pressing the button to seeing the tours."""
    begun = time.perf_counter()
    asked = {"agent_ids": [agent], "from": str(first), "until": str(last)}
    plan, seen = api.call("POST", "/plans", asked)[0], []
    while plan["status"] in ("queued", "running"):
        plan = api.call("GET", f"/plans/{plan['id']}?wait={4 if first == last else 1}")[0]
        if plan["progress"] not in seen:
            seen.append(plan["progress"])
    if plan["status"] != "ready":
        raise SystemExit(f"the plan {plan['status']}: {plan['problem']}")
    return time.perf_counter() - begun, plan, seen


def told(plan):
    tours, stops = plan["outcome"]["tours"], [stop for tour in plan["outcome"]["tours"] for stop in tour["stops"]]
    points, driving = sum(stop["points"] for stop in stops), sum(tour["travel_seconds"] for tour in tours) / 60
    return (f"{len(tours)} tours, {len(stops)} visits, {points} points, {driving / max(len(stops), 1):.0f} min driving a visit, "
            f"{plan['outcome']['left_out_count']} left out")


def line(what, goal, seconds):
    seconds.sort()
    middle, p95 = seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    measured = f"p50 {middle:.2f} s, p95 {p95:.2f} s" if len(seconds) > 1 else f"{p95:.2f} s"
    print(f"| {what} | < {goal} s | {measured} | {'met' if p95 < goal else '**not met**'} |", flush=True)


def days(api, agent, monday, what):
    took = []
    for number in range(15):
        day = monday + timedelta(days=number % 5)
        seconds, plan, _ = pressed(api, agent, day, day)
        took.append(seconds)
        if number == 0:
            print(f"{what}: {told(plan)}", flush=True)
    line(what, 0.3, took)


def rest(api, agent, monday):
    """A tour that is accepted, and what one asks of it."""
    _, plan, _ = pressed(api, agent, monday, monday)
    tour = api.call("POST", f"/plans/{plan['id']}/accept", {})[0]["tours"][0]
    asked = {"the rest of a day planned anew": ("POST", "/replan", {"dry_run": True}), "the best order of a day": ("POST", "/optimise", {}),
             "shops that fill a gap of a tour": ("GET", "/nearby?minutes=20", None)}
    for what, (method, path, body) in asked.items():
        line(what, 1, [api.call(method, f"/tours/{tour['id']}{path}", body)[1] for _ in range(15)])


def main():
    flags = [word for word in sys.argv[1:] if word.startswith("--")]
    url, state = [word for word in sys.argv[1:] if not word.startswith("--")]
    api, state, monaco = Caller(url), Path(state), "--monaco" in flags
    try:
        api.call("POST", "/auth/register", ADMIN)
    except SystemExit:
        print("somebody is registered already: signing in as the admin of an earlier run", file=sys.stderr)
        api = Caller(url)
    api.sign_in()
    if "--map" in flags:
        seed(state, 10_000, monaco)
        return
    monday = date.today() + timedelta(days=7 - date.today().weekday())
    days(api, seed(state, 300, monaco), monday, "one agent of 300 shops, one day, pressed to shown")
    thousand = seed(state, 1_000, monaco)
    seconds, plan, _ = pressed(api, thousand, monday, monday + timedelta(days=4))
    print(f"1,000 shops, 5 days: {told(plan)}", flush=True)
    line("one agent, 1,000 shops, 5 days", 5, [seconds])
    rest(api, thousand, monday)
    api.sign_in()
    many = seed(state, 3_000, monaco)
    days(api, many, monday, "one agent of 3,000 shops, one day, pressed to shown")
    if "--short" in flags:
        return
    seconds, plan, seen = pressed(api, many, monday, monday + timedelta(days=27))
    print(f"3,000 shops, 20 working days: {told(plan)}; progress {seen}", flush=True)
    line("one agent, 3,000 shops, 20 working days", 60, [seconds])


if __name__ == "__main__":
    main()
