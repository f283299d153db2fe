/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-VMA locking: the state word and the inline fast paths.
 *
 * A page fault holds a VMA by a reference in vma->vm_state; the owner of
 * mmap_lock closes the VMA to new users by a state bit in the same word and
 * sleeps until the old ones are gone.  The protocol, its ordering and why it
 * cannot deadlock: Documentation/mm/vma_lock.rst.  Slow paths: mm/vma_lock.c.
 */
#ifndef _LINUX_VMA_LOCK_H
#define _LINUX_VMA_LOCK_H

#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/mmdebug.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint-defs.h>
#include <linux/vma_lock_types.h>

struct pt_regs;

#ifdef CONFIG_PER_VMA_LOCK

DECLARE_TRACEPOINT(vma_fault_fallback);

/*
 * vma->vm_state:
 *
 *   63            32 31 30     29   28   27            0
 *  +----------------+--+------+----+----+---------------+
 *  | generation     |  |ZOMBIE|EXCL|BABY| users         |
 *  +----------------+--+------+----+----+---------------+
 *
 * The generation is the value that mm->mm_lock_seq had when BABY or EXCL was
 * set.  Once mm_lock_seq has moved on the bit is stale and counts as cleared.
 * A user can only enter by removing a stale bit, so a word that carries BABY
 * or EXCL of the current generation and no users stays without users (but for
 * a wrap of mm_lock_seq at the wrong moment, see vma_lock.rst).
 *
 * A task holds two references at most (UFFDIO_MOVE), and one per BPF iterator of
 * VMAs; of fewer than 2^22 tasks, so the users need no check for overflow.
 *
 * The generation outlives the bit: a VMA that was changed in place shows
 * another one than before, see struct vma_peek.
 */
#define VMA_USERS_MASK	((1ULL << 28) - 1)
#define VMA_BABY	(1ULL << 28)
#define VMA_EXCL	(1ULL << 29)
#define VMA_ZOMBIE	(1ULL << 30)
#define VMA_CLOSED_MASK	(VMA_BABY | VMA_EXCL | VMA_ZOMBIE)
#define VMA_GEN_SHIFT	32

static inline unsigned int vma_word_users(u64 word)
{
	return word & VMA_USERS_MASK;
}

static inline unsigned int vma_word_gen(u64 word)
{
	return word >> VMA_GEN_SHIFT;
}

static inline enum vma_lock_state vma_word_state(u64 word)
{
	if (word & VMA_ZOMBIE)
		return VMA_STATE_ZOMBIE;
	if (word & VMA_BABY)
		return VMA_STATE_BABY;
	return word & VMA_EXCL ? VMA_STATE_EXCL : VMA_STATE_LIVE;
}

