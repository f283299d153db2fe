# SPDX-License-Identifier: GPL-2.0
"""Test results as TAP; and where the bench's own modules are."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "bench"))
_count = 0


def test(passed, name, *why):
    """Print one test's result, with the lines @why if it failed."""
    global _count
    _count += 1
    print(f"{'ok' if passed else 'not ok'} {_count} - {name}", flush=True)
    for line in why if not passed else ():
        print(f"# {line}", flush=True)
