/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread that reads the page: TLB, page table, else a page fault, as in
 * lock_vma_for_fault() and handle_mm_fault().
 */
#define R_REF		1
#define R_CLOSED	2
#define R_ZOMBIE	3
#define R_NONE		4
#define R_RANGE		5
#define R_DONE		6	/* without a reference */

#define WRITER		255

byte tlb[NF];			/* version cached; 0: none */
byte content[NVER];		/* what a version shows: grows with each mmap() */
byte newest;			/* newest content that anybody read */
bit old_after_new;
bit unmapped;			/* somebody called munmap() */
bit false_segv;
bit woken[NP];			/* schedule() would return */
bit woken_writer;		/* ... to the writer in vma_wait_users() */
byte tables;			/* page tables used so far */
bit late_table;
bit half_made;			/* a fault uses a VMA that doesn't say yet what it maps */
byte finished;			/* processes that are through */

/* vma_enter(): sets result, and gen when it is R_CLOSED. */
inline vma_enter()
{
#ifdef M_SEQ_BEFORE_WORD	/* no smp_rmb() */
	seq = READ(SEQ);
#endif
	d_step { TOUCH_VMA(vma); word = READ(WORD(vma)) }
	do
	:: STATE(word) == ZOMBIE -> result = R_ZOMBIE; break
#ifdef M_IGNORE_BABY
	:: STATE(word) == LIVE || STATE(word) == BABY ->
#else
	:: STATE(word) == LIVE ->
#endif
		atomic {
			EMPTY -> TOUCH_VMA(vma);
			if
			:: mem[WORD(vma)] == word -> mem[WORD(vma)] = word + 1; result = R_REF
			:: else -> word = mem[WORD(vma)]
			fi
		};
		if
		:: result == R_REF -> break
		:: else
		fi
	:: else ->
#ifndef M_SEQ_BEFORE_WORD
		seq = READ(SEQ);
#endif
		if
#ifdef M_ALL_STALE
		:: false ->
#else
#ifdef M_NONE_STALE
		:: true ->
#else
		:: seq == GEN(word) ->
#endif
#endif
			result = R_CLOSED; gen = GEN(word); break
		:: else
		fi;
		atomic {
			EMPTY -> TOUCH_VMA(vma);
			if
#ifdef M_BLIND_REMOVAL		/* compares the state alone */
			:: STATE(mem[WORD(vma)]) == STATE(word) ->
#else
			:: mem[WORD(vma)] == word ->
#endif
				mem[WORD(vma)] = (USERS(word) + 1) | KEEP(word); result = R_REF
			:: else -> word = mem[WORD(vma)]
			fi
		};
		if
		:: result == R_REF -> break
		:: else
		fi
	od
}

/* vma_walk_once() */
inline vma_walk_once()
{
	rcu_read_lock();
	vma = READ(TREE);
	if
	:: vma == 0 -> result = R_NONE
	:: else ->
		vma--;
		vma_enter()
	fi;
	if
	:: result == R_REF ->
		d_step { TOUCH_VMA(vma); word = READ(COVERS(vma)) };
		rcu_read_unlock();
#ifndef M_NO_RANGE
		if
		:: word == 0 -> vma_end_read(); result = R_RANGE
		:: else
		fi
#endif
	:: else -> rcu_read_unlock()
	fi
}

/* vma_end_read() */
inline vma_end_read()
{
	atomic {
		EMPTY -> TOUCH_VMA(vma);
		word = mem[WORD(vma)];
		mem[WORD(vma)] = word - 1
	};
#ifdef M_TOUCH_AFTER_END
	d_step { TOUCH_VMA(vma) };
#endif
	if
#ifndef M_NO_USER_WAKE
	:: STATE(word) != LIVE && USERS(word) == 1 ->
		/* rcuwait_wake_up() */
		d_step { woken_writer = woken_writer | (mem[WTASK] != 0) }
#endif
	:: else
	fi
}

/* vma_wait_for_writer(): ___wait_event() */
inline vma_wait_for_writer()
{
	do
	:: atomic { WRITE(ONQ(me), 1); woken[me] = 0 }
#ifndef M_NO_SLEEPER_MB
		FENCE;		/* set_current_state() */
#endif
		if
		:: READ(SEQ) != gen -> break
		:: else -> (woken[me])
		fi
	od;
	/* finish_wait() takes the queue's lock */
	atomic { EMPTY -> mem[ONQ(me)] = 0; woken[me] = 0 }
}

/*
 * The part of handle_mm_fault() that counts: the table, its lock, the check
 * for a ZOMBIE, the entry.
 */
inline handle_fault()
{
	d_step { TOUCH_VMA(vma); ver = READ(VER(vma)); half_made = (ver == 0); assert(!half_made) };
	table = READ(PMD);
	if
	:: table == 0 -> install_table()
	:: else
	fi;
	table--;
	spin_lock_ptl(table);
	if
	:: READ(PMD) == table + 1 ->	/* pte_offset_map_lock() */
		if
		:: READ(PTE(table)) == 0 ->
			d_step { TOUCH_VMA(vma); word = READ(WORD(vma)) };
			if
			:: STATE(word) == ZOMBIE
			:: else -> WRITE(PTE(table), ver)
			fi
		:: else
		fi
	:: else
	fi;
	spin_unlock_ptl(table)
}

