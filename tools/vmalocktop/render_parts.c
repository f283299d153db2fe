// SPDX-License-Identifier: GPL-2.0
#include "render_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "text.h"

void render__head(FILE *out, const struct model *m, const struct timespec *when)
{
	const char *scope = m->scope ? m->scope : "";
	char clock[16];
	struct tm tm;

	if (when && localtime_r(&when->tv_sec, &tm) && strftime(clock, sizeof(clock), "%T", &tm))
		fprintf(out, "%s  ", clock);
	if (m->pid)
		fprintf(out, "PID %" PRIu32 " (%s)", m->pid, m->comm[0] ? m->comm : "?");
	else if (scope[0])
		fputc(toupper(*scope++), out);
	else
		fprintf(out, "All processes");
	fprintf(out, "%s%s", m->pid && scope[0] ? ", " : "", scope);
	fprintf(out, ", %.2f s\n", m->elapsed_ns / 1e9);
}

void render__verdict(FILE *out, const struct model *m)
{
	const struct model_blame *b = m->n_blames ? &m->blames[0] : NULL;
	const struct model_blocker *who = b ? &m->blockers[b->first] : NULL;
	double stalled = model__stalled(m);
	/* Without BABYs and EXCL VMAs, faults wait for mmap_lock alone. */
	const char *locks = coverage__has(m->coverage, METRIC_BABY) ? "VMA locks" : "mmap_lock";
	char lost[32];

	if (m->fault_ns)
		fprintf(out, "faults lost %s in %.2f s to %s: ", text__time(m->fault_ns, lost, sizeof(lost)),
			m->elapsed_ns / 1e9, locks);
	else
		fprintf(out, "faults lost no time in %.2f s to %s", m->elapsed_ns / 1e9, locks);
	if (m->fault_ns && stalled < 0.005)
		fprintf(out, "less than 0.01 threads stalled on average");
	else if (m->fault_ns)
		fprintf(out, "%.2f threads stalled on average", stalled);
	if (m->fault_ns && b)
		fprintf(out, ", %.0f%% behind %s (tid %" PRIu32 ") %s%s", 100 * model__share(m, b),
			who->key.comm, who->key.tid,
			who->key.syscall < 0 ? "outside system calls" : "in ",
			who->key.syscall < 0 ? "" : who->syscall);
	if (m->fault_open)
		fprintf(out, "; %" PRIu64 " still waiting", m->fault_open);
	fputc('\n', out);
}

static const struct {
	const char *name, *text;
} losses[] = {
	{ "event_missed", "events that the kernel didn't pass to a program: all counts may be too low" },
	{ "vma_full", "waits on VMAs that found no room, shown as other ranges: raise --max-entries" },
	{ "rest_full", "waits missing from the ranking of VMAs: too many processes" },
	{ "blocker_full", "waits without their blocker: raise --max-entries" },
	{ "group_full", "waits missing from the sums of --by: raise --max-entries" },
	{ "stack", "stacks that could not be taken: raise --max-entries" },
	{ "stack_full", "waits without their stacks: raise --max-entries" },
	{ "wanted_full", "writers that were not asked for their stacks: raise --max-entries" },
	{ "max_race", "updates of a maximum given up: it may be too low" },
	{ "stack_pause", "waits without stacks while room was made for others" },
	{ "offset_full", "waits missing among the addresses of the live page: raise --max-entries" },
};

const char *render__lost(const struct named_count *c, char buf[LOST_LEN])
{
	const char *text = "waits that could not be timed";

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (!strcmp(losses[i].name, c->name))
			text = losses[i].text;
	snprintf(buf, LOST_LEN, "lost: %s %" PRIu64 " (%s)", c->name, c->count, text);
	return buf;
}

static void render_cost(FILE *out, const struct cost *cost)
{
	uint64_t bytes = 0;
	char text[16];

	fprintf(out, "\n%-34s %12s %14s %10s\n", "PROGRAM (without trampoline entry)", "RUNS", "NSECS",
		"AVG");
	for (size_t i = 0; i < cost->n_progs; i++) {
		const struct prog_cost *p = &cost->progs[i];

		fprintf(out, "%-34s %12" PRIu64 " %14" PRIu64 " %10.1f\n", p->name, p->runs, p->ns,
			p->runs ? (double)p->ns / p->runs : 0);
	}
	fprintf(out, "%-34s %12s\n", "MAP", "BYTES");
	for (size_t i = 0; i < cost->n_maps; i++) {
		fprintf(out, "%-34s %12" PRIu64 " %14s\n", cost->maps[i].name, cost->maps[i].bytes,
			text__size(cost->maps[i].bytes, text, sizeof(text)));
		bytes += cost->maps[i].bytes;
	}
	fprintf(out, "%-34s %12" PRIu64 " %14s\n", "all maps", bytes, text__size(bytes, text, sizeof(text)));
	fprintf(out, "gave up %" PRIu64 " rows, now in those of others, and %" PRIu64 " stacks that no row has\n",
		cost->rows_given_up, cost->stacks_given_up);
	fprintf(out, "each thread that has waited takes at least %" PRIu64 " bytes more while it lives\n",
		cost->thread_bytes);
	fprintf(out, "vmalocktop itself took %s of CPU time since it started, ",
		text__time(cost->cpu_ns, text, sizeof(text)));
	fprintf(out, "and %s of memory at most\n", text__size(cost->max_rss_bytes, text, sizeof(text)));
}

void render__tail(FILE *out, const struct model *m)
{
	char text[LOST_LEN];

	if (m->waits_before)
		fprintf(out, "not timed: %" PRIu64 " waits already under way when tracing began\n",
			m->waits_before);
	if (m->births_before)
		fprintf(out, "not timed: %" PRIu64 " BABYs already born when tracing began\n",
			m->births_before);
	for (int i = 0; i < m->lost_now.n; i++)
		if (m->lost_now.v[i].count)
			fprintf(out, "%s\n", render__lost(&m->lost_now.v[i], text));
	if (!m->lost_now.total)
		fprintf(out, "no event lost\n");
	if (m->cost)
		render_cost(out, m->cost);
}

const char *render__range(const struct range *r, char buf[RANGE_LEN])
{
	char size[16];

	if (r->start == r->end)
		snprintf(buf, RANGE_LEN, "(unknown region)");
	else
		snprintf(buf, RANGE_LEN, "%s %s 0x%" PRIx64 "-0x%" PRIx64, r->name,
			 text__size(r->end - r->start, size, sizeof(size)), r->start, r->end);
	return buf;
}

const char *render__vma(const struct model_vma *v, char buf[RANGE_LEN])
{
	char size[16];

	if (!v->end)
		snprintf(buf, RANGE_LEN, "(other ranges)");
	else
		snprintf(buf, RANGE_LEN, "0x%" PRIx64 "-0x%" PRIx64 " %s %s", v->start, v->end,
			 text__size(v->end - v->start, size, sizeof(size)),
			 v->unmapped ? "(unmapped)" : v->place->name[0] ? v->place->name : "(unknown)");
	return buf;
}

const char *render__unit(const struct model *m)
{
	return m->unit_ns == 1000000 ? "msecs" : "usecs";
}
