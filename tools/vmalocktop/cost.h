/* SPDX-License-Identifier: GPL-2.0 */
/* What watching costs. */
#ifndef VMALOCKTOP_COST_H
#define VMALOCKTOP_COST_H

#include <stddef.h>
#include <stdint.h>

struct map_cost {
	const char *name;
	uint64_t bytes;			/* of kernel memory */
};

struct prog_cost {
	const char *name;
	uint64_t runs, ns;		/* without the entry through the trampoline */
};

struct cost {
	uint64_t cpu_ns;		/* that this process has taken */
	uint64_t max_rss_bytes;		/* of memory that it had at most */
	uint64_t thread_bytes;		/* of kernel memory, at least, for each living thread that has waited */
	uint64_t rows_given_up;		/* added to those of others, to make room */
	uint64_t stacks_given_up;	/* that no row referred to any more */
	struct map_cost maps[32];
	size_t n_maps;
	struct prog_cost progs[32];
	size_t n_progs;
};

#endif
