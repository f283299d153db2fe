# SPDX-License-Identifier: GPL-2.0
"""Does the bench read waits and sections from a trace of the kernel, and notice one that isn't whole? Prints TAP."""
import sys

sys.dont_write_bytecode = True

from tap import test            # noqa: E402, it says where waits is
from vm import GuestError, parse, trace
from waits import durations

TRACE = """\
# tracer: nop
#
# entries-in-buffer/entries-written: 12/12   #P:5
#
 init-76 [004] ..... 100: mmap_lock_start_locking: mm=1 memcg_path=/ write=true
 init-76 [004] ..... 110: mmap_lock_acquire_returned: mm=1 memcg_path=/ write=true success=true
 init-72 [000] ..... 120: contention_begin: 2 (flags=READ)
 init-73 [001] ..... 130: contention_begin: 3 (flags=WRITE)
 init-76 [004] ..... 160: mmap_lock_released: mm=1 memcg_path=/ write=true
 init-73 [001] ..... 165: contention_end: 3 (ret=0)
 init-72 [000] ..... 180: contention_end: 2 (ret=0)
 init-74 [002] ..... 200: mmap_lock_start_locking: mm=1 memcg_path=/ write=false
 init-74 [002] ..... 205: mmap_lock_acquire_returned: mm=1 memcg_path=/ write=false success=true
 init-74 [002] ..... 230: mmap_lock_released: mm=1 memcg_path=/ write=false
 init-75 [003] ..... 240: contention_end: 4 (ret=0)
 init-75 [003] ..... 250: contention_begin: 4 (flags=READ)
"""


def refused(text):
    """What is said of a trace that isn't taken."""
    try:
        trace(parse(["trace:", *text.splitlines(), "end-of-trace"]))
    except GuestError as error:
        return str(error)
    return ""


def main():
    print("1..7")
    waits, sections = durations(trace(parse(["events 1", "trace:", *TRACE.splitlines(), "end-of-trace"])))
    test(sections == [50], "a section is from getting mmap_lock for write to releasing it", f"got {sections}")
    test(60 in waits, "a wait is from the begin of a reader's contention to its end", f"got {waits}")
    test(waits == [60], "neither a lock that was free nor a writer's wait nor half a wait is one", f"got {waits}")
    why = refused(TRACE.replace("12/12", "12/345"))
    test("12 of 345 events" in why, "a trace of which the first events were overwritten is refused", f"got {why!r}")
    test(len(why.splitlines()) == 1, "... in a line", f"got {why!r}")
    why = refused(TRACE.replace("entries-written", "entries"))
    test("how many events" in why, "so is one that doesn't say how many there were", f"got {why!r}")
    test(refused(TRACE.replace("12/12", "0/0")) == "", "one without events is whole")


if __name__ == "__main__":
    main()
