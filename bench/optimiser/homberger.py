"""Makes problems like Gehring and Homberger's, of any size: for what the public ones of a data folder do not tell.

    python homberger.py FOLDER 600,800,1000 [1,4,9]

Writes Solomon's text format, one file for each class (C1, C2, R1, R2, RC1, RC2), size and number. As in the originals, a
number stands for how many customers have a window and how wide it is: 1 all of them, narrow; 2 to 4 fewer; 5 to 8 wider; 9 and
10 all widths. The same class, size and number give the same file.
"""

import math
import random
import sys
from pathlib import Path

CAPACITY = {"1": 200, "C2": 700, "2": 1000}
DENSITY = [1, 0.75, 0.5, 0.25, 1, 1, 1, 1, 1, 1]
# Half a window, as a share of the horizon; by number.
WIDTH = {"1": [0.007] * 4 + [0.02, 0.04, 0.07, 0.12, None, None], "2": [0.02] * 4 + [0.04, 0.06, 0.09, 0.13, None, None]}


def points(shape, count, side, dice):
    anywhere = lambda: (dice.randint(0, side), dice.randint(0, side))
    if shape == "R":
        return [anywhere() for _ in range(count)]
    centres = [anywhere() for _ in range(max(3, count // 20))]
    clustered = count if shape == "C" else count // 2
    made = []
    while len(made) < clustered:
        x, y = dice.choice(centres)
        spot = (round(dice.gauss(x, side / 40)), round(dice.gauss(y, side / 40)))
        if 0 <= spot[0] <= side and 0 <= spot[1] <= side:
            made.append(spot)
    return made + [anywhere() for _ in range(count - clustered)]


def tours(places, depot, demands, capacity, service, horizon, dice):
    """When each customer of a sensible plan would be served: customers by angle, then nearest first."""
    left = sorted(range(len(places)), key=lambda i: math.atan2(places[i][1] - depot[1], places[i][0] - depot[0]))
    moments = [0.0] * len(places)
    while left:
        here, time, load, near = depot, dice.uniform(0, horizon / 8), 0, left[:60]
        while near:
            near.sort(key=lambda i: math.dist(here, places[i]))
            best = near[0]
            begin = time + math.dist(here, places[best])
            if load + demands[best] > capacity or begin + service + math.dist(places[best], depot) > horizon:
                if here == depot:
                    begin, time = math.dist(depot, places[best]), 0.0
                else:
                    break
            moments[best] = begin
            here, time, load = places[best], begin + service, load + demands[best]
            near.remove(best)
            left.remove(best)
    return moments


def make(shape, kind, count, number):
    dice = random.Random(f"{shape}{kind}-{count}-{number}")
    side = max(100, count // 2)
    depot = (side // 2, side // 2)
    places = points(shape, count, side, dice)
    service = 90 if shape == "C" else 10
    far = math.ceil(side * 0.75)
    horizon = {"1": 3 * far + 12 * service, "2": 8 * far + 40 * service}[kind] if shape == "C" else {"1": 5, "2": 20}[kind] * far
    capacity = CAPACITY.get(shape + kind, CAPACITY[kind])
    demands = [dice.choice([10, 10, 20, 30]) if shape == "C" else max(1, round(dice.gauss(18, 8))) for _ in places]
    planned = tours(places, depot, demands, capacity, service, horizon, dice)
    rows = [(0, *depot, 0, 0, horizon, 0)]
    for rank, (place, demand, moment) in enumerate(zip(places, demands, planned), 1):
        first = math.ceil(math.dist(depot, place))
        last = horizon - first - service
        ready, due = 0, last
        if dice.random() < DENSITY[number - 1]:
            half = WIDTH[kind][number - 1] or dice.uniform(0.005, 0.25 if number == 10 else 0.12)
            middle = min(max(moment if shape == "C" else dice.uniform(first, last), first), last)
            ready, due = max(first, round(middle - half * horizon)), min(last, round(middle + half * horizon))
        rows.append((rank, *place, demand, ready, due, service))
    head = [f"{shape}{kind}_{count}_{number}", "", "VEHICLE", "NUMBER     CAPACITY", f" {count // 4} {capacity}", "", "CUSTOMER"]
    head += ["CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME", ""]
    return "\n".join(head + [" ".join(map(str, row)) for row in rows]) + "\n"


def main():
    folder, sizes = Path(sys.argv[1]), sys.argv[2].split(",")
    numbers = sys.argv[3].split(",") if len(sys.argv) > 3 else ["1", "4", "9"]
    folder.mkdir(parents=True, exist_ok=True)
    for size in map(int, sizes):
        for number in map(int, numbers):
            for shape in ("C", "R", "RC"):
                for kind in "12":
                    name = f"{shape}{kind}_{size}_{number}".lower()
                    (folder / f"{name}.txt").write_text(make(shape, kind, size, number))


if __name__ == "__main__":
    main()
