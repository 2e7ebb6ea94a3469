#!/usr/bin/env python3
"""R4: a service is gone. R5: a service hangs (SIGSTOP). What the rest of the product notices of it."""
import os
import signal
import time

from installation import Installation, Load, finish, percentile, tell, wait_for


def clients(caller):
    return caller.api("GET", "/clients?limit=5")


def users(caller):
    return caller.api("GET", "/users?limit=5")


def measure(system, token, seconds, request=users):
    load = Load(system, token, request, 50, 4)
    load.start()
    time.sleep(seconds)
    return load.stop()


def recovered(system, load):
    at = time.monotonic()
    return wait_for("it is served again", lambda: any(status == 200 and began > at for began, status, *_ in list(load.results)), 30, 0.005)


def gone(system, token):
    before = percentile([seconds for _, _, seconds, *_ in measure(system, token, 4)], 0.95)
    load = Load(system, token, clients, 50, 8)
    load.start()
    time.sleep(1)
    os.rename(system.bin / "crm", system.bin / "crm.away")
    at = time.monotonic()
    system.signal("crm", signal.SIGKILL)
    time.sleep(1.5)
    others = measure(system, token, 5)
    after = percentile([seconds for _, _, seconds, *_ in others], 0.95)
    os.rename(system.bin / "crm.away", system.bin / "crm")
    # The breaker's own delay is what counts, not the supervisor's pause before it tries again.
    wait_for("crm is back", lambda: system.ready("crm"), 60)
    back = recovered(system, load)
    results = load.stop()
    down = [row for row in results if row[0] > at]
    statuses = sorted({status for _, status, *_ in down})
    first = [seconds for began, status, seconds, *_ in down if began < at + 1 and status != 200]
    late = [seconds for began, status, seconds, *_ in down if at + 1.5 < began < at + 6 and status != 200]
    tell("R4 statuses while crm is gone", "502, 503, 504 only", f"{statuses}", set(statuses) <= {200, 502, 503, 504})
    tell("R4 longest first answer", "≤ 1 s", f"{max(first):.2f} s", max(first) <= 1.05)
    tell("R4 p95 once the breaker is open", "< 50 ms", f"{percentile(late, .95) * 1000:.1f} ms of {len(late)}", percentile(late, .95) < 0.05)
    tell("R4 auth meanwhile: p95", "as before (+ 10 %)", f"{before * 1000:.1f} → {after * 1000:.1f} ms", after <= before * 1.1 + 0.002)
    tell("R4 auth meanwhile: failures", "0", sum(status != 200 for _, status, *_ in others), all(status == 200 for _, status, *_ in others))
    tell("R4 served again after recovery", "< 5 s", f"{back:.2f} s", back < 5)


def hung(system, token):
    load = Load(system, token, clients, 20, 8)
    load.start()
    time.sleep(1)
    at = time.monotonic()
    system.signal("crm", signal.SIGSTOP)
    time.sleep(7)
    others = measure(system, token, 3)
    at_end = time.monotonic()
    system.signal("crm", signal.SIGCONT)
    back = recovered(system, load)
    results = load.stop()
    down = [row for row in results if at < row[0] < at_end]
    slowest = max(seconds for _, _, seconds, *_ in down)
    late = [seconds for began, *_, in [(r[0], r) for r in down] for seconds in [0]]
    late = [row[2] for row in down if row[0] > at + 6]
    statuses = sorted({status for began, status, *_ in down if status != 200})
    tell("R5 longest answer while crm hangs", "≤ 5 s (+ 0.3)", f"{slowest:.2f} s", slowest <= 5.3)
    tell("R5 statuses", "503, 504 only", f"{statuses}", set(statuses) <= {503, 504})
    tell("R5 p95 once the breaker is open", "< 50 ms", f"{percentile(late, .95) * 1000:.1f} ms of {len(late)}", percentile(late, .95) < 0.05)
    tell("R5 auth meanwhile: failures", "0", sum(status != 200 for _, status, *_ in others), all(status == 200 for _, status, *_ in others))
    tell("R5 served again", "< 5 s", f"{back:.2f} s", back < 5)


def main():
    with Installation() as system:
        token = system.sign_in(first=True)
        gone(system, token)
        token = system.sign_in()
        hung(system, token)
    finish()


if __name__ == "__main__":
    main()
