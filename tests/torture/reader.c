// SPDX-License-Identifier: GPL-2.0
/* A thread that reads memory: TLB, page table, page fault. */
#include <sched.h>
#include <stdlib.h>

#include "space.h"

/* handle_mm_fault(): a page for @vma, unless there is one, or it is a ZOMBIE */
static void handle_fault(struct mm_struct *mm, struct vm_area_struct *vma, int page)
{
	spinlock_t *ptl = &mm->ptl[page / TABLE_PAGES];
	struct frame *frame = calloc(1, sizeof(*frame));

	SHIM_CHECK(frame);
	frame->content = vma->content;
	frame->version = vma->version;
	spin_lock(ptl);
	if (!mm->pte[page] && !vma_zombie_backoff(vma, page * PAGE_SIZE, VMA_ZOMBIE_ANON)) {
		mm->pte[page] = frame;
		frame = NULL;
	}
	spin_unlock(ptl);
	free(frame);
}

/* Users that get mmap_lock by trylock may find themselves in a ZOMBIE. */
static void look_around(struct mm_struct *mm, struct vm_area_struct *vma, int page)
{
	if (!mmap_read_trylock(mm))
		return;
	if (!vma_is_zombie(vma))
		SHIM_CHECK(mm->mm_mt.root->vma[page] == vma);
	mmap_read_unlock(mm);
}

static void fault_with_reference(struct mm_struct *mm, struct cpu *cpu, struct vm_area_struct *vma, int page)
{
	unsigned int what = rand_r(&cpu->seed) % 64;

	SHIM_CHECK(page * PAGE_SIZE >= vma->vm_start && page * PAGE_SIZE < vma->vm_end);
	if (what < 8)
		sched_yield();		/* reads the page in */
	else if (what == 8)
		look_around(mm, vma, page);
	handle_fault(mm, vma, page);
	SHIM_CHECK(vma->content);	/* a user until the last moment */
	vma_end_read(vma);
}

#ifdef REF_FREE
vm_fault_t handle_mm_fault_rcu(struct vm_area_struct *live, u64 word, unsigned long address, unsigned int *flags,
			       struct pt_regs *regs)
{
	struct vma_peek peek;
	struct vm_area_struct *copy = &peek.vma;
	struct frame *frame = calloc(1, sizeof(*frame));
	int page = address / PAGE_SIZE;
	struct mm_struct *mm;
	spinlock_t *ptl;
	bool done = false;

	SHIM_CHECK(frame);
	if (!vma_peek(live, word, address, &peek))
		goto out;
	mm = copy->vm_mm;
	ptl = &mm->ptl[page / TABLE_PAGES];
	frame->content = copy->content;
	frame->version = copy->version;
	spin_lock(ptl);
	done = mm->pte[page] || !vma_peek_stale(&peek, address, VMA_ZOMBIE_ANON);
	if (done && !mm->pte[page]) {
		mm->pte[page] = frame;
		frame = NULL;
	}
	spin_unlock(ptl);
	if (done)
		vma_peek_done(&peek, address);
	else
		vma_peek_failed(&peek, address);
out:
	free(frame);
	return done ? 0 : VM_FAULT_NEED_REF;
}

static struct vm_area_struct *begin_fault(struct mm_struct *mm, int page)
{
	unsigned int flags = 0;

	return vma_begin_fault(mm, page * PAGE_SIZE, VM_READ, &flags, NULL);
}
#else
static struct vm_area_struct *begin_fault(struct mm_struct *mm, int page)
{
	return lock_vma_for_fault(mm, page * PAGE_SIZE);
}
#endif

/* Under mmap_lock; returns whether there is a VMA. */
static bool fault_locked(struct mm_struct *mm, int page)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = mm->mm_mt.root->vma[page];
	if (vma)
		handle_fault(mm, vma, page);
	mmap_read_unlock(mm);
	return vma;
}

/* do_user_addr_fault(); false: SIGSEGV, or SIGKILL */
static bool page_fault(struct space *space, struct cpu *cpu, int page)
{
	struct mm_struct *mm = &space->mm;
	struct vm_area_struct *vma;

	switch (rand_r(&cpu->seed) % 8) {
	case 0:		/* tcp and the like don't wait */
		vma = lock_vma_under_rcu(mm, page * PAGE_SIZE);
		break;
	case 1: case 2:	/* architectures without RCU-safe page tables */
		vma = lock_vma_for_fault(mm, page * PAGE_SIZE);
		break;
	default:
		vma = begin_fault(mm, page);
	}
	if (IS_ERR(vma))
		return true;	/* without a reference */
	if (vma) {
		fault_with_reference(mm, cpu, vma, page);
		return true;
	}
	if (READ_ONCE(cpu->task.killed))
		return false;
	return fault_locked(mm, page);
}

static void see(struct space *space, int page, const struct frame *frame, u64 newest, u64 floor)
{
	SHIM_CHECK(frame->version >= floor);	/* a PTE outlived its flush */
	SHIM_CHECK(frame->content >= newest);	/* old data after new */
	while (newest < frame->content &&
	       !__atomic_compare_exchange_n(&space->newest[page], &newest, frame->content, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

bool space_read(struct space *space, struct cpu *cpu, int page)
{
	struct mm_struct *mm = &space->mm;

	for (;;) {
		u64 newest = __atomic_load_n(&space->newest[page], __ATOMIC_SEQ_CST);
		u64 floor = __atomic_load_n(&space->floor[page], __ATOMIC_SEQ_CST);
		struct frame *frame;

		spin_lock(&cpu->tlb_lock);
		frame = cpu->tlb[page];
		if (!frame) {
			spin_lock(&mm->ptl[page / TABLE_PAGES]);
			frame = mm->pte[page];
			spin_unlock(&mm->ptl[page / TABLE_PAGES]);
			cpu->tlb[page] = frame;
		}
		if (frame)
			see(space, page, frame, newest, floor);
		spin_unlock(&cpu->tlb_lock);
		if (frame)
			return true;
		if (!page_fault(space, cpu, page))
			return false;
	}
}
