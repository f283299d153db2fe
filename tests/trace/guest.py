#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run scenarios of the stimulus in the guest and check their traces.

Usage: guest.py STIMULUS all|experiment|SCENARIO...

Prints TAP without numbers.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import scenarios  # noqa: E402
import tracefs  # noqa: E402
from run import Mismatch, Run  # noqa: E402

SCRATCH = "/mnt/trace"


def comment(text):
    print("\n".join("# " + line for line in str(text).splitlines()))


def mount_scratch():
    subprocess.run(["mkfs.ext4", "-q", "/dev/vda"], check=True)
    os.makedirs(SCRATCH, exist_ok=True)
    subprocess.run(["mount", "/dev/vda", SCRATCH], check=True)


def scenario(stimulus, check, attempts=1):
    """One test; False if the stimulus hangs."""
    name = check.__name__
    status = run = None
    try:
        status, output, messages, events = tracefs.trace([stimulus, name, SCRATCH], 120)
        if status != 0:
            raise Mismatch(f"the stimulus ended with status {status}: {messages}")
        run = Run(output, events)
        check(run)
        run.check_always()
    # whatever goes wrong: the other scenarios still run, but for one that hangs
    except Exception as error:
        if attempts > 1 and status == 0:
            comment(f"{name}: once more")
            return scenario(stimulus, check, attempts - 1)
        print(f"not ok - {name}")
        comment(f"{type(error).__name__}: {error}")
        if run:
            comment("\n".join(map(repr, run.events)))
        return not isinstance(error, tracefs.Hang)
    print(f"ok - {name}")
    return True


def main():
    stimulus, wanted = sys.argv[1], sys.argv[2:]
    attempts = 1
    if wanted == ["experiment"]:
        checks = scenarios.EXPERIMENT
        # on a busy host the writer may not run during the fault's delay
        attempts = 5
    else:
        checks = [c for c in scenarios.ALL if wanted == ["all"] or c.__name__ in wanted]
        if not checks or wanted != ["all"] and len(checks) != len(wanted):
            print("guest.py: usage: STIMULUS all|experiment|SCENARIO...; scenarios: " +
                  " ".join(c.__name__ for c in scenarios.ALL), file=sys.stderr)
            return 2
    mount_scratch()
    tracefs.setup()
    for check in checks:
        if not scenario(stimulus, check, attempts):
            print("Bail out! a scenario hangs")
            return 1
        sys.stdout.flush()
    return 0


sys.exit(main())
