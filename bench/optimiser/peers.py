"""VROOM and PyVRP on one request in VROOM's JSON, in CPU seconds of one thread.

    python peers.py vroom 5 FILE        exploration level 5, to its own end
    python peers.py pyvrp 5 FILE        5 CPU seconds

Prints {"cost", "unassigned", "priority", "routes", "cpu"}; costs are seconds of travel. Solomon's text format is read, too.
"""

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def solomon(path):
    """Solomon's format as a request: tenths, distances truncated (DIMACS), the fleet free."""
    lines = [line.split() for line in Path(path).read_text().splitlines()]
    number = [line for line in lines if line and line[0].isdigit()]
    (_, capacity), rows = number[0], [[int(float(cell)) for cell in line] for line in number[1:]]
    grid = [[int(10 * math.hypot(a[1] - b[1], a[2] - b[2])) for b in rows] for a in rows]
    window = lambda row: [10 * row[4], 10 * row[5]]
    vehicle = {"start_index": 0, "end_index": 0, "capacity": [int(capacity)], "time_window": window(rows[0])}
    return {
        "vehicles": [dict(vehicle, id=rank) for rank in range(int(number[0][0]))],
        "jobs": [
            {"id": row[0], "location_index": rank, "delivery": [row[3]], "service": 10 * row[6], "time_windows": [window(row)]}
            for rank, row in enumerate(rows)
            if rank
        ],
        "matrices": {"car": {"durations": grid}},
    }


def read(path):
    return solomon(path) if str(path).endswith(".txt") else json.loads(Path(path).read_text())


def vroom(request, level):
    program = Path(sys.executable).with_name("vroom")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(request, file)
        file.flush()
        done = subprocess.run([program, "-i", file.name, "-t", "1", "-x", str(level)], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = json.loads(done.stdout.splitlines()[-1])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return told(answer, cpu)


def told(answer, cpu):
    summary = answer["summary"]
    return {
        "cost": summary["cost"],
        "unassigned": summary["unassigned"],
        "priority": summary["priority"],
        "routes": summary["routes"],
        "cpu": round(cpu, 2),
    }


def pyvrp(request, seconds):
    import numpy
    import pyvrp as vrp

    grid = numpy.array(next(iter(request["matrices"].values()))["durations"], dtype=numpy.int64)
    never = 10_000_000
    ranked = any("priority" in job for job in request["jobs"])
    places = sorted({v["start_index"] for v in request["vehicles"]})
    depots = [vrp.Depot(place) for place in places]
    clients = [
        vrp.Client(
            job["location_index"],
            delivery=job.get("delivery", []),
            service_duration=job.get("service", 0),
            tw_early=job.get("time_windows", [[0, 2**40]])[0][0],
            tw_late=job.get("time_windows", [[0, 2**40]])[0][1],
            required=not ranked,
            prize=100_000 * job.get("priority", 0) + 50_000 if ranked else 0,
        )
        for job in request["jobs"]
    ]
    skills = sorted({tuple(v.get("skills", [])) for v in request["vehicles"]})
    matrices = []
    for known in skills:
        # A visit that needs more is out of reach; places serve one visit each in these files.
        matrix = grid.copy()
        for job in request["jobs"]:
            if not set(job.get("skills", [])) <= set(known):
                matrix[:, job["location_index"]] = never
        numpy.fill_diagonal(matrix, 0)
        matrices.append(matrix)
    vehicles = [
        vrp.VehicleType(
            1,
            capacity=v.get("capacity", []),
            start_depot=places.index(v["start_index"]),
            end_depot=places.index(v["end_index"]),
            tw_early=v.get("time_window", [0, 2**40])[0],
            tw_late=v.get("time_window", [0, 2**40])[1],
            profile=skills.index(tuple(v.get("skills", []))),
        )
        for v in request["vehicles"]
    ]
    data = vrp.ProblemData([vrp.Location(0, 0)] * len(grid), clients, depots, vehicles, matrices, matrices)
    begun = time.process_time()
    result = vrp.solve(data, stop=lambda _: time.process_time() - begun > seconds, display=False, collect_stats=False)
    best = result.best
    left = len(clients) - best.num_clients()
    prizes = best.prizes() if ranked else 0
    return {
        "cost": best.distance() if best.is_feasible() else None,
        "unassigned": left,
        "priority": (prizes - 50_000 * (len(clients) - left)) // 100_000 if ranked else 0,
        "routes": best.num_routes(),
        "cpu": round(time.process_time() - begun, 2),
    }


if __name__ == "__main__":
    peer, effort, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    found = vroom(read(path), int(effort)) if peer == "vroom" else pyvrp(read(path), effort)
    print(json.dumps(found))
