/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of the model: one array of bytes, sequentially consistent, or
 * with -DTSO behind a FIFO store buffer of SB entries for each process, which
 * the process "buffers" empties in any order of processes.
 *
 * Every statement below is one access of the CPU.  A plain store is WRITE(); an
 * atomic read-modify-write is written as atomic { EMPTY -> ... mem[] ... },
 * which waits for the process's own buffer as a locked instruction does.
 */

/* where things are in mem[] */
#define SEQ		0			/* mm->mm_lock_seq */
#define LOCK		1			/* mmap_lock: 0, WRITER, or the number of readers */
#define TREE		2			/* the VMA at the address, plus one; 0: none */
#define PMD		3			/* the page table, plus one; 0: none */
#define WTASK		4			/* mm->vma_writer_wait */
#define ONQ(p)		(5 + (p))		/* process p is on mm->vma_wait */
#define PTL(t)		(5 + NP + (t))		/* page-table lock */
#define PTE(t)		(5 + NP + NT + (t))	/* version mapped; 0: none */
#define WORD(v)		(5 + NP + 2 * NT + (v))	/* vma->vm_state */
#define VER(v)		(5 + NP + 2 * NT + NV + (v))	/* what the VMA maps */
#define COVERS(v)	(5 + NP + 2 * NT + 2 * NV + (v))	/* vm_start, vm_end */
#define NMEM		(5 + NP + 2 * NT + 3 * NV)

byte mem[NMEM];

/*
 * Ghost state: versions whose PTEs are gone and flushed; versions of which PTEs
 * may stay, but no new ones come.
 */
bit removed[NVER];
bit announced[NVER];
bit stale_pte;

/* The store reaches memory. */
#define COMMIT(a, x)	\
	mem[a] = x;	\
	stale_pte = ((a) >= PTE(0) && (a) < PTE(NT) && (removed[x] || announced[x]));	\
	assert(!stale_pte)

#ifdef TSO
#define SB	2

byte sb_len[NP];
byte sb_addr[NP * SB];
byte sb_val[NP * SB];

#define EMPTY		(sb_len[me] == 0)
#define READ(a)	((sb_len[me] > 1 && sb_addr[me * SB + 1] == (a)) -> sb_val[me * SB + 1] :	\
		((sb_len[me] > 0 && sb_addr[me * SB] == (a)) -> sb_val[me * SB] : mem[a]))

#define WRITE(a, x)	\
	atomic {	\
		sb_len[me] < SB ->	\
		sb_addr[me * SB + sb_len[me]] = a;	\
		sb_val[me * SB + sb_len[me]] = x;	\
		sb_len[me]++	\
	}

inline drain_one(p)
{
	d_step {
		sb_len[p] > 0 ->
		COMMIT(sb_addr[p * SB], sb_val[p * SB]);
		sb_addr[p * SB] = sb_addr[p * SB + 1];
		sb_val[p * SB] = sb_val[p * SB + 1];
		sb_addr[p * SB + 1] = 0;
		sb_val[p * SB + 1] = 0;
		sb_len[p]--
	}
}

active proctype buffers()
{
end:
	do
	:: drain_one(0)
	:: drain_one(1)
#if NP > 2
	:: drain_one(2)
#endif
#if NP > 3
	:: drain_one(3)
#endif
	od
}
#else
#define EMPTY		true
#define READ(a)		mem[a]
#define WRITE(a, x)	atomic { COMMIT(a, x) }
#endif

/* smp_mb() */
#define FENCE	EMPTY
