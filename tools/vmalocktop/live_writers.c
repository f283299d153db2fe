// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "live_writers.h"

#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "live_text.h"
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

static const char *call_of(const struct model_stall *s, char number[NAME_LEN])
{
	return s->key.syscall < 0 ? "-" : syscall_name(s->key.syscall, number, NAME_LEN);
}

/* The line under a writer's row that says which range it worked on; empty if it names none. */
static const char *last_on(const struct model_stall *s, char range[80])
{
	char number[NAME_LEN], before[64];

	snprintf(before, sizeof(before), "%45slast on ", "");
	return call_range(call_of(s, number), s->arg0, s->arg1, before, range);
}

static void stall(FILE *out, const struct model_stall *s)
{
	char total[16], avg[16], number[NAME_LEN], range[80], what[NAME_LEN + 16];
	const char *call = call_of(s, number);

	snprintf(what, sizeof(what), "%s%s", call, clone_of(call, s->arg0));
	/* As wide as "clone (thread)", so that the last name ends at 80 columns. */
	fprintf(out, "%8s %6" PRIu64 " %7s %-9s %7" PRIu32 " %7" PRIu32 " %-14s %s\n",
		text__time(s->ns, total, sizeof(total)), s->count,
		text__time(s->count ? (double)s->ns / s->count : 0, avg, sizeof(avg)),
		model__kind_name(s->key.kind), s->key.tgid, s->key.tid, what, s->key.comm);
	if (last_on(s, range)[0])
		fprintf(out, "%s\n", range);
}

