// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "live_writers.h"

#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define MAX_CALLS	4
#define MAX_BLAMES	1000

/* The range that a call names, as ", 64.0K at 0x7f0000000000"; empty if it names none. */
static const char *call_range(const char *call, uint64_t start, uint64_t length, const char *before, char buf[80])
{
	char size[16];

	buf[0] = '\0';
	/* 0: of waits that haven't ended they aren't known. */
	if (model__call_has_range(call) && length)
		snprintf(buf, 80, start ? "%s%s at 0x%" PRIx64 : "%s%s at any address", before,
			 text__size(length, size, sizeof(size)), start);
	return buf;
}

/* What a clone with the flags @arg0 makes; those of clone3 are in memory. */
static const char *clone_of(const char *call, uint64_t arg0)
{
	/* 0: not known. */
	if (strcmp(call, "clone") || !arg0)
		return "";
	return arg0 & CLONE_THREAD ? " (thread)" : arg0 & CLONE_VM ? "" : " (fork)";
}

/* The VMA's row that cost most behind @who: its range is the one that the list of writers shows. */
static const struct model_stall *stall_of(const struct model *m, const struct model_blocker *who)
{
	static const struct model_stall none;

	for (size_t i = 0; i < m->n_stalls; i++)
		if (m->stalls[i].key.tid == who->key.tid && m->stalls[i].key.syscall == who->key.syscall &&
		    (m->stalls[i].arg0 || m->stalls[i].arg1))
			return &m->stalls[i];
	return &none;
}

/* The others are worth a word from this share of the loss on. */
#define OTHERS_SHARE	0.05

/* What the threads of one process have on their account. */
struct culprit {
	uint32_t tgid;			/* 0: those that aren't kept apart */
	uint64_t ns;
	const struct model_blocker *first; /* that cost most */
	int threads, calls;
	size_t others;			/* processes */
	uint64_t others_ns;		/* on their accounts */
};

/* Blames that are looked at, those that cost most: the rest is too little to make another one the first. */
static size_t n_blames(const struct model *m)
{
	return m->n_blames < MAX_BLAMES ? m->n_blames : MAX_BLAMES;
}

static const struct model_blocker *who_of(const struct model *m, size_t i)
{
	return &m->blockers[m->blames[i].first];
}

/* Count the threads and system calls of @c. */
static void count(const struct model *m, struct culprit *c)
{
	for (size_t i = 0; i < n_blames(m); i++) {
		const struct vt_blocker_key *k = &who_of(m, i)->key;
		bool thread = k->tgid == c->tgid, call = thread;

		for (size_t j = 0; j < i && (thread || call); j++) {
			const struct vt_blocker_key *other = &who_of(m, j)->key;

			thread &= other->tgid != k->tgid || other->tid != k->tid;
			call &= other->tgid != k->tgid || other->syscall != k->syscall;
		}
		c->threads += thread;
		c->calls += call;
	}
}

/* The process that cost most; .first is NULL if none is known. */
static struct culprit first_culprit(const struct model *m)
{
	struct culprit *all = calloc(n_blames(m) + 1, sizeof(*all)), most = { .tgid = 0 };
	size_t n = 0;

	for (size_t i = 0; all && i < n_blames(m); i++) {
		const struct model_blocker *who = who_of(m, i);
		size_t at = 0;

		while (at < n && all[at].tgid != who->key.tgid)
			at++;
		if (at == n)
			all[n++] = (struct culprit){ .tgid = who->key.tgid, .first = who };
		all[at].ns += m->blames[i].ns;
	}
	for (size_t i = 0; i < n; i++)
		if (!most.first || (!most.tgid && all[i].tgid) || (all[i].tgid && all[i].ns > most.ns))
			most = all[i];
	for (size_t i = 0; i < n; i++) {
		/* whoever isn't kept apart may be this one */
		if (!all[i].tgid || all[i].tgid == most.tgid)
			continue;
		most.others++;
		most.others_ns += all[i].ns;
	}
	free(all);
	if (most.first)
		count(m, &most);
	return most;
}

/* A process is called as those of its threads that waited say; of others a thread's name has to do. */
static const char *name_of(const struct model *m, const struct culprit *c)
{
	for (size_t i = 0; i < m->n_regions; i++)
		if (m->regions[i].tgid == c->tgid && m->regions[i].comm[0])
			return m->regions[i].comm;
	return c->first->key.comm;
}

