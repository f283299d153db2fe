/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread that changes the address space: mmap() over the mapping, munmap(),
 * mmap() into the hole, a change in place, a split.  One operation is one
 * section of mmap_lock held for write.
 */
byte vmas;			/* used so far */
byte versions;			/* the newest */
bit user_inside;

/*
 * SEQ_WRAPS: two sections are one turn of mm_lock_seq (2^31 in fact).  A reader
 * that found a bit stale must have entered before the bit's generation comes
 * round again: its compare wouldn't notice.
 */
#ifdef SEQ_WRAPS
#define next_seq(s)	(((s) + 1) & 3)
#else
#define next_seq(s)	((s) + 1)
#endif
#if defined(SEQ_WRAPS) && !defined(M_WRAP_RACE)
#define MAY_BEGIN	(rcu_readers == 0)
#else
#define MAY_BEGIN	true
#endif

inline mmap_write_lock()
{
	atomic { EMPTY && mem[LOCK] == 0 && MAY_BEGIN -> mem[LOCK] = WRITER };
#ifndef M_BIT_BEFORE_SEQ
	WRITE(SEQ, next_seq(mem[SEQ]))
#endif
}

/* mm_lock_seqcount_end(), the release of mmap_lock, mm_lock_seqcount_wake() */
inline end_write(lock_value)
{
#ifndef M_SEQ_BEFORE_DATA
	WRITE(SEQ, next_seq(READ(SEQ)));
#endif
#ifdef M_NO_WAKER_MB		/* releases mmap_lock by a plain store */
	WRITE(LOCK, lock_value);
#else
	atomic { EMPTY -> mem[LOCK] = lock_value };
#endif
#ifndef M_NO_WAKE
	d_step {
		i = 0;
		do
		:: i < NP && mem[ONQ(i)] -> mem[ONQ(i)] = 0; woken[i] = 1; i++
		:: i < NP && !mem[ONQ(i)] -> i++
		:: else -> break
		od;
		i = 0
	}
#endif
}

/* vma_wait_users(): rcuwait_wait_event() */
inline vma_wait_users(v)
{
	if
	:: USERS(READ(WORD(v))) == 0
	:: else ->
		WRITE(WTASK, 1);
		do
		:: woken_writer = 0;
#ifndef M_NO_DRAIN_MB
			FENCE;		/* set_current_state() */
#endif
			if
			:: USERS(READ(WORD(v))) == 0 -> break
			:: else -> (woken_writer)
			fi
		od;
		WRITE(WTASK, 0)
	fi
}

/* __vma_start_write() */
inline vma_start_write(v)
{
	seq = READ(SEQ);
#ifdef M_BIT_BEFORE_SEQ		/* no smp_wmb(): the sequence is late */
	seq = next_seq(seq);
#endif
	atomic { EMPTY -> word = mem[WORD(v)]; mem[WORD(v)] = USERS(word) | EXCL | WITH_GEN(seq) };
#ifdef M_BIT_BEFORE_SEQ
	WRITE(SEQ, seq);
#endif
#ifndef M_NO_EXCL_DRAIN
	vma_wait_users(v)
#endif
}

/* The writer has the VMA for itself. */
inline nobody_inside(v)
{
	atomic { user_inside = (USERS(mem[WORD(v)]) != 0); assert(!user_inside) }
}

/* vma_mark_zombie() */
inline vma_mark_zombie(v)
{
#ifdef M_NO_ZOMBIE
	skip
#else
	atomic { EMPTY -> word = mem[WORD(v)]; mem[WORD(v)] = USERS(word) | ZOMBIE }
#endif
}

inline vma_drain_zombie(v)
{
#ifdef M_NO_DRAIN
	skip
#else
	vma_wait_users(v)
#endif
}

/* Zap the entries: an empty PMD is skipped without a lock. */
inline set_ptes(x)
{
	table = READ(PMD);
	if
	:: table == 0
	:: else ->
		table--;
#ifndef M_ZAP_NO_LOCK
		spin_lock_ptl(table);
#endif
		if
		:: READ(PTE(table)) != 0 -> WRITE(PTE(table), x)
		:: else
		fi;
#ifndef M_ZAP_NO_LOCK
		spin_unlock_ptl(table)
#endif
	fi
}

/* Flush all TLBs, by interrupts; from here on version x is of the past. */
inline flush_tlbs(x)
{
	atomic {
		EMPTY ->
#ifndef M_NO_FLUSH
		i = 0;
		do
		:: i < NF -> tlb[i] = 0; i++
		:: else -> break
		od;
#endif
		removed[x] = 1;
		i = 0;
		do
		:: i < NT ->
			stale_pte = (mem[PTE(i)] == x);
			assert(!stale_pte);
			i++
		:: else -> break
		od;
		i = 0;
		table = 0
	}
}

/*
 * free_pgtables(), if nothing else lives in the table: the entry of the PMD.  The
 * table waits in the mmu_gather for the flush; unlinked is its number, plus one.
 */
inline free_pgtables()
{
	if
	:: READ(PMD) != 0 && mem[PMD] < NT ->
		unlinked = READ(PMD);
		WRITE(PMD, 0)
	:: true
	fi
}

