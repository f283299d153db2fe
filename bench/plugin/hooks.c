// SPDX-License-Identifier: GPL-2.0
/*
 * A probe ends where the block that called it would have gone on.  A trampoline ends
 * when it calls the function that it is on, or returns; with a program at
 * the function's exit, it goes on behind that call, which counts as another call.
 */
#include "hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define MAX_HOOKS	64
#define MAX_DEPTH	16

struct hook {
	char name[48];
	uint64_t calls, insns;
};

static struct hook hooks[MAX_HOOKS];
static unsigned int nr_hooks;

static struct {
	struct hook *in;		/* NULL: none */
	uint64_t return_to;		/* 0: a trampoline */
	unsigned int depth;		/* where it began */
	const struct block *last[MAX_DEPTH];	/* that was executed, by depth; NULL: unknown */
} cpus[LINES_MAX_CPUS];

struct hook *hooks_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_hooks; i++)
		if (!strcmp(hooks[i].name, name))
			return &hooks[i];
	if (i == MAX_HOOKS) {
		fprintf(stderr, "cacheline: more than %d trace events\n", MAX_HOOKS);
		exit(1);
	}
	snprintf(hooks[i].name, sizeof(hooks[i].name), "%s", name);
	nr_hooks++;
	return &hooks[i];
}

/* Whether what @cpu is in has ended before @b, which comes after @last. */
static bool ended(unsigned int cpu, const struct block *last, const struct block *b)
{
	if (cpus[cpu].return_to)
		return b->start == cpus[cpu].return_to;
	return b->body || (!b->bpf && last && last->bpf && last->returns);
}

void hooks_block(unsigned int cpu, const struct block *b, unsigned int depth)
{
	const struct block *last;

	if (depth >= MAX_DEPTH || (cpus[cpu].in && depth > cpus[cpu].depth))
		return;
	last = cpus[cpu].last[depth];
	cpus[cpu].last[depth] = b;
	if (cpus[cpu].in && (depth < cpus[cpu].depth || ended(cpu, last, b)))
		cpus[cpu].in = NULL;
	if (!cpus[cpu].in && last && (b->hook || b->bpf)) {
		cpus[cpu].in = b->hook ? b->hook : hooks_of("trampoline");
		cpus[cpu].return_to = b->hook ? last->end : 0;
		cpus[cpu].depth = depth;
		cpus[cpu].in->calls++;
	}
	if (cpus[cpu].in)
		cpus[cpu].in->insns += b->insns;
}

void hooks_lost(unsigned int cpu)
{
	memset(&cpus[cpu], 0, sizeof(cpus[cpu]));
}

void hooks_for_each(void (*fn)(const char *name, uint64_t calls, uint64_t insns))
{
	for (unsigned int i = 0; i < nr_hooks; i++)
		if (hooks[i].calls)
			fn(hooks[i].name, hooks[i].calls, hooks[i].insns);
}

void hooks_reset(void)
{
	for (unsigned int i = 0; i < nr_hooks; i++)
		hooks[i].calls = hooks[i].insns = 0;
	for (unsigned int cpu = 0; cpu < LINES_MAX_CPUS; cpu++)
		hooks_lost(cpu);
}
