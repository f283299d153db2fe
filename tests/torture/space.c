// SPDX-License-Identifier: GPL-2.0
/* The writers, and the tree and page tables that they work on. */
#include <stdlib.h>
#include <string.h>

#include "space.h"

#define container_of(ptr, type, member)	((type *)((char *)(ptr) - offsetof(type, member)))

static void free_vma_rcu(struct rcu_head *head)
{
	shim_rcu_callback();
	free(container_of(head, struct vm_area_struct, vm_rcu));
}

static void free_tree_rcu(struct rcu_head *head)
{
	shim_rcu_callback();
	free(container_of(head, struct tree, rcu));
}

static void *alloc(size_t size)
{
	void *p = calloc(1, size);

	SHIM_CHECK(p);
	return p;
}

static struct vm_area_struct *vm_area_alloc(struct mm_struct *mm, int first, int last)
{
	struct vm_area_struct *vma = alloc(sizeof(*vma));

	vma->vm_mm = mm;
	vma->vm_start = first * PAGE_SIZE;
	vma->vm_end = last * PAGE_SIZE;
	vma->vm_flags = VM_READ;
	vma_lock_init(vma);
	return vma;
}

static struct vm_area_struct *tree_lookup(struct mm_struct *mm, int page)
{
	return mm->mm_mt.root->vma[page];
}

/* One store: all of the range at once. */
static void tree_store(struct mm_struct *mm, int first, int last, struct vm_area_struct *vma)
{
	struct tree *old = mm->mm_mt.root;
	struct tree *new = alloc(sizeof(*new));

	memcpy(new->vma, old->vma, sizeof(new->vma));
	for (int page = first; page < last; page++)
		new->vma[page] = vma;
	smp_store_release(&mm->mm_mt.root, new);
	shim_call_rcu(&old->rcu, free_tree_rcu);
}

static spinlock_t *pte_lockptr(struct mm_struct *mm, int page)
{
	return &mm->ptl[page / TABLE_PAGES];
}

/* Zap the range, flush all TLBs, free what was mapped. */
static void zap(struct space *space, int first, int last)
{
	struct mm_struct *mm = &space->mm;
	struct frame *gone[NPAGES] = {};

	for (int page = first; page < last; page++) {
		spin_lock(pte_lockptr(mm, page));
		gone[page] = mm->pte[page];
		mm->pte[page] = NULL;
		spin_unlock(pte_lockptr(mm, page));
	}
	for (int i = 0; i < space->ncpus; i++) {
		struct cpu *cpu = &space->cpus[i];

		spin_lock(&cpu->tlb_lock);
		for (int page = first; page < last; page++)
			cpu->tlb[page] = NULL;
		spin_unlock(&cpu->tlb_lock);
	}
	for (int page = first; page < last; page++) {
		__atomic_store_n(&space->floor[page], space->last_version, __ATOMIC_RELEASE);
		free(gone[page]);
	}
}

/* __split_vma(): @page becomes the start of a new VMA */
static void split_at(struct mm_struct *mm, int page)
{
	struct vm_area_struct *vma, *new;
	int first, last;

	if (page <= 0 || page >= NPAGES)
		return;
	vma = tree_lookup(mm, page);
	if (!vma || vma->vm_start == page * PAGE_SIZE)
		return;
	first = page;
	last = vma->vm_end >> PAGE_SHIFT;
	new = vm_area_alloc(mm, first, last);
	new->content = vma->content;
	new->version = vma->version;
	vma_start_write(vma);
	vma_start_write(new);
	WRITE_ONCE(vma->vm_end, page * PAGE_SIZE);
	tree_store(mm, first, last, new);
}

/* The VMAs of a range that begins and ends with VMAs. */
static int gather(struct mm_struct *mm, int first, int last, struct vm_area_struct **vmas)
{
	int n = 0;

	split_at(mm, first);
	split_at(mm, last);
	for (int page = first; page < last; page++) {
		struct vm_area_struct *vma = tree_lookup(mm, page);

		if (vma && (!n || vmas[n - 1] != vma))
			vmas[n++] = vma;
	}
	return n;
}

/* vms_mark_zombies() */
static bool mark_zombies(struct vm_area_struct **vmas, int n)
{
	bool busy = false;

	for (int i = 0; i < n; i++)
		busy |= vma_mark_zombie(vmas[i]);
	return busy;
}

/* vms_complete_munmap_vmas() */
static void complete_munmap(struct space *space, int first, int last, struct vm_area_struct **vmas, int n, bool busy)
{
	for (int i = 0; busy && i < n; i++)
		vma_drain_zombie(vmas[i]);
	for (int i = 0; i < n; i++) {
		SHIM_CHECK(vma_word_users(vma_read_word(vmas[i])) == 0);
		/* a late user would race with this, or read nonsense */
		vmas[i]->content = 0;
		vmas[i]->version = 0;
	}
	zap(space, first, last);
	for (int i = 0; i < n; i++)
		shim_call_rcu(&vmas[i]->vm_rcu, free_vma_rcu);
}

