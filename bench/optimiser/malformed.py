"""Requests that are wrong in one way each, and a few that only look it. Used by conformance.py and by hand."""

import copy
import json


def base():
    """A small request that is right."""
    matrix = [[0, 60, 90, 120], [60, 0, 50, 80], [90, 50, 0, 40], [120, 80, 40, 0]]
    return {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "capacity": [10],
                "skills": [1, 2],
                "time_window": [0, 10000],
                "breaks": [{"id": 1, "service": 100, "time_windows": [[1000, 2000]]}],
            }
        ],
        "jobs": [
            {"id": 1, "location_index": 1, "service": 30, "delivery": [1], "skills": [1], "priority": 5},
            {"id": 2, "location_index": 2, "service": 30, "pickup": [1], "time_windows": [[0, 500], [800, 5000]]},
        ],
        "shipments": [
            {
                "pickup": {"id": 3, "location_index": 3},
                "delivery": {"id": 3, "location_index": 1},
                "amount": [2],
            }
        ],
        "matrices": {"car": {"durations": matrix}},
    }


def changed(path, value):
    """The base with one thing put elsewhere. `...` takes it away."""
    request = copy.deepcopy(base())
    at = request
    for key in path[:-1]:
        at = at[key]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(request)


V, J, S, M = ("vehicles", 0), ("jobs", 0), ("shipments", 0), ("matrices", "car")

CHANGES = [
    ("no vehicles key", ("vehicles",), ...),
    ("vehicles empty", ("vehicles",), []),
    ("vehicles an object", ("vehicles",), {}),
    ("vehicle no object", V, 3),
    ("vehicle id missing", V + ("id",), ...),
    ("vehicle id negative", V + ("id",), -1),
    ("vehicle id text", V + ("id",), "1"),
    ("vehicle id fraction", V + ("id",), 1.5),
    ("vehicle start_index negative", V + ("start_index",), -1),
    ("vehicle start_index text", V + ("start_index",), "0"),
    ("vehicle end_index fraction", V + ("end_index",), 0.5),
    ("vehicle capacity no list", V + ("capacity",), 10),
    ("vehicle capacity negative", V + ("capacity",), [-1]),
    ("vehicle capacity other length", V + ("capacity",), [1, 2]),
    ("vehicle skills no list", V + ("skills",), 1),
    ("vehicle skill negative", V + ("skills",), [-1]),
    ("vehicle window reversed", V + ("time_window",), [100, 50]),
    ("vehicle window one end", V + ("time_window",), [100]),
    ("vehicle window text", V + ("time_window",), "9-17"),
    ("vehicle window overflow", V + ("time_window",), [0, 4294967296]),
    ("vehicle speed zero", V + ("speed_factor",), 0),
    ("vehicle speed six", V + ("speed_factor",), 6),
    ("vehicle speed text", V + ("speed_factor",), "fast"),
    ("vehicle speed fine", V + ("speed_factor",), 1.5),
    ("vehicle max_tasks negative", V + ("max_tasks",), -1),
    ("vehicle max_tasks zero", V + ("max_tasks",), 0),
    ("vehicle max_travel_time fraction", V + ("max_travel_time",), 1.5),
    ("vehicle max_distance text", V + ("max_distance",), "far"),
    ("vehicle description number", V + ("description",), 5),
    ("vehicle profile number", V + ("profile",), 5),
    ("vehicle type number", V + ("type",), 5),
    ("vehicle costs no object", V + ("costs",), 5),
    ("vehicle cost negative", V + ("costs",), {"fixed": -1}),
    ("vehicle per_hour fraction", V + ("costs",), {"per_hour": 1.5}),
    ("vehicle breaks no list", V + ("breaks",), 5),
    ("break without id", V + ("breaks",), [{"service": 5}]),
    ("break twice", V + ("breaks",), [{"id": 1}, {"id": 1}]),
    ("break windows empty", V + ("breaks",), [{"id": 1, "time_windows": []}]),
    ("break service negative", V + ("breaks",), [{"id": 1, "service": -5}]),
    ("break outside the hours", V + ("breaks",), [{"id": 1, "service": 5, "time_windows": [[20000, 30000]]}]),
    ("break longer than the day", V + ("breaks",), [{"id": 1, "service": 20000}]),
    ("steps no list", V + ("steps",), 5),
    ("step without type", V + ("steps",), [{"id": 1}]),
    ("step of an unknown type", V + ("steps",), [{"type": "nap", "id": 1}]),
    ("step without id", V + ("steps",), [{"type": "job"}]),
    ("step of an unknown job", V + ("steps",), [{"type": "job", "id": 99}]),
    ("step of an unknown break", V + ("steps",), [{"type": "break", "id": 99}]),
    ("step twice", V + ("steps",), [{"type": "job", "id": 1}, {"type": "job", "id": 1}]),
    ("start in the middle", V + ("steps",), [{"type": "job", "id": 1}, {"type": "start"}]),
    ("end in the middle", V + ("steps",), [{"type": "end"}, {"type": "job", "id": 1}]),
    ("step at a fraction", V + ("steps",), [{"type": "job", "id": 1, "service_at": 1.5}]),
    ("steps with half a shipment", V + ("steps",), [{"type": "pickup", "id": 3}]),
    ("steps deliver first", V + ("steps",), [{"type": "delivery", "id": 3}, {"type": "pickup", "id": 3}]),
    ("job id missing", J + ("id",), ...),
    ("job id fraction", J + ("id",), 1.5),
    ("job twice", J + ("id",), 2),
    ("job no object", J, []),
    ("jobs no list", ("jobs",), {}),
    ("job location_index missing", J + ("location_index",), ...),
    ("job location_index negative", J + ("location_index",), -1),
    ("job location_index beyond", J + ("location_index",), 4),
    ("job location instead of index", J + ("location",), "home"),
    ("job service negative", J + ("service",), -1),
    ("job setup fraction", J + ("setup",), 1.5),
    ("job delivery no list", J + ("delivery",), 1),
    ("job delivery negative", J + ("delivery",), [-1]),
    ("job delivery other length", J + ("delivery",), [1, 2]),
    ("job skills no list", J + ("skills",), 1),
    ("job skill text", J + ("skills",), ["a"]),
    ("job priority 101", J + ("priority",), 101),
    ("job priority negative", J + ("priority",), -1),
    ("job priority 100", J + ("priority",), 100),
    ("job windows no list", J + ("time_windows",), 1),
    ("job windows empty", J + ("time_windows",), []),
    ("job window reversed", J + ("time_windows",), [[100, 50]]),
    ("job windows overlap", J + ("time_windows",), [[0, 100], [50, 200]]),
    ("job windows touch", J + ("time_windows",), [[0, 100], [100, 200]]),
    ("job windows unsorted", J + ("time_windows",), [[300, 400], [0, 100]]),
    ("job window no pair", J + ("time_windows",), [100, 200]),
    ("job description number", J + ("description",), 5),
    ("shipments no list", ("shipments",), {}),
    ("shipment no object", S, 5),
    ("shipment without pickup", S + ("pickup",), ...),
    ("shipment without delivery", S + ("delivery",), ...),
    ("shipment amount no list", S + ("amount",), 2),
    ("shipment amount other length", S + ("amount",), [1, 2]),
    ("shipment priority 101", S + ("priority",), 101),
    ("shipment pickup without id", S + ("pickup",), {"location_index": 3}),
    ("shipment delivery window reversed", S + ("delivery", "time_windows"), [[5, 1]]),
    ("matrices no object", ("matrices",), []),
    ("matrices missing", ("matrices",), ...),
    ("matrices of another profile", ("matrices",), {"truck": {"durations": [[0]]}}),
    ("matrix no list", M + ("durations",), 5),
    ("matrix empty", M + ("durations",), []),
    ("matrix not square", M + ("durations",), [[0, 1, 2, 3], [1, 0, 2]]),
    ("matrix a row short", M + ("durations",), [[0, 1, 2, 3], [1, 0, 2, 3], [1, 2, 0, 3]]),
    ("matrix too small", M + ("durations",), [[0, 1], [1, 0]]),
    ("matrix with a fraction", M + ("durations", 0), [0, 1.5, 2, 3]),
    ("matrix with a negative", M + ("durations", 0), [0, -1, 2, 3]),
    ("matrix with a null", M + ("durations", 0), [0, None, 2, 3]),
    ("matrix with text", M + ("durations", 0), [0, "1", 2, 3]),
    ("matrix with an overflow", M + ("durations", 0), [0, 4294967296, 2, 3]),
    ("matrix at the limit", M + ("durations",), [[0] + [4294967295] * 3] * 4),
    ("distances without durations", ("matrices",), {"car": {"distances": [[0] * 4] * 4}}),
    ("distances too small", M + ("distances",), [[0]]),
    ("costs too small", M + ("costs",), [[0]]),
    ("costs fine", M + ("costs",), [[0, 1, 1, 1]] * 4),
]

