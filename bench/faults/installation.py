"""A `nexus up` of its own in a temporary folder, and clients that talk to it, for the fault scripts beside this file."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADMIN = {"name": "Giulia Bianchi", "email": "giulia@example.it", "password": "una frase lunga da ricordare"}
PROGRAMS = ("nexus", "auth", "crm", "visits", "analytics", "route-optimizer", "gateway")
TRANSIENT = {408, 429, 502, 503, 504}


def programs():
    """The folder with built programs: NEXUS_BIN, or the release build, or the debug build."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    named = os.environ.get("NEXUS_BIN")
    folders = [Path(named)] if named else [target / "release", target / "debug"]
    for folder in folders:
        if all((folder / name).is_file() for name in PROGRAMS):
            return folder
    sys.exit("no built programs: cargo build --workspace (or --release), or set NEXUS_BIN")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, patience=60.0, every=0.02):
    """Seconds until the condition held."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience:
            raise TimeoutError(f"never happened within {patience:.0f} s: {what}")
        time.sleep(every)
    return time.monotonic() - began


class Answer:
    def __init__(self, status, body, headers, seconds):
        self.status, self.body, self.headers, self.seconds = status, body, headers, seconds

    def json(self):
        return json.loads(self.body)


class Lost(Exception):
    """No answer came: whether anything happened is not known."""


class Caller:
    """One client with one connection."""

    def __init__(self, port, token=None, timeout=20):
        self.port, self.token, self.timeout, self.connection = port, token, timeout, None

    def call(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        began = time.perf_counter()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, data, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(repr(error)) from error
        if answer.headers.get("Connection", "").lower() == "close":
            self.close()
        return Answer(answer.status, text, answer.headers, time.perf_counter() - began)

    def api(self, method, path, body=None, headers=None):
        return self.call(method, f"/api/v1{path}", body, headers)

    def keep_asking(self, method, path, body=None, headers=None, patience=60):
        """As the web app does: again until something other than trouble comes back."""
        until = time.monotonic() + patience
        while True:
            try:
                answer = self.api(method, path, body, headers)
                if answer.status not in TRANSIENT:
                    return answer
            except Lost:
                pass
            if time.monotonic() > until:
                raise TimeoutError(f"{method} {path} got no answer for {patience} s")
            time.sleep(0.05)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Installation:
    def __init__(self, folder=None, **settings):
        self.folder = Path(folder or tempfile.mkdtemp(prefix="nexus-faults-", dir="/tmp"))
        os.chmod(self.folder, 0o755)
        self.bin = self.folder / "bin"
        self.port = free_port()
        self.settings = settings
        self.process = None
        if not self.bin.exists():
            self.bin.mkdir()
            for name in PROGRAMS:
                self._take(programs() / name, self.bin / name)

    @staticmethod
    def _take(source, target):
        # A copy of its own, since a fault may be that a program is missing.
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("NEXUS_", "AUTH_", "CRM_", "DATABASE", "ADMIN_"))}
        return env | {"NEXUS_NO_BACKUP": "1", "AUTH_REGISTRATION": "invitation"} | self.settings

    def start(self):
        log = open(self.folder / "up.log", "ab")
        began = time.monotonic()
        web = ROOT / "frontend/build"
        command = [self.bin / "nexus", "up", "--port", str(self.port), "--web-root", str(web)]
        self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_for("nexus up is ready", self._is_ready, 120)
        return time.monotonic() - began

    def _is_ready(self):
        if self.process.poll() is not None:
            sys.exit(f"nexus up ended:\n{self.log()[-3000:]}")
        try:
            return Caller(self.port, timeout=2).call("GET", "/readyz").status == 200
        except Lost:
            return False

    def log(self):
        return (self.folder / "up.log").read_text(errors="replace")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self.process = None

    def remove(self):
        self.stop()
        moved = self.folder / ".nexus/postgres/moved-to"
        if moved.exists():
            shutil.rmtree(moved.read_text().strip(), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if kind and os.environ.get("KEEP"):
            self.stop()
            print(f"kept: {self.folder}")
        else:
            self.remove()

    def nexus(self, *arguments, check=True, **settings):
        done = subprocess.run([self.bin / "nexus", *arguments], cwd=self.folder, env=self.environment() | settings, capture_output=True, text=True)
        if check and done.returncode:
            sys.exit(f"nexus {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    def addresses(self):
        lines = (self.folder / ".nexus/up.lock").read_text().splitlines()[2:]
        return {name: int(address.rsplit(":", 1)[1]) for name, address in (line.split(" ") for line in lines)}

    def pid(self, name):
        """The process of a service, or `postgres`; None between two lives."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                stat = (entry / "stat").read_text()
                command = stat[stat.index("(") + 1:stat.rindex(")")]
                parent = int(stat[stat.rindex(")") + 2:].split()[1])
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and command == name[:15]:
                return int(entry.name)
        return None

    def settings_of(self, name):
        """The environment of a service that runs."""
        text = Path(f"/proc/{self.pid(name)}/environ").read_text()
        return dict(line.split("=", 1) for line in text.split("\0") if "=" in line)

    def signal(self, name, which):
        """Whether there was such a process."""
        pid = self.pid(name)
        if pid:
            try:
                os.kill(pid, which)
            except ProcessLookupError:
                return False
        return pid is not None

    def ready(self, name):
        try:
            return Caller(self.addresses()[name], timeout=2).call("GET", "/readyz").status == 200
        except (Lost, OSError, KeyError):
            return False

    def alive(self, name):
        return Caller(self.addresses()[name], timeout=3).call("GET", "/healthz")

    def postgres_folder(self):
        folder = self.folder / ".nexus/postgres"
        moved = folder / "moved-to"
        return Path(moved.read_text().strip()) if moved.exists() else folder.resolve()

    def database_url(self):
        """The administrator's URL, over the private socket."""
        secrets = dict(line.split("=", 1) for line in (self.folder / ".nexus/secrets.env").read_text().splitlines() if "=" in line)
        conf = (self.postgres_folder() / "data/nexus.conf").read_text()
        sockets = next(line.split("'")[1] for line in conf.splitlines() if line.startswith("unix_socket_directories"))
        return f"postgres://nexus:{secrets['POSTGRES_PASSWORD']}@/nexus?host={sockets}"

    def sql(self, text):
        """Lines of tab-separated fields."""
        done = subprocess.run([pg("psql"), "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.database_url()], input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def psql(self):
        """An open session to write commands to."""
        return subprocess.Popen([pg("psql"), "-XqAt", self.database_url()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def sign_in(self, first=False):
        caller = Caller(self.port)
        if first:
            answer = caller.keep_asking("POST", "/auth/register", ADMIN)
            assert answer.status in (200, 201), answer.body
        person = {key: ADMIN[key] for key in ("email", "password")}
        answer = caller.keep_asking("POST", "/auth/login", person)
        assert answer.status == 200, answer.body
        return answer.json()["access_token"]

    def settled(self, patience=30):
        """Seconds until every outbox is empty and every follower has applied every event."""
        def done():
            try:
                waiting = self.sql("SELECT " + " + ".join(f"(SELECT count(*) FROM {s}.outbox)" for s in self.stores()))
                behind = [self.sql(f"SELECT count(*) FROM {s}.inbox_positions p WHERE p.source IN ('auth', 'crm', 'visits') AND p.position < "
                                   f"CASE p.source WHEN 'auth' THEN (SELECT coalesce(max(position), 0) FROM auth.events) "
                                   f"WHEN 'crm' THEN (SELECT coalesce(max(position), 0) FROM crm.events) "
                                   f"ELSE (SELECT coalesce(max(position), 0) FROM visits.events) END")[0][0]
                          for s in self.stores() if s != "auth"]
                return waiting == [["0"]] and all(count == "0" for count in behind)
            except RuntimeError:
                return False
        return wait_for("outboxes and inboxes are empty", done, patience, 0.1)

    def stores(self):
        return [name for (name,) in self.sql("SELECT nspname FROM pg_namespace WHERE nspname IN ('auth', 'crm', 'visits', 'analytics') AND to_regclass(nspname || '.outbox') IS NOT NULL")]


class Process:
    """One more process of a service, with the settings of the one that runs and some others."""

    def __init__(self, system, name, **changes):
        env, self.port = system.settings_of(name), free_port()
        env |= {f"{name.upper().replace('-', '_')}_BIND": f"127.0.0.1:{self.port}", "NEXUS_LISTENER": "own"} | {k: v(env) if callable(v) else v for k, v in changes.items()}
        log = open(system.folder / f"extra-{name}-{self.port}.log", "w")
        self.process = subprocess.Popen([system.bin / name], env=env, stdout=log, stderr=log)
        wait_for(f"{name} is ready", self._ready, 60)

    def _ready(self):
        try:
            return Caller(self.port, timeout=2).call("GET", "/readyz").status == 200
        except Lost:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()


def pg(program):
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else program


def new_id():
    stamp = int(time.time() * 1000)
    raw = bytearray(stamp.to_bytes(6, "big") + uuid.uuid4().bytes[6:])
    raw[6] = raw[6] & 0x0F | 0x70
    return str(uuid.UUID(bytes=bytes(raw)))


class Load(threading.Thread):
    """Requests at a steady rate, whatever their answers: each a callable that takes a Caller; results are kept."""

    def __init__(self, installation, token, request, per_second, threads=16, port=None):
        super().__init__(daemon=True)
        self.port, self.token, self.request, self.threads = port or installation.port, token, request, threads
        self.pause, self.results, self.stopping = threads / per_second, [], threading.Event()

    def run(self):
        workers = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(self.threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _work(self, number):
        caller, due = Caller(self.port, self.token), time.monotonic() + self.pause * number / self.threads
        while not self.stopping.is_set():
            time.sleep(max(0, due - time.monotonic()))
            due = max(due + self.pause, time.monotonic() - 1)
            at = time.monotonic()
            try:
                answer = self.request(caller)
                self.results.append((at, answer.status, answer.seconds, answer.headers.get("Retry-After"), answer))
            except Lost as lost:
                self.results.append((at, 0, time.monotonic() - at, None, str(lost)))

    def stop(self):
        self.stopping.set()
        self.join()
        return self.results


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


FAILED = []


def tell(what, goal, measured, met):
    """One line of the table in docs/reliability.md."""
    if not met:
        FAILED.append(what)
    print(f"| {what} | {goal} | {measured} | {'met' if met else '**not met**'} |", flush=True)


def finish():
    sys.exit(1 if FAILED else 0)
