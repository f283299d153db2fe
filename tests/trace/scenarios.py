# SPDX-License-Identifier: GPL-2.0
"""The events that each scenario of the stimulus must fire, with all their fields."""

import errno

from run import ARENA, PAGE, Mismatch, event, ordered, same, sequence

BASE = ARENA[0]
SIGSEGV = 11


def lookup(address, start, end, result="ref", walks=1):
    return event("vma_lookup", address=address, vm_start=start, vm_end=end, result=result, walks=walks)


def attempt(address, outcome="mapped", nr=0):
    return event("vma_map_pages", address=address, outcome=outcome, nr=nr)


def without_reference(address, start, end, nr=1):
    return [attempt(address, nr=nr), lookup(address, start, end, "ref_free")]


def not_found(address, walks=1):
    return [lookup(address, 0, 0, "none", walks), fallback(address, "none")]


def fallback(address, reason):
    return event("vma_fault_fallback", address=address, reason=reason)


def born(start, end):
    return event("vma_born", vm_start=start, vm_end=end)


def grown(start, end, ret=0):
    return event("vma_grown", vm_start=start, vm_end=end, ret=ret)


def facts(run, **want):
    for name, value in want.items():
        same(f"fact {name}", run.facts[name], value)


# --- single faults ---

def found(run):
    facts(run, signal=0)
    end = BASE + 4 * PAGE
    sequence("events", run.of(), [lookup(BASE + 0x123, BASE, end)] +
             without_reference(BASE + 2 * PAGE + 0x10, BASE, end) +
             without_reference(BASE + 3 * PAGE + 0x20, BASE, end))


def wild(run):
    facts(run, signal=SIGSEGV)
    sequence("events", run.of(), not_found(BASE + 0x5008))


def forbidden(run):
    facts(run, signal=SIGSEGV)
    sequence("events", run.of(), [lookup(BASE + 0x18, BASE, BASE + PAGE)])


def stack(run):
    start = BASE + 0x1000000
    facts(run, signal=0, signal2=0, grown=start - PAGE)
    sequence("events", run.of(), not_found(start - 8) + [lookup(start + 8, start - PAGE, start + 4 * PAGE)])


def kernel_mode(run):
    facts(run, content=1)
    sequence("events", run.of(), [fallback(BASE + PAGE + 0x340, "kernel_mode")])


def around(run):
    """->map_pages() maps what is cached around the page, for its 64 KiB."""
    facts(run, setup=0, signal=0, content=1)
    sequence("events", run.of(), without_reference(BASE + 40 * PAGE + 8, BASE, BASE + 64 * PAGE, 16))


def cold(run):
    """Neither the first attempt nor the wait for the disk leads to mmap_lock."""
    facts(run, setup=0, signal=0, content=1)
    address, end = BASE + 40 * PAGE + 8, BASE + 64 * PAGE
    got = run.of()
    around = got[2].fields.get("nr") if len(got) == 4 else None     # read-ahead may bring more than one
    sequence("events", got, [attempt(address, "not_cached"), lookup(address, BASE, end)] +
             without_reference(address, BASE, end, around))


def cow(run):
    """A write to a page that is mapped, and must be copied, isn't tried without a reference."""
    facts(run, setup=0, signal=0, content=1)
    address, end = BASE + PAGE + 8, BASE + 4 * PAGE
    sequence("events", run.of(), [lookup(address, BASE, end)])


def first_anon_vma(run):
    """The first write to a VMA needs a reference even where a page table is."""
    facts(run, setup=0, signal=0)
    start = BASE + 4 * PAGE
    sequence("events", run.of(), [attempt(start + 8, "other"), lookup(start + 8, start, start + 4 * PAGE)] +
             without_reference(start + PAGE + 8, start, start + 4 * PAGE))


# --- mmap() over something ---

def whole(run):
    facts(run, new=1, vmas=1)
    sequence("events", run.of(), [born(BASE, BASE + 4 * PAGE), grown(BASE, BASE + 4 * PAGE)])


def gap(run):
    facts(run, vmas=1)
    sequence("events", run.of(), [])


def in_the_middle(run, vmas):
    facts(run, new=1, old=1, vmas=vmas)
    start, end = BASE + 2 * PAGE, BASE + 4 * PAGE
    sequence("events", run.of(), [born(start, end), grown(start, end)])


def middle(run):
    in_the_middle(run, 3)


def merge(run):
    in_the_middle(run, 1)


def several(run):
    facts(run, error=0, new=1, old=1, vmas=2)
    sequence("events", run.of(), [born(BASE, BASE + 7 * PAGE), grown(BASE, BASE + 7 * PAGE)])


