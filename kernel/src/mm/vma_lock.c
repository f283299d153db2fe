// SPDX-License-Identifier: GPL-2.0
/*
 * Per-VMA locking: the slow paths.
 *
 * Readers look VMAs up under RCU and wait for BABY and EXCL ones; writers
 * wait for users.  See Documentation/mm/vma_lock.rst for the protocol and
 * include/linux/vma_lock.h for the state word.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include <trace/events/lock.h>

#define CREATE_TRACE_POINTS
#include <trace/events/vma_lock.h>

#ifdef CONFIG_VMA_LOCK_TEST
/*
 * Experiments: each takes one protection of the protocol away, so that tests
 * can prove that they notice (vma_lock.NAME=1 at boot, or
 * /sys/module/vma_lock/parameters/NAME).
 */
static bool skip_baby_wait;
module_param(skip_baby_wait, bool, 0644);
MODULE_PARM_DESC(skip_baby_wait, "page faults enter a BABY");

static bool skip_zombie_check;
module_param(skip_zombie_check, bool, 0644);
MODULE_PARM_DESC(skip_zombie_check, "page faults enter a ZOMBIE and insert pages for it");

static bool sync_rcu;
module_param(sync_rcu, bool, 0644);
MODULE_PARM_DESC(sync_rcu, "writers wait for a grace period after the drain");

static bool skip_stale_check;
module_param(skip_stale_check, bool, 0644);
MODULE_PARM_DESC(skip_stale_check, "faults without a reference trust their copy of the VMA");

static unsigned int lookup_delay_us;
module_param(lookup_delay_us, uint, 0644);
MODULE_PARM_DESC(lookup_delay_us, "delay between finding a VMA and entering or copying it");

static unsigned int insert_delay_us;
module_param(insert_delay_us, uint, 0644);
MODULE_PARM_DESC(insert_delay_us, "delay between copying a VMA and asking whether it is stale");

static bool vma_test_enter(struct vm_area_struct *vma, u64 word)
{
	if (!(word & VMA_BABY && READ_ONCE(skip_baby_wait)) &&
	    !(word & VMA_ZOMBIE && READ_ONCE(skip_zombie_check)))
		return false;
	rwsem_acquire_read(vma_lock_dep_map(vma), 0, 1, _RET_IP_);
	atomic64_inc(&vma->vm_state);
	return true;
}

static bool vma_test_ignore_zombie(void)
{
	return READ_ONCE(skip_zombie_check);
}

static bool __maybe_unused vma_test_ignore_stale(void)
{
	return READ_ONCE(skip_stale_check);
}

static void vma_test_delay(unsigned int us)
{
	if (us)
		udelay(us);
}

#define vma_test_delay_lookup()	vma_test_delay(READ_ONCE(lookup_delay_us))
#define vma_test_delay_insert()	vma_test_delay(READ_ONCE(insert_delay_us))

/**
 * vma_lock_test_grace_period() - the proposal's synchronize_rcu(), on demand
 *
 * Context: the writer, after the drain; may sleep.
 */
void vma_lock_test_grace_period(void)
{
	if (READ_ONCE(sync_rcu))
		synchronize_rcu();
}
#else
static bool vma_test_enter(struct vm_area_struct *vma, u64 word)
{
	return false;
}

static bool vma_test_ignore_zombie(void)
{
	return false;
}

static bool __maybe_unused vma_test_ignore_stale(void)
{
	return false;
}

static void vma_test_delay_lookup(void) {}
static void __maybe_unused vma_test_delay_insert(void) {}
#endif /* CONFIG_VMA_LOCK_TEST */

#ifdef CONFIG_DEBUG_LOCK_ALLOC
void vma_lock_init_dep_map(struct vm_area_struct *vma)
{
	static struct lock_class_key key;

	lockdep_init_map(&vma->vm_lock_dep_map, "vm_lock", &key, 0);
}
#endif

/* --- readers --------------------------------------------------------- */

/* What one walk of the tree found. */
struct vma_found {
	struct vm_area_struct *vma;	/* valid with VMA_LOOKUP_REF only */
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned int gen;		/* of the BABY or EXCL bit */
};

static void vma_found_zombie(struct mm_struct *mm, unsigned long address,
			     const struct vma_found *found,
			     enum vma_zombie_where where)
{
	count_vm_vma_lock_event(VMA_LOCK_MISS);
	trace_vma_zombie_backoff(mm, address, found->vm_start, found->vm_end,
				 where);
}

