// SPDX-License-Identifier: GPL-2.0
#include "live_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "live_open.h"
#include "live_ranges.h"
#include "live_writers.h"
#include "names.h"
#include "render.h"
#include "render_parts.h"
#include "text.h"

#define MAX_STALLS	20
#define MAX_STACKS	5

static const char help[] =
	"Faults that stand still because of locks on VMAs or on the whole mm\n"
	"\n"
	"The top says how much time they lost, and which process is to blame, in which\n"
	"system calls; the table which regions (what people call a mapping) they wanted.\n"
	"SHR is the region's part of all time lost, KIND what cost most of it. Below are the\n"
	"threads that they waited for. Red lines at the bottom are waits that go on right\n"
	"now; what they have lasted so far counts as lost, too.\n"
	"\n"
	"\"0.30 threads stood still\" is time lost per time that passed: as if one thread had\n"
	"done nothing for 30% of it. Compare it with the threads that work: below 0.01 it is\n"
	"nothing; a tenth of them is worth a look; near their number, the process stands.\n"
	"\n"
	"  up, down, j, k      select, or scroll       PgUp, PgDn, g, G\n"
	"  Enter, right        look into a region      Esc, left      back\n"
	"  w                   writers: who blocks whom; Enter looks into one\n"
	"  P                   the selected region's process alone, or all again\n"
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

void live_text__rates(FILE *out, const struct model *m)
{
	double s = m->elapsed_ns > 0 ? m->elapsed_ns / 1e9 : 1;
	bool any = false;

	if (m->only)
		fputs("all processes: ", out);

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

/* Those of process @tgid or, if @writer isn't NULL, those that it stalled. */
static void stacks(FILE *out, const struct model *m, uint32_t tgid, const struct live_writer *writer)
{
	int shown = 0;

	for (size_t i = 0; i < m->n_stacks && shown < MAX_STACKS; i++) {
		const struct model_stack *s = &m->stacks[i];
		char ns[16], who[96];

		if (writer ? s->key.who.tid != writer->tid || s->key.who.tgid != writer->tgid ||
			     s->key.who.syscall != writer->syscall || s->key.who.kind == VT_DRAIN :
			     s->key.who.victim_tgid != tgid)
			continue;
		if (!shown++)
			fprintf(out, writer ? "STACKS OF BOTH SIDES\n" : "STACKS OF THE PROCESS\n");
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

const char *live_text__unknown(const struct range *r)
{
	static const char *const why[REGION_REASONS] = {
		[REGION_UNMAPPED] = "(no mapping now)", [REGION_UNREAD] = "(not read yet)",
		[REGION_OTHERS] = "(VMA not seen)", [REGION_FORBIDDEN] = "(may not be read)",
		[REGION_HANGS] = "(reading hangs)",
	};

	return why[r->start < REGION_REASONS ? r->start : REGION_UNMAPPED];
}

static const char *why_unknown(const struct range *r)
{
	switch (r->start) {
	case REGION_UNREAD:
		return "mapped since /proc/PID/maps was last read, which is seldom, for it takes a lock";
	case REGION_FORBIDDEN:
		return "reading /proc/PID/maps of this process needs CAP_SYS_PTRACE, and the initial PID namespace";
	case REGION_HANGS:
		return "/proc/PID/maps can't be read while a writer has mmap_lock; it is tried again every 10 s";
	case REGION_OTHERS:
		return "no address was seen for these waits, or no room was left";
	default:
		return "VMAs that had gone when their names were read, and addresses where none was when the fault\n"
		       "got mmap_lock; these are (unmapped) below";
	}
}

const struct model_region *live_text__find(const struct model *m, uint32_t tgid, uint64_t start)
{
	const struct model_region *in = NULL;

	for (size_t i = 0; i < m->n_regions; i++) {
		const struct model_region *r = &m->regions[i];

		if (r->tgid != tgid)
			continue;
		if (r->range.start == start)
			return r;
		if (r->range.start < start && start < r->range.end)
			in = r;
	}
	return in;
}

static void region(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, bool whole)
{
	const struct model_region *r = live_text__find(m, tgid, start);
	char size[16];

	if (!r) {
		fprintf(out, "no waits in this region%s\n",
			whole ? "" : " in these seconds; press a for all since tracing began");
		return;
	}
	if (r->range.end > r->range.start)
		fprintf(out, "%s, %s of %" PRIu32 " (%s)\n0x%" PRIx64 "-0x%" PRIx64 "\n\n", r->range.name,
			text__size(r->range.end - r->range.start, size, sizeof(size)), r->tgid, r->comm,
			r->range.start, r->range.end);
	else
		fprintf(out, "%s of %" PRIu32 " (%s):\n%s\n\n", live_text__unknown(&r->range), r->tgid,
			r->comm, why_unknown(&r->range));
	live_writers__table(out, m, tgid, r->range.start, MAX_STALLS);
	live_ranges__list(out, m, r);
	render__region_hists(out, m, r);
	stacks(out, m, tgid, NULL);
}

static void held_row(FILE *out, const struct vt_hist *h, bool max_exact, const char *what, const char *op)
{
	char avg[16], max[18];
	uint64_t n = hist__count(h);

	fprintf(out, "%8" PRIu64 " %9s %9s %s%s\n", n, text__time((double)h->sum / n, avg, sizeof(avg)),
		text__max(h->max, max_exact, max, sizeof(max)), what, op);
}

/* How long writers kept what faults wait for, where the kernel tells; of all processes. */
static void held(FILE *out, const struct model *m)
{
	const struct timed *life = &m->timed[VT_LIFE];
	bool replaced = hist__count(&life->hist);

	if (!replaced && !m->n_drains)
		return;
	fprintf(out, "HOW LONG WRITERS TOOK%s\n%8s %9s %9s %s\n", m->only ? ", OF ALL PROCESSES" : "", "TIMES", "AVG", "MAX",
		"WITH");
	if (replaced)
		held_row(out, &life->hist, life->max_exact, "replacing a mapping: from BABY born to grown", "");
	for (int i = 0; i < m->n_drains; i++)
		held_row(out, &m->drains[i].hist, m->drains[i].max_exact, "waiting for a VMA's users, in ", m->drains[i].op);
}

char *live_text__writers(const struct model *m, size_t max)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	live_writers__table(f, m, 0, 0, max);
	return fclose(f) ? NULL : text;
}

char *live_text__page(const struct live_view *v, const struct model *m)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	switch (v->page) {
	case PAGE_REGION:
		region(f, m, v->tgid, v->start, v->whole);
		break;
	case PAGE_WRITER:
		live_writers__one(f, m, &v->chosen);
		stacks(f, m, 0, &v->chosen);
		break;
	case PAGE_WRITERS:
		live_writers__table(f, m, 0, 0, LIVE_WRITERS);
		held(f, m);
		if (!m->n_stalls)
			fprintf(f, m->fault_ns ? "no writer behind the waits is known\n" :
				"no writer stalled a fault\n");
		break;
	case PAGE_OPEN:
		live_open__list(f, m);
		break;
	case PAGE_FUNNEL:
		if (m->only)
			fputs("of all processes that are watched:\n", f);
		render__funnel(f, m);
		render__tail(f, m);
		break;
	default:
		fputs(help, f);
	}
	return fclose(f) ? NULL : text;
}
