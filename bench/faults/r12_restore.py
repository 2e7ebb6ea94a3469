#!/usr/bin/env python3
"""R12: a backup is restored onto an empty machine and compared row by row, then used; and recovery to a second before a DELETE
(deploy/pitr-drill.sh)."""
import os
import re
import subprocess
import time

from installation import ROOT, Caller, Installation, finish, new_id, tell, wait_for

TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
 WHERE schemaname IN ('auth', 'crm', 'visits', 'analytics') ORDER BY 1"""
# These change by themselves while a service starts.
ALIVE = {"auth.signing_keys", "auth.sessions", "auth.refresh_tokens"}


def content(system):
    """Every row of every table, as sorted text."""
    found = {}
    for (table,) in system.sql(TABLES):
        found[table] = sorted("\t".join(row) for row in system.sql(f"SELECT t::text FROM {table} t"))
    return found


def fill(system, token):
    caller = Caller(system.port, token)
    for number in range(300):
        client = new_id()
        answer = caller.keep_asking("POST", "/clients", {"id": client, "name": f"Tabaccheria n. {number} «è» {client[-4:]}"}, {"Idempotency-Key": client})
        assert answer.status == 201, answer.body
        if number % 3 == 0:
            version = answer.json()["version"]
            caller.keep_asking("PATCH", f"/clients/{client}", {"notes": "tab\there\nand \\ there"}, {"If-Match": f'"{version}"'})


def smoke(system):
    caller = Caller(system.port, system.sign_in())
    listed = caller.api("GET", "/clients?limit=5&count=true").json()
    made = caller.api("POST", "/clients", {"name": "Dopo il ripristino"}, {"Idempotency-Key": new_id()})
    return listed["total"], made.status


def main():
    old, new = Installation(), Installation()
    try:
        old.start()
        fill(old, old.sign_in(first=True))
        old.settled()
        # What is counted is folded in the background: the same sums, in other rows.
        wait_for("counts are folded", lambda: old.sql("SELECT count(*) FROM analytics.count_deltas") == [["0"]], 30, 0.5)
        before = content(old)
        began = time.monotonic()
        told = old.nexus("backup").stdout
        saving = time.monotonic() - began
        key = old.nexus("backup", "--show-key").stdout.strip()
        backups = sorted((old.folder / ".nexus/backups").glob("*.backup"))
        verified = old.nexus("verify").stdout
        # The old machine is gone from here on; what it did after the backup is what a nightly one loses.
        old.stop()
        began = time.monotonic()
        restored = new.nexus("restore", str(backups[-1]), BACKUP_KEY=key).stdout
        new.start()
        took = time.monotonic() - began
        after = content(new)
        wrong = [table for table in before if before[table] != after.get(table) and table not in ALIVE]
        rows = sum(map(len, before.values()))
        total, status = smoke(new)
        sound = new.nexus("verify", "--live", check=False)
        tell("R12 restored onto an empty machine", "every row as it was", f"{rows} rows in {len(before)} tables, different: {wrong or 'none'}", not wrong and set(before) == set(after))
        tell("R12 from the backup to a working system", "≤ 5 min", f"{took:.1f} s (saving took {saving:.1f} s)", took < 300)
        tell("R12 smoke test and event chains after it", "works, chains hold", f"{total} clients, a new one: {status}, {sound.stdout.strip().replace(chr(10), ' ')}",
             total == 300 and status == 201 and sound.returncode == 0)
        tell("R12 `nexus verify` without a database", "whole, chains hold", verified.strip().replace("\n", " ").split("/")[-1], "is whole" in verified and "none missing" in verified)
    finally:
        old.remove()
        new.remove()
    drill = subprocess.run([ROOT / "deploy/pitr-drill.sh"], capture_output=True, text=True, env=os.environ | {"ARCHIVE_TIMEOUT": "60"})
    lines = drill.stdout.strip().splitlines()
    tell("R12 back to a second before a DELETE", "the exact rows", lines[0] if lines else drill.stderr[-300:], bool(lines) and "are as they were" in lines[0])
    lost = re.search(r"the last ([\d.]+) s", drill.stdout)
    tell("R12 work lost with the machine", "≤ 60 s", f"{lost.group(1)} s (archive_timeout 60 s)" if lost else drill.stderr[-300:], drill.returncode == 0 and float(lost.group(1)) <= 60)
    finish()


if __name__ == "__main__":
    main()
