// SPDX-License-Identifier: GPL-2.0
#include "live_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "live_open.h"
#include "names.h"
#include "render.h"
#include "render_parts.h"
#include "text.h"

#define MAX_STALLS	20
#define MAX_STACKS	5

static const char help[] =
	"Faults that stand still because of locks on VMAs or on the whole mm\n"
	"\n"
	"The top says how much time they lost and who is to blame, in which system call\n"
	"on which range; the table which regions (what people call a mapping) they\n"
	"wanted. SHR is the region's part of all time lost, KIND what cost most of it.\n"
	"Below are the writers that they waited for. Red lines at the bottom are waits\n"
	"that go on right now.\n"
	"\n"
	"  up, down, j, k      select, or scroll       PgUp, PgDn, g, G\n"
	"  Enter, right        look into a region      Esc, left      back\n"
	"  w                   writers: who blocks whom\n"
	"  o                   open waits, oldest first\n"
	"  f                   funnel: what becomes of faults\n"
	"  s                   sort by lost, total, count, avg, max\n"
	"  a                   all since tracing began, or the last 15 s\n"
	"  p                   pause                   q              quit\n"
	"\n"
	"Kinds of waits:\n"
	"  baby       on a mapping that replaces another one, until that is gone\n"
	"  excl       on a VMA that a writer is changing\n"
	"  mmap_lock  for the lock of the whole process\n"
	"  drain      of a writer, until faults no longer use the VMA\n"
	"  zombie     no wait: a fault met a VMA that was unmapped, and looked again\n";

void live_text__verdict(FILE *out, const struct model *m, bool whole)
{
	char lost[16], open[16], count[32];

	if (!m->fault_ns && !m->n_open) {
		fprintf(out, "faults lost no time%s\n", whole ? "" : "; press a for all since tracing began");
		return;
	}
	fprintf(out, "faults lost %s: %.2f threads stood still", text__time(m->fault_ns, lost, sizeof(lost)),
		model__stalled(m));
	if (m->n_open)
		fprintf(out, "; %s", live_open__count(m, count, sizeof(count)));
	else
		fprintf(out, " on average");
	if (live_open__ns(m))
		fprintf(out, " (%s of that so far)", text__time(live_open__ns(m), open, sizeof(open)));
	fputc('\n', out);
}

/* The range that a call names, as ", 64.0K at 0x7f0000000000"; empty if it names none. */
static const char *call_range(const char *call, uint64_t start, uint64_t length, const char *before, char buf[80])
{
	char size[16];

	buf[0] = '\0';
	/* 0: of waits that haven't ended they aren't known. */
	if (model__call_has_range(call) && length)
		snprintf(buf, 80, "%s%s at 0x%" PRIx64, before, text__size(length, size, sizeof(size)), start);
	return buf;
}

/* The VMA's row that cost most behind @who: its range is the one that the list of writers shows. */
static const struct model_stall *stall_of(const struct model *m, const struct model_blocker *who)
{
	static const struct model_stall none;

	for (size_t i = 0; i < m->n_stalls; i++)
		if (m->stalls[i].key.tid == who->key.tid && m->stalls[i].key.syscall == who->key.syscall &&
		    m->stalls[i].arg1)
			return &m->stalls[i];
	return &none;
}

void live_text__blame(FILE *out, const struct model *m)
{
	const struct model_blame *b = m->n_blames ? &m->blames[0] : NULL;
	const struct model_blocker *who = b ? &m->blockers[b->first] : NULL;
	char range[80];

	if (!m->fault_ns)
		fputc('\n', out);
	else if (!b)
		fprintf(out, "no writer behind it is known\n");
	else if (who->key.syscall < 0)
		fprintf(out, "%.0f%% behind %s (tid %" PRIu32 "), outside system calls\n", 100 * model__share(m, b),
			who->key.comm, who->key.tid);
	else
		fprintf(out, "%.0f%% behind %s (tid %" PRIu32 ") in %s%s\n", 100 * model__share(m, b),
			who->key.comm, who->key.tid, who->syscall,
			call_range(who->syscall, stall_of(m, who)->arg0, stall_of(m, who)->arg1, ", ",
				   range));
}

void live_text__rates(FILE *out, const struct model *m)
{
	double s = m->elapsed_ns > 0 ? m->elapsed_ns / 1e9 : 1;
	bool any = false;

	fprintf(out, "%.0f faults/s", m->faults / s);
	if (coverage__has(m->coverage, METRIC_FALLBACKS))
		fprintf(out, "  %.2f%% to mmap_lock", m->faults ? 100.0 * m->fallbacks.total / m->faults : 0);
	/* What didn't happen needs no place of the 80 columns. */
	fprintf(out, "  waits/s:");
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		if (k == VT_LIFE || !coverage__has(m->coverage, coverage__wait(k)) || !m->timed[k].begun)
			continue;
		fprintf(out, " %s %.0f", model__kind_name(k), m->timed[k].begun / s);
		any = true;
	}
	fprintf(out, "%s", any ? "" : " none");
	if (m->lost_now.total)
		fprintf(out, "  LOST %" PRIu64, m->lost_now.total);
	fputc('\n', out);
}