/* The system calls, most time first; not all, if they are many. */
static void calls(FILE *out, const struct model *m, const struct culprit *c)
{
	int32_t shown[MAX_CALLS];
	int n = 0;

	for (size_t i = 0; i < n_blames(m) && n < MAX_CALLS; i++) {
		const struct model_blocker *who = who_of(m, i);
		bool new = who->key.tgid == c->tgid;

		for (int j = 0; j < n; j++)
			new &= shown[j] != who->key.syscall;
		if (!new)
			continue;
		fprintf(out, "%s%s%s", n ? ", " : "", who->key.syscall < 0 ? "no system call" : who->syscall,
			clone_of(who->syscall, who->arg0));
		shown[n++] = who->key.syscall;
	}
	if (c->calls > n)
		fprintf(out, ", ...");
}

void live_writers__blame(FILE *out, const struct model *m)
{
	struct culprit c = first_culprit(m);
	const struct model_blame all = { .ns = c.ns }, others = { .ns = c.others_ns };
	const struct model_stall *s;
	char range[80] = "";

	if (!m->fault_ns) {
		fputc('\n', out);
		return;
	}
	if (!c.first) {
		fprintf(out, "no writer behind it is known\n");
		return;
	}
	fprintf(out, "%.0f%% behind %s", 100 * model__share(m, &all), name_of(m, &c));
	if (c.tgid)
		fprintf(out, " (PID %" PRIu32 ")", c.tgid);
	if (c.threads > 1)
		fprintf(out, ": %d threads", c.threads);
	fprintf(out, " in ");
	calls(out, m, &c);
	s = stall_of(m, c.first);
	if (c.threads == 1 && c.calls == 1)
		call_range(c.first->syscall, s->arg0, s->arg1, ", ", range);
	fprintf(out, "%s", range);
	if (model__share(m, &others) >= OTHERS_SHARE) {
		fprintf(out, "; %.0f%% behind ", 100 * model__share(m, &others));
		if (c.others > 1)
			fprintf(out, "%zu others", c.others);
		else
			fputs("another", out);
	}
	fputc('\n', out);
}

static void stall(FILE *out, const struct model_stall *s)
{
	char total[16], avg[16], number[NAME_LEN], before[64], range[80];
	const char *call = s->key.syscall < 0 ? "-" : syscall_name(s->key.syscall, number, sizeof(number));
	char what[NAME_LEN + 16];

	snprintf(what, sizeof(what), "%s%s", call, clone_of(call, s->arg0));
	snprintf(before, sizeof(before), "%45slast on ", "");
	fprintf(out, "%8s %6" PRIu64 " %7s %-9s %7" PRIu32 " %7" PRIu32 " %-8s %s\n",
		text__time(s->ns, total, sizeof(total)), s->count,
		text__time(s->count ? (double)s->ns / s->count : 0, avg, sizeof(avg)),
		model__kind_name(s->key.kind), s->key.tgid, s->key.tid, what, s->key.comm);
	if (call_range(call, s->arg0, s->arg1, before, range)[0])
		fprintf(out, "%s\n", range);
}

/* Add @s to one of the @n sums of the same writer, or as a new one.  Returns how many there are then. */
static size_t sum_up(struct model_stall *sums, size_t n, const struct model_stall *s)
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(&sums[i].key, &s->key, sizeof(s->key)))
			continue;
		sums[i].count += s->count;
		sums[i].ns += s->ns;
		if (!sums[i].arg0 && !sums[i].arg1) {
			sums[i].arg0 = s->arg0;
			sums[i].arg1 = s->arg1;
		}
		return n;
	}
	sums[n] = *s;
	return n + 1;
}

static int by_loss(const void *a, const void *b)
{
	const struct model_stall *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

void live_writers__table(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, size_t max)
{
	struct model_stall *sums = calloc(m->n_stalls + 1, sizeof(*sums));
	size_t n = 0;

	for (size_t i = 0; sums && i < m->n_stalls; i++)
		if (!tgid || (m->stalls[i].key.victim_tgid == tgid && m->stalls[i].region == start))
			n = sum_up(sums, n, &m->stalls[i]);
	if (n) {
		qsort(sums, n, sizeof(*sums), by_loss);
		fprintf(out, "%s\n%8s %6s %7s %-9s %7s %7s %-8s %s\n",
			tgid ? "WRITERS THAT STALLED IT" : "WRITERS THAT STALLED FAULTS", "LOST", "FAULTS",
			"AVG", "KIND", "PID", "TID", "CALL", "WRITER");
		for (size_t i = 0; i < n && i < max; i++)
			stall(out, &sums[i]);
		if (n > max)
			fprintf(out, "and %zu more\n", n - max);
		fputc('\n', out);
	}
	free(sums);
}
