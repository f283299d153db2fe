# SPDX-License-Identifier: GPL-2.0
"""What the plugin reports, with the kernel's names for addresses."""
from collections import Counter
from dataclasses import dataclass, field

from kernel import COUNTED, PAGE_OFFSET, TEXT, VMEMMAP

MODES = ("user", "fault", "syscall", "other")
TYPES = ("", "read", "store", "upgrade")

# structs whose caches have another name
CACHE_STRUCTS = {
    "shmem_inode_cache": "shmem_inode_info",
    "filp": "file",
    "signal_cache": "signal_struct",
    "sighand_cache": "sighand_struct",
    "files_cache": "files_struct",
    "radix_tree_node": "xa_node",
}
# what makes up the VMAs and the mm
VMA_STRUCTS = ("vm_area_struct", "vma_lock")
MM_STRUCTS = ("mm_struct",)
LOCK_STRUCT = "vma_lock"    # only stock VMAs have one
LINE = 64


@dataclass(frozen=True)
class Place:
    """Where in the kernel a transfer happened: data structure, its member, function."""
    object: str
    member: str
    function: str


@dataclass
class Region:
    """One marked region: counts of the plugin, and transfers by mode and Place."""
    # the plugin knows a function that it counts once it was executed
    counts: dict = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    places: dict = field(default_factory=lambda: {m: Counter() for m in MODES})
    hooks: dict = field(default_factory=dict)       # {trace event, or "trampoline": (calls, instructions)}
    by_address: Counter = field(default_factory=Counter)    # of user mode
    lock_lines: Counter = field(default_factory=Counter)    # of faults, by address and line of a stock VMA's lock

    def transfers(self, mode="fault"):
        return self.counts[f"transfers_{mode}"]

    def of_objects(self, names, mode="fault"):
        return sum(n for place, n in self.places[mode].items() if place.object in names)


    def lock_straddles(self):
        """Whether faults transfer two lines of one VMA's lock, because of where that lies."""
        often = Counter(lock for (lock, _), n in self.lock_lines.items() if n >= self.counts["faults"] * 0.1)
        return any(lines > 1 for lines in often.values())


class Attribution:
    def __init__(self, kernel):
        self.kernel = kernel
        self.percpu_size = kernel.address("__per_cpu_end")
        self.text_end = kernel.address("_end")
        self.stext = kernel.address("_stext")
        self.percpu, self.nodes = [], []

    def function(self, pc):
        if pc >> 63 == 0:
            return "user"
        if self.stext <= pc < self.text_end:
            return self.kernel.symbol_at(pc)[0]
        return "[BPF or module]"

    def member(self, struct, offset):
        return self.kernel.btf.field(struct, offset) if self.kernel.btf.struct(struct) else f"+{offset}"

    def _data(self, address, kind, name, offset):
        """(object, member) of an address, given what the plugin found in the guest's memory."""
        kernel = self.kernel
        for base in self.percpu:
            if 0 <= address - base < self.percpu_size:
                symbol, rest = kernel.symbol_at(address - base)
                return f"per-CPU {symbol}", f"+{rest}" if rest else ""
        for base in self.nodes:
            if 0 <= address - base < kernel.btf.size("pglist_data"):
                return "pglist_data", self.member("pglist_data", address - base)
        if address >= TEXT:
            symbol, rest = kernel.symbol_at(address)
            return (symbol, f"+{rest}" if rest else "") if address < self.text_end else ("module or BPF", "")
        if VMEMMAP <= address < VMEMMAP + (1 << 40):
            size = kernel.btf.size("page")
            return "page", self.member("page", (address - VMEMMAP) % size)
        if kind == "slab":
            return CACHE_STRUCTS.get(name, name), self.member(CACHE_STRUCTS.get(name, name), offset)
        if kind == "table":
            return "page table", ""
        if PAGE_OFFSET <= address < VMEMMAP and kind == "page":
            return "other page", ""
        return "vmalloc", ""

    def regions(self, report):
        """The Regions of a report of the plugin (list of lines)."""
        regions = []
        for line in report:
            word, *rest = line.split("\t")
            if word == "percpu":
                self.percpu.append(int(rest[1], 16))
            elif word == "node":
                self.nodes.append(int(rest[1], 16))
            elif word == "region":
                regions.append(Region())
            elif word == "count":
                regions[-1].counts[rest[0]] = int(rest[1])
            elif word == "hook":
                regions[-1].hooks[rest[0]] = int(rest[1]), int(rest[2])
            elif word == "event":
                self._event(regions[-1], rest)
        return regions

    def _event(self, region, rest):
        count, mode, address = int(rest[0]), MODES[int(rest[1])], int(rest[4], 16)
        if address >> 63 == 0:
            region.by_address[address] += count
            return
        place = Place(*self._data(address, rest[5], rest[6], int(rest[7])), self.function(int(rest[3], 16)))
        region.places[mode][place] += count
        if place.object == LOCK_STRUCT and mode == "fault":
            region.lock_lines[address - int(rest[7]), address // LINE] += count
