"""Malformed requests: the same code as VROOM, request by request (G7).

    python conformance.py URL            with the Python of bench/optimiser/venv.sh
"""

import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from malformed import corpus


def ours(url, body):
    request = urllib.request.Request(url, body.encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def vrooms(body):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(body)
        file.flush()
        vroom = Path(sys.executable).with_name("vroom")
        done = subprocess.run([vroom, "-i", file.name, "-t", "1"], capture_output=True, text=True, timeout=60)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        return {"code": f"exit {done.returncode}", "error": (done.stderr or done.stdout)[-120:]}


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8085/"
    status_of = {0: 200, 1: 500, 2: 400, 3: 500, 4: 413}
    same_code = same_words = 0
    requests = corpus()
    for name, body in requests:
        status, answer = ours(url, body)
        theirs = vrooms(body)
        agree = answer["code"] == theirs["code"] and status == status_of[answer["code"]]
        words = answer.get("error") == theirs.get("error")
        same_code += agree
        same_words += words
        if not agree or not words:
            mark = "    " if agree else "CODE"
            print(f"{mark} {name}\n       ours   {answer['code']} ({status}) {answer.get('error', '')}")
            print(f"       VROOM  {theirs['code']} {theirs.get('error', '')}")
    print(f"G7 same code on {len(requests)} requests: {same_code} (goal {len(requests)}); same words: {same_words}")
    return same_code != len(requests)


if __name__ == "__main__":
    sys.exit(main())
