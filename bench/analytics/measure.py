#!/usr/bin/env python3
"""Rebuild, dashboards and freshness of analytics with a company's history. See README.md."""

import base64
import http.client
import json
import math
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from datetime import date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
AGENTS, FIRST_DAY, DAYS = 50, date(2023, 12, 1), 1095
PIPELINE = "00000000-0000-7000-8000-0000000000a0"
STAGES = [f"00000000-0000-7000-8000-0000000000a{n}" for n in range(1, 7)]
PROVINCES = "TO MI RM NA BO FI GE VE BA PA CT VR PD BS TA MO RE PR LI RA".split()


def uid(kind, number):
    return f"{kind:08x}-0000-7000-8000-{number:012x}"


def agent(number):
    return uid(1, number % AGENTS)


def moment(number, of):
    """When the record of this number came into being: they come one after the other."""
    return datetime(2023, 12, 1, tzinfo=timezone.utc) + timedelta(seconds=number * (DAYS - 1) * 86400 // of)


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


class History:
    """crm's feed as a function of the position."""

    def __init__(self, share):
        self.clients, self.deals = int(100_000 * share), int(300_000 * share)
        self.orders, self.talks = int(200_000 * share), int(1_000_000 * share)
        self.parts = [(1, self.pipeline), (8, self.source), (7, self.product), (self.clients, self.client),
                      (self.deals * 3, self.deal), (self.orders, self.order), (self.talks, self.talk)]
        self.length = sum(length for length, _ in self.parts)
        self.more = []
        self.pages = {}

    def event(self, position):
        number = position - 1
        for length, make in self.parts:
            if number < length:
                return make(position, number)
            number -= length
        return self.more[number]

    def prepare(self, limit):
        """Writes the pages that a rebuild asks for, so that telling them takes little of the machine that is measured."""
        self.pages = {(after, limit): self.page(after, limit) for after in range(0, self.length, limit)}

    def page(self, after, limit):
        if (after, limit) in self.pages:
            return self.pages[after, limit]
        last = min(after + limit, self.length + len(self.more))
        events = ",".join(self.event(position) for position in range(after + 1, last + 1))
        return f'{{"events":[{events}],"position":{max(last, after)}}}'.encode()

    @staticmethod
    def told(position, kind, subject, at, version, record):
        return (f'{{"position":{position},"id":"{uid(15, position)}","kind":"{kind}","subject_id":"{subject}","actor_id":null,'
                f'"at":"{at}","version":{version},"payload":{{"before":null,"record":{record}}}}}')

    def pipeline(self, position, _):
        names = ["Nuova", "Qualificata", "Proposta", "Negoziazione", "Vinta", "Persa"]
        kinds = ["open"] * 4 + ["won", "lost"]
        stages = [{"id": STAGES[n], "name": names[n], "position": n + 1, "probability": (10, 30, 50, 75, 100, 0)[n],
                   "outcome": kinds[n], "stale_after_days": 30 if n < 4 else None} for n in range(6)]
        record = json.dumps({"name": "Vendita", "stages": stages})
        return self.told(position, "crm.pipeline.created.v1", PIPELINE, "2023-12-01T00:00:00Z", 1, record)

    def source(self, position, number):
        record = f'{{"name":"Provenienza {number}"}}'
        return self.told(position, "crm.lead_source.created.v1", uid(7, number), "2023-12-01T00:00:00Z", 1, record)

    def product(self, position, number):
        record = f'{{"name":"Prodotto {number}"}}'
        return self.told(position, "crm.product.created.v1", uid(8, number), "2023-12-01T00:00:00Z", 1, record)

    def client(self, position, number):
        at = stamp(moment(number, self.clients))
        record = (f'{{"name":"Negozio {number}","owner_id":"{agent(number)}","province":"{PROVINCES[number % 50 % 20]}",'
                  f'"class":"{"ABC"[number % 3]}","lifecycle":"prospect","source_id":"{uid(7, number % 8)}","created_at":"{at}",'
                  f'"archived_at":null}}')
        return self.told(position, "crm.client.created.v1", uid(2, number), at, 1, record)

    def deal(self, position, number):
        number, step = divmod(number, 3)
        begun = moment(number, self.deals)
        first = stamp(begun)
        at = begun + timedelta(days=(0, 3 + number % 20, 10 + number % 80)[step], minutes=step)
        ends = number % 10
        end = step == 2 and ends < 8 and at.date() < FIRST_DAY + timedelta(days=DAYS)
        stage = STAGES[(0, 1 + number % 3, (4 if ends < 5 else 5) if end else 3)[step]]
        status = ("won" if ends < 5 else "lost") if end else "open"
        closed = f'"{at.date()}"' if end else "null"
        reason = f'"{uid(9, number % 6)}"' if status == "lost" else "null"
        owner = agent(number)
        record = (f'{{"name":"Fornitura {number}","owner_id":"{owner}","client_id":"{uid(2, number % max(1, self.clients))}",'
                  f'"pipeline_id":"{PIPELINE}","stage_id":"{stage}","status":"{status}","amount_cents":{10_000 + number * 37 % 900_000},'
                  f'"product_id":"{uid(8, number % 7)}","source_id":"{uid(7, number % 8)}","opened_on":"{begun.date()}",'
                  f'"expected_close_on":"{(begun + timedelta(days=60)).date()}","closed_on":{closed},"lost_reason_id":{reason},'
                  f'"stage_entered_at":"{stamp(at)}","created_at":"{first}","archived_at":null}}')
        kind = ("created", "moved", status if end else "moved")[step]
        return self.told(position, f"crm.opportunity.{kind}.v1", uid(3, number), stamp(at), step + 1, record)

    def order(self, position, number):
        at, net = stamp(moment(number, self.orders)), 5_000 + number * 53 % 200_000
        line = lambda n: f'{{"product_id":"{uid(8, (number + n) % 7)}","quantity":"2","net_cents":{net // 2}}}'
        record = (f'{{"number":"{number}","owner_id":"{agent(number)}","client_id":"{uid(2, number % max(1, self.clients // 2))}",'
                  f'"channel":"push","status":"approved","net_cents":{net},"total_cents":{net},"created_at":"{at}",'
                  f'"lines":[{line(0)},{line(3)}]}}')
        return self.told(position, "crm.order.created.v1", uid(4, number), at, 1, record)

    def talk(self, position, number):
        at = stamp(moment(number, self.talks))
        kind = ("call", "email", "visit", "note", "meeting")[number % 5]
        record = (f'{{"kind":"{kind}","client_id":"{uid(2, number % max(1, self.clients))}","actor_id":"{agent(number)}",'
                  f'"occurred_at":"{at}"}}')
        return self.told(position, "crm.interaction.recorded.v1", uid(5, number), at, 1, record)

    def win(self, number):
        """One more event: a deal of today is won for a cent."""
        now = datetime.now(timezone.utc)
        position = self.length + len(self.more) + 1
        today = (now + timedelta(hours=1)).date()
        record = (f'{{"name":"Adesso {number}","owner_id":"{agent(0)}","client_id":null,"pipeline_id":"{PIPELINE}",'
                  f'"stage_id":"{STAGES[4]}","status":"won","amount_cents":1,"product_id":null,"source_id":null,'
                  f'"opened_on":"{today}","expected_close_on":null,"closed_on":"{today}","lost_reason_id":null,'
                  f'"stage_entered_at":"{stamp(now)}","created_at":"{stamp(now)}","archived_at":null}}')
        self.more.append(self.told(position, "crm.opportunity.won.v1", uid(6, number), stamp(now), 1, record))


class Key:
    """Signs as auth does, with openssl."""

    def __init__(self, folder):
        self.file = folder / "key.pem"
        self.folder = folder
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file)
        public = subprocess.run(["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"], check=True, capture_output=True)
        self.jwks = json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "bench",
                                          "x": b64(public.stdout[-32:])}]}).encode()

    def token(self, user, permissions):
        now = int(time.time())
        claims = {"iss": "nexus-auth", "aud": "nexus", "sub": user, "sid": uid(14, 1), "jti": uid(14, 2), "iat": now, "nbf": now,
                  "exp": now + 7_200, "ver": 1, "perm": permissions}
        text = b64(json.dumps({"alg": "EdDSA", "typ": "at+jwt", "kid": "bench"}).encode()) + "." + b64(json.dumps(claims).encode())
        (self.folder / "text").write_text(text)
        signed = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.file, "-rawin", "-in", self.folder / "text"],
                                check=True, capture_output=True)
        return text + "." + b64(signed.stdout)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def stand_in(history, key):
    """auth and crm, as far as analytics asks for them."""
    users = [json.dumps({"position": n + 1, "id": uid(13, n), "kind": "auth.user.saved.v1", "subject_id": agent(n), "actor_id": None,
                         "at": "2023-12-01T00:00:00Z", "version": 1,
                         "payload": {"id": agent(n), "name": f"Agente {n}", "status": "active", "roles": [],
                                     "manager_id": None if n == 0 else agent(0 if n < 6 else 1 + n % 5)}}) for n in range(AGENTS)]

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.say(b'{"access_token":"t","expires_in":600}')

        def do_GET(self):
            place = urllib.parse.urlsplit(self.path)
            query = {name: values[0] for name, values in urllib.parse.parse_qs(place.query).items()}
            if place.path == "/internal/jwks":
                return self.say(key.jwks)
            if place.path == "/internal/revocations":
                return self.say(b'{"position":0,"sessions":[],"users":[]}')
            after, limit, until = int(query["after"]), int(query["limit"]), time.time() + int(query.get("wait", 0))
            if self.server.is_auth:
                page = users[after:after + limit]
                if not page:
                    time.sleep(5)
                return self.say(f'{{"events":[{",".join(page)}],"position":{after + len(page)}}}'.encode())
            while after >= history.length + len(history.more) and time.time() < until:
                time.sleep(0.005)
            # While the bench rebuilds, whoever follows has nothing new.
            if limit == 500 and self.server.holds and after < history.length:
                time.sleep(1)
                return self.say(f'{{"events":[],"position":{after}}}'.encode())
            self.say(history.page(after, limit))

        def say(self, body):
            try:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except BrokenPipeError:
                # Whoever asked has stopped.
                self.close_connection = True

        def log_message(self, *_):
            pass

    servers = []
    for is_auth in (True, False):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        server.daemon_threads, server.is_auth, server.holds = True, is_auth, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    return servers


