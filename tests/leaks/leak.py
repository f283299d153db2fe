#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Keep what a leak in the kernel would have left: VMAs, page tables, pages, files, processes.

Usage: leak.py - prints "ready" and keeps it all until its stdin ends.
"""

import mmap
import os
import sys

CHILDREN = 60
FILES = 900
VMAS = 8000		# and as many between them
APART = 2 << 20		# so that each has a page table of its own
PIECE = 4 << 20
PIECES = 20
MAP_NORESERVE = 0x4000

ends = os.pipe()
for _ in range(CHILDREN):
    if not os.fork():
        os.close(ends[1])
        os.read(ends[0], 1)
        os._exit(0)

kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(FILES)]
area = mmap.mmap(-1, VMAS * APART, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE)
for i in range(VMAS):
    area[i * APART] = 1
    # another kind of memory than what is around it
    area.madvise(mmap.MADV_DONTDUMP, i * APART, mmap.PAGESIZE)
for flags in mmap.MAP_PRIVATE, mmap.MAP_SHARED:
    for _ in range(PIECES):
        kept.append(mmap.mmap(-1, PIECE, flags | mmap.MAP_ANONYMOUS))
        for at in range(0, PIECE, mmap.PAGESIZE):
            kept[-1][at] = 1
print("ready", flush=True)
sys.stdin.read()
os._exit(0)