/* Add @s to one of the @n sums that are @same, or as a new one.  Returns how many there are then. */
static size_t sum_up(struct model_stall *sums, size_t n, const struct model_stall *s,
		     bool (*same)(const struct model_stall *a, const struct model_stall *b))
{
	for (size_t i = 0; i < n; i++) {
		if (!same(&sums[i], s))
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

static bool same_row(const struct model_stall *a, const struct model_stall *b)
{
	return !memcmp(&a->key, &b->key, sizeof(a->key));
}

/* The rows of the table, most time first; to be freed. */
static struct model_stall *rows(const struct model *m, uint32_t tgid, uint64_t start, size_t *n)
{
	struct model_stall *sums = calloc(m->n_stalls + 1, sizeof(*sums));

	*n = 0;
	for (size_t i = 0; sums && i < m->n_stalls; i++)
		if (!tgid || (m->stalls[i].key.victim_tgid == tgid && m->stalls[i].region == start))
			*n = sum_up(sums, *n, &m->stalls[i], same_row);
	if (*n)
		qsort(sums, *n, sizeof(*sums), by_loss);
	return sums;
}

void live_writers__table(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, size_t max)
{
	size_t n;
	struct model_stall *sums = rows(m, tgid, start, &n);

	if (n) {
		fprintf(out, "%s\n%8s %6s %7s %-9s %7s %7s %-14s %s\n",
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

static struct live_writer writer_of(const struct model_stall *s)
{
	return (struct live_writer){ .tgid = s->key.tgid, .tid = s->key.tid, .syscall = s->key.syscall };
}

static bool is_of(const struct model_stall *s, const struct live_writer *w)
{
	return s->key.tgid == w->tgid && s->key.tid == w->tid && s->key.syscall == w->syscall;
}

bool live_writers__row(const struct model *m, int row, size_t max, struct live_writer *writer, int *line)
{
	char range[80];
	size_t n;
	struct model_stall *sums = rows(m, 0, 0, &n);
	bool found = row >= 0 && (size_t)row < n && (size_t)row < max;

	/* Behind two lines of heading. */
	*line = 2;
	for (int i = 0; found && i < row; i++)
		*line += 1 + !!last_on(&sums[i], range)[0];
	if (found)
		*writer = writer_of(&sums[row]);
	free(sums);
	return found;
}

int live_writers__find(const struct model *m, size_t max, const struct live_writer *writer)
{
	size_t n;
	struct model_stall *sums = rows(m, 0, 0, &n);
	int found = -1;

	for (size_t i = 0; found < 0 && i < n && i < max; i++)
		if (is_of(&sums[i], writer))
			found = i;
	free(sums);
	return found;
}

#define MAX_VICTIMS	20

static bool same_victim(const struct model_stall *a, const struct model_stall *b)
{
	return a->key.victim_tgid == b->key.victim_tgid && a->key.kind == b->key.kind && a->region == b->region;
}

static bool same_range(const struct model_stall *a, const struct model_stall *b)
{
	return a->key.victim_tgid == b->key.victim_tgid && a->key.kind == b->key.kind && a->start == b->start &&
	       a->end == b->end;
}

/* What is behind @w, summed up by what is the @same; to be freed. */
static struct model_stall *behind(const struct model *m, const struct live_writer *w,
				  bool (*same)(const struct model_stall *a, const struct model_stall *b), size_t *n)
{
	struct model_stall *sums = calloc(m->n_stalls + 1, sizeof(*sums));

	*n = 0;
	for (size_t i = 0; sums && i < m->n_stalls; i++)
		if (is_of(&m->stalls[i], w))
			*n = sum_up(sums, *n, &m->stalls[i], same);
	if (*n)
		qsort(sums, *n, sizeof(*sums), by_loss);
	return sums;
}

static void lost(FILE *out, const struct model_stall *s)
{
	char total[16], avg[16];

	fprintf(out, "%8s %6" PRIu64 " %7s %-9s %7" PRIu32 " ", text__time(s->ns, total, sizeof(total)), s->count,
		text__time(s->count ? (double)s->ns / s->count : 0, avg, sizeof(avg)),
		model__kind_name(s->key.kind), s->key.victim_tgid);
}

/* The end of a row: the region. */
static void in_region(FILE *out, const struct model *m, const struct model_stall *s)
{
	const struct model_region *r = live_text__find(m, s->key.victim_tgid, s->region);
	char size[16];

	if (r && r->range.end > r->range.start)
		fprintf(out, "%7s %s 0x%" PRIx64 "\n", text__size(r->range.end - r->range.start, size, sizeof(size)),
			r->range.name, r->range.start);
	else
		fprintf(out, "%7s %s\n", "-", r ? live_text__unknown(&r->range) : "?");
}

/* The end of a row: the range. */
static void on_range(FILE *out, const struct model *m, const struct model_stall *s)
{
	char size[16];

	(void)m;
	if (s->end - s->start > 1)
		fprintf(out, "%7s 0x%" PRIx64 "-0x%" PRIx64 "\n", text__size(s->end - s->start, size, sizeof(size)),
			s->start, s->end);
	else if (s->end)
		fprintf(out, "%7s at 0x%" PRIx64 "\n", "-", s->start);
	else
		fprintf(out, "%7s (not seen)\n", "-");
}

/* What faults lost behind @w, a row for each of what is the @same; @where ends it, and is called @what. */
static void victims(FILE *out, const struct model *m, const struct live_writer *w, const char *title, const char *what,
		    bool (*same)(const struct model_stall *a, const struct model_stall *b),
		    void (*where)(FILE *out, const struct model *m, const struct model_stall *s))
{
	size_t n;
	struct model_stall *sums = behind(m, w, same, &n);

	fprintf(out, "%s\n%8s %6s %7s %-9s %7s %7s %s\n", title, "LOST", "FAULTS", "AVG", "KIND", "PID", "SIZE", what);
	for (size_t i = 0; i < n && i < MAX_VICTIMS; i++) {
		lost(out, &sums[i]);
		where(out, m, &sums[i]);
	}
	if (n > MAX_VICTIMS)
		fprintf(out, "and %zu more\n", n - MAX_VICTIMS);
	fputc('\n', out);
	free(sums);
}

void live_writers__one(FILE *out, const struct model *m, const struct live_writer *writer)
{
	int row = live_writers__find(m, SIZE_MAX, writer);
	char number[NAME_LEN], total[16], range[80], what[NAME_LEN + 16];
	const char *call = writer->syscall < 0 ? "no system call" : syscall_name(writer->syscall, number, sizeof(number));
	const struct model_stall *last = NULL;
	uint64_t count = 0, ns = 0;

	if (row < 0) {
		fprintf(out, "thread %" PRIu32 " of %" PRIu32 " in %s stalled no faults in this time\n", writer->tid,
			writer->tgid, call);
		return;
	}
	for (size_t i = 0; i < m->n_stalls; i++) {
		const struct model_stall *s = &m->stalls[i];

		if (!is_of(s, writer))
			continue;
		count += s->count;
		ns += s->ns;
		/* They are in the order of what was lost. */
		if (!last || (!last->arg0 && !last->arg1))
			last = s;
	}
	snprintf(what, sizeof(what), "%s%s", call, clone_of(call, last->arg0));
	fprintf(out, "%s, thread %" PRIu32 " of %" PRIu32 ", in %s\n", last->key.comm, writer->tid, writer->tgid, what);
	fprintf(out, "%" PRIu64 " faults lost %s behind it%s\n\n", count, text__time(ns, total, sizeof(total)),
		call_range(call, last->arg0, last->arg1, "; its last call was on ", range));
	victims(out, m, writer, "REGIONS IN WHICH IT STALLED FAULTS", "REGION", same_victim, in_region);
	victims(out, m, writer, "RANGES THAT THESE FAULTS WANTED", "RANGE", same_range, on_range);
}
