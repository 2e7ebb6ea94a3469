#!/usr/bin/env python3
"""R13: migrations. Three replicas start at once on an empty database; one dies in the middle; a newer schema is refused; down and
up again gives the same schema. `--old FOLDER`, with the programs of an earlier version: they go on serving while those of now migrate."""
import os
import re
import subprocess
import sys
import time

from installation import ROOT, Caller, Installation, Load, Lost, Process, finish, free_port, new_id, pg, programs, tell, wait_for

SERVICES = ["auth", "crm", "visits", "analytics"]


class Replica:
    """One more process of a service, with the settings of the one that runs, on a schema of its own choice."""

    def __init__(self, system, service, database):
        env, self.port = system.settings_of(service), free_port()
        env["DATABASE_URL"] = re.sub(r"/nexus(\?|$)", rf"/{database}\1", env["DATABASE_URL"])
        env |= {f"{service.upper()}_BIND": f"127.0.0.1:{self.port}", "NEXUS_LISTENER": "own"}
        self.log = system.folder / f"replica-{service}-{self.port}.log"
        self.process = subprocess.Popen([system.bin / service], env=env, stdout=subprocess.DEVNULL, stderr=open(self.log, "w"))

    def migrated(self):
        try:
            return Caller(self.port, timeout=2).call("GET", "/readyz").json()["parts"]["migrated"]
        except (Lost, KeyError, ValueError):
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.log.read_text()


def empty_database(system, name):
    """As `nexus up` makes it, with the same roles."""
    system.sql(f"DROP DATABASE IF EXISTS {name}")
    system.sql(f"CREATE DATABASE {name}")
    lines = [f"CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions;"]
    for service in SERVICES:
        lines.append(f"CREATE SCHEMA {service} AUTHORIZATION nexus_{service}; GRANT USAGE ON SCHEMA extensions TO nexus_{service};"
                     f"ALTER ROLE nexus_{service} IN DATABASE {name} SET search_path = {service}, extensions;")
    sql(system, name, "\n".join(lines))


