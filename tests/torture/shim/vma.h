/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An address space of NPAGES pages.  The tree is an array, copied for each
 * change and published by one store, as one store into the maple tree is.
 */
#ifndef SHIM_VMA_H
#define SHIM_VMA_H

#ifndef NPAGES
#define NPAGES		32
#endif
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define TABLE_PAGES	8		/* pages under one page-table lock */
#define NTABLES		((NPAGES + TABLE_PAGES - 1) / TABLE_PAGES)

/* Of what makes a fault take a reference there is nothing here. */
#define VM_READ		1UL
#define VM_SHARED	8UL
#define VM_HUGETLB	0
#define VM_PFNMAP	0
#define VM_MIXEDMAP	0
#define VM_MTE		0
#define VM_SHADOW_STACK	0
#define VM_UFFD_MISSING	0
#define VM_UFFD_WP	0
#define VM_UFFD_MINOR	0
#define VM_OPS_MAP_PAGES_RCU		1
#define FAULT_FLAG_WRITE		1
#define FAULT_FLAG_MAP_PAGES_TRIED	2

struct vm_operations_struct {
	unsigned int lock_flags;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	const struct vm_operations_struct *vm_ops;
	struct file *vm_file;		/* none here */
	vm_flags_t vm_flags;
	struct anon_vma *anon_vma;	/* none here */
	u64 content;		/* grows with each mmap() */
	u64 version;		/* grows with each change */
	atomic64_t vm_state;
	struct rcu_head vm_rcu;
};

/* What a PTE leads to; a new one for each fault. */
struct frame {
	u64 content;
	u64 version;
};

struct tree {
	struct rcu_head rcu;
	struct vm_area_struct *vma[NPAGES];
};

struct maple_tree {
	struct tree *root;
};

struct mm_struct {
	struct maple_tree mm_mt;
	struct rw_semaphore mmap_lock;
	seqcount_t mm_lock_seq;
	unsigned int vma_write_op;
	wait_queue_head_t vma_wait;
	struct rcuwait vma_writer_wait;
	spinlock_t ptl[NTABLES];
	struct frame *pte[NPAGES];
};

struct ma_state {
	struct maple_tree *tree;
	unsigned long index;
};

#define MA_STATE(name, mt, first, last)	struct ma_state name = { (mt), (first) }

static inline struct vm_area_struct *mas_walk(struct ma_state *mas)
{
	/* rcu_dereference(): an acquire is what C11 has for it */
	struct tree *root = smp_load_acquire(&mas->tree->root);

	return root->vma[mas->index >> PAGE_SHIFT];
}

/* reader.c */
typedef unsigned int vm_fault_t;
#define VM_FAULT_NEED_REF	1
struct pt_regs;
vm_fault_t handle_mm_fault_rcu(struct vm_area_struct *live, u64 word, unsigned long address, unsigned int *flags,
			       struct pt_regs *regs);

void mm_init_vma_wait(struct mm_struct *mm);
void vma_wake_faults(struct mm_struct *mm);

#endif /* SHIM_VMA_H */
