#!/usr/bin/env python3
"""R7: each service is restarted while 200 requests a second come in, reads and writes: `nexus restart`, then each by a TERM of its
own."""
import signal
import threading
import time

from installation import Caller, Installation, Load, Process, finish, new_id, tell, wait_for


class Mix:
    """Reads of every service, writes with a key, changes with a precondition."""

    def __init__(self, token, port):
        caller = Caller(port, token)
        self.clients = [caller.api("POST", "/clients", {"name": f"Negozio {number}"}).json()["id"] for number in range(32)]
        self.locks = {client: threading.Lock() for client in self.clients}
        self.turn = 0

    def __call__(self, caller):
        self.turn += 1
        match self.turn % 10:
            case 0 | 1:
                client = new_id()
                return caller.api("POST", "/clients", {"id": client, "name": f"Nuovo {client[-9:]}"}, {"Idempotency-Key": client})
            case 2:
                client = self.clients[self.turn // 10 % len(self.clients)]
                with self.locks[client]:
                    found = caller.api("GET", f"/clients/{client}")
                    if found.status != 200:
                        return found
                    version = found.json()["version"]
                    return caller.api("PATCH", f"/clients/{client}", {"notes": f"{self.turn}"}, {"If-Match": f'"{version}"'})
            case 3:
                return caller.api("GET", "/users?limit=5")
            case 4:
                return caller.api("GET", "/places?limit=5")
            case 5:
                return caller.call("GET", "/")
            case _:
                return caller.api("GET", f"/clients/{self.clients[self.turn % len(self.clients)]}")


def failures(results):
    wrong = {}
    for _, status, _, _, answer in results:
        if status == 0 or status >= 400:
            key = f"{status} {answer if status == 0 else answer.body[:90]}"
            wrong[key] = wrong.get(key, 0) + 1
    return wrong


def under_load(system, token, what, work, port=None):
    load = Load(system, token, Mix(token, port or system.port), 200, 24, port)
    load.start()
    time.sleep(1)
    began = time.monotonic()
    work()
    took = time.monotonic() - began
    time.sleep(1)
    results = load.stop()
    wrong = failures(results)
    slowest = max(row[2] for row in results)
    tell(f"R7 {what} at 200 requests a second", "0 failed",
         f"{sum(wrong.values())} of {len(results)} failed, slowest answer {slowest:.2f} s, took {took:.1f} s {wrong or ''}", not wrong)


def restart(system, name):
    pid, began = system.pid(name), time.monotonic()
    system.signal(name, signal.SIGTERM)
    wait_for(f"{name} has ended", lambda: system.pid(name) != pid, 30, 0.01)
    ended = time.monotonic() - began
    wait_for(f"{name} is ready", lambda: system.pid(name) and system.ready(name), 30, 0.02)
    ENDED[name] = ended


ENDED = {}


def two_of_each(system, token):
    """A second process of every service, and a gateway that knows both."""
    names = ["auth", "crm", "visits", "analytics"]
    seconds = {name: Process(system, name) for name in names}
    first = system.addresses()
    urls = {f"{name.upper()}_URL": f"http://127.0.0.1:{first[name]},http://127.0.0.1:{seconds[name].port}" for name in names}
    gateway = Process(system, "gateway", **urls)
    try:
        for name in names:
            ends = lambda: (seconds[name].process.terminate(), seconds[name].process.wait(30))
            under_load(system, token, f"TERM of one of two of {name}", ends, gateway.port)
    finally:
        for process in [gateway, *seconds.values()]:
            process.stop()


def main():
    with Installation() as system:
        token = system.sign_in(first=True)
        under_load(system, token, "`nexus restart`", lambda: system.nexus("restart"))
        for name in ("auth", "crm", "visits", "analytics", "gateway"):
            under_load(system, token, f"TERM of {name}", lambda: restart(system, name))
        two_of_each(system, system.sign_in())
        tell("R7 exits after TERM", "< 30 s", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in ENDED.items()), max(ENDED.values()) < 30)
    finish()


if __name__ == "__main__":
    main()