def sql(system, database, text, check=True):
    url = system.database_url().replace("/nexus?", f"/{database}?")
    done = subprocess.run([pg("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", url], input=text, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def schema(system, database, service):
    url = system.database_url().replace("/nexus?", f"/{database}?")
    done = subprocess.run([pg("pg_dump"), "-s", f"--schema={service}", url], capture_output=True, text=True)
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("\\"))


def known(system, service):
    """What the programs under test know, told by what they applied to their own database: sources may be newer."""
    return {version for (version,) in system.sql(f"SELECT version FROM {service}.__diesel_schema_migrations")}


def folders(system, service):
    """Those of the migrations that the programs know, the first one first."""
    versions = known(system, service)
    found = sorted(f for f in (ROOT / "migrations" / service).iterdir() if f.is_dir())
    return [f for f in found if f.name.split("_")[0].replace("-", "") in versions]


def at_once(system, service):
    empty_database(system, "three")
    replicas = [Replica(system, service, "three") for _ in range(3)]
    try:
        for replica in replicas:
            wait_for("migrated", replica.migrated, 60)
        applied = int(sql(system, "three", f"SELECT count(*) FROM {service}.__diesel_schema_migrations"))
        errors = sum(replica.process.poll() is not None or "cannot be migrated" in replica.said() for replica in replicas)
        same = schema(system, "three", service) == schema(system, "nexus", service)
        tell(f"R13 {service}: three replicas on an empty database", "one migrates, 0 errors", f"{applied} of {len(known(system, service))} migrations, {errors} errors, schema {'the same' if same else 'DIFFERENT'}",
             applied == len(known(system, service)) and not errors and same)
    finally:
        for replica in replicas:
            replica.stop()


def killed(system, service):
    """kill -9 at ever later moments, until a start is quick enough to finish; then one more start."""
    empty_database(system, "killed")
    cut, every = 0, len(known(system, service))
    for number in range(40):
        replica = Replica(system, service, "killed")
        time.sleep(0.02 + number * 0.012)
        replica.stop()
        applied = sql(system, "killed", f"SELECT CASE WHEN to_regclass('{service}.__diesel_schema_migrations') IS NULL THEN 0 ELSE 1 END")
        done = int(sql(system, "killed", f"SELECT count(*) FROM {service}.__diesel_schema_migrations")) if applied == "1" else 0
        cut += done < every
        if done == every and cut == 0:
            empty_database(system, "killed")
        elif done == every:
            break
    last = Replica(system, service, "killed")
    try:
        wait_for("migrated", last.migrated, 60)
        same = schema(system, "killed", service) == schema(system, "nexus", service)
        tell(f"R13 {service}: kill -9 in the middle, {cut} times", "no half state", f"the next start finishes, schema {'the same' if same else 'DIFFERENT'}", same and cut > 0)
    finally:
        last.stop()


def newer(system, service):
    empty_database(system, "newer")
    first = Replica(system, service, "newer")
    try:
        wait_for("migrated", first.migrated, 60)
    finally:
        first.stop()
    sql(system, "newer", f"INSERT INTO {service}.__diesel_schema_migrations (version) VALUES ('29990101000000')")
    second = Replica(system, service, "newer")
    try:
        code = second.process.wait(30)
    except subprocess.TimeoutExpired:
        code = None
        second.stop()
    said = second.said().strip().splitlines()
    last = said[-1] if said else ""
    tell(f"R13 {service}: a schema of a newer version", "refused clearly", f"exit {code}: {last[-130:]}", code == 1 and "newer than this program" in last)


def waits_for_lock(system, service):
    """Somebody holds a table: the migration gives up in time instead of making everybody wait behind it."""
    empty_database(system, "locked")
    first = Replica(system, service, "locked")
    wait_for("migrated", first.migrated, 60)
    first.stop()
    every = folders(system, service)
    last = next((f for f in reversed(every) if re.search(r"ALTER TABLE (\w+)", (f / "up.sql").read_text())), None)
    if last is None:
        return
    version = last.name.split("_")[0].replace("-", "")
    table = re.search(r"ALTER TABLE (?:ONLY |IF EXISTS )?(\w+)", (last / "up.sql").read_text()).group(1)
    later = [f for f in every if f.name >= last.name]
    for folder in reversed(later):
        sql(system, "locked", f"SET search_path = {service}, extensions; SET session_replication_role = replica; {(folder / 'down.sql').read_text()}")
        sql(system, "locked", f"DELETE FROM {service}.__diesel_schema_migrations WHERE version = '{folder.name.split('_')[0].replace('-', '')}'")
    url = system.database_url().replace("/nexus?", "/locked?")
    holder = subprocess.Popen([pg("psql"), "-XqAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    holder.stdin.write(f"BEGIN; LOCK TABLE {service}.{table} IN ACCESS SHARE MODE; SELECT 'held';\n")
    holder.stdin.flush()
    holder.stdout.readline()
    began, second = time.monotonic(), Replica(system, service, "locked")
    try:
        code = second.process.wait(30)
        took = time.monotonic() - began
    except subprocess.TimeoutExpired:
        code, took = None, 30
        second.stop()
    holder.stdin.write("COMMIT;\n")
    holder.stdin.close()
    holder.wait()
    third = Replica(system, service, "locked")
    try:
        wait_for("migrated", third.migrated, 60)
        same = schema(system, "locked", service) == schema(system, "nexus", service)
    finally:
        third.stop()
    tell(f"R13 {service}: {table} is in use while {last.name.split('_', 1)[1]} wants it", "gives up < 10 s, next start finishes", f"exit {code} after {took:.1f} s, then schema {'the same' if same else 'DIFFERENT'}", code == 1 and took < 10 and same)


def down_and_up(system, service):
    """Every migration taken back, the last first, and applied again."""
    empty_database(system, "redo")
    first = Replica(system, service, "redo")
    wait_for("migrated", first.migrated, 60)
    first.stop()
    before = schema(system, "redo", service)
    role = f"SET ROLE nexus_{service}; SET search_path = {service}, extensions;"
    for folder in reversed(folders(system, service)):
        sql(system, "redo", f"{role} BEGIN; {(folder / 'down.sql').read_text()}; COMMIT;")
        sql(system, "redo", f"DELETE FROM {service}.__diesel_schema_migrations WHERE version = '{folder.name.split('_')[0].replace('-', '')}'")
    left = sql(system, "redo", f"SELECT count(*) FROM pg_tables WHERE schemaname = '{service}' AND tablename <> '__diesel_schema_migrations'")
    second = Replica(system, service, "redo")
    try:
        wait_for("migrated", second.migrated, 60)
        same = schema(system, "redo", service) == before
    finally:
        second.stop()
    tell(f"R13 {service}: up, down, up", "the same schema", f"{left} tables left in between, schema {'the same' if same else 'DIFFERENT'}", left == "0" and same)


def before_and_after(old):
    """Programs of before go on serving while those of now start beside them and migrate what both use."""
    now = programs()
    os.environ["NEXUS_BIN"] = old
    with Installation() as system:
        token = system.sign_in(first=True)
        load = Load(system, token, write_and_read(), 100, 16)
        load.start()
        time.sleep(2)
        count = "SELECT count(*) FROM {}.__diesel_schema_migrations"
        before = sum(int(system.sql(count.format(service))[0][0]) for service in SERVICES)
        system.bin = now
        newer = [Process(system, service) for service in SERVICES]
        time.sleep(5)
        results = load.stop()
        after = sum(int(system.sql(count.format(service))[0][0]) for service in SERVICES)
        for process in newer:
            process.stop()
        failed = sum(status not in (200, 201) for _, status, *_ in results)
        tell("R13 programs of before on the schema of now, under load", "0 failed", f"{after - before} migrations more, {failed} of {len(results)} failed", not failed and after > before)


def write_and_read():
    turn = iter(range(10**9))

    def request(caller):
        number = next(turn)
        if number % 4 == 0:
            client = new_id()
            return caller.api("POST", "/clients", {"id": client, "name": f"Prima e dopo {client[-9:]}"}, {"Idempotency-Key": client})
        return caller.api("GET", ("/clients?limit=5", "/visits?limit=5", "/auth/sessions")[number % 3])

    return request


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--old":
        before_and_after(sys.argv[2])
        finish()
    with Installation() as system:
        for service in SERVICES:
            for check in (at_once, down_and_up):
                attempt(check, system, service)
        for check in (killed, newer, waits_for_lock):
            attempt(check, system, "crm")
    finish()


def attempt(check, system, service):
    try:
        check(system, service)
    except (RuntimeError, TimeoutError) as error:
        tell(f"R13 {service}: {check.__name__}", "–", f"did not run: {str(error).strip()[:200]}", False)


if __name__ == "__main__":
    main()
