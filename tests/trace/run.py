# SPDX-License-Identifier: GPL-2.0
"""What one run of a scenario left behind, and how to compare it."""

PAGE = 4096
ARENA = (0x100000000000, 0x1f0000000000)

# vmstat counter -> the events that it must count (None: any result but ref)
COUNTED = {
    "vma_lock_miss": lambda e: e.name == "vma_zombie_backoff",
    "vma_lock_baby_born": lambda e: e.name == "vma_born",
    "vma_lock_baby_wait": lambda e: e.name == "vma_baby_wait_begin" and e.fields["state"] == "baby",
    "vma_lock_excl_wait": lambda e: e.name == "vma_baby_wait_begin" and e.fields["state"] == "excl",
    "vma_lock_ref_wait": lambda e: e.name == "vma_ref_wait_begin",
    "vma_lock_fallback": lambda e: e.name == "vma_fault_fallback",
    "vma_lock_abort": lambda e: e.name == "vma_lookup" and e.fields["result"] not in ("ref", "ref_free"),
    "vma_lock_reffree": lambda e: e.name == "vma_lookup" and e.fields["result"] == "ref_free",
    "vma_lock_stale": lambda e: e.name == "vma_map_pages" and e.fields["outcome"] == "stale",
}


class Mismatch(Exception):
    pass


def same(what, got, want):
    if got != want:
        raise Mismatch(f"{what}: got {got}, want {want}")


def event(name, **fields):
    """An expected event, all its fields but mm."""
    return (name, fields)


def sequence(what, got, want):
    """The events @got are exactly @want."""
    lines = [f"{what}:"]
    lines += [f"  got  {e.name} {show(e.fields)}" for e in got]
    lines += [f"  want {name} {show(fields)}" for name, fields in want]
    if [(e.name, e.fields) for e in got] != want:
        raise Mismatch("\n".join(lines))


def show(fields):
    return " ".join(f"{k}={v:#x}" if k in ("address", "vm_start", "vm_end") else f"{k}={v}"
                    for k, v in fields.items())


def ordered(what, *events):
    """The events happened in this order."""
    for before, after in zip(events, events[1:]):
        if before.order >= after.order:
            raise Mismatch(f"{what}: {after} came before {before}")


class Run:
    def __init__(self, output, events):
        self.facts = {}
        for line in output.splitlines():
            name, value = line.split()
            self.facts[name] = int(value)
        self.marks = {e.text: e for e in events if e.name == "tracing_mark_write"}
        first, last = self.marks["begin"].order, self.marks["end"].order
        self.everything = events
        self.events = [e for e in events if first < e.order < last]
        self.windows = [ARENA]
        if "start" in self.facts:
            self.windows.append((self.facts["start"], self.facts["end"]))

    def __getattr__(self, name):
        return self.facts[name]

    def inside(self, e):
        at = e.fields.get("address", e.fields.get("vm_start"))
        return at is not None and any(start <= at < end for start, end in self.windows)

    def of(self, who=None, prefix="vma_"):
        """The events about the scenario's memory, all or those of one thread."""
        tid = self.facts["tid." + who] if who else None
        return [e for e in self.events if e.name.startswith(prefix) and self.inside(e) and
                tid in (None, e.tid)]

    def locks(self, who):
        """Events of mmap_lock in one thread."""
        tid = self.facts["tid." + who]
        return [e for e in self.events if e.name.startswith("mmap_lock") and e.tid == tid]

    def between(self, first, last, prefix):
        """Events of one thread between two of its events."""
        return [e for e in self.events if first.order < e.order < last.order and e.tid == first.tid and
                e.name.startswith(prefix)]

    def check_always(self):
        """What holds in every scenario: one mm, its lock's mm, and the counters."""
        mms = {e.mm for e in self.events if e.name.startswith("vma_") and self.inside(e)}
        if len(mms) > 1:
            raise Mismatch(f"events of one process have several mm: {mms}")
        locks = {e.mm for e in self.everything if e.name.startswith("mmap_lock") and e.tid == self.pid}
        if not mms <= locks:
            raise Mismatch(f"mm {mms} of vma_lock events is not one of mmap_lock's {locks}")
        for counter, counted in COUNTED.items():
            same(f"/proc/vmstat {counter}", self.facts[counter], len([e for e in self.events if counted(e)]))
