#!/usr/bin/env python3
"""Puts PgBouncer (Debian's package) in session mode between crm and PostgreSQL, and looks whether it serves, writes, and whether its
events are delivered. Says how many connections each side of PgBouncer holds. NEXUS_BIN as in bench/faults."""
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench/faults"))
from installation import Installation, Load, Process, finish, free_port, new_id, tell, wait_for  # noqa: E402


def write(caller):
    client = new_id()
    return caller.api("POST", "/clients", {"id": client, "name": f"Ponte {client[-9:]}"}, {"Idempotency-Key": client})


def main():
    with Installation() as system, tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        token, port = system.sign_in(first=True), free_port()
        url = urllib.parse.urlsplit(system.settings_of("crm")["DATABASE_URL"])
        sockets = urllib.parse.parse_qs(url.query).get("host", [urllib.parse.unquote(url.hostname or "")])[0]
        users, settings = Path(folder) / "users", Path(folder) / "pgbouncer.ini"
        users.write_text(f'"{url.username}" "{url.password}"\n')
        settings.write_text(f"[databases]\nnexus = host={sockets} dbname=nexus\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
                            f"unix_socket_dir =\nauth_type = plain\nauth_file = {users}\npool_mode = session\nlogfile = /dev/null\n"
                            "ignore_startup_parameters = extra_float_digits,options\n")
        bouncer = subprocess.Popen(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "pgbouncer", "-q", str(settings)])
        through = f"postgres://{url.username}:{url.password}@127.0.0.1:{port}/nexus"
        try:
            time.sleep(1)
            crms = [Process(system, "crm", DATABASE_URL=lambda env: through) for _ in range(3)]
            gateway = Process(system, "gateway", CRM_URL=",".join(f"http://127.0.0.1:{crm.port}" for crm in crms))
            load = Load(system, token, write, 60, 16, gateway.port)
            load.start()
            time.sleep(5)
            results = load.stop()
            statuses = sorted({row[1] for row in results})
            tell("three replicas of crm through PgBouncer: writes", "201 only", f"{len(results)} × {statuses}", statuses == [201])
            stored = int(system.sql("SELECT count(*) FROM crm.clients WHERE name LIKE 'Ponte %'")[0][0])
            tell("written once each", str(len(results)), str(stored), stored == len(results))
            tell("events delivered", "< 30 s", f"{system.settled():.1f} s", True)
            held = system.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'nexus_crm'")[0][0]
            print(f"connections of crm to PostgreSQL: {held}")
            for process in [gateway, *crms]:
                process.stop()
        finally:
            bouncer.terminate()
            bouncer.wait()
    finish()


if __name__ == "__main__":
    main()