inline install_table()
{
	atomic {
		EMPTY ->
		if
		:: mem[PMD] == 0 ->
			assert(tables < NT);
			late_table = vma_dead[vma];
			assert(!late_table);
			tables++;
			mem[PMD] = tables
		:: else
		fi;
		table = mem[PMD]
	}
}

/*
 * A fault without a reference: the generation, then what the VMA is, then
 * under the page-table lock: is it open, in the same generation?  It only
 * fills a table that exists.  result is R_DONE, or 0: take a reference.
 */
inline fault_ref_free()
{
	rcu_read_lock();
	vma = READ(TREE);
	if
	:: vma == 0
	:: else ->
		vma--;
#ifdef M_RF_SAMPLE_LATE
		d_step { TOUCH_VMA(vma); ver = READ(VER(vma)) };
#endif
		d_step { TOUCH_VMA(vma); word = READ(WORD(vma)) };
		if
		:: STATE(word) != LIVE
		:: else ->
			gen = GEN(word);
			d_step { TOUCH_VMA(vma); word = READ(COVERS(vma)) };
			if
			:: word == 0
			:: else ->
#ifndef M_RF_SAMPLE_LATE
				d_step { TOUCH_VMA(vma); ver = READ(VER(vma)) };
#endif
				table = READ(PMD);
#ifdef M_RF_NEW_TABLE
				if
				:: table == 0 -> install_table()
				:: else
				fi;
#endif
				if
#ifdef M_RF_FOR_EVER		/* retries, and nobody brings the table */
				:: table == 0 -> result = R_DONE
#else
				:: table == 0
#endif
				:: else -> fill_ref_free()
				fi
			fi
		fi
	fi;
	rcu_read_unlock()
}

inline fill_ref_free()
{
	table--;
	spin_lock_ptl(table);
	if
	:: READ(PMD) == table + 1 && READ(PTE(table)) == 0 ->
		d_step { TOUCH_VMA(vma); word = READ(WORD(vma)) };
		if
#ifndef M_RF_NO_STATE
		:: STATE(word) != LIVE
#endif
#ifndef M_RF_NO_GEN
		:: STATE(word) == LIVE && GEN(word) != gen
#endif
		:: else ->
			/* its copy counts from here on */
			d_step { half_made = (ver == 0); assert(!half_made) };
			WRITE(PTE(table), ver)
		fi
	:: else
	fi;
	spin_unlock_ptl(table);
	result = R_DONE
}

/* SIGSEGV: right only if there was an munmap() */
inline no_vma()
{
	atomic { false_segv = !unmapped; assert(!false_segv); segv = 1 }
}

/* A fault that goes on under mmap_lock, held for read. */
inline fault_locked()
{
	atomic { EMPTY && mem[LOCK] != WRITER -> mem[LOCK] = mem[LOCK] + 1 };
	vma = READ(TREE);
	if
	:: vma == 0 -> no_vma()
	:: else ->
		vma--;
		handle_fault()
	fi;
	atomic { EMPTY -> mem[LOCK] = mem[LOCK] - 1 }
}

/* lock_vma_for_fault() and what follows it */
inline page_fault()
{
	result = 0;
#ifdef REF_FREE
	if
	:: fault_ref_free()
	:: true
	fi;
#endif
	do
	:: result == R_DONE -> break
	:: else ->
		result = 0;
		vma_walk_once();
		if
		:: result == R_REF ->
#ifdef M_LOCK_WITH_REF		/* waits for mmap_lock, VMA in hand */
			atomic { EMPTY && mem[LOCK] != WRITER -> mem[LOCK] = mem[LOCK] + 1 };
			atomic { EMPTY -> mem[LOCK] = mem[LOCK] - 1 };
#endif
			handle_fault();
			vma_end_read();
			break
#ifdef M_NO_CONFIRM
		:: result == R_NONE -> no_vma(); break
#else
		:: result == R_NONE -> fault_locked(); break
#endif
		:: result == R_ZOMBIE || result == R_RANGE
		:: result == R_CLOSED ->
			if
			:: waits == MAX_WAITS -> fault_locked(); break
			:: waits < MAX_WAITS ->
#ifndef M_NO_BOUND
				waits++;
#endif
				vma_wait_for_writer()
#ifdef KILLER
			:: killed = 1; break
#endif
			fi
		fi
	od;
	EMPTY;		/* the return to user mode */
	d_step { result = 0; vma = 0; word = 0; seq = 0; gen = 0; ver = 0; table = 0; waits = 0 }
}

/* One read of the page by user mode: from the TLB, else what the walk finds. */
inline read_page()
{
	do
	:: atomic {
		ver = tlb[me];
		if
		:: ver == 0 && mem[PMD] != 0 -> ver = mem[PTE(mem[PMD] - 1)]
		:: else
		fi;
		if
		:: ver != 0 ->
			tlb[me] = ver;
			old_after_new = (content[ver] < newest);
			assert(!old_after_new);
			newest = content[ver];
			ver = 0;
			break
		:: else
		fi
	   };
		page_fault();
		if
		:: segv || killed -> segv = 0; break
		:: else
		fi
	od
}

proctype reader(byte me)
{
	byte vma, word, seq, gen, ver, table, result, waits, i, todo = READS;
	bit segv, killed;

	do
	:: todo > 0 && !killed -> todo--; read_page()
	:: else -> break
	od;
	finished++
}