def stat(pid):
    """What the operating system says of a process, from its state on; nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def children(of):
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if (told := stat(pid)) and told[1] == str(of)]


def cpu(pids):
    fields = [told for pid in pids if (told := stat(pid))]
    return sum(int(told[11]) + int(told[12]) for told in fields) / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, binary, url, history):
        self.folder = Path(tempfile.mkdtemp(prefix="analytics-bench-"))
        self.binary, self.key, self.history, self.postmaster = binary, Key(self.folder), history, None
        self.admin_url = url
        self.schema = "bench_analytics"
        join = "&" if "?" in url else "?"
        self.url = f"{url}{join}options=-csearch_path%3D{self.schema}%2Cextensions"
        self.sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE; CREATE SCHEMA {self.schema}", self.admin_url)
        self.auth, self.crm = stand_in(self.history, self.key)
        self.port = free_port()
        self.admin = self.key.token(agent(0), ["analytics:read:all", "analytics:manage:all"])
        self.start()

    def start(self):
        self.service = subprocess.Popen([self.binary], cwd=self.folder, stdout=open(self.folder / "log", "a"), stderr=subprocess.STDOUT,
                                        env={"PATH": os.environ["PATH"], "DATABASE_URL": self.url, "NEXUS_CLIENT_ID": "analytics",
                                             "AUTH_URL": f"http://127.0.0.1:{self.auth.server_port}", "NEXUS_CLIENT_SECRET": "bench",
                                             "CRM_URL": f"http://127.0.0.1:{self.crm.server_port}",
                                             "ANALYTICS_BIND": f"127.0.0.1:{self.port}"})
        self.connection = None

    def sql(self, text, url=None):
        done = subprocess.run(["psql", url or self.url, "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", text], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout.strip()

    def postgres(self):
        """CPU seconds of the server so far: its processes, and those that have ended (parallel workers do)."""
        if self.postmaster is None:
            backend = self.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'nexus-analytics' LIMIT 1")
            self.postmaster = stat(backend)[1]
        ended = sum(map(int, stat(self.postmaster)[13:15])) / os.sysconf("SC_CLK_TCK")
        return ended + cpu([self.postmaster]) + cpu(children(self.postmaster))

    def get(self, path, token, method="GET"):
        for _ in (1, 2):
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                began = time.perf_counter()
                self.connection.request(method, f"/api/v1/analytics/{path}", headers={"Authorization": f"Bearer {token}"})
                answer = self.connection.getresponse()
                body = answer.read()
                break
            except (OSError, http.client.HTTPException):
                self.connection = None
        took = (time.perf_counter() - began) * 1000
        if answer.status >= 300:
            raise SystemExit(f"{path}: {answer.status} {body[:400].decode()}")
        return json.loads(body), took

    def wait_ready(self):
        for _ in range(200):
            try:
                return self.get("status", self.admin)
            except (SystemExit, ConnectionError, UnboundLocalError):
                time.sleep(0.1)
        raise SystemExit((self.folder / "log").read_text()[-2000:])

    def rebuild(self):
        began, before = time.time(), (cpu([self.service.pid]), self.postgres())
        self.get("rebuild", self.admin, "POST")
        marks = {}
        while True:
            try:
                now, _ = self.get("rebuild", self.admin)
            except SystemExit as busy:
                # On a crowded machine the question may wait for too long; it is asked again.
                if " 503 " not in str(busy):
                    raise
                continue
            step = now["detail"] or now["status"]
            if step not in marks:
                marks[step] = time.time() - began, cpu([self.service.pid]) + self.postgres() - sum(before)
            if now["status"] != "running":
                break
            time.sleep(0.25)
        if now["status"] != "done":
            raise SystemExit(now)
        took = time.time() - began
        used = cpu([self.service.pid]) - before[0], self.postgres() - before[1]
        steps = ", ".join(f"{name} from {at:.1f} s (CPU {used:.1f} s)" for name, (at, used) in marks.items())
        tell(f"rebuild of {now['applied']:,} events", f"{took:.1f} s ({now['applied'] / took:,.0f} events/s; {steps}); CPU service {used[0]:.1f} s, "
             f"PostgreSQL {used[1]:.1f} s", took < 60)

    def sizes(self):
        rows = self.sql("SELECT sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname IN ('counts', 'count_deltas')), "
                        "sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname NOT IN ('counts', 'count_deltas')) "
                        f"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{self.schema}' AND relkind = 'r'")
        rollups, facts = map(int, rows.split("|"))
        tell("storage of rollups", f"{rollups / 1e6:.0f} MB beside {facts / 1e6:.0f} MB of facts: {rollups / facts:.1%}", rollups < facts / 10)

    def ask(self, what, goal, token, queries, rounds):
        for query in queries[:3]:
            self.get(f"dashboard?{query}", token)
        times, before = [], (cpu([self.service.pid]), self.postgres())
        for number in range(rounds):
            # Another order of tiles is another question: no kept answer stands in.
            tiles = random.sample(TILES, len(TILES))
            query = f"{queries[number % len(queries)]}&tiles={','.join(tiles)}"
            times.append(self.get(f"dashboard?{query}", token)[1])
        used = cpu([self.service.pid]) - before[0], self.postgres() - before[1]
        times.sort()
        p99 = times[math.ceil(len(times) * 0.99) - 1]
        tell(what, f"p99 {p99:.1f} ms, middle {times[len(times) // 2]:.1f} ms; CPU a call: service {used[0] / rounds * 1000:.1f} ms, "
             f"PostgreSQL {used[1] / rounds * 1000:.1f} ms", p99 < goal)

    def kept(self):
        query = "dashboard?from=2026-11-01&until=2026-11-30"
        self.get(query, self.admin)
        before, times = (cpu([self.service.pid]), self.postgres()), []
        for _ in range(1000):
            times.append(self.get(query, self.admin)[1])
        used = cpu([self.service.pid]) - before[0], self.postgres() - before[1]
        times.sort()
        each = sum(used)
        tell("dashboard asked again, nothing changed", f"p99 {times[990]:.1f} ms; CPU a call: service {used[0]:.2f} ms, PostgreSQL {used[1]:.2f} ms",
             each <= 0.5)

    def freshness(self, rate, seconds):
        """Events come at a rate; how long until the tile has each."""
        sent, stop = [], time.time() + seconds

        def send():
            number = 0
            while time.time() < stop:
                self.history.win(number)
                sent.append(time.time())
                number += 1
                time.sleep(max(0, sent[0] + number / rate - time.time()))

        query = f"dashboard?tiles=headline&from={date.today() - timedelta(days=1)}&until={date.today() + timedelta(days=1)}"
        value = lambda: int(next(f["value"] for f in self.get(query, self.admin)[0]["headline"]["figures"] if f["name"] == "won_cents"))
        base, worst, seen = value(), 0, 0
        before = cpu([self.service.pid]), self.postgres()
        began = time.time()
        threading.Thread(target=send, daemon=True).start()
        while time.time() < stop + 20 and (time.time() < stop or seen < len(sent)):
            asked = time.time()
            seen = value() - base
            # The oldest that is not in the answer had been told for so long when it was asked for.
            if seen < len(sent) and sent[seen] < asked:
                worst = max(worst, asked - sent[seen])
            time.sleep(0.05)
        used = cpu([self.service.pid]) - before[0], self.postgres() - before[1]
        took = time.time() - began
        tell(f"event to tile at {len(sent) / seconds:.0f} events/s", f"at most {worst:.2f} s; {seen} of {len(sent)} arrived; CPU a second: "
             f"service {used[0] / took:.2f} s, PostgreSQL {used[1] / took:.2f} s", worst < 2 and seen == len(sent))

    def stop(self):
        self.service.terminate()
        self.service.wait(20)
        if not os.environ.get("KEEP_SCHEMA"):
            self.sql(f"DROP SCHEMA {self.schema} CASCADE", self.admin_url)


TILES = ("headline sales_trend pipeline funnel stage_times time_to_close leads lost_reasons forecast targets follow_ups reorders segments "
         "coverage tours activities agents provinces products sources phases").split()


def tell(what, measured, met):
    print(f"| {what} | {measured} | {'met' if met else '**not met**'} |", flush=True)


def main():
    binary, url = sys.argv[1:3]
    history = History(float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
    bench = Bench(str(Path(binary).resolve()), url, history)
    dice = random.Random(5)
    try:
        bench.wait_ready()
        history.prepare(2_000)
        bench.rebuild()
        history.pages.clear()
        bench.crm.holds = False
        # Waits for the service, which does the same to its new tables.
        for command in ("VACUUM (ANALYZE)", "CHECKPOINT"):
            bench.sql(command)
        bench.sizes()
        month, quarter = "from=2026-11-01&until=2026-11-30", "from=2026-07-01&until=2026-09-30"
        year, odd = "from=2025-12-01&until=2026-11-30", "from=2026-03-10&until=2026-10-17"
        boss = bench.key.token(agent(1), ["analytics:read:team"])
        seller = bench.key.token(agent(17), ["analytics:read:own"])
        bench.ask("whole dashboard, admin, a month", 20, bench.admin, [month], 300)
        bench.ask("whole dashboard, admin, a quarter", 20, bench.admin, [quarter], 300)
        bench.ask("whole dashboard, admin, a year", 20, bench.admin, [year], 300)
        bench.ask("whole dashboard, admin, any days", 100, bench.admin, [odd], 200)
        bench.ask("whole dashboard, manager of ten, a quarter", 20, boss, [quarter], 300)
        bench.ask("whole dashboard, agent, a month", 20, seller, [month], 300)
        ways = []
        for _ in range(100):
            parts = [dice.choice([month, quarter, year, odd])]
            chosen = dice.sample(["province", "product_id", "source_id", "agent_id", "team_id"], dice.randint(1, 3))
            if "agent_id" in chosen and "team_id" in chosen:
                chosen.remove("team_id")
            values = {"province": dice.choice(PROVINCES), "product_id": uid(8, dice.randrange(7)), "source_id": uid(7, dice.randrange(8)),
                      "agent_id": agent(dice.randrange(AGENTS)), "team_id": agent(dice.randrange(6))}
            parts += [f"{name}={values[name]}" for name in chosen]
            ways.append("&".join(parts))
        bench.ask("any combination of filters", 100, bench.admin, ways, 300)
        bench.kept()
        bench.freshness(200, 10)
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
