#!/usr/bin/env python3
"""R3: PostgreSQL ends at once (`-m immediate`) twice under load."""
import signal
import subprocess
import time

from installation import Installation, Load, finish, new_id, pg, tell, wait_for


def create(caller):
    client = new_id()
    return caller.api("POST", "/clients", {"id": client, "name": f"Negozio {client[-8:]}"}, {"Idempotency-Key": client})


def main():
    with Installation() as system:
        token = system.sign_in(first=True)
        pids = {name: system.pid(name) for name in ("auth", "crm", "gateway")}
        load = Load(system, token, create, 100)
        load.start()
        gaps = []
        for _ in range(2):
            time.sleep(3)
            system.signal("postgres", signal.SIGQUIT)
            time.sleep(0.1)
            ready = lambda: subprocess.run([pg("pg_isready"), "-q", "-d", system.database_url()]).returncode == 0
            wait_for("PostgreSQL answers", ready, 60)
            at = time.monotonic()
            wait_for("a write", lambda: any(status == 201 and began > at for began, status, *_ in list(load.results)), 30, 0.005)
            gaps.append(time.monotonic() - at)
        time.sleep(2)
        results = load.stop()
        made = {answer.json()["id"] for _, status, _, _, answer in results if status == 201}
        stored = {row[0] for row in system.sql("SELECT id FROM crm.clients")}
        other = sorted({status for _, status, *_ in results} - {201, 503})
        silent = sum(status == 503 and not after for _, status, _, after, _ in results)
        restarts = sum(system.pid(name) != pid for name, pid in pids.items())
        refused = sum(status == 503 for _, status, *_ in results)
        tell("R3 next write after PostgreSQL is back", "< 5 s", f"{max(gaps):.2f} s", max(gaps) < 5)
        tell("R3 answers meanwhile", "only 503 with Retry-After", f"{refused} × 503, others: {other or 'none'}, without Retry-After: {silent}", not other and not silent)
        tell("R3 acknowledged writes lost, services restarted", "0, 0", f"{len(made - stored)} of {len(made)}, {restarts}", not made - stored and not restarts)
    finish()


if __name__ == "__main__":
    main()
