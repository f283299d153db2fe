/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-VMA locking (Documentation/mm/vma_lock.rst) as a model for spin: one
 * address, one page of it, NF threads that read the page READS times each, NW
 * threads that change the address space WRITES times each.
 *
 * What a PTE shows is a version, a number that grows with every change; a change
 * in place keeps the content, mmap() brings another.  What must hold:
 *
 *	stale_pte	no PTE of a removed (or changed) mapping after its flush, no
 *			new one after UFFDIO_REGISTER
 *	old_after_new	nobody reads the old content after anybody read the new
 *	use_after_free	no access to a freed VMA or page table
 *	late_table	no page table for a VMA that is gone
 *	half_made	no fault uses a VMA before the writer has made it
 *	user_inside	a writer has the VMA that it changes for itself
 *	false_segv	no hole where mmap() replaces a mapping
 *	no invalid end	no deadlock, no lost wake-up
 *	done		faults end once the writers are through
 *
 * -DTSO puts store buffers before the memory, -DREF_FREE lets faults try
 * without a reference, -DKILLER lets fatal signals end their waits, -DSEQ_WRAPS
 * makes mm_lock_seq wrap after two sections.  -DOP_* choose what writers do.
 * -DM_* each take one protection away; tests/model/suite knows what breaks.
 */
#ifndef NF
#define NF	2
#endif
#ifndef NW
#define NW	1
#endif
#ifndef READS
#define READS	1
#endif
#ifndef WRITES
#define WRITES	1
#endif
#define NP	(NF + NW)
#define NV	(1 + NW * WRITES)
#ifndef NT
#define NT	2
#endif
#define NVER	(2 + NW * WRITES)
#define MAX_WAITS	2

#include "memory.pml"
#include "vma.pml"
#include "reader.pml"
#include "writer.pml"

init {
	byte i;

	atomic {
		/* one mapping, version 1, live; its table and entry may exist, and be in TLBs */
		vmas = 1;
		versions = 1;
		content[1] = 1;
		mem[TREE] = 1;
		mem[VER(0)] = 1;
		mem[COVERS(0)] = 1;
		if
		:: true
		:: tables = 1; mem[PMD] = 1
		:: tables = 1; mem[PMD] = 1; mem[PTE(0)] = 1; tlb[0] = 1
		fi;
		i = 0;
		do
		:: i < NF -> run reader(i); i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NW -> run writer(NF + i); i++
		:: else -> break
		od
	}
}

#define done	(finished == NP)
ltl terminates { <> done }
