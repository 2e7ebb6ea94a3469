"""Against a real OSRM (bench/optimiser/osrm.sh): tables, geometry, one that is stopped, and VROOM on the same engine.

    python road.py [URL of the optimiser] [URL of OSRM]       the optimiser must run with OSRM_URL set to it
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from conformance import ours


def request(count, number):
    dice = random.Random(number)
    spot = lambda: [round(dice.uniform(7.412, 7.436), 6), round(dice.uniform(43.728, 43.747), 6)]
    return {
        "vehicles": [{"id": 1, "start": spot(), "end": spot(), "breaks": [{"id": 1, "service": 300}]}],
        "jobs": [{"id": id, "location": spot(), "service": 120} for id in range(1, count + 1)],
    }


def vroom(body, host, port):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(body, file)
        file.flush()
        flags = ["-r", "osrm", "-a", f"car:{host}", "-p", f"car:{port}", "-g", "-t", "1"]
        done = subprocess.run([Path(sys.executable).with_name("vroom"), "-i", file.name, *flags], capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8085/"
    engine = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:5055"
    host, port = engine.split("//")[1].split(":")
    wrong = 0
    for count in (5, 20, 60, 150):
        body = request(count, count)
        status, answer = ours(url, json.dumps(dict(body, options={"g": True, "time_limit_ms": 1000})))
        if answer["code"]:
            print(f"{count} places: {answer}")
            wrong += 1
            continue
        summary, theirs = answer["summary"], vroom(body, host, port)["summary"]
        fine = (
            summary["matrix_source"] == "osrm"
            and len(answer["routes"][0]["geometry"]) > 20
            and summary["unassigned"] == 0
            and summary["cost"] <= theirs["cost"]
        )
        wrong += not fine
        print(
            f"{count} places: {summary['matrix_source']}, {summary['duration']} s and {summary['distance']} m "
            f"(VROOM on the same engine: {theirs['duration']} s), geometry of {len(answer['routes'][0]['geometry'])} letters"
        )
    print(f"real OSRM: {wrong} wrong (goal 0)")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