/*
 * vma_enter_found() of a VMA that can't be entered, as @word says, or that
 * @found has a reference on and that doesn't cover @address.
 */
static noinline enum vma_lookup_result
vma_not_entered(struct mm_struct *mm, unsigned long address, u64 word,
		struct vma_found *found)
{
	if (found->vma) {
		vma_end_read(found->vma);
		found->vma = NULL;
		return VMA_LOOKUP_RANGE;
	}
	if (word & VMA_ZOMBIE) {
		/*
		 * The writer changed the tree before it set ZOMBIE; the next
		 * walk must not read the tree from before.
		 */
		smp_rmb();
		vma_found_zombie(mm, address, found, VMA_ZOMBIE_LOOKUP);
		return VMA_LOOKUP_ZOMBIE;
	}
	found->gen = vma_word_gen(word);
	return word & VMA_BABY ? VMA_LOOKUP_BABY : VMA_LOOKUP_EXCL;
}

/*
 * Try to enter @vma, which was found under RCU.  Ends the RCU read section.
 * The range in @found is a snapshot that only VMA_LOOKUP_REF makes reliable.
 */
static __always_inline enum vma_lookup_result
vma_enter_found(struct mm_struct *mm, unsigned long address,
		struct vm_area_struct *vma, struct vma_found *found)
{
	u64 word;
	bool entered = vma_enter(vma, &word) || vma_test_enter(vma, word);

	found->vma = entered ? vma : NULL;
	found->vm_start = data_race(vma->vm_start);
	found->vm_end = data_race(vma->vm_end);
	rcu_read_unlock();

	/* A writer may have moved the VMA's ends before we entered. */
	if (likely(entered && address >= found->vm_start &&
		   address < found->vm_end))
		return VMA_LOOKUP_REF;
	return vma_not_entered(mm, address, word, found);
}

/* Walk the tree once under RCU and try to enter what is there. */
static enum vma_lookup_result vma_walk_once(struct mm_struct *mm,
					    unsigned long address,
					    struct vma_found *found)
{
	MA_STATE(mas, &mm->mm_mt, address, address);
	struct vm_area_struct *vma;

	*found = (struct vma_found){};
	rcu_read_lock();
	vma = mas_walk(&mas);
	if (!vma) {
		rcu_read_unlock();
		return VMA_LOOKUP_NONE;
	}

	vma_test_delay_lookup();
	return vma_enter_found(mm, address, vma, found);
}

/*
 * The walk met a VMA that had just left the tree or moved away: the tree has
 * an answer by now, so walk again.  Each repetition is a writer's progress.
 */
static bool vma_walk_again(enum vma_lookup_result result)
{
	return result == VMA_LOOKUP_ZOMBIE || result == VMA_LOOKUP_RANGE;
}

/**
 * lock_vma_under_rcu() - look a VMA up under RCU and take a reference
 * @mm: address space that the caller keeps alive
 * @address: address to look up
 *
 * Never sleeps: a BABY or EXCL VMA counts as not found.  For callers that
 * hold locks or can do without (tcp, the BPF iterators, userfaultfd).
 *
 * Return: a VMA that contains @address, was in the tree when the reference was
 * taken, and neither changes nor is freed until vma_end_read(), but may have
 * become a ZOMBIE, see vma_is_zombie(); or NULL.
 */
struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm,
					  unsigned long address)
{
	enum vma_lookup_result result;
	struct vma_found found;

	do {
		result = vma_walk_once(mm, address, &found);
	} while (vma_walk_again(result));

	if (result == VMA_LOOKUP_REF)
		return found.vma;

	count_vm_vma_lock_event(VMA_LOCK_ABORT);
	return NULL;
}

/*
 * Sleep until the writer that closed the VMA is done with this mm's VMAs.
 * Nothing of the VMA is touched: it may be freed meanwhile.  Returns -EINTR
 * when a fatal signal ended the sleep.
 */
static int vma_wait_for_writer(struct mm_struct *mm, unsigned long address,
			       const struct vma_found *found,
			       enum vma_lookup_result why)
{
	bool baby = why == VMA_LOOKUP_BABY;
	unsigned int state = baby ? VMA_STATE_BABY : VMA_STATE_EXCL;
	int ret;

