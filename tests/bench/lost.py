# SPDX-License-Identifier: GPL-2.0
"""Does vmalocktop lose events at the heaviest load there is? Prints TAP.

Usage: lost.py BUILD
"""
import os
import sys

sys.dont_write_bytecode = True

from tap import test            # noqa: E402, it says where the others are
import watchers
from kernel import Kernel
from tool import CPUS, load_once, lost_by_vmalocktop
from vm import Guest, GuestError

# what each fault fires, and each wait in the load: without them there is nothing to lose
EVENTS = ("vma_lookup", "vma_baby_wait_begin", "vma_baby_wait_end", "contention_begin", "vma_born", "vma_grown")


def main():
    build = sys.argv[1]
    program = os.path.join(build, "bin", "vmalocktop")
    kernel, out = Kernel(build, "patched"), os.path.join(build, "bench")
    plugin = os.path.join(out, "cacheline.so")

    def load(*options):
        watcher = watchers.vmalocktop(program, *options)
        guest = Guest(kernel, os.path.join(out, "bench-guest"), out, CPUS + 1, files=watcher.files)
        return load_once(guest, plugin, watcher, 1, lost_by_vmalocktop)

    print("1..4")
    run = load()
    quiet = [e for e in EVENTS if e not in run.hooks]
    test(not quiet, "faults and waits are watched under the heaviest load", f"no {quiet} among {run.hooks}")
    waits = run.hooks.get("vma_baby_wait_end", (0, 0))[0]
    test(waits > 0.2 * run.faults, "... many of which wait", f"{waits} of {run.faults}")
    test(run.lost == 0, "vmalocktop loses none of them", f"{run.lost} lost")
    few = load("--max-entries", "16")
    test(few.lost > 0, "... and says so if it does: with room for 16 VMAs", f"{few.lost} lost")


if __name__ == "__main__":
    try:
        main()
    except (GuestError, OSError) as error:
        print(f"Bail out! {error}")
        sys.exit(1)
