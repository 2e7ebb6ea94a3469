"""Invented requests with everything VROOM's API has, in small. The same number gives the same request."""

import random


def windows(dice, horizon, most=2):
    edges = sorted(dice.sample(range(0, horizon, 50), 2 * dice.randint(1, most)))
    return [[edges[i], edges[i + 1]] for i in range(0, len(edges), 2)]


def request(number, speed=True):
    """A request that is right; whether it can be met is another matter."""
    dice = random.Random(number)
    places = dice.randint(3, 14)
    spots = [(dice.uniform(0, 60), dice.uniform(0, 60)) for _ in range(places)]
    distance = [
        [round(60 * abs(a[0] - b[0]) + 60 * abs(a[1] - b[1])) if a != b else 0 for b in spots] for a in spots
    ]
    duration = [[round(d * dice.uniform(0.9, 1.1) / 10) for d in row] for row in distance]
    horizon = dice.choice([1500, 3000, 8000])
    dimensions = dice.choice([0, 1, 1, 2])
    skilled, timed = dice.random() < 0.4, dice.random() < 0.7
    amount = lambda most: [dice.randint(0, most) for _ in range(dimensions)]
    vehicles = []
    for rank in range(dice.randint(1, 4)):
        vehicle = {"id": 10 + rank}
        ends = dice.choice(["both", "both", "both", "start", "end"])
        if ends != "end":
            vehicle["start_index"] = dice.randrange(places)
        if ends != "start":
            vehicle["end_index"] = dice.randrange(places)
        if dimensions:
            vehicle["capacity"] = [dice.randint(3, 15) for _ in range(dimensions)]
        if skilled:
            vehicle["skills"] = dice.sample(range(4), dice.randint(1, 4))
        if timed and dice.random() < 0.8:
            start = dice.randrange(0, horizon // 4)
            vehicle["time_window"] = [start, start + dice.randint(horizon // 2, horizon)]
        if timed and dice.random() < 0.35:
            low = vehicle.get("time_window", [0, 0])[0]
            span = horizon // 3
            vehicle["breaks"] = [
                {"id": 1 + b, "service": dice.randint(0, 200), "time_windows": [[low + span * b // 2 + 100, low + span * b // 2 + 100 + span // 2]]}
                for b in range(dice.randint(1, 2))
            ]
        if dice.random() < 0.2:
            vehicle["max_tasks"] = dice.randint(1, 6)
        if dice.random() < 0.2:
            vehicle["max_travel_time"] = dice.randint(200, 1500)
        if dice.random() < 0.15:
            vehicle["max_distance"] = dice.randint(2000, 15000)
        if dice.random() < 0.3:
            vehicle["costs"] = {"fixed": dice.randint(0, 500), "per_hour": dice.choice([3600, 1800, 5000]), "per_km": dice.choice([0, 0, 100])}
            if dice.random() < 0.3:
                vehicle["costs"]["per_task_hour"] = 1000
        if speed and dice.random() < 0.2:
            vehicle["speed_factor"] = dice.choice([0.5, 1.25, 2, 1.37])
        vehicles.append(vehicle)

    def task(identity):
        made = {"id": identity, "location_index": dice.randrange(places)}
        if dice.random() < 0.7:
            made["service"] = dice.randint(0, 200)
        if dice.random() < 0.3:
            made["setup"] = dice.randint(0, 100)
        if timed and dice.random() < 0.5:
            made["time_windows"] = windows(dice, horizon)
        return made

    jobs = []
    for identity in range(1, dice.randint(2, 12)):
        job = task(identity)
        if dimensions:
            job[dice.choice(["delivery", "pickup"])] = amount(4)
        if skilled and dice.random() < 0.6:
            job["skills"] = [dice.randrange(4)]
        if dice.random() < 0.3:
            job["priority"] = dice.randint(0, 100)
        jobs.append(job)
    shipments = []
    if dice.random() < 0.4:
        for identity in range(dice.randint(1, 4)):
            shipment = {"pickup": task(identity), "delivery": task(identity)}
            if dimensions:
                shipment["amount"] = amount(4)
            if dice.random() < 0.3:
                shipment["priority"] = dice.randint(0, 100)
            shipments.append(shipment)
    profile = {"durations": duration}
    if any("max_distance" in v or v.get("costs", {}).get("per_km") for v in vehicles) or dice.random() < 0.3:
        profile["distances"] = distance
    made = {"vehicles": vehicles, "jobs": jobs, "matrices": {"car": profile}}
    if shipments:
        made["shipments"] = shipments
    return made


def with_steps(made, number):
    """The same with an order for each vehicle, good or bad."""
    dice = random.Random(number)
    steps = [{"type": "job", "id": job["id"]} for job in made["jobs"]]
    for shipment in made.get("shipments", []):
        steps.append({"type": "pickup", "id": shipment["pickup"]["id"]})
        steps.append({"type": "delivery", "id": shipment["delivery"]["id"]})
    dice.shuffle(steps)
    steps = steps[: dice.randint(1, len(steps))]
    for rank, vehicle in enumerate(made["vehicles"]):
        own = steps[rank :: len(made["vehicles"])]
        for b in vehicle.get("breaks", []):
            if dice.random() < 0.8:
                own.insert(dice.randint(0, len(own)), {"type": "break", "id": b["id"]})
        if own and dice.random() < 0.2:
            dice.choice(own)["service_after"] = dice.randint(0, 1500)
        if own:
            vehicle["steps"] = own
    return made
