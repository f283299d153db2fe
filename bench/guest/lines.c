// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses to memory with a known number of transfers, to check the plugin (whose
 * option user=on is needed).  The threads take turns, since each lets the next CPU
 * run after an access.
 *
 *	one	locked increments, all of the same line
 *	own	locked increments, each thread of its own line
 *	read	thread 0 writes a line once, then all read it
 *	plain	increments by a load and a store, all of the same line
 *	straddle locked increments of a word that lies across two lines
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "io.h"
#include "team.h"

#define LINE	64

static _Alignas(4096) char memory[LINE * 64];

struct sharing {
	const char *name;
	int ops;
};

static void work(int self, void *arg)
{
	struct sharing *s = arg;
	char *own = memory + LINE * self, *across = memory + LINE - 4;

	if (!strcmp(s->name, "read") && !self)
		*(volatile char *)memory = 1;
	for (int i = 0; i < s->ops; i++) {
		if (!strcmp(s->name, "one"))
			__asm__ volatile("lock incq (%0)" : : "r"(memory) : "memory");
		else if (!strcmp(s->name, "own"))
			__asm__ volatile("lock incq (%0)" : : "r"(own) : "memory");
		else if (!strcmp(s->name, "read"))
			(void)*(volatile char *)memory;
		else if (!strcmp(s->name, "plain"))
			__asm__ volatile("incq (%0)" : : "r"(memory) : "memory");
		else
			__asm__ volatile("lock incq (%0)" : : "r"(across) : "memory");
		__builtin_ia32_pause();
	}
}

void lines_command(const char *sharing, const struct params *p)
{
	struct sharing s = { .name = sharing, .ops = p->faults };
	struct team team = { .threads = p->cpus, .work = work, .arg = &s };

	if (p->cpus > 64) {
		errno = EINVAL;
		fail("lines: %d CPUs", p->cpus);
	}
	team_pin(0);
	memset(memory, 0, sizeof(memory));
	team_run(&team);
	print("region command=lines workload=%s cpus=%d faults=%d layout=0 pause=1 start=%lx end=%lx\n",
	      sharing, p->cpus, p->faults, (unsigned long)memory,
	      (unsigned long)memory + sizeof(memory));
}
