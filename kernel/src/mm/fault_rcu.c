// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults that take no reference on their VMA.
 *
 * They work on a copy of the VMA, made by vma_peek(), under rcu_read_lock(),
 * and fill empty entries of page tables that exist:
 * ->map_pages() for reads of files whose pages are in memory, and the first
 * touch of anonymous memory.  Everything else, and whatever would sleep, is
 * VM_FAULT_NEED_REF.  See Documentation/mm/vma_lock.rst.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmu_context.h>
#include <linux/oom.h>
#include <linux/pagewalk.h>
#include <linux/pgtable.h>
#include <linux/rmap.h>
#include <linux/swap.h>

#include "internal.h"

/*
 * The PMD entry that maps @address, or NULL if the tables above it don't
 * exist.  Tables survive rcu_read_lock() (CONFIG_RCU_SAFE_PAGE_TABLES).  What
 * the entry says is for pte_offset_map() to judge.  With two levels it would
 * point to a local variable, see pmd_offset_lockless().
 */
static pmd_t *pmd_offset_rcu(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgdp = pgd_offset(mm, address), pgd = pgdp_get(pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;

	if (pgd_none(pgd) || unlikely(pgd_bad(pgd)))
		return NULL;
	p4dp = p4d_offset_lockless(pgdp, pgd, address);
	p4d = p4dp_get(p4dp);
	if (p4d_none(p4d) || unlikely(p4d_bad(p4d)))
		return NULL;
	pudp = pud_offset_lockless(p4dp, p4d, address);
	pud = pudp_get(pudp);
	if (pud_none(pud) || pud_leaf(pud) || unlikely(pud_bad(pud)))
		return NULL;
	return pmd_offset_lockless(pudp, pud, address);
}

/*
 * do_read_fault(), as far as it goes without ->fault().  ->map_pages() counts as
 * tried also if the table went away meanwhile: rare, and ->fault() is right, too.
 */
static vm_fault_t do_read_fault_rcu(struct vm_fault *vmf)
{
	vm_fault_t ret;

	if (!should_fault_around(vmf))
		return VM_FAULT_NEED_REF;

	ret = do_fault_around(vmf);
	if (ret)
		return ret;
	vmf->peek->tried = !vmf->peek->stale;
	return VM_FAULT_NEED_REF;
}

/*
 * A zeroed and charged page that nothing was reclaimed for.  On failure the
 * path with a reference may reclaim, or call the OOM killer.
 */
static struct folio *alloc_anon_folio_rcu(struct vm_fault *vmf)
{
	/* Not by way of the reserve for atomic allocations either. */
	const gfp_t gfp = (GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM) |
			  __GFP_ZERO | __GFP_NOWARN | __GFP_NOMEMALLOC;
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio;

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	/* Larger folios need more than one empty entry, and more care. */
	if (thp_vma_allowable_orders(vma, vma->vm_flags,
				     TVA_IN_PF | TVA_ENFORCE_SYSFS,
				     BIT(PMD_ORDER) - 1))
		return NULL;
#endif
	/* The local node is to be reclaimed before another one is asked. */
	if (node_reclaim_enabled())
		return NULL;

	folio = vma_alloc_folio(gfp, 0, vma, vmf->address, false);
	if (!folio)
		return NULL;
	if (mem_cgroup_charge(folio, vma->vm_mm, gfp)) {
		folio_put(folio);
		return NULL;
	}
	folio_throttle_swaprate(folio, GFP_KERNEL);
	__folio_mark_uptodate(folio);
	return folio;
}

/* do_anonymous_page() of a VMA that has its anon_vma if it needs one. */
static vm_fault_t do_anonymous_page_rcu(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio = NULL;
	vm_fault_t ret = 0;
	pte_t entry;

	if (!(vmf->flags & FAULT_FLAG_WRITE) &&
	    !mm_forbids_zeropage(vma->vm_mm)) {
		entry = pte_mkspecial(pfn_pte(my_zero_pfn(vmf->address),
					      vma->vm_page_prot));
	} else {
		if (!vma->anon_vma)
			return VM_FAULT_NEED_REF;
		folio = alloc_anon_folio_rcu(vmf);
		if (!folio)
			return VM_FAULT_NEED_REF;
		entry = pte_sw_mkyoung(mk_pte(&folio->page, vma->vm_page_prot));
		if (vma->vm_flags & VM_WRITE)
			entry = pte_mkwrite(pte_mkdirty(entry), vma);
	}

	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address,
				       &vmf->ptl);
	if (!vmf->pte) {
		ret = VM_FAULT_NEED_REF;
		goto release;
	}
	if (!pte_none(ptep_get(vmf->pte))) {
		/* Another fault was faster. */
		update_mmu_tlb(vma, vmf->address, vmf->pte);
		goto unlock;
	}
	if (check_stable_address_space(vma->vm_mm) ||
	    vmf_must_back_off(vmf, VMA_ZOMBIE_ANON)) {
		ret = VM_FAULT_NEED_REF;
		goto unlock;
	}

	if (folio) {
		add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
		folio_add_new_anon_rmap(folio, vma, vmf->address,
					RMAP_EXCLUSIVE);
		folio_add_lru_vma(folio, vma);
		folio = NULL;
	}
	set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry);
	update_mmu_cache_range(vmf, vma, vmf->address, vmf->pte, 1);
	vmf->peek->nr = 1;