static inline u64 vma_read_word(const struct vm_area_struct *vma)
{
	return atomic64_read(&vma->vm_state);
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC
void vma_lock_init_dep_map(struct vm_area_struct *vma);
#define vma_lock_dep_map(vma)	(&(vma)->vm_lock_dep_map)
#else
static inline void vma_lock_init_dep_map(struct vm_area_struct *vma) {}
#endif

/* A VMA that nobody else can see yet: live, no users. */
static inline void vma_lock_init(struct vm_area_struct *vma)
{
	atomic64_set(&vma->vm_state, 0);
	vma_lock_init_dep_map(vma);
}

/**
 * vma_enter() - take a reference on a VMA if it is open
 * @vma: the VMA; the caller is under rcu_read_lock(), or holds mmap_lock
 * @word: the state word that decided
 *
 * Never sleeps.  The acquire of the common case pairs with the writer's last
 * stores through whoever removed the stale bit: that remover read mm_lock_seq
 * with acquire semantics and must hand on what it saw, hence its fully
 * ordered cmpxchg.
 *
 * Return: true with a reference held (drop it with vma_end_read()), false when
 * @word has a BABY or EXCL of the current generation or a ZOMBIE.
 */
static inline bool vma_enter(struct vm_area_struct *vma, u64 *word)
{
	s64 old = atomic64_read(&vma->vm_state);

	do {
		while (unlikely(old & VMA_CLOSED_MASK)) {
			*word = old;
			if (old & VMA_ZOMBIE)
				return false;
			/*
			 * The word first: a sequence older than the bit would
			 * make the bit look stale.  Pairs with smp_wmb() in
			 * do_raw_write_seqcount_begin().
			 */
			smp_rmb();
			/* Pairs with the release in mm_lock_seqcount_end(). */
			if (vma_word_gen(old) ==
			    smp_load_acquire(&vma->vm_mm->mm_lock_seq.sequence))
				return false;
			/* Stale: whole-word compare, so no newer bit is lost. */
			if (atomic64_try_cmpxchg(&vma->vm_state, &old,
						 (old & ~VMA_CLOSED_MASK) + 1))
				goto entered;
		}
	} while (!atomic64_try_cmpxchg_acquire(&vma->vm_state, &old, old + 1));
entered:
	*word = 0;
	rwsem_acquire_read(vma_lock_dep_map(vma), 0, 1, _RET_IP_);
	return true;
}

/*
 * Try to take a reference on a VMA that was looked up under RCU.  Returns
 * false if the VMA is a BABY, EXCL or a ZOMBIE; see lock_vma_under_rcu() for
 * the checks that the caller still owes after true.
 */
static inline bool vma_start_read(struct vm_area_struct *vma)
{
	u64 word;

	return vma_enter(vma, &word);
}

/*
 * Take a reference on a VMA that was found in the tree under mmap_lock, which
 * is held for read.  No writer can be active, so any BABY or EXCL bit is stale
 * and this doesn't fail; a caller that gets false is without a reference.
 */
static inline bool __must_check
vma_start_read_locked(struct vm_area_struct *vma)
{
	u64 word;

	mmap_assert_locked(vma->vm_mm);
	return !WARN_ON_ONCE(!vma_enter(vma, &word));
}

void vma_wake_writer(struct mm_struct *mm);

/**
 * vma_end_read() - drop a reference on a VMA
 * @vma: the VMA; may be freed by others as soon as the reference is gone
 *
 * The last user of a closed VMA wakes the writer.  The wake-up touches the mm
 * only, which the caller keeps alive (current->mm, or mmget()); the VMA isn't
 * touched after the decrement.  Any context that may call wake_up_process().
 */
static inline void vma_end_read(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 old;

	rwsem_release(vma_lock_dep_map(vma), _RET_IP_);
	old = atomic64_fetch_dec_release(&vma->vm_state);
	VM_WARN_ON_ONCE(!vma_word_users(old));
	if (unlikely((old & VMA_CLOSED_MASK) && vma_word_users(old) == 1))
		vma_wake_writer(mm);
}

/*
 * Does the caller, who holds mmap_lock for write, already have @vma for
 * itself?  BABY and EXCL of this generation and a drained ZOMBIE qualify.
 */
static inline bool vma_is_excl(const struct vm_area_struct *vma)
{
	u64 word = vma_read_word(vma);

	if (word & VMA_ZOMBIE)
		return !vma_word_users(word);

	return (word & (VMA_BABY | VMA_EXCL)) &&
	       vma_word_gen(word) == vma->vm_mm->mm_lock_seq.sequence;
}

void __vma_start_write(struct vm_area_struct *vma);

/**
 * vma_start_write() - exclude page faults from a VMA
 * @vma: the VMA, in the tree or not yet
 *
 * Context: mmap_lock held for write.  Sleeps until the VMA has no users.  Ends
 * by itself when mmap_lock is dropped or downgraded (vma_end_write_all()).
 */
static inline void vma_start_write(struct vm_area_struct *vma)
{
	mmap_assert_write_locked(vma->vm_mm);
	if (!vma_is_excl(vma))
		__vma_start_write(vma);
}

void vma_mark_baby(struct vm_area_struct *vma);
void vma_baby_born(struct vm_area_struct *vma);
void vma_baby_grown(struct mm_struct *mm, unsigned long start,
		    unsigned long end, int ret);
bool vma_mark_zombie(struct vm_area_struct *vma);
void __vma_drain_zombie(struct vm_area_struct *vma);

/*
 * Sleep until a ZOMBIE has no users.  mmap_lock held, for write or read: the
 * only one to call this for @vma is the writer that took it out of the tree.
 */
static inline void vma_drain_zombie(struct vm_area_struct *vma)
{
	/* Pairs with the release in vma_end_read(). */
	if (unlikely(vma_word_users(atomic64_read_acquire(&vma->vm_state))))
		__vma_drain_zombie(vma);
}

static inline void vma_assert_write_locked(struct vm_area_struct *vma)
{
	mmap_assert_write_locked(vma->vm_mm);
	VM_BUG_ON_VMA(!vma_is_excl(vma), vma);
}

static inline void vma_assert_locked(struct vm_area_struct *vma)
{
	if (!vma_word_users(vma_read_word(vma)))
		vma_assert_write_locked(vma);
}

/*
 * Has the VMA left the tree?  A user that holds a reference must ask before it
 * looks for the VMA's neighbours, even under mmap_lock held for read: munmap()
 * waits for users after it has downgraded mmap_lock.
 */
static inline bool vma_is_zombie(const struct vm_area_struct *vma)
{
	return vma_read_word(vma) & VMA_ZOMBIE;
}

bool __vma_zombie_backoff(struct vm_area_struct *vma, unsigned long address,
			  enum vma_zombie_where where);

/**
 * vma_zombie_backoff() - may an entry still be inserted for this VMA?
 * @vma: VMA that the caller holds a reference on, or mmap_lock
 * @address: address about to be mapped, for the trace
 * @where: which insertion path asks
 *
 * Call under the page-table lock, before the entry is set.  The writer marks
 * the ZOMBIE before its zap takes that lock, so whoever still sees the VMA
 * open has its entry zapped.
 *
 * Return: true if @vma left the tree: insert nothing, let the access run into
 * the next lookup.
 */
static inline bool vma_zombie_backoff(struct vm_area_struct *vma,
				      unsigned long address,
				      enum vma_zombie_where where)
{
	if (likely(!vma_is_zombie(vma)))
		return false;
	return __vma_zombie_backoff(vma, address, where);
}

/**
 * struct vma_peek - a VMA as a page fault without a reference sees it
 * @vma: a consistent copy of what page faults read of the VMA.  Its vm_state
 *	 says ZOMBIE, so that code that doesn't know about copies inserts
 *	 nothing and takes no reference
 * @live: the VMA itself, for vma_peek_stale() only
 * @gen: generation of its state word when the copy was made
 * @nr: pages that were mapped
 * @stale: the VMA was closed or changed after the copy was made
 * @tried: ->map_pages() had its chance
 */
struct vma_peek {
	struct vm_area_struct vma;
	struct vm_area_struct *live;
	unsigned int gen;
	unsigned int nr;
	bool stale;
	bool tried;
};

bool __vma_peek_stale(struct vma_peek *peek, unsigned long address,
		      enum vma_zombie_where where, u64 word);

/**
 * vma_peek_stale() - may an entry still be inserted for this copy?
 * @peek: from vma_peek()
 * @address: address about to be mapped, for the trace
 * @where: which insertion path asks
 *
 * Call under the page-table lock, before the first entry is set.  A writer
 * closes the VMA before it changes the VMA or takes that lock to change
 * entries.  So a fault that still sees the VMA open, and with the generation
 * of its copy, sets entries that are right, or that the writer is yet to
 * change or zap.
 *
 * Writers skip an empty PMD without a lock, and the table may have been put
 * there by a fault on a neighbour, which nobody waits for.  Hence the full
 * barrier: whoever saw the table and then the VMA open did so before the writer
 * closed it, who will see the table, too.  (Without the lock, after smp_rmb(),
 * the answer is about what was read before, and the barrier a mere extra.)
 *
 * Return: true if not: insert nothing and go on with a reference.
 */
static inline bool vma_peek_stale(struct vma_peek *peek, unsigned long address,
				  enum vma_zombie_where where)
{
	u64 word;

	/* Pairs with the full barrier of the cmpxchg that closes the VMA. */
	smp_mb__after_spinlock();
	word = vma_read_word(peek->live);
	if (likely(!(word & VMA_CLOSED_MASK) && vma_word_gen(word) == peek->gen))
		return false;
	return __vma_peek_stale(peek, address, where, word);
}

/* What the owner of mmap_lock (write) does, for those who wait for it. */
static inline void vma_set_write_op(struct mm_struct *mm, enum vma_write_op op)
{
	mm->vma_write_op = op;
}

struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm,
					  unsigned long address);