void space_mmap(struct space *space, int first, int last)
{
	struct mm_struct *mm = &space->mm;
	struct vm_area_struct *vmas[NPAGES];
	struct vm_area_struct *baby;
	bool busy;
	int n;

	mmap_write_lock(mm);
	vma_set_write_op(mm, VMA_OP_MMAP);
	n = gather(mm, first, last, vmas);
	baby = vm_area_alloc(mm, first, last);
	space->last_version++;
	if (n)
		vma_mark_baby(baby);
	else
		vma_start_write(baby);
	tree_store(mm, first, last, baby);
	if (n)
		vma_baby_born(baby);
	busy = mark_zombies(vmas, n);
	complete_munmap(space, first, last, vmas, n, busy);
	/* ->mmap() */
	baby->content = ++space->last_content;
	baby->version = space->last_version;
	if (n)
		vma_baby_grown(mm, baby->vm_start, baby->vm_end, 0);
	mmap_write_unlock(mm);
}

void space_munmap(struct space *space, int first, int last)
{
	struct mm_struct *mm = &space->mm;
	struct vm_area_struct *vmas[NPAGES];
	bool busy;
	int n;

	mmap_write_lock(mm);
	vma_set_write_op(mm, VMA_OP_MUNMAP);
	n = gather(mm, first, last, vmas);
	space->last_version++;
	tree_store(mm, first, last, NULL);
	busy = mark_zombies(vmas, n);
	mmap_write_downgrade(mm);
	complete_munmap(space, first, last, vmas, n, busy);
	mmap_read_unlock(mm);
}

void space_change(struct space *space, int first, int last)
{
	struct mm_struct *mm = &space->mm;
	struct vm_area_struct *vmas[NPAGES];
	int n;

	mmap_write_lock(mm);
	vma_set_write_op(mm, VMA_OP_MPROTECT);
	n = gather(mm, first, last, vmas);
	space->last_version++;
	for (int i = 0; i < n; i++) {
		vma_start_write(vmas[i]);
		vma_assert_write_locked(vmas[i]);
		vmas[i]->version = space->last_version;
	}
	zap(space, first, last);
	for (int i = 0; i < n; i++)
		SHIM_CHECK(vma_word_users(vma_read_word(vmas[i])) == 0);
	mmap_write_unlock(mm);
}

void space_stray(struct space *space, int page)
{
	struct mm_struct *mm = &space->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = tree_lookup(mm, page);
	/* vma_start_write() would complain, and go on */
	if (vma)
		__vma_start_write(vma);
	mmap_read_unlock(mm);
}

void space_lock_all(struct space *space)
{
	struct mm_struct *mm = &space->mm;
	struct vm_area_struct *vmas[NPAGES];
	u64 contents[NPAGES];
	int n;

	mmap_write_lock(mm);
	vma_set_write_op(mm, VMA_OP_FORK);
	n = gather(mm, 0, NPAGES, vmas);
	for (int i = 0; i < n; i++) {
		vma_start_write(vmas[i]);
		contents[i] = vmas[i]->content;
	}
	/* what dup_mmap() copies must hold still */
	for (int page = 0; page < NPAGES; page++) {
		struct vm_area_struct *vma = tree_lookup(mm, page);

		/* faults without a reference may be there yet, with what is still right */
		spin_lock(pte_lockptr(mm, page));
		SHIM_CHECK(!mm->pte[page] || (vma && mm->pte[page]->content == vma->content &&
					     mm->pte[page]->version == vma->version));
		spin_unlock(pte_lockptr(mm, page));
	}
	for (int i = 0; i < n; i++)
		SHIM_CHECK(vmas[i]->content == contents[i] && !vma_word_users(vma_read_word(vmas[i])));
	mmap_write_unlock(mm);
}

void space_init(struct space *space, struct cpu *cpus, int ncpus)
{
	struct vm_area_struct *vma;

	memset(space, 0, sizeof(*space));
	space->cpus = cpus;
	space->ncpus = ncpus;
	space->mm.mm_mt.root = alloc(sizeof(struct tree));
	mmap_init_lock(&space->mm);
	/* as in the child of a fork: a VMA that was never closed */
	vma = vm_area_alloc(&space->mm, 0, NPAGES);
	vma->content = vma->version = space->last_content = space->last_version = 1;
	tree_store(&space->mm, 0, NPAGES, vma);
}

void space_destroy(struct space *space)
{
	space_munmap(space, 0, NPAGES);
	for (int page = 0; page < NPAGES; page++)
		SHIM_CHECK(!space->mm.pte[page]);
	SHIM_CHECK(!waitqueue_active(&space->mm.vma_wait));
	shim_rcu_barrier();
	free(space->mm.mm_mt.root);
}
