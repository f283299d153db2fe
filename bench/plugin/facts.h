/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts about the guest's kernel, from a file that bench/kernel_facts.py writes.
 */
#ifndef BENCH_FACTS_H
#define BENCH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* What is special about an instruction of the kernel. */
enum role {
	ROLE_NONE,
	ROLE_FAULT,	/* entry points */
	ROLE_SYSCALL,
	ROLE_OTHER,
	ROLE_SCHEDULE,	/* first instruction of __schedule() */
	ROLE_COUNT,	/* count its executions by page faults */
	ROLE_HOOK,	/* first instruction of a probe of a trace event */
};

struct facts {
	uint64_t page_offset;		/* start of the direct map */
	uint64_t vmemmap;		/* start of the array of struct page */
	uint64_t page_size;		/* sizeof(struct page) */
	uint64_t page_type;		/* offsets in it */
	uint64_t page_head;
	uint64_t type_slab;		/* its top byte in slabs and page tables */
	uint64_t type_table;
	uint64_t slab_cache;		/* offset in struct slab */
	uint64_t cache_name;		/* offsets in struct kmem_cache */
	uint64_t cache_size;
	uint64_t per_cpu_offset;	/* address of the array */
	uint64_t node_data;		/* address of the array */
	uint64_t text_end;		/* what lies above isn't the kernel's own code */
};

extern struct facts facts;

/* facts_read - read @path; exits with a message if it can't be used */
void facts_read(const char *path);

/* facts_role - what the instruction at @pc is; *@name is the name of a ROLE_COUNT, the trace event of a ROLE_HOOK */
enum role facts_role(uint64_t pc, const char **name);

/* facts_skipped - is @pc in a function whose accesses to memory aren't looked at? */
bool facts_skipped(uint64_t pc);

#endif
