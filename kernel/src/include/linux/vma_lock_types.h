/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the per-VMA locking protocol that trace events and their consumers
 * share: what a lookup found, who waits for whom, where a reader gave up.
 *
 * The numeric values are an interface (BTF and the binary trace format carry
 * them): append, never renumber.  See Documentation/mm/vma_lock.rst.
 */
#ifndef _LINUX_VMA_LOCK_TYPES_H
#define _LINUX_VMA_LOCK_TYPES_H

/* State of a VMA, as trace events report it. */
enum vma_lock_state {
	VMA_STATE_LIVE		= 0,	/* users may enter */
	VMA_STATE_BABY		= 1,	/* in the tree, predecessor not gone yet */
	VMA_STATE_EXCL		= 2,	/* changed in place by mmap_lock's owner */
	VMA_STATE_ZOMBIE	= 3,	/* left the tree for good */
};

/* How a page fault's lookup under RCU ended. */
enum vma_lookup_result {
	VMA_LOOKUP_REFFREE	= 0,	/* live, handled without a reference */
	VMA_LOOKUP_REF		= 1,	/* live, reference taken */
	VMA_LOOKUP_BABY		= 2,	/* gave up on a BABY (signal, starved) */
	VMA_LOOKUP_EXCL		= 3,	/* gave up on an EXCL VMA (likewise) */
	VMA_LOOKUP_ZOMBIE	= 4,	/* gave up on a ZOMBIE */
	VMA_LOOKUP_NONE		= 5,	/* no VMA at the address */
	VMA_LOOKUP_RANGE	= 6,	/* the VMA no longer covers the address */
};

/* What the owner of mmap_lock is doing, for those who wait for it. */
enum vma_write_op {
	VMA_OP_OTHER		= 0,
	VMA_OP_MMAP		= 1,
	VMA_OP_MUNMAP		= 2,
	VMA_OP_MPROTECT		= 3,
	VMA_OP_MREMAP		= 4,
	VMA_OP_MADVISE		= 5,
	VMA_OP_MLOCK		= 6,
	VMA_OP_BRK		= 7,
	VMA_OP_FORK		= 8,
	VMA_OP_EXEC		= 9,
	VMA_OP_EXIT		= 10,
	VMA_OP_STACK		= 11,
	VMA_OP_KHUGEPAGED	= 12,
	VMA_OP_KSM		= 13,
	VMA_OP_UFFD		= 14,
	VMA_OP_MEMPOLICY	= 15,
	VMA_OP_PRCTL		= 16,
	VMA_OP_TAKE_ALL		= 17,
};

/* Where a reader found its VMA to be a ZOMBIE and backed off. */
enum vma_zombie_where {
	VMA_ZOMBIE_LOOKUP	= 0,	/* lookup under RCU */
	VMA_ZOMBIE_ANON		= 1,	/* do_anonymous_page() */
	VMA_ZOMBIE_FINISH_FAULT	= 2,	/* finish_fault() */
	VMA_ZOMBIE_MAP_PAGES	= 3,	/* fault-around */
	VMA_ZOMBIE_SWAP		= 4,	/* do_swap_page() */
	VMA_ZOMBIE_COW		= 5,	/* wp_page_copy() */
	VMA_ZOMBIE_INSERT_PAGE	= 6,	/* vm_insert_page() and the like */
	VMA_ZOMBIE_INSERT_PFN	= 7,	/* vmf_insert_pfn() and the like */
	VMA_ZOMBIE_INSERT_HUGE	= 8,	/* vmf_insert_pfn_pmd(), _pud() */
	VMA_ZOMBIE_HUGE_ANON	= 9,	/* anonymous huge pages */
	VMA_ZOMBIE_HUGE_FILE	= 10,	/* do_set_pmd() */
	VMA_ZOMBIE_HUGETLB	= 11,	/* hugetlb_fault() */
	VMA_ZOMBIE_UFFD		= 12,	/* userfaultfd's ioctls */
	VMA_ZOMBIE_PTE		= 13,	/* a present PTE about to be changed */
};

/* Why a page fault went on under mmap_lock. */
enum vma_fallback_reason {
	VMA_FALLBACK_KERNEL	= 0,	/* fault from kernel mode */
	VMA_FALLBACK_NONE	= 1,	/* no VMA found: confirm, or grow a stack */
	VMA_FALLBACK_SIGNAL	= 2,	/* a fatal signal ended the wait */
	VMA_FALLBACK_RETRY	= 3,	/* the handler dropped its VMA: VM_FAULT_RETRY */
	VMA_FALLBACK_STARVED	= 4,	/* one writer after another: queue fairly */
	VMA_FALLBACK_HANDLER	= 5,	/* a handler that wants mmap_lock */
	VMA_FALLBACK_ANON_VMA	= 6,	/* first anon_vma, and mmap_lock is taken */
};

/* How an attempt to handle a page fault without a reference ended. */
enum vma_map_pages_outcome {
	VMA_MAP_MAPPED		= 0,	/* done, with @nr entries set */
	VMA_MAP_STALE		= 1,	/* the VMA was changed or removed */
	VMA_MAP_NOT_CACHED	= 2,	/* ->map_pages() didn't have the page */
	VMA_MAP_OTHER		= 3,	/* no page at once, no anon_vma, ... */
};

#endif /* _LINUX_VMA_LOCK_TYPES_H */
