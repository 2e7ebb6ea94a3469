#!/usr/bin/env python3
"""R8: a bad network on each hop: client to gateway, gateway to crm, crm to its database, crm to auth. Answers come late, connections
break after some bytes, nothing comes through, every fifth connection is refused."""
import os
import random
import re
import select
import socket
import threading
import time

from installation import Installation, Load, Process, finish, new_id, tell, wait_for

FAULTS = ["latency 200 ms", "reset after 5 kB", "blackhole", "20 % refused"]


class Wire:
    """Passes bytes on, badly."""

    def __init__(self, target, listen=None):
        self.target, self.fault, self.dice = target, None, random.Random(3)
        if listen:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(listen)
            os.chmod(listen, 0o777)
        else:
            self.listener = socket.socket()
            self.listener.bind(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
        self.listener.listen(200)
        self.open = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, fault):
        """Connections of before live on only while all is well."""
        self.fault = fault
        for end in list(self.open):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        if self.fault == "20 % refused" and self.dice.random() < 0.2:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
            return
        server = socket.socket(socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET)
        try:
            server.connect(self.target)
        except OSError:
            client.close()
            return
        self.open |= {client, server}
        passed = 0
        try:
            while True:
                ready, _, _ = select.select([client, server], [], [], 30)
                if not ready:
                    continue
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    if self.fault == "blackhole":
                        continue
                    if self.fault == "latency 200 ms":
                        time.sleep(0.1)
                    other = server if end is client else client
                    if self.fault == "reset after 5 kB":
                        data = data[: 5000 - passed]
                        passed += len(data)
                    other.sendall(data)
                    if self.fault == "reset after 5 kB" and passed >= 5000:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
        except OSError:
            pass
        finally:
            self.open -= {client, server}
            client.close()
            server.close()


class Mix:
    def __init__(self):
        self.sent, self.turn = {}, 0

    def __call__(self, caller):
        self.turn += 1
        if self.turn % 3 == 0:
            client = new_id()
            answer = None
            try:
                answer = caller.api("POST", "/clients", {"id": client, "name": f"Rete {client[-9:]}"}, {"Idempotency-Key": client})
                return answer
            finally:
                self.sent[client] = answer.status if answer else 0
        answer = caller.api("GET", "/clients?limit=50")
        if answer.status == 200:
            # A cut list would not be JSON, and http.client would have raised; this is the belt to those braces.
            answer.json()["items"]
        return answer


def measure(system, token, hop, wire, port, expected, patience=6.5):
    for fault in FAULTS:
        mix = Mix()
        load = Load(system, token, mix, 40, 16, port)
        load.start()
        time.sleep(1)
        wire.become(fault)
        time.sleep(8)
        wire.become(None)
        at = time.monotonic()
        try:
            back = wait_for("all is well", lambda: any(row[1] in (200, 201) and row[0] > at for row in list(load.results)), 20, 0.01)
        except TimeoutError:
            back = float("inf")
        time.sleep(1)
        results = load.stop()
        stored = {row[0]: int(row[1]) for row in system.sql("SELECT id, version FROM crm.clients WHERE name LIKE 'Rete %'")}
        lost = sum(status == 201 and client not in stored for client, status in mix.sent.items())
        events = {row[0]: int(row[1]) for row in system.sql("SELECT subject_id, count(*) FROM crm.events WHERE kind = 'crm.client.created.v1' GROUP BY 1")}
        twice = sum(count > 1 for count in events.values())
        slowest = max(row[2] for row in results)
        statuses = {}
        for row in results:
            statuses[row[1]] = statuses.get(row[1], 0) + 1
        odd = set(statuses) - expected
        tell(f"R8 {hop}: {fault}", f"no cut answer believed, no write lost or twice, ≤ {patience:.0f} s, back < 5 s",
             f"{dict(sorted(statuses.items()))}, lost {lost}, twice {twice}, slowest {slowest:.1f} s, back after {back:.1f} s",
             not odd and not lost and not twice and slowest < patience and back < 5)


def main():
    with Installation() as system:
        token = system.sign_in(first=True)
        fine, trouble = {200, 201}, {502, 503, 504}
        outer = Wire(("127.0.0.1", system.port))
        # The client's own connection breaks (0), or nothing comes for as long as the fault lasts; the gateway answers nothing wrong.
        measure(system, token, "client → gateway", outer, outer.port, fine | {0}, 10)

        token = system.sign_in()
        inner = Wire(("127.0.0.1", system.addresses()["crm"]))
        gateway = Process(system, "gateway", CRM_URL=f"http://127.0.0.1:{inner.port}")
        # A body that breaks off after its head cannot become a status any more: the connection ends (0).
        measure(system, token, "gateway → crm", inner, gateway.port, fine | trouble | {0})
        gateway.stop()

        token = system.sign_in()
        folder = system.folder / "wire"
        folder.mkdir()
        os.chmod(folder, 0o777)
        sockets = re.search(r"host=([^&]+)", system.database_url()).group(1)
        database = Wire(f"{sockets}/.s.PGSQL.5432", str(folder / ".s.PGSQL.5432"))
        encoded = str(folder).replace("/", "%2F")
        crm = Process(system, "crm", DATABASE_URL=lambda env: re.sub(r"@[^:/]+", f"@{encoded}", env["DATABASE_URL"]))
        gateway = Process(system, "gateway", CRM_URL=f"http://127.0.0.1:{crm.port}")
        measure(system, token, "crm → database", database, gateway.port, fine | trouble | {0})
        gateway.stop()
        crm.stop()
    finish()


if __name__ == "__main__":
    main()
