# SPDX-License-Identifier: GPL-2.0
"""A kernel that was built: its image, symbols, types and what the plugin must know of it."""
import bisect
import hashlib
import os
import re
import subprocess

from btf import Btf

# without KASLR, with 4-level page tables
PAGE_OFFSET = 0xffff888000000000
VMEMMAP = 0xffffea0000000000
TEXT = 0xffffffff80000000

# Accesses of these aren't looked at: they write whole pages that become the process's own.
SKIPPED = re.compile(r"^(clear_page_(orig|rep|erms)|copy_page(_regs)?)$")
# Executions of these are counted. Only page faults call them, before or after they slept.
COUNTED = ("lock_mm_and_find_vma",)
# What a trace event calls when somebody watches it; the second group is its name, or that of its class.
HOOK = re.compile(r"^(__traceiter|__bpf_trace|perf_trace|trace_event_raw_event)_"
                  r"((vma|mmap_lock|contention|page_fault)\w*|x86_exceptions)$")


class Kernel:
    def __init__(self, build, flavour):
        self.flavour = flavour
        self.target = "kernel" if flavour == "patched" else "kernel-" + flavour     # make builds it
        self.dir = os.path.join(build, "kernel", flavour)
        self.image = os.path.join(self.dir, "arch/x86/boot/bzImage")
        self.config = os.path.join(self.dir, ".config")
        self.vmlinux = os.path.join(self.dir, "vmlinux")
        self._btf = None
        self._symbols = None

    @property
    def btf(self):
        if self._btf is None:
            self._btf = Btf(self.vmlinux)
        return self._btf

    @property
    def symbols(self):
        """(address, name), sorted; per-CPU symbols are offsets from 0."""
        if self._symbols is None:
            lines = subprocess.run(["nm", "-n", self.vmlinux], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.splitlines()
            self._symbols = []
            for line in lines:
                address, kind, name = line.split()
                if kind not in "aU" or name == "fixed_percpu_data":
                    self._symbols.append((int(address, 16), name))
            self._addresses = [a for a, _ in self._symbols]
        return self._symbols

    def load(self):
        """Read symbols and types, once."""
        return self.btf, self.symbols

    def address(self, name):
        return next(a for a, n in self.symbols if n == name)

    def symbol_at(self, address):
        """(name, offset) of the last symbol that begins at or below an address."""
        symbols = self.symbols
        i = bisect.bisect_right(self._addresses, address) - 1
        return (symbols[i][1], address - symbols[i][0]) if i >= 0 else ("?", 0)

    def digest(self):
        """SHA-256 of the image."""
        with open(self.image, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def version(self):
        with open(os.path.join(self.dir, "include/config/kernel.release")) as f:
            return f.read().strip()

    def write_facts(self, path):
        """Write what bench/plugin/facts.c reads."""
        btf, symbols = self.btf, self.symbols
        constants = {
            "page_offset": PAGE_OFFSET,
            "vmemmap": VMEMMAP,
            "page_size": btf.size("page"),
            "page_type": btf.offset("page", "page_type"),
            "page_head": btf.offset("page", "compound_head"),
            "type_slab": btf.enum("pagetype", "PGTY_slab"),
            "type_table": btf.enum("pagetype", "PGTY_table"),
            "slab_cache": btf.offset("slab", "slab_cache"),
            "cache_name": btf.offset("kmem_cache", "name"),
            "cache_size": btf.offset("kmem_cache", "size"),
            "per_cpu_offset": self.address("__per_cpu_offset"),
            "node_data": self.address("node_data"),
            "text_end": self.address("_end"),
        }
        missing = set(COUNTED) - {name for _, name in symbols}
        if missing:
            raise RuntimeError(f"{self.vmlinux} has no {', '.join(missing)}")
        lines = [f"const {name} {value:x}" for name, value in constants.items()]
        for i, (address, name) in enumerate(symbols):
            role = None
            if name == "asm_exc_page_fault":
                role = "fault"
            elif name == "entry_SYSCALL_64":
                role = "syscall"
            elif re.match(r"asm_(exc|sysvec)_|asm_(common|spurious)_interrupt$", name):
                role = "other"
            elif name == "__schedule":
                role = "schedule"
            elif name in COUNTED:
                role = "count"
            elif hook := HOOK.match(name):
                role, name = "hook", hook[2]
            if role:
                lines.append(f"role {role} {address:x} {name}")
            if SKIPPED.match(name):
                end = next(a for a, _ in symbols[i + 1:] if a > address)
                lines.append(f"skip {address:x} {end:x}")
        with open(path, "w") as f:
            f.write("\n".join(lines) + "\n")
