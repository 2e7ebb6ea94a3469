"""Our answers, judged by VROOM (G7): `vroom -c` must find no violation in them, and in plan mode nothing better than ours.

    python revalidate.py [URL [HOW MANY [FILE…]]]     with the Python of bench/optimiser/venv.sh
"""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from conformance import ours
from invent import request, with_steps


def vroom(body, *flags):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(body, file)
        file.flush()
        program = Path(sys.executable).with_name("vroom")
        done = subprocess.run([program, "-i", file.name, "-t", "1", *flags], capture_output=True, text=True, timeout=120)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        return {"code": f"exit {done.returncode}"}


def as_steps(body, answer):
    """The request again, with the answer's routes as its steps. Vehicles are told apart by their ids."""
    made = copy.deepcopy(body)
    for vehicle in made["vehicles"]:
        vehicle.pop("steps", None)
        for route in answer["routes"]:
            if route["vehicle"] == vehicle["id"]:
                vehicle["steps"] = [
                    {key: step[key] for key in ("type", "id") if key in step} for step in route["steps"]
                ]
    # VROOM looks at no time before the earliest window it knows, however early a vehicle without hours may start.
    last = max(route["steps"][-1]["arrival"] for route in answer["routes"])
    for vehicle in made["vehicles"]:
        vehicle.setdefault("time_window", [0, last + 1000])
    made.pop("options", None)
    return made


def off(answer):
    """Seconds outside windows; then what else is broken."""
    violations = answer["summary"]["violations"]
    seconds = sum(v.get("duration", 0) for v in violations)
    causes = {v["cause"] for route in answer["routes"] for v in route["violations"]} - {"delay", "lead_time"}
    return seconds, sorted(causes)


def span(answer):
    return sum(route["steps"][-1]["arrival"] - route["steps"][0]["arrival"] for route in answer["routes"])


def judge_solve(url, body, name, failures):
    solved = dict(body, options={"iterations": 2000, "seed": 7})
    status, answer = ours(url, json.dumps(solved))
    if answer["code"]:
        theirs = vroom(body)
        if theirs["code"] != answer["code"]:
            failures.append(f"{name}: ours {answer}, VROOM {theirs['code']}")
        return 0
    if not answer["routes"]:
        return 0
    judged = vroom(as_steps(body, answer), "-c")
    if judged["code"] or judged["summary"]["violations"]:
        failures.append(f"{name}: vroom -c says {judged.get('error') or judged['summary']['violations']}")
    elif (judged["summary"]["cost"], judged["summary"]["priority"]) != (answer["summary"]["cost"], answer["summary"]["priority"]):
        slow = any("speed_factor" in vehicle for vehicle in body["vehicles"])
        if not slow or judged["summary"]["cost"] > answer["summary"]["cost"]:
            failures.append(f"{name}: cost {answer['summary']['cost']}, VROOM counts {judged['summary']['cost']}")
    return 1


def judge_plan(url, body, name, failures):
    status, answer = ours(url, json.dumps(dict(body, options={"c": True})))
    theirs = vroom(body, "-c")
    if answer["code"] != theirs["code"]:
        # Ours was confirmed by its checker; VROOM at times says "Infeasible route" or "bad optional access" to such plans.
        given_up = answer["code"] == 0 and theirs["code"] in (1, 2)
        print(f"{name} plan: ours {answer['code']} {answer.get('error', '')}, VROOM {theirs['code']} {theirs.get('error', '')}")
        if not given_up:
            failures.append(f"{name} plan: other codes")
        return 0
    if answer["code"]:
        return 0
    mine, other = off(answer), off(theirs)
    if mine[1] != other[1] or mine[0] > other[0]:
        failures.append(f"{name} plan: ours {mine}, VROOM {other}")
    elif mine[0] == other[0] and span(answer) > span(theirs):
        failures.append(f"{name} plan: ours lasts {span(answer)}, VROOM's {span(theirs)}")
    return 1


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8085/"
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    failures, solved, planned = [], 0, 0
    for number in range(many):
        body = request(number)
        solved += judge_solve(url, body, number, failures)
        planned += judge_plan(url, with_steps(request(number, speed=False), number), number, failures)
    for file in sys.argv[3:]:
        solved += judge_solve(url, json.loads(Path(file).read_text()), Path(file).name, failures)
    for failure in failures:
        print(failure[:600])
    print(f"G7 vroom -c on {solved} of our answers and {planned} plans: {len(failures)} objections (goal 0)")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
