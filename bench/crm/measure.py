#!/usr/bin/env python3
"""Measures what a person waits for, through the gateway, with 100,000 clients in the database.

    python3 bench/crm/measure.py http://localhost:8080 [clients]

The system must be fresh: the first to register becomes its admin. The clients come in through the import that users
have. Prints lines of `figure | goal | measured`; one request at a time, wall time, so keep the machine quiet.
"""

import csv
import http.client
import json
import random
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import quote, urlsplit

NAMES = ("Svapo Tabaccheria Fumo Nuvola Vapor Cloud Bar Edicola Ricevitoria Farmacia Emporio Punto Casa Centro Bottega "
         "Officina Mondo Isola Stella Aroma Vapore").split()
SECOND = ("Rossi Bianchi Ferrari Esposito Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa Giordano Mancini "
          "Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone").split()
COMUNI = Path(__file__).parents[2] / "services/crm/data/comuni.csv"
ADMIN = {"name": "Giulia Bianchi", "email": "giulia@example.it", "password": "una frase lunga da ricordare"}


def vat_number(number):
    """Eleven digits with the right check digit, of an office that exists."""
    digits = f"{number:07d}001"
    total = 0
    for place, digit in enumerate(map(int, digits)):
        twice = digit * 2
        total += digit if place % 2 == 0 else twice - 9 if twice > 9 else twice
    return digits + str(-total % 10)


def invent(count):
    """Shops spread over the country as its people are."""
    dice = random.Random(7)
    with COMUNI.open(encoding="utf-8") as file:
        towns = [town for town in csv.DictReader(file) if town["cap"] and town["popolazione"]]
    places = dice.choices(towns, weights=[int(town["popolazione"]) for town in towns], k=count)
    for number in range(1, count + 1):
        town = places[number - 1]
        name = f"{dice.choice(NAMES)} {dice.choice(SECOND)} {dice.choice(SECOND)} {number % 9973}"
        yield [name, vat_number(number), f"info{number}@negozio{number % 5000}.example", f"0{number % 89 + 10}{4000000 + number}",
               f"Via {dice.choice(SECOND)}", str(number % 200 + 1), dice.choice(town["cap"].split()), town["nome"],
               town["sigla"]]


class Caller:
    def __init__(self, url):
        place = urlsplit(url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=900)
        self.token = None

    def call(self, method, path, body=None, headers=None, raw=None):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            raw = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        self.connection.request(method, f"/api/v1{path}", raw, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        seconds = time.perf_counter() - started
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:600].decode()}")
        return (json.loads(data) if "json" in answer.headers.get("Content-Type", "") else data), seconds

    def sign_in(self):
        self.token = None
        person = {key: ADMIN[key] for key in ("email", "password")}
        self.token = self.call("POST", "/auth/login", person)[0]["access_token"]


def upload(api, rows):
    head = "Ragione sociale;Partita IVA;E-mail;Telefono;Via;Civico;CAP;Comune;Provincia"
    text = "\n".join([head, *(";".join(row) for row in rows)])
    edge = uuid.uuid4().hex
    parts = (f'--{edge}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nclients\r\n'
             f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="clienti.csv"\r\n'
             f"Content-Type: text/csv\r\n\r\n{text}\r\n--{edge}--\r\n").encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    job = api.call("POST", "/imports", raw=parts, headers=kind)[0]
    started = time.perf_counter()
    api.call("POST", f"/imports/{job['id']}/run")
    while True:
        time.sleep(1)
        if time.perf_counter() - started > 500:
            raise SystemExit("The import does not end.")
        job = api.call("GET", f"/imports/{job['id']}")[0]
        if job["status"] in ("done", "failed", "cancelled"):
            break
    if job["counts"]["created"] != len(rows):
        raise SystemExit(f"The import made {job['counts']}, not {len(rows)} clients.")
    return time.perf_counter() - started


def tell(what, goal, seconds, share):
    seconds.sort()
    measured = seconds[min(len(seconds) - 1, int(len(seconds) * share))] * 1000
    middle = seconds[len(seconds) // 2] * 1000
    verdict = "met" if measured < goal else "**not met**"
    print(f"| {what} | < {goal} ms | {measured:.1f} ms (middle {middle:.1f}) | {verdict} |", flush=True)


def ask_all(api, calls):
    for method, path, body in calls[:20]:
        api.call(method, path, body)
    return [api.call(method, path, body)[1] for method, path, body in calls]


def typo(dice, name):
    at = dice.randrange(1, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2:]


def checks(api, rows):
    dice = random.Random(11)
    calls = []
    for number in range(400):
        row = dice.choice(rows)
        draft = [{"name": typo(dice, row[0]), "cap": row[6]}, {"name": f"Negozio nuovo {number}", "vat_number": row[1]},
                 {"name": f"Negozio nuovo {number}", "email": row[2]}, {"name": f"Negozio nuovo {number}", "phone": row[3]}]
        calls.append(("POST", "/clients/check", draft[number % 4]))
    tell("P9 duplicate check while typing, p99", 30, ask_all(api, calls), 0.99)


def searches(api, rows):
    dice = random.Random(12)
    calls = [("GET", f"/clients?limit=10&q={quote(typo(dice, dice.choice(rows)[0].rsplit(' ', 1)[0]))}", None) for _ in range(200)]
    tell("P5 search with a typo, p99", 50, ask_all(api, calls), 0.99)
    calls = [("GET", f"/clients?limit=50&sort=name&province={dice.choice(rows)[8]}", None) for _ in range(200)]
    tell("P2 list of 50, filtered and sorted, p99", 20, ask_all(api, calls), 0.99)


def papers(api):
    if not api.call("GET", "/company")[0].get("name"):
        api.call("PUT", "/company", {"name": "Nuvola Chiara S.r.l.", "vat_number": "12345670017", "street": "Via dell'Industria",
                                     "street_number": "14", "cap": "37135", "city": "Verona", "province": "VR"}, {"If-Match": "*"})
    product = api.call("POST", "/products", {"name": "Pod da banco", "sku": "POD-1", "kind": "hardware", "list_price": "12.50"})[0]
    client = api.call("POST", "/clients", {"name": "Tabaccheria della misura"})[0]
    for count, goal in ((50, 50), (200, 200)):
        lines = [{"product_id": product["id"], "quantity": "1"} for _ in range(count)]
        seconds = []
        for _ in range(20):
            paper = api.call("POST", "/proposals", {"client_id": client["id"], "lines": lines})[0]
            seen = {"If-Match": f'"{paper["version"]}"'}
            seconds.append(api.call("POST", f"/proposals/{paper['id']}/send", {}, seen)[1])
        tell(f"a proposal of {count} lines sent: numbered, drawn as PDF, hashed, kept; p95", goal, seconds, 0.95)


def main():
    api = Caller(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    api.call("POST", "/auth/register", ADMIN)
    api.sign_in()
    rows = list(invent(count))
    seconds = upload(api, rows)
    print(f"| import of {count} clients, every rule applied | – | {seconds:.0f} s | |", flush=True)
    api.sign_in()
    checks(api, rows)
    searches(api, rows)
    papers(api)


if __name__ == "__main__":
    main()