	/* The wait is as long as one for mmap_lock, and as dangerous. */
	might_lock_read(&mm->mmap_lock);
	count_vm_vma_lock_event(baby ? VMA_LOCK_BABY_WAIT : VMA_LOCK_EXCL_WAIT);
	trace_vma_baby_wait_begin(mm, address, found->vm_start, found->vm_end,
				  state);
	trace_contention_begin(&mm->vma_wait, LCB_F_READ);

	/* Pairs with the barrier in mm_lock_seqcount_wake(). */
	ret = wait_event_killable(mm->vma_wait,
			READ_ONCE(mm->mm_lock_seq.sequence) != found->gen);
	if (ret)
		ret = -EINTR;

	trace_contention_end(&mm->vma_wait, ret);
	trace_vma_baby_wait_end(mm, address, found->vm_start, found->vm_end,
				state, ret);
	return ret;
}

/*
 * How many writers in a row a page fault waits for before it queues for
 * mmap_lock, where the rwsem's handoff sees to it that it gets its turn.  On
 * PREEMPT_RT it queues at once: mmap_lock is what lends the writer the
 * sleeper's priority.
 */
#define VMA_MAX_WAITS	(IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : 2)

/*
 * Walk until a VMA is entered, waiting for writers.  @result is what the first
 * walk found.
 */
static noinline struct vm_area_struct *
vma_walk_to_ref(struct mm_struct *mm, unsigned long address,
		enum vma_lookup_result result, struct vma_found *found)
{
	enum vma_fallback_reason reason = VMA_FALLBACK_NONE;
	unsigned int walks = 1, waits = 0;

	while (result != VMA_LOOKUP_REF && result != VMA_LOOKUP_NONE) {
		if (!vma_walk_again(result)) {
			/*
			 * An even generation: closed without mmap_lock held
			 * for write, as a driver's ->fault() that sets a flag
			 * does.  No section's end to wait for.
			 */
			if (!(found->gen & 1) || waits++ == VMA_MAX_WAITS) {
				reason = VMA_FALLBACK_STARVED;
				break;
			}
			if (vma_wait_for_writer(mm, address, found, result)) {
				reason = VMA_FALLBACK_SIGNAL;
				break;
			}
		}
		result = vma_walk_once(mm, address, found);
		walks++;
	}

	trace_vma_lookup(mm, address, found->vm_start, found->vm_end, result,
			 walks);
	if (likely(result == VMA_LOOKUP_REF))
		return found->vma;

	count_vm_vma_lock_event(VMA_LOCK_ABORT);
	vma_fault_fallback(mm, address, reason);
	return NULL;
}

/*
 * Go on with what the first walk found, if anything.  Ends its RCU section.
 * Sets @again if the VMA that it returns is from another walk.
 */
static __always_inline struct vm_area_struct *
vma_walked(struct mm_struct *mm, unsigned long address,
	   struct vm_area_struct *vma, bool *again)
{
	enum vma_lookup_result result = VMA_LOOKUP_NONE;
	struct vma_found found;

	if (likely(vma)) {
		result = vma_enter_found(mm, address, vma, &found);
	} else {
		rcu_read_unlock();
		found = (struct vma_found){};
	}
	if (unlikely(result != VMA_LOOKUP_REF)) {
		*again = true;
		return vma_walk_to_ref(mm, address, result, &found);
	}

	trace_vma_lookup(mm, address, found.vm_start, found.vm_end, result, 1);
	return vma;
}

/**
 * lock_vma_for_fault() - look a VMA up for a user-mode page fault
 * @mm: current->mm
 * @address: faulting address
 *
 * Like lock_vma_under_rcu(), but sleeps while the VMA is a BABY or EXCL.
 *
 * Context: may sleep (killable), each time as long as a wait for mmap_lock;
 * the caller holds no mmap_lock, no VMA reference and no folio lock.
 *
 * Return: the VMA with a reference held, or NULL: go on under mmap_lock (no
 * VMA there, as far as RCU can tell, a fatal signal, or writers after writers).
 */
struct vm_area_struct *lock_vma_for_fault(struct mm_struct *mm,
					  unsigned long address)
{
	MA_STATE(mas, &mm->mm_mt, address, address);
	struct vm_area_struct *vma;
	bool again;

	rcu_read_lock();
	vma = mas_walk(&mas);
	vma_test_delay_lookup();
	return vma_walked(mm, address, vma, &again);
}

#ifdef CONFIG_PER_VMA_LOCK_RCU
/* VMAs whose faults need more than an empty entry and a page to put there. */
#define VM_NEED_REF	(VM_HUGETLB | VM_PFNMAP | VM_MIXEDMAP | VM_MTE | \
			 VM_SHADOW_STACK | VM_UFFD_MISSING | VM_UFFD_WP | \
			 VM_UFFD_MINOR)

