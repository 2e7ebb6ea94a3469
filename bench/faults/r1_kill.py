#!/usr/bin/env python3
"""R1 and R2: programs die at random (kill -9) while clients are made and changed. Nothing acknowledged is lost, nothing happens
twice, and the events tell exactly what happened, in order.

    r1_kill.py [--seeds 5] [--writes 1000] [--no-retry]      --no-retry is R2: what got no answer happened once or not at all
"""
import argparse
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from installation import Caller, Installation, Lost, TRANSIENT, finish, new_id, tell, wait_for

KILLS = 10
VICTIMS = ["crm", "visits", "analytics", "auth", "gateway"]


class Killer(threading.Thread):
    """Kills one, waits until it is ready again, pauses, kills the next."""

    def __init__(self, system, seed):
        super().__init__(daemon=True)
        self.system, self.dice, self.stopping = system, random.Random(seed), threading.Event()
        self.kills, self.back = 0, []

    def run(self):
        while not self.stopping.is_set():
            name = self.dice.choice(VICTIMS)
            time.sleep(self.dice.uniform(0.02, 0.25))
            if self.system.signal(name, signal.SIGKILL):
                self.kills += 1
                began = time.monotonic()
                # The supervisor needs a moment to see it; a life that has not begun is not ready either.
                wait_for(f"{name} is ready", lambda: self.system.ready(name), 30)
                self.back.append(time.monotonic() - began)


def changed(caller, client, version, note):
    """PATCH until it is certain that it happened once: an answer that was lost is looked up."""
    headers = {"If-Match": f'"{version}"'}
    while True:
        try:
            answer = caller.api("PATCH", f"/clients/{client}", {"notes": note}, headers)
            if answer.status == 200:
                return answer.json()["version"]
            if answer.status == 412:
                found = caller.keep_asking("GET", f"/clients/{client}").json()
                assert found["notes"] == note and found["version"] == version + 1, "a change happened twice, or another one"
                return found["version"]
            assert answer.status in TRANSIENT, (answer.status, answer.body)
        except Lost:
            pass
        time.sleep(0.05)


def write(system, token, number):
    caller, client = Caller(system.port, token), new_id()
    body = {"id": client, "name": f"Negozio {number} {client[-6:]}"}
    answer = caller.keep_asking("POST", "/clients", body, {"Idempotency-Key": f"k-{client}"})
    assert answer.status == 201, (answer.status, answer.body)
    version = answer.json()["version"]
    for step in (1, 2):
        version = changed(caller, client, version, f"nota {step}")
    caller.close()
    return client


def write_once(system, token, number):
    """Without a second try. Answers the client, and what is known of it and of its changes: yes, no, or perhaps."""
    caller, client, known = Caller(system.port, token), new_id(), []
    try:
        answer = caller.api("POST", "/clients", {"id": client, "name": f"Negozio {number} {client[-6:]}"}, {"Idempotency-Key": f"k-{client}"})
        known.append("yes" if answer.status == 201 else "perhaps")
        if answer.status == 201:
            version = answer.json()["version"]
            for step in (1, 2):
                answer = caller.api("PATCH", f"/clients/{client}", {"notes": f"nota {step}"}, {"If-Match": f'"{version}"'})
                known.append("yes" if answer.status == 200 else "perhaps")
                if answer.status != 200:
                    break
                version = answer.json()["version"]
    except Lost:
        known.append("perhaps")
    caller.close()
    return client, known


def check_all(system, clients):
    rows = {client: (int(version), notes) for client, version, notes in system.sql("SELECT id, version, coalesce(notes, '') FROM crm.clients")}
    lost = sum(client not in rows or rows[client][1] != "nota 2" for client in clients)
    return rows, lost, len(set(rows) - set(clients))


def events_of(system):
    events = {}
    for subject, version, kind in system.sql("SELECT subject_id, version, kind FROM crm.events WHERE kind LIKE 'crm.client.%' ORDER BY position"):
        events.setdefault(subject, []).append(int(version))
    return events


def chains_hold(system):
    return system.nexus("verify", "--live", check=False).returncode == 0


def run(seed, writes, retry):
    with Installation() as system:
        token = system.sign_in(first=True)
        killer = Killer(system, seed)
        killer.start()
        with ThreadPoolExecutor(8) as pool:
            work = write if retry else write_once
            results = []
            # Whoever writes faster than programs can die goes on writing.
            while len(results) < writes or killer.kills < KILLS:
                more = range(len(results), max(writes, len(results) + 80))
                results += pool.map(lambda number: work(system, token, number), more)
        killer.stopping.set()
        killer.join()
        # A service killed last is back by now; the feeds have a moment to settle.
        drained = system.settled(30)
        events = events_of(system)
        mirrored = {row[0] for row in system.sql("SELECT id FROM visits.clients")} if mirror(system) else None
        if retry:
            rows, lost, extra = check_all(system, results)
            ordered = sum(events.get(client) != sorted(set(events.get(client, []))) or len(events.get(client, [])) != rows[client][0]
                          for client in results if client in rows)
        else:
            rows = {client: (int(version), notes) for client, version, notes in system.sql("SELECT id, version, coalesce(notes, '') FROM crm.clients")}
            lost = sum(known[0] == "yes" and client not in rows for client, known in results)
            lost += sum(known.count("yes") > rows[client][0] or len(known) < rows[client][0] for client, known in results if client in rows)
            extra = len(set(rows) - {client for client, _ in results})
            ordered = sum(events.get(client) != list(range(1, rows[client][0] + 1)) for client in rows)
        phantom = len(set(events) - set(rows))
        missing = 0 if mirrored is None else len(set(rows) - mirrored)
        return len(results), killer, lost, extra, ordered, phantom, missing, drained, chains_hold(system)


def mirror(system):
    return system.sql("SELECT to_regclass('visits.clients') IS NOT NULL") == [["t"]]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--writes", type=int, default=1000)
    options.add_argument("--no-retry", action="store_true")
    options = options.parse_args()
    name = "R2" if options.no_retry else "R1"
    for seed in range(1, options.seeds + 1):
        written, killer, lost, extra, ordered, phantom, missing, drained, sound = run(seed, options.writes, not options.no_retry)
        wrong = (lost, extra, ordered, phantom, missing)
        enough = killer.kills >= KILLS and max(killer.back) < 2
        tell(f"{name} seed {seed}: {written} × 3 writes, {killer.kills} kills",
             "0 lost, 0 twice, 0 events wrong, ready < 2 s, events delivered < 30 s",
             f"{lost} lost, {extra} twice, {ordered} wrong events, {phantom} phantoms, {missing} not mirrored, chains {'hold' if sound else 'BROKEN'}, "
             f"ready after ≤ {max(killer.back):.2f} s, delivered after {drained:.1f} s", not any(wrong) and enough and sound)
    finish()


if __name__ == "__main__":
    main()
