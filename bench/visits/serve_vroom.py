"""A real VROOM behind its HTTP API: POST / takes a request, GET /health says that it lives. As vroom-express does it.

    python serve_vroom.py [PORT]      with the Python of bench/optimiser/venv.sh, which has VROOM
"""

import json
import os
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import vroom

STATUS = {0: 200, 1: 500, 2: 400, 3: 500}


def run(arguments):
    """Runs VROOM's program in a child that has it loaded already: starting a Python takes longer than most searches."""
    child = os.fork()
    if child == 0:
        sys.argv = ["vroom", *arguments]
        try:
            vroom.main()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


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
        with tempfile.TemporaryDirectory() as folder:
            asked, answered = os.path.join(folder, "in.json"), os.path.join(folder, "out.json")
            with open(asked, "w") as file:
                json.dump(body, file)
            run(["-i", asked, "-o", answered, *flags])
            try:
                with open(answered) as file:
                    answer = file.read()
                code = json.loads(answer)["code"]
            except (OSError, ValueError, KeyError):
                code, answer = 1, json.dumps({"code": 1, "error": "VROOM wrote no answer"})
        size = f"{len(body['jobs'])} jobs, {len(body['vehicles'])} vehicles"
        print(f"VROOM: {size}, code {code}, {time.perf_counter() - begun:.2f} s", flush=True)
        self.answer(STATUS.get(code, 500), answer.encode())

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