/*
 * Is this a fault that handle_mm_fault_rcu() may be able to handle?  @vma can
 * change meanwhile; the answer counts if its state word didn't, see vma_peek().
 */
static __always_inline bool vma_may_peek(const struct vm_area_struct *vma,
					 unsigned int flags,
					 vm_flags_t access)
{
	const struct vm_operations_struct *ops = READ_ONCE(vma->vm_ops);
	vm_flags_t vm_flags = READ_ONCE(vma->vm_flags);

	if (ops && (flags & FAULT_FLAG_WRITE ||
		    !(ops->lock_flags & VM_OPS_MAP_PAGES_RCU)))
		return false;
	if (!(vm_flags & access) || vm_flags & VM_NEED_REF)
		return false;
	if (ops)
		return true;
	if (vm_flags & VM_SHARED)
		return false;
#ifdef CONFIG_NUMA
	/* A policy is freed without a grace period. */
	if (READ_ONCE(vma->vm_policy))
		return false;
#endif
	return true;
}

/**
 * vma_peek() - copy a VMA for a page fault that needs no reference
 * @vma: the VMA, found under RCU
 * @word: its state word, read with acquire semantics before anything else of it
 * @address: faulting address
 * @peek: filled in
 *
 * Context: the caller is in the RCU read section that found @vma, and stays in
 * it for as long as it uses @peek.
 *
 * Return: true with a copy of the VMA in @peek, as it was at one moment at
 * which no writer was active, and as what the caller read of it after @word;
 * false: stale already, take a reference.
 */
bool vma_peek(struct vm_area_struct *vma, u64 word, unsigned long address,
	      struct vma_peek *peek)
{
	/* The fields that page faults read come before vm_state. */
	if (IS_ENABLED(CONFIG_RANDSTRUCT))
		data_race(memcpy(&peek->vma, vma, sizeof(*vma)));
	else
		data_race(memcpy(&peek->vma, vma,
				 offsetof(struct vm_area_struct, vm_state)));
	/* Set while the VMA is open; memcpy() may copy bytes. */
	peek->vma.anon_vma = READ_ONCE(vma->anon_vma);
	/* Of private /dev/zero: nothing here needs it, and it isn't held. */
	if (!peek->vma.vm_ops)
		peek->vma.vm_file = NULL;
	atomic64_set(&peek->vma.vm_state, VMA_ZOMBIE);
	peek->live = vma;
	peek->gen = vma_word_gen(word);
	peek->nr = 0;
	peek->stale = false;
	peek->tried = false;

	/* Pairs with the full barrier of the cmpxchg that closes the VMA. */
	smp_rmb();
	word = vma_read_word(vma);
	if (unlikely(word & VMA_CLOSED_MASK || vma_word_gen(word) != peek->gen))
		peek->stale = true;
	/* Its ends have moved since the walk. */
	if (unlikely(address < peek->vma.vm_start ||
		     address >= peek->vma.vm_end))
		peek->stale = true;
	if (unlikely(peek->stale))
		return false;

	vma_test_delay_insert();
	return true;
}

/**
 * vma_begin_fault() - look a VMA up for a user-mode page fault, or handle it
 * @mm: current->mm
 * @address: faulting address
 * @access: VM_*: an access to an empty entry is allowed if the VMA has any of
 *	    them; 0: don't try without a reference
 * @flags: FAULT_FLAG_*; FAULT_FLAG_MAP_PAGES_TRIED is set or cleared
 * @regs: for accounting, as in handle_mm_fault()
 *
 * Like lock_vma_for_fault(), unless the fault can be handled without a
 * reference on the VMA.
 *
 * Context: as for lock_vma_for_fault().
 *
 * Return: the VMA with a reference held; NULL: go on under mmap_lock; or an
 * error pointer: the fault is done, and accounted.
 */
struct vm_area_struct *vma_begin_fault(struct mm_struct *mm,
				       unsigned long address,
				       vm_flags_t access, unsigned int *flags,
				       struct pt_regs *regs)
{
	MA_STATE(mas, &mm->mm_mt, address, address);
	struct vm_area_struct *vma;
	bool again = false;
	u64 word;

