# SPDX-License-Identifier: GPL-2.0
"""Does the bench count what it says? Prints TAP. Programs with known sharing, a planted counter, repetition.

Usage: selfcheck.py BUILD
"""
import os
import sys
from statistics import median

sys.dont_write_bytecode = True

from tap import test            # noqa: E402, it says where the others are
from attribute import VMA_STRUCTS, Attribution
from kernel import Kernel
from vm import Guest, GuestError, ProgramError, check_qemu

CPUS, OPS = 4, 100
# Transfers of OPS accesses on each of CPUS; thread 0 holds all lines at first. A CPU that begins some turns later
# than the others is alone at the end, when nothing moves any more: those two in a hundred may be missing.
KNOWN = {
    "one": CPUS * OPS - 1,
    "own": CPUS - 1,
    "read": CPUS - 1,
    "plain": 2 * (CPUS * OPS - 1),
    "straddle": 2 * (CPUS * OPS - 1),
}


def known_sharing(guest, kernel, plugin):
    lines, report = guest.run([f"lines {s} cpus={CPUS} faults={OPS}" for s in KNOWN], plugin, {"memory": "all"})
    for line, region in zip(lines, Attribution(kernel).regions(report), strict=True):
        got = sum(n for a, n in region.by_address.items() if int(line["start"], 16) <= a < int(line["end"], 16))
        expected = KNOWN[line["workload"]]
        test(expected - expected // 50 <= got <= expected, f"sharing \"{line['workload']}\" gives {expected} transfers", f"got {got}")


def faults(guest, kernel, plugin, workload, before=(), cpus=CPUS):
    lines, report = guest.run([*before, f"faults {workload} cpus={cpus} faults=64 layouts=4 pause=1"], plugin)
    regions = Attribution(kernel).regions(report)
    assert len(regions) == len(lines) == 4
    return regions


def per_fault(regions, value):
    return median(value(r) / r.counts["faults"] for r in regions)


def main():
    build = sys.argv[1]
    check_qemu()
    plugin = os.path.join(build, "bench", "cacheline.so")
    kernel = Kernel(build, "base")
    guest = Guest(kernel, os.path.join(build, "bench", "bench-guest"), os.path.join(build, "bench"), CPUS)
    print("1..13")
    known_sharing(guest, kernel, plugin)

    regions = faults(guest, kernel, plugin, "a")
    test(all(r.counts["faults"] == 64 * CPUS for r in regions), "every touch of a new page is one fault",
         *(str(r.counts) for r in regions))
    locks = [(r.of_objects(VMA_STRUCTS) / r.counts["faults"], r.lock_straddles()) for r in regions]
    test(all(abs(n - (4 if two_lines else 2)) <= 0.1 for n, two_lines in locks),
         "each fault of the stock kernel transfers the shared VMA's lock twice, or its two lines if it straddles",
         f"got {locks}")
    again = faults(guest, kernel, plugin, "a")
    x, y = (sum(r.transfers() for r in rs) for rs in (regions, again))
    test(abs(x - y) <= 0.03 * x, "the same run again differs by no more than 3 %", f"got {x} and {y}")
    alone = faults(guest, kernel, plugin, "a", cpus=1)
    # nothing by itself; on a busy host another CPU's timer meets a region now and then
    test(per_fault(alone, lambda r: r.transfers()) <= 0.05, "one CPU has next to nothing to transfer",
         f"got {[r.transfers() for r in alone]}")

    one_page, around = (per_fault(rs, lambda r: r.counts["insns_fault"])
                        for rs in (alone, faults(guest, kernel, plugin, "f", cpus=1)))
    test(around > 1.5 * one_page, "a fault on a file maps more than its own page",
         f"got {around} and {one_page} instructions")

    control = faults(guest, kernel, plugin, "v")
    planted = faults(guest, kernel, plugin, "v", ["plant atomic"])
    place, n = sum((r.places["fault"] for r in planted), start=type(planted[0].places["fault"])()).most_common(1)[0]
    rate = n / sum(r.counts["faults"] for r in planted)
    test(place.function == "[BPF or module]" and 0.95 <= rate <= 1.05,
         "a planted atomic counter is the top line, with one transfer a fault", f"top is {place}: {rate}")
    test(all(p.function != "[BPF or module]" for r in control for p in r.places["fault"]),
         "... which isn't there without it")

    why = "nothing"
    try:
        guest.run(["run /nowhere"], plugin)
    except ProgramError as error:
        why = str(error)
    test(why == "/nowhere: ended with status 127", "a program that doesn't run in the guest is named", f"got {why}")


if __name__ == "__main__":
    try:
        main()
    except (GuestError, OSError) as error:
        print(f"Bail out! {error}")
        sys.exit(1)