def late(run, error):
    """->mmap() failed: a hole is left, and nothing else has changed."""
    facts(run, error=error, signal=SIGSEGV, old=1, vmas=0)
    start, end = BASE + 2 * PAGE, BASE + 4 * PAGE
    sequence("events", run.of(), [born(start, end), grown(start, end, -error)] + not_found(start + 4))


def late_perf(run):
    late(run, errno.EINVAL)


def early(run, error):
    """Refused before anything changed: no BABY, no fault, the old mapping works."""
    facts(run, error=error, signal=0, old=1, vmas=1, writable=1)
    sequence("events", run.of(), [])


def early_limit(run):
    early(run, errno.ENOMEM)


def early_mseal(run):
    facts(run, error=errno.EPERM, signal=0, old=1, vmas=2, writable=1)
    sequence("events", run.of(), [])


def early_account(run):
    early(run, errno.ENOMEM)


def early_seal(run):
    early(run, errno.EPERM)


# --- waits ---

def contended(run, begin, end, flags):
    """The same wait as contention of one lock; on its way the thread may spin for others, even at its address."""
    open_begins, waits = [], []
    for e in run.between(begin, end, "contention"):
        if e.name == "contention_begin":
            open_begins.append(e)
        elif not open_begins or open_begins[-1].fields["lock"] != e.fields["lock"]:
            raise Mismatch(f"no contention_begin for {e}")
        elif open_begins.pop().fields["flags"] == flags:
            waits.append(e.fields["ret"])
    same(f"contention with flags={flags} during the wait, by result", waits, [end.fields["ret"]])


def later_faults(run, events, results):
    """Faults whose number depends on the timing are well formed."""
    start, end = run.start, run.end
    walks, at = 1, 0
    while at < len(events):
        e = events[at]
        address = e.fields.get("address")
        if e.name == "vma_baby_wait_begin":
            wait = dict(address=address, vm_start=start, vm_end=end, state=e.fields["state"])
            sequence("a wait", events[at:at + 2], [event("vma_baby_wait_begin", **wait),
                                                    event("vma_baby_wait_end", **wait, ret=0)])
            walks += 1
            at += 2
            continue
        if e.fields.get("result") not in results:
            raise Mismatch(f"unexpected {e}")
        want = [lookup(address, start, end, "ref", walks)]
        if e.fields["result"] == "none":
            want = not_found(address, walks)
        sequence("a later fault", events[at:at + len(want)], want)
        at += len(want)
        walks = 1


def writer_waited(run, state, op, users=1, extra=0):
    """Checks the writer's events; returns its wait's begin and end."""
    events = run.of("writer")
    start, end = run.start, run.end
    wait = dict(vm_start=start, vm_end=end, users=users, state=state, op=op)
    want = [event("vma_ref_wait_begin", **wait), event("vma_ref_wait_end", **wait, ret=0)]
    if op == "mmap":
        want = [born(start, end)] + want + [grown(start, end)]
    sequence("the writer", events, want)
    begin, finish = [e for e in events if e.name.startswith("vma_ref_wait")]
    contended(run, begin, finish, "WRITE")
    ordered("the writer", begin, run.marks["thaw"], finish)
    return begin, finish


def holder_slept(run, zombie, results, who="holder", page=0):
    """Checks the events of the fault that slept; returns its lookup."""
    events = run.of(who)
    start, end = run.start, run.end
    want = [lookup(start + page * PAGE + 0x10, start, end)]
    if zombie:
        want.append(event("vma_zombie_backoff", address=start + page * PAGE, vm_start=start, vm_end=end,
                          where="finish_fault"))
    sequence(who, events[:len(want)], want)
    later_faults(run, events[len(want):], results)
    if zombie:
        ordered(who, events[0], run.marks["thaw"], events[1])
    return events[0]


def waiter_waited(run, state, after, signal=0):
    """Checks the events of the fault that waited; returns the wait's begin and end."""
    events = run.of("waiter")
    start, end = run.start, run.end
    address = start + PAGE + 0x20
    wait = dict(address=address, vm_start=start, vm_end=end, state=state)
    sequence("the waiter", events, [event("vma_baby_wait_begin", **wait),
                                    event("vma_baby_wait_end", **wait, ret=0)] + after)
    contended(run, events[0], events[1], "READ")
    facts(run, **{"result.waiter": signal})
    same("the waiter's use of mmap_lock", [e for e in run.locks("waiter") if e.order < events[2].order], [])
    return events[0], events[1]