	*flags &= ~FAULT_FLAG_MAP_PAGES_TRIED;
	rcu_read_lock();
	vma = mas_walk(&mas);
	vma_test_delay_lookup();
	if (unlikely(!vma) || !access)
		goto walked;
	/*
	 * Acquire: the word first, then what it vouches for.  A word that a
	 * reader has opened again hands on the writer's stores, as that reader
	 * saw them, see vma_enter().
	 */
	word = atomic64_read_acquire(&vma->vm_state);
	if (likely(!(word & VMA_CLOSED_MASK)) &&
	    vma_may_peek(vma, *flags, access) &&
	    !(handle_mm_fault_rcu(vma, word, address, flags, regs) &
	      VM_FAULT_NEED_REF)) {
		rcu_read_unlock();
		return ERR_PTR(-EALREADY);
	}
walked:
	vma = vma_walked(mm, address, vma, &again);
	if (again)
		*flags &= ~FAULT_FLAG_MAP_PAGES_TRIED;
	return vma;
}

/* The part of vma_peek_stale() that counts, traces and may be fooled. */
bool __vma_peek_stale(struct vma_peek *peek, unsigned long address,
		      enum vma_zombie_where where, u64 word)
{
	if (vma_test_ignore_stale())
		return false;

	peek->stale = true;
	if (word & VMA_ZOMBIE) {
		struct vma_found found = {
			.vm_start = peek->vma.vm_start,
			.vm_end = peek->vma.vm_end,
		};

		vma_found_zombie(peek->vma.vm_mm, address, &found, where);
	}
	return true;
}

/* A fault without a reference is done. */
void vma_peek_done(struct vma_peek *peek, unsigned long address)
{
	struct mm_struct *mm = peek->vma.vm_mm;

	count_vm_vma_lock_event(VMA_LOCK_SUCCESS);
	count_vm_vma_lock_event(VMA_LOCK_REFFREE);
	trace_vma_map_pages(mm, address, VMA_MAP_MAPPED, peek->nr);
	trace_vma_lookup(mm, address, peek->vma.vm_start, peek->vma.vm_end,
			 VMA_LOOKUP_REFFREE, 1);
}

/* A fault without a reference didn't map its address: it takes one. */
void vma_peek_failed(struct vma_peek *peek, unsigned long address)
{
	unsigned int outcome = VMA_MAP_OTHER;

	if (peek->stale) {
		outcome = VMA_MAP_STALE;
		count_vm_vma_lock_event(VMA_LOCK_STALE);
	} else if (peek->tried) {
		outcome = VMA_MAP_NOT_CACHED;
	}
	trace_vma_map_pages(peek->vma.vm_mm, address, outcome, peek->nr);
}
#endif /* CONFIG_PER_VMA_LOCK_RCU */

void __vma_fault_fallback(struct mm_struct *mm, unsigned long address,
			  enum vma_fallback_reason reason)
{
	count_vm_vma_lock_event(VMA_LOCK_FALLBACK);
	trace_vma_fault_fallback(mm, address, reason);
}

/* The part of vma_zombie_backoff() that counts, traces and may be fooled. */
bool __vma_zombie_backoff(struct vm_area_struct *vma, unsigned long address,
			  enum vma_zombie_where where)
{
	struct vma_found found = {
		.vm_start = vma->vm_start,
		.vm_end = vma->vm_end,
	};

	if (vma_test_ignore_zombie())
		return false;
	vma_found_zombie(vma->vm_mm, address, &found, where);
	return true;
}

/* --- writers --------------------------------------------------------- */

/* The last user of a closed VMA is gone.  @mm is kept alive by that user. */
void vma_wake_writer(struct mm_struct *mm)
{
	rcuwait_wake_up(&mm->vma_writer_wait);
}

/* Where the writer and the page faults of @mm wait for each other. */
void mm_init_vma_wait(struct mm_struct *mm)
{
	rcuwait_init(&mm->vma_writer_wait);
	init_waitqueue_head(&mm->vma_wait);
}

/* A writer that released mmap_lock saw sleepers. */
void vma_wake_faults(struct mm_struct *mm)
{
	wake_up_all(&mm->vma_wait);
}
EXPORT_SYMBOL(vma_wake_faults);		/* for mmap_write_unlock() */

/*
 * Sleep until @vma, closed by the caller, has no users.  One writer an mm can
 * be here: it holds mmap_lock for write, or holds it for read since it
 * downgraded.  Not killable: the callers have no way to undo.
 */
