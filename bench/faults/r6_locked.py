#!/usr/bin/env python3
"""R6: somebody holds a table's lock while 60 clients want it: every database thread of crm waits."""
import time

from installation import Caller, Installation, Load, finish, percentile, tell, wait_for


def clients(caller):
    return caller.api("GET", "/clients?limit=5")


def products(caller):
    return caller.api("GET", "/products?limit=5")


def main():
    with Installation() as system:
        token = system.sign_in(first=True)
        holder = system.psql()
        load = Load(system, token, clients, 300, 60)
        load.start()
        time.sleep(1)
        holder.stdin.write("BEGIN; LOCK TABLE crm.clients IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
        holder.stdin.flush()
        holder.stdout.readline()
        at = time.monotonic()
        time.sleep(2)
        alive, other = [], Load(system, token, products, 10, 4)
        other.start()
        for _ in range(20):
            alive.append(system.alive("crm").seconds)
            time.sleep(0.1)
        others = other.stop()
        released = time.monotonic()
        holder.stdin.write("COMMIT;\n")
        holder.stdin.flush()
        back = wait_for("the table is served", lambda: any(status == 200 and began > released for began, status, *_ in list(load.results)), 20, 0.005)
        time.sleep(1)
        results = load.stop()
        # Answered while the lock was held, or asked so early that an answer was due before it was let go.
        held = [row for row in results if at + 0.2 < row[0] and (row[0] + row[2] < released or row[0] < released - 2.1)]
        slowest, statuses = max(row[2] for row in held), sorted({row[1] for row in held})
        silent = sum(row[1] == 503 and not row[3] for row in held)
        served = sum(row[1] == 200 for row in others)
        tell("R6 answers for the locked table", "503 + Retry-After within 2 s", f"{statuses}, slowest {slowest:.2f} s, {silent} without Retry-After",
             statuses == [503] and slowest < 2.1 and not silent)
        tell("R6 liveness meanwhile", "200 in < 100 ms", f"p95 {percentile(alive, .95) * 1000:.0f} ms", percentile(alive, .95) < 0.1)
        tell("R6 another table meanwhile", "served", f"{served} of {len(others)}, p95 {percentile([row[2] for row in others], .95):.2f} s", served == len(others))
        tell("R6 recovers", "< 2 s", f"{back:.2f} s", back < 2)
    finish()


if __name__ == "__main__":
    main()