unlock:
	pte_unmap_unlock(vmf->pte, vmf->ptl);
release:
	if (folio)
		folio_put(folio);
	return ret;
}

/* Only entries that are empty are filled. */
static bool pte_is_none_rcu(struct vm_fault *vmf)
{
	pte_t *pte = pte_offset_map(vmf->pmd, vmf->address);
	bool none = pte && pte_none(ptep_get_lockless(pte));

	if (pte)
		pte_unmap(pte);
	return none;
}

/* vma_peek() copies what comes before vm_state. */
#define assert_peeked(member)						\
	static_assert(IS_ENABLED(CONFIG_RANDSTRUCT) ||			\
		      offsetofend(struct vm_area_struct, member) <=	\
		      offsetof(struct vm_area_struct, vm_state))
assert_peeked(vm_end);
assert_peeked(vm_mm);
assert_peeked(vm_page_prot);
assert_peeked(vm_flags);
assert_peeked(anon_vma);
assert_peeked(vm_ops);
assert_peeked(vm_pgoff);
assert_peeked(vm_file);
assert_peeked(vm_userfaultfd_ctx);
#ifdef CONFIG_NUMA
assert_peeked(vm_policy);
#endif

/* handle_mm_fault_rcu() with a copy of the VMA */
static vm_fault_t handle_peeked_fault(struct vma_peek *peek,
				      unsigned long address,
				      unsigned int flags, struct pt_regs *regs)
{
	struct vm_area_struct *vma = &peek->vma;
	struct vm_fault vmf = {
		.vma = vma,
		.gfp_mask = GFP_NOWAIT,
		.pgoff = linear_page_index(vma, address),
		.address = address & PAGE_MASK,
		.real_address = address,
		.flags = flags,
		.peek = peek,
	};
	vm_fault_t ret;

	if (!arch_vma_access_permitted(vma, flags & FAULT_FLAG_WRITE,
				       flags & FAULT_FLAG_INSTRUCTION, false))
		return VM_FAULT_NEED_REF;
	vmf.pmd = pmd_offset_rcu(vma->vm_mm, vmf.address);
	if (!vmf.pmd || !pte_is_none_rcu(&vmf))
		return VM_FAULT_NEED_REF;

	lru_gen_enter_fault(vma);
	if (vma_is_anonymous(vma))
		ret = do_anonymous_page_rcu(&vmf);
	else
		ret = do_read_fault_rcu(&vmf);
	lru_gen_exit_fault();

	if (ret & VM_FAULT_NEED_REF)
		return VM_FAULT_NEED_REF;

	mm_account_fault(vma->vm_mm, regs, address, flags, ret);
	vma_peek_done(peek, address);
	return ret;
}

/**
 * handle_mm_fault_rcu() - handle a user-mode page fault without a reference
 * @live: the VMA, found under RCU
 * @word: its state word, see vma_peek()
 * @address: faulting address
 * @flags: FAULT_FLAG_*; may add FAULT_FLAG_MAP_PAGES_TRIED
 * @regs: for accounting, as in handle_mm_fault()
 *
 * Context: in the RCU read section that found @live; doesn't sleep.  The copy
 * of the VMA is on the stack here, where no handler that sleeps is called.
 *
 * Return: VM_FAULT_NEED_REF if the address isn't mapped yet: go on with a
 * reference.  Entries beside it may have been set.  Else the fault is done and
 * accounted.
 */
vm_fault_t handle_mm_fault_rcu(struct vm_area_struct *live, u64 word,
			       unsigned long address, unsigned int *flags,
			       struct pt_regs *regs)
{
	struct vma_peek peek __uninitialized;
	vm_fault_t ret = VM_FAULT_NEED_REF;

	if (vma_peek(live, word, address, &peek))
		ret = handle_peeked_fault(&peek, address, *flags, regs);
	if (ret & VM_FAULT_NEED_REF) {
		if (peek.tried)
			*flags |= FAULT_FLAG_MAP_PAGES_TRIED;
		vma_peek_failed(&peek, address);
	}
	return ret;
}

static int vma_peek_sync_table(pmd_t *pmd, unsigned long addr,
			       unsigned long next, struct mm_walk *walk)
{
	spinlock_t *ptl;	/* the table's */
	pte_t *pte = pte_offset_map_lock(walk->mm, pmd, addr, &ptl);

	if (pte)
		pte_unmap_unlock(pte, ptl);
	cond_resched();
	return 0;
}

/**
 * vma_peek_sync() - let faults without a reference finish or see the change
 * @vma: the VMA, closed by vma_start_write()
 * @start: first address, in @vma
 * @end: end of the range, in @vma
 *
 * For writers that promise something of entries that will be set, and neither
 * change nor zap those of the range: that takes the same locks.  A fault that
 * asked for the state under a table's lock before has set its entries when this
 * returns; one that asks afterwards finds the VMA closed, or changed.  Where no
 * table is, the fault needs a reference.
 *
 * Context: mmap_lock held for writing; may sleep.
 */
void vma_peek_sync(struct vm_area_struct *vma, unsigned long start,
		   unsigned long end)
{
	static const struct mm_walk_ops ops = {
		.pmd_entry = vma_peek_sync_table,
		.walk_lock = PGWALK_WRLOCK_VERIFY,
	};

	walk_page_range_vma(vma, start, end, &ops, NULL);
}
