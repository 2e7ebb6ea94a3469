"""A real VROOM behind its HTTP API: POST / takes a request, GET /health says that it lives. As vroom-express does it.

    python vroom.py [PORT]      with the Python of bench/optimiser/venv.sh, which has VROOM
"""

import json
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VROOM = Path(sys.executable).with_name("vroom")
STATUS = {0: 200, 1: 500, 2: 400, 3: 500}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200 if self.path == "/health" else 404, b"")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        options = body.get("options", {})
        flags = ["-t", str(options.get("t", 4)), "-x", str(options.get("x", 5))]
        flags += ["-l", str(options["l"])] if "l" in options else []
        begun = time.perf_counter()
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(body, file)
            file.flush()
            done = subprocess.run([VROOM, "-i", file.name, *flags], capture_output=True, text=True)
        try:
            answer = done.stdout.splitlines()[-1]
            code = json.loads(answer)["code"]
        except (IndexError, ValueError):
            code, answer = 1, json.dumps({"code": 1, "error": done.stderr[-500:]})
        size = f"{len(body['jobs'])} jobs, {len(body['vehicles'])} vehicles"
        print(f"VROOM: {size}, code {code}, {time.perf_counter() - begun:.2f} s", flush=True)
        self.answer(STATUS.get(code, 500), answer.encode())

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