/* tlb_finish_mmu(), of what showed version x */
inline tlb_finish_mmu(x)
{
	flush_tlbs(x);
	if
	:: unlinked == 0
	:: else -> free_table(unlinked - 1); unlinked = 0
	fi
}

inline new_vma()
{
	d_step {
		assert(vmas < NV);
		new = vmas;
		vmas++
	}
}

/* The next version: of a new mapping, or of the one that ver shows. */
inline new_content()
{
	d_step { versions++; content[versions] = versions }
}

inline same_content()
{
	d_step { versions++; content[versions] = content[ver] }
}

/* Unmap what was in VMA old, which has left the tree: vms_clear_ptes(), remove_vma() */
inline complete_munmap()
{
	vma_drain_zombie(old);
	ver = READ(VER(old));
	set_ptes(0);
	free_pgtables();
	tlb_finish_mmu(ver);
	free_vma(old)
}

/*
 * mmap() over the mapping.  What the new VMA maps (vm_file, ->mmap(), vm_ops,
 * vm_page_prot) is only known when the old one is gone: until then it is half
 * made, and in the tree.  M_MADE_FIRST takes nothing away: with it, what faults
 * find in a BABY is old or new, but not half made.
 */
inline do_replace()
{
	new_vma();
	new_content();
#ifdef M_NO_BABY
	WRITE(WORD(new), LIVE);
#else
	WRITE(WORD(new), BABY | WITH_GEN(READ(SEQ)));
#endif
	WRITE(COVERS(new), 1);
#ifdef M_MADE_FIRST
	WRITE(VER(new), versions);
#endif
	WRITE(TREE, new + 1);
	vma_mark_zombie(old);
	complete_munmap();
#ifndef M_MADE_FIRST
	WRITE(VER(new), versions);
#endif
	end_write(0)
}

/* mremap() onto the mapping: a hole in between */
inline do_two_steps()
{
	WRITE(TREE, 0);
	vma_mark_zombie(old);
	complete_munmap();
	do_map()
}

/* munmap(): most of it with mmap_lock downgraded */
inline do_munmap()
{
	unmapped = 1;
	WRITE(TREE, 0);
	vma_mark_zombie(old);
	end_write(1);
	complete_munmap();
	atomic { EMPTY -> mem[LOCK] = mem[LOCK] - 1 }
}

/* mmap() into the hole */
inline do_map()
{
	new_vma();
	new_content();
	WRITE(VER(new), versions);
	WRITE(COVERS(new), 1);
	vma_start_write(new);
	WRITE(TREE, new + 1);
	end_write(0)
}

/* mprotect() and the like: the VMA is another one, its PTEs follow */
inline do_change()
{
	vma_start_write(old);
	nobody_inside(old);
	ver = READ(VER(old));
	same_content();
#ifdef M_SEQ_BEFORE_DATA	/* no release: the sequence overtakes the data */
	WRITE(SEQ, next_seq(READ(SEQ)));
#endif
	WRITE(VER(old), versions);
	set_ptes(versions);
	flush_tlbs(ver);
#ifndef M_SEQ_BEFORE_DATA
	nobody_inside(old);
#endif
	end_write(0)
}

/*
 * UFFDIO_REGISTER: the VMA is another one, its PTEs may stay.  Once the call has
 * returned none appears that doesn't know.
 */
inline do_register()
{
	vma_start_write(old);
	nobody_inside(old);
	ver = READ(VER(old));
	same_content();
	WRITE(VER(old), versions);
#ifndef M_NO_SYNC
	table = READ(PMD);		/* vma_peek_sync() */
	if
	:: table == 0
	:: else ->
		table--;
		spin_lock_ptl(table);
		spin_unlock_ptl(table)
	fi;
#endif
	nobody_inside(old);
	end_write(0);
	announced[ver] = 1
}

/* A split: the address belongs to a new VMA, which is changed at once. */
inline do_split()
{
	new_vma();
	vma_start_write(old);
	vma_start_write(new);
	nobody_inside(old);
	ver = READ(VER(old));
	same_content();
	WRITE(COVERS(old), 0);
	WRITE(COVERS(new), 1);
	WRITE(VER(new), versions);
	WRITE(TREE, new + 1);
	set_ptes(versions);
	flush_tlbs(ver);
	nobody_inside(old);
	nobody_inside(new);
	end_write(0)
}

proctype writer(byte me)
{
	byte old, new, word, seq, ver, table, unlinked, i, todo = WRITES;

	do
	:: todo == 0 -> break
	:: todo > 0 ->
		todo--;
		mmap_write_lock();
		old = READ(TREE);
		if
		:: old == 0 -> do_map()
		:: old != 0 ->
			old--;
			if
#ifdef OP_REPLACE
			:: do_replace()
#endif
#ifdef OP_TWO_STEPS
			:: do_two_steps()
#endif
#ifdef OP_MUNMAP
			:: do_munmap()
#endif
#ifdef OP_CHANGE
			:: do_change()
#endif
#ifdef OP_REGISTER
			:: do_register()
#endif
#ifdef OP_SPLIT
			:: do_split()
#endif
			fi
		fi;
		d_step { old = 0; new = 0; word = 0; seq = 0; ver = 0; table = 0 }
	od;
	finished++
}