static void vma_wait_users(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	/* Pairs with the release in vma_end_read(), if the users are gone. */
	u64 word = atomic64_read_acquire(&vma->vm_state);
	unsigned int users = vma_word_users(word);
	unsigned int state = vma_word_state(word);
	unsigned int op = mm->vma_write_op;

	if (!users)
		return;

	count_vm_vma_lock_event(VMA_LOCK_REF_WAIT);
	trace_vma_ref_wait_begin(mm, vma->vm_start, vma->vm_end, users, state,
				 op);
	trace_contention_begin(&vma->vm_state, LCB_F_WRITE);

	/* Pairs with the release in vma_end_read(). */
	rcuwait_wait_event(&mm->vma_writer_wait,
		!vma_word_users(atomic64_read_acquire(&vma->vm_state)),
		TASK_UNINTERRUPTIBLE);

	trace_contention_end(&vma->vm_state, 0);
	trace_vma_ref_wait_end(mm, vma->vm_start, vma->vm_end, users, state,
			       op, 0);
}

/* vma_start_write() of a VMA that isn't exclusive yet. */
void __vma_start_write(struct vm_area_struct *vma)
{
	u64 gen = (u64)vma->vm_mm->mm_lock_seq.sequence << VMA_GEN_SHIFT;
	s64 old = atomic64_read(&vma->vm_state);

	/* Closing and counting the users is one operation: one word. */
	do {
		if (old & VMA_ZOMBIE)
			break;
	} while (!atomic64_try_cmpxchg(&vma->vm_state, &old,
				       gen | VMA_EXCL | vma_word_users(old)));

	might_sleep();
	rwsem_acquire(vma_lock_dep_map(vma), 0, 0, _RET_IP_);
	/* Nobody counted users and acquired if it was a ZOMBIE already. */
	if (old & (VMA_USERS_MASK | VMA_ZOMBIE))
		vma_wait_users(vma);
	rwsem_release(vma_lock_dep_map(vma), _RET_IP_);
}
EXPORT_SYMBOL(__vma_start_write);		/* for vm_flags_set() */

/**
 * vma_mark_baby() - make a new VMA one that faults wait for
 * @vma: VMA that isn't in the tree yet
 *
 * Call before the store into the tree; call vma_baby_born() after it.
 * Context: mmap_lock held for write; ends with vma_end_write_all().
 */
void vma_mark_baby(struct vm_area_struct *vma)
{
	u64 gen = (u64)vma->vm_mm->mm_lock_seq.sequence << VMA_GEN_SHIFT;

	mmap_assert_write_locked(vma->vm_mm);
	atomic64_set(&vma->vm_state, gen | VMA_BABY);
}

/* The BABY is in the tree, over its predecessors. */
void vma_baby_born(struct vm_area_struct *vma)
{
	count_vm_vma_lock_event(VMA_LOCK_BABY_BORN);
	trace_vma_born(vma->vm_mm, vma->vm_start, vma->vm_end);
}

/*
 * The mapping that a BABY stood for is complete, or failed with @ret.  The
 * range, not the VMA: it may have been merged into a neighbour.
 */
void vma_baby_grown(struct mm_struct *mm, unsigned long start,
		    unsigned long end, int ret)
{
	trace_vma_grown(mm, start, end, ret);
}

/**
 * vma_mark_zombie() - turn readers of a removed VMA away, for good
 * @vma: VMA that is in the tree no more
 *
 * Only after the store that removed it: a reader that sees the bit walks again
 * and must not find the VMA there.  Context: mmap_lock held for write.
 *
 * Return: true if users may be inside, see vma_drain_zombie().
 */
bool vma_mark_zombie(struct vm_area_struct *vma)
{
	s64 old = atomic64_read(&vma->vm_state);

	mmap_assert_write_locked(vma->vm_mm);
	/* Full barrier: the tree first, then the bit; and then the zap. */
	do {
	} while (!atomic64_try_cmpxchg(&vma->vm_state, &old,
				       VMA_ZOMBIE | vma_word_users(old)));
	/* Experiments let users in later. */
	return vma_word_users(old) || vma_test_ignore_zombie();
}

/* vma_drain_zombie() of a VMA that has users. */
void __vma_drain_zombie(struct vm_area_struct *vma)
{
	might_sleep();
	rwsem_acquire(vma_lock_dep_map(vma), 0, 0, _RET_IP_);
	vma_wait_users(vma);
	rwsem_release(vma_lock_dep_map(vma), _RET_IP_);
}
