/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space under test: what mm/vma.c, mm/mmap.c and mm/memory.c do
 * with the protocol, on the array of shim/vma.h, and what a thread that reads
 * memory must see.
 */
#ifndef SPACE_H
#define SPACE_H

#include "shim/shim.h"
#include <linux/vma_lock.h>

/* A CPU's TLB; the lock stands for interrupts being off. */
struct cpu {
	struct task_struct task;
	spinlock_t tlb_lock;
	struct frame *tlb[NPAGES];
	unsigned int seed;
};

struct space {
	struct mm_struct mm;
	struct cpu *cpus;
	int ncpus;
	u64 last_content;	/* under mmap_lock */
	u64 last_version;	/* under mmap_lock */
	u64 newest[NPAGES];	/* newest content that anybody read */
	u64 floor[NPAGES];	/* versions below are gone and flushed */
};

void space_init(struct space *space, struct cpu *cpus, int ncpus);
/* After all threads are through: nothing of it may be left. */
void space_destroy(struct space *space);

/*
 * Writers.  Addresses are pages [first, last).  Each returns with mmap_lock
 * free; how often they had something to do is counted by the caller.
 */
void space_mmap(struct space *space, int first, int last);
void space_munmap(struct space *space, int first, int last);
/* mprotect() and the like: split off the range and change it in place */
void space_change(struct space *space, int first, int last);
/* close the VMA as no one may, with mmap_lock held for read: a flag that a driver's ->fault() sets */
void space_stray(struct space *space, int page);
/* fork(): exclude all page faults, and look at everything */
void space_lock_all(struct space *space);

/*
 * Read a page as user mode does, through the TLB of @cpu, with page faults.
 * Returns false when nothing is mapped there, or a fatal signal came.
 */
bool space_read(struct space *space, struct cpu *cpu, int page);

#endif /* SPACE_H */