def waited(run, op, state="excl", gone=False, zombie=False):
    start, end = run.start, run.end
    address = start + PAGE + 0x20
    closed = "zombie" if state == "baby" else state
    after = not_found(address, 2) if gone else [lookup(address, start, end, "ref", 2)]
    facts(run, **{"result.writer": 0})
    looked = holder_slept(run, zombie, {"none", "ref"} if gone else {"ref"})
    begin, finish = writer_waited(run, closed, op)
    wait, woken = waiter_waited(run, state, after, SIGSEGV if gone else 0)
    ordered("all", looked, begin, wait, run.marks["thaw"], finish, woken)
    if op == "mmap":
        ordered("growth", finish, run.of("writer")[-1], woken)


def wait_mmap(run):
    waited(run, "mmap", state="baby", zombie=True)
    facts(run, **{"result.holder": SIGSEGV})    # the new mapping is read-only


def wait_mprotect(run):
    waited(run, "mprotect")
    facts(run, **{"result.holder": 0})


def wait_madvise(run):
    waited(run, "madvise")


def wait_mlock(run):
    waited(run, "mlock")


def wait_mempolicy(run):
    waited(run, "mempolicy")


def wait_fork(run):
    waited(run, "fork")


def wait_mremap(run):
    waited(run, "mremap", gone=True)


def removed(run, op):
    """munmap() downgraded mmap_lock: a fault need not wait to learn that nothing is there."""
    facts(run, **{"result.writer": 0, "result.waiter": SIGSEGV, "result.holder": SIGSEGV})
    looked = holder_slept(run, True, {"none"})
    begin, finish = writer_waited(run, "zombie", op)
    waiter = run.of("waiter")
    sequence("the waiter", waiter, not_found(run.start + PAGE + 0x20))
    ordered("all", looked, begin, waiter[0], waiter[1], run.marks["thaw"], finish)


def wait_munmap(run):
    removed(run, "munmap")


def wait_brk(run):
    removed(run, "brk")


def wait_two(run):
    holder_slept(run, False, {"ref"})
    holder_slept(run, False, {"ref"}, "holder2", 1)
    writer_waited(run, "excl", "mprotect", users=2)


def wait_killed(run):
    facts(run, killed=1, **{"result.writer": 0})
    start, end = run.start, run.end
    address = start + PAGE + 0x20
    wait = dict(address=address, vm_start=start, vm_end=end, state="baby")
    holder_slept(run, True, {"ref"})
    writer_waited(run, "zombie", "mmap")
    events = run.of("waiter")
    sequence("the waiter", events, [event("vma_baby_wait_begin", **wait),
                                    event("vma_baby_wait_end", **wait, ret=-errno.EINTR),
                                    lookup(address, start, end, "baby"), fallback(address, "signal")])
    contended(run, events[0], events[1], "READ")
    ordered("killed before the thaw", *events, run.marks["thaw"])


# --- on a kernel with CONFIG_VMA_LOCK_TEST ---

def zombie(run, after):
    facts(run, error=0)
    address = BASE + PAGE + 0x30
    sequence("the reader", run.of("reader"), [
        event("vma_zombie_backoff", address=address, vm_start=BASE, vm_end=BASE + 4 * PAGE, where="lookup")] + after)


def zombie_mmap(run):
    facts(run, **{"result.reader": 0})
    zombie(run, [lookup(BASE + PAGE + 0x30, BASE, BASE + 6 * PAGE, "ref", 2)])


def zombie_munmap(run):
    facts(run, **{"result.reader": SIGSEGV})
    zombie(run, not_found(BASE + PAGE + 0x30, 2))


def stale_mmap(run):
    facts(run, setup=0, error=0, **{"result.reader": 0})
    address, end = BASE + PAGE + 0x30, BASE + 4 * PAGE
    backoff = dict(vm_start=BASE, vm_end=end)
    sequence("the reader", run.of("reader"), [
        event("vma_zombie_backoff", address=BASE + PAGE, where="anon", **backoff), attempt(address, "stale"),
        event("vma_zombie_backoff", address=address, where="lookup", **backoff),
        lookup(address, BASE, BASE + 6 * PAGE, "ref", 2)])


def stale_mprotect(run):
    facts(run, setup=0, error=0, **{"result.reader": 0})
    address = BASE + PAGE + 0x30
    sequence("the reader", run.of("reader"), [attempt(address, "stale"), lookup(address, BASE, BASE + 4 * PAGE)])


ALL = [found, wild, forbidden, stack, kernel_mode, around, cold, cow, first_anon_vma,
       whole, gap, middle, merge, several, late_perf, early_limit, early_mseal, early_account,
       early_seal,
       wait_mmap, wait_munmap, wait_brk, wait_mprotect, wait_mremap, wait_madvise, wait_mlock, wait_mempolicy,
       wait_fork, wait_two, wait_killed]
EXPERIMENT = [zombie_mmap, zombie_munmap, stale_mmap, stale_mprotect]