static void stall(FILE *out, const struct model_stall *s)
{
	char total[16], avg[16], number[NAME_LEN], before[48], range[80];
	const char *call = syscall_name(s->key.syscall, number, sizeof(number));

	snprintf(before, sizeof(before), "\n%30s last on ", "");
	fprintf(out, "%9s %7" PRIu64 " %8s  %-9s %s (tid %" PRIu32 ") in %s%s\n",
		text__time(s->ns, total, sizeof(total)), s->count,
		text__time(s->count ? (double)s->ns / s->count : 0, avg, sizeof(avg)),
		model__kind_name(s->key.kind), s->key.comm, s->key.tid, call,
		call_range(call, s->arg0, s->arg1, before, range));
}

/* Add @s to one of the @n sums of the same writer, or as a new one.  Returns how many there are then. */
static size_t sum_up(struct model_stall *sums, size_t n, const struct model_stall *s)
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(&sums[i].key, &s->key, sizeof(s->key)))
			continue;
		sums[i].count += s->count;
		sums[i].ns += s->ns;
		if (!sums[i].arg1) {
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

/* At most @max writers that stalled faults, of process @tgid in the region at @start; of all if @tgid is 0. */
static void stalls(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, size_t max)
{
	struct model_stall *sums = calloc(m->n_stalls + 1, sizeof(*sums));
	size_t n = 0;

	for (size_t i = 0; sums && i < m->n_stalls; i++)
		if (!tgid || (m->stalls[i].key.victim_tgid == tgid && m->stalls[i].region == start))
			n = sum_up(sums, n, &m->stalls[i]);
	if (n) {
		qsort(sums, n, sizeof(*sums), by_loss);
		fprintf(out, "%s\n%9s %7s %8s  %-9s %s\n",
			tgid ? "WRITERS THAT STALLED IT" : "WRITERS THAT STALLED FAULTS", "LOST", "FAULTS",
			"AVG", "KIND", "WRITER");
		for (size_t i = 0; i < n && i < max; i++)
			stall(out, &sums[i]);
		if (n > max)
			fprintf(out, "and %zu more\n", n - max);
		fputc('\n', out);
	}
	free(sums);
}

/* The stacks that cost most time, innermost frames first. */
static void stack(FILE *out, const char *who, const char *user, const char *kernel)
{
	const char *parts[] = { kernel, user };

	fprintf(out, "  %s\n", who);
	for (int p = 0; p < 2; p++) {
		const char *end = parts[p] ? parts[p] + strlen(parts[p]) : NULL;

		while (end && end > parts[p]) {
			const char *start = end;

			while (start > parts[p] && start[-1] != ';')
				start--;
			fprintf(out, "      %.*s\n", (int)(end - start), start);
			end = start > parts[p] ? start - 1 : parts[p];
		}
	}
}

static void stacks(FILE *out, const struct model *m, uint32_t tgid)
{
	int shown = 0;

	for (size_t i = 0; i < m->n_stacks && shown < MAX_STACKS; i++) {
		const struct model_stack *s = &m->stacks[i];
		char ns[16], who[96];

		if (s->key.who.victim_tgid != tgid)
			continue;
		if (!shown++)
			fprintf(out, "STACKS OF THE PROCESS\n");
		fprintf(out, "%s in %" PRIu64 " waits (%s)\n", text__time(s->ns, ns, sizeof(ns)), s->count,
			model__kind_name(s->key.who.kind));
		stack(out, s->key.comm, s->user, s->kernel);
		if (!s->key.who.tid)
			continue;
		snprintf(who, sizeof(who), "behind %s (tid %" PRIu32 ") in %s", s->key.who.comm,
			 s->key.who.tid, s->syscall);
		stack(out, who, s->blocker_user, s->blocker_kernel);
	}
}

static void region(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, bool whole)
{
	char size[16];

	for (size_t i = 0; i < m->n_regions; i++) {
		const struct model_region *r = &m->regions[i];

		if (r->tgid != tgid || r->range.start != start)
			continue;
		if (r->range.end > r->range.start)
			fprintf(out, "%s, %s of %" PRIu32 " (%s)\n0x%" PRIx64 "-0x%" PRIx64 "\n\n", r->range.name,
				text__size(r->range.end - r->range.start, size, sizeof(size)), r->tgid, r->comm,
				r->range.start, r->range.end);
		else
			fprintf(out, "(unmapped, or unknown) of %" PRIu32 " (%s): addresses that had\n"
				"no mapping any more when the fault got its turn, or other ranges\n\n", r->tgid, r->comm);
		stalls(out, m, tgid, start, MAX_STALLS);
		render__region_hists(out, m, r);
		render__region_vmas(out, m, r);
		stacks(out, m, tgid);
		return;
	}
	fprintf(out, "no waits in this region%s\n", whole ? "" : " in these seconds; press a for all since tracing began");
}

char *live_text__writers(const struct model *m, size_t max)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	stalls(f, m, 0, 0, max);
	return fclose(f) ? NULL : text;
}

char *live_text__page(enum page page, const struct model *m, uint32_t tgid, uint64_t start, bool whole)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	switch (page) {
	case PAGE_REGION:
		region(f, m, tgid, start, whole);
		break;
	case PAGE_WRITERS:
		stalls(f, m, 0, 0, MAX_STALLS);
		if (!m->n_stalls)
			fprintf(f, m->fault_ns ? "no writer behind the waits is known\n" :
				"no writer stalled a fault\n");
		break;
	case PAGE_OPEN:
		live_open__list(f, m);
		break;
	case PAGE_FUNNEL:
		render__funnel(f, m);
		render__tail(f, m);
		break;
	default:
		fputs(help, f);
	}
	return fclose(f) ? NULL : text;
}