struct vm_area_struct *lock_vma_for_fault(struct mm_struct *mm,
					  unsigned long address);

#ifdef CONFIG_PER_VMA_LOCK_RCU
struct vm_area_struct *vma_begin_fault(struct mm_struct *mm,
				       unsigned long address,
				       vm_flags_t access, unsigned int *flags,
				       struct pt_regs *regs);
bool vma_peek(struct vm_area_struct *vma, u64 word, unsigned long address,
	      struct vma_peek *peek);
void vma_peek_done(struct vma_peek *peek, unsigned long address);
void vma_peek_failed(struct vma_peek *peek, unsigned long address);
void vma_peek_sync(struct vm_area_struct *vma, unsigned long start,
		   unsigned long end);
#else
static inline struct vm_area_struct *vma_begin_fault(struct mm_struct *mm,
		unsigned long address, vm_flags_t access, unsigned int *flags,
		struct pt_regs *regs)
		{ return lock_vma_for_fault(mm, address); }
static inline void vma_peek_sync(struct vm_area_struct *vma,
				 unsigned long start, unsigned long end)
		{ }
#endif

void __vma_fault_fallback(struct mm_struct *mm, unsigned long address,
			  enum vma_fallback_reason reason);

/* A page fault goes on under mmap_lock, for @reason. */
static inline void vma_fault_fallback(struct mm_struct *mm,
				      unsigned long address,
				      enum vma_fallback_reason reason)
{
	if (IS_ENABLED(CONFIG_PER_VMA_LOCK_STATS) ||
	    tracepoint_enabled(vma_fault_fallback))
		__vma_fault_fallback(mm, address, reason);
}