RAW = [
    ("nothing", ""),
    ("no JSON", "vehicles"),
    ("a list", "[]"),
    ("null", "null"),
    ("a text", '"x"'),
    ("cut off", json.dumps(base())[:-40]),
    ("something behind", json.dumps(base()) + "x"),
    ("not a number", json.dumps(base()).replace("10000", "NaN")),
    ("a huge number", json.dumps(base()).replace("10000", "1e999")),
    ("no tasks at all", json.dumps({"vehicles": base()["vehicles"], "matrices": base()["matrices"]})),
    ("tasks empty", json.dumps({"vehicles": base()["vehicles"], "jobs": [], "matrices": base()["matrices"]})),
    ("no start or end", json.dumps({"vehicles": [{"id": 1}], "jobs": [{"id": 1, "location_index": 0}], "matrices": {"car": {"durations": [[0]]}}})),
    ("start without index", json.dumps({"vehicles": [{"id": 1, "start": [9, 45], "end_index": 0}], "jobs": [{"id": 1, "location_index": 0}], "matrices": {"car": {"durations": [[0]]}}})),
    ("start one number", json.dumps({"vehicles": [{"id": 1, "start": [9]}], "jobs": [{"id": 1, "location": [9, 45]}]})),
    ("location without index", json.dumps({"vehicles": [{"id": 1, "start_index": 0}], "jobs": [{"id": 1, "location": [9, 45]}], "matrices": {"car": {"durations": [[0]]}}})),
    ("costs and per_hour", json.dumps({"vehicles": [{"id": 1, "start_index": 0, "costs": {"per_hour": 5}}], "jobs": [{"id": 1, "location_index": 1}], "matrices": {"car": {"durations": [[0, 1], [1, 0]], "costs": [[0, 1], [1, 0]]}}})),
    ("old matrix key", json.dumps({"vehicles": [{"id": 1, "start_index": 0}], "jobs": [{"id": 1, "location_index": 1}], "matrix": [[0, 1], [1, 0]]})),
    ("old amount key", json.dumps({"vehicles": [{"id": 1, "start_index": 0, "capacity": [1]}], "jobs": [{"id": 1, "location_index": 1, "amount": [1]}], "matrix": [[0, 1], [1, 0]]})),
    ("the base", json.dumps(base())),
]


def corpus():
    """Name and body of each request."""
    return [(name, changed(path, value)) for name, path, value in CHANGES] + RAW
