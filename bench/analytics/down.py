#!/usr/bin/env python3
"""Whether crm and visits are slower while analytics hangs: the same calls with it running and stopped (SIGSTOP), in turns."""

import http.client
import json
import os
import signal
import statistics
import sys
import time
import urllib.parse
import uuid

CALLS, TURNS = 60, 3


class Installation:
    def __init__(self, url, email, password):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
        self.token = None
        self.token = json.loads(self.call("POST", "/api/v1/auth/login", {"email": email, "password": password})[0])["access_token"]

    def call(self, method, path, body=None):
        headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        began = time.perf_counter()
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path}: {answer.status} {text[:300].decode()}")
        return text, (time.perf_counter() - began) * 1000

    def round(self):
        """Milliseconds in the middle, of each kind of call."""
        times = {"list 50 clients": [], "create a client": [], "list 50 visits": []}
        for _ in range(CALLS):
            times["list 50 clients"].append(self.call("GET", "/api/v1/clients?limit=50")[1])
            times["create a client"].append(self.call("POST", "/api/v1/clients", {"name": f"Prova {uuid.uuid4()}"})[1])
            times["list 50 visits"].append(self.call("GET", "/api/v1/visits?limit=50")[1])
        return {what: statistics.median(all_of) for what, all_of in times.items()}


def main():
    url, email, password_file, pid = sys.argv[1:5]
    with open(password_file, encoding="utf-8") as held:
        installation = Installation(url, email, held.read().strip())
    installation.round()
    running, stopped = [], []
    for _ in range(TURNS):
        running.append(installation.round())
        os.kill(int(pid), signal.SIGSTOP)
        try:
            stopped.append(installation.round())
        finally:
            os.kill(int(pid), signal.SIGCONT)
    for what in running[0]:
        least = [min(turn[what] for turn in turns) for turns in (running, stopped)]
        print(f"| {what} | with analytics {least[0]:.1f} ms, while it hangs {least[1]:.1f} ms |")


if __name__ == "__main__":
    main()