#else /* CONFIG_PER_VMA_LOCK */

static inline void vma_lock_init(struct vm_area_struct *vma) {}
static inline bool vma_start_read(struct vm_area_struct *vma)
		{ return false; }
static inline void vma_end_read(struct vm_area_struct *vma) {}
static inline void vma_start_write(struct vm_area_struct *vma) {}
static inline void vma_mark_baby(struct vm_area_struct *vma) {}
static inline void vma_baby_born(struct vm_area_struct *vma) {}
static inline void vma_baby_grown(struct mm_struct *mm, unsigned long start,
				  unsigned long end, int ret) {}
static inline bool vma_mark_zombie(struct vm_area_struct *vma)
		{ return false; }
static inline void vma_drain_zombie(struct vm_area_struct *vma) {}
static inline void vma_assert_write_locked(struct vm_area_struct *vma)
		{ mmap_assert_write_locked(vma->vm_mm); }
static inline void vma_assert_locked(struct vm_area_struct *vma)
		{ mmap_assert_locked(vma->vm_mm); }
static inline bool vma_is_zombie(const struct vm_area_struct *vma)
		{ return false; }
static inline bool vma_zombie_backoff(struct vm_area_struct *vma,
				      unsigned long address,
				      enum vma_zombie_where where)
		{ return false; }
static inline void vma_set_write_op(struct mm_struct *mm,
				    enum vma_write_op op) {}
static inline struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm,
		unsigned long address)
		{ return NULL; }
static inline struct vm_area_struct *lock_vma_for_fault(struct mm_struct *mm,
		unsigned long address)
		{ return NULL; }
static inline struct vm_area_struct *vma_begin_fault(struct mm_struct *mm,
		unsigned long address, vm_flags_t access, unsigned int *flags,
		struct pt_regs *regs)
		{ return NULL; }
static inline void vma_peek_sync(struct vm_area_struct *vma,
				 unsigned long start, unsigned long end) {}
static inline void vma_fault_fallback(struct mm_struct *mm,
				      unsigned long address,
				      enum vma_fallback_reason reason) {}

struct vma_peek {
	unsigned int nr;
};

#endif /* CONFIG_PER_VMA_LOCK */

/*
 * How many lookups a page fault has, while its handlers sleep or find a ZOMBIE,
 * before it queues for mmap_lock.
 */
#define VMA_MAX_TRIES	3

/* Exists with CONFIG_VMA_LOCK_TEST only: the caller asks IS_ENABLED(). */
void vma_lock_test_grace_period(void);

#endif /* _LINUX_VMA_LOCK_H */
