// SPDX-License-Identifier: GPL-2.0
#include "exporter.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "diag.h"
#include "exporter_parts.h"
#include "places.h"
#include "recycle.h"

#define NS_PER_S	1000000000ULL
#define WINDOW_NS	(5 * NS_PER_S)		/* how often a snapshot is kept */
#define RECENT_NS	(10 * NS_PER_S)		/* reports are about at least that */
#define FRESH_NS	(NS_PER_S / 10)		/* a snapshot is good for that long */

static bool pids_known;

bool exporter__alive(uint32_t tgid)
{
	return !pids_known || !kill(tgid, 0) || errno != ESRCH;
}

static int note(struct exporter *e, int err)
{
	e->failing = err;
	e->self.collection_errors += err != 0;
	return err;
}

/* @s belongs to @e from now on. */
static void set_latest(struct exporter *e, struct snapshot *s)
{
	snapshot__free(&e->latest);
	e->latest = *s;
	for (int i = 0; i < 2; i++) {
		http__put_body(e->metrics[i]);
		e->metrics[i] = NULL;
	}
}

/* The rows of VMAs' waits are in two maps. */
static void count_entries(struct exporter *e, const struct snapshot *s)
{
	size_t rest = 0;

	for (size_t i = 0; i < s->n_vmas; i++)
		rest += !s->vmas[i].key.end;
	e->self.maps[MAP_VMAS].entries = s->n_vmas - rest;
	e->self.maps[MAP_REST].entries = rest;
	e->self.maps[MAP_GROUPS].entries = s->n_groups;
	e->self.maps[MAP_BLOCKERS].entries = s->n_blockers;
}

int exporter__refresh(struct exporter *e)
{
	uint64_t begin = clock__now();
	struct snapshot s;

	if (e->latest.ns && begin - e->latest.ns < FRESH_NS)
		return 0;
	if (note(e, collector__read(e->source->collector, &s)))
		return -1;
	count_entries(e, &s);
	if (note(e, recycle__add(e->source->recycle, &s)))
		return -1;
	set_latest(e, &s);
	e->self.collection_ns = clock__now() - begin;
	return 0;
}

int exporter__model(struct exporter *e, enum window window, struct model *m)
{
	const struct exporter_source *s = e->source;
	const struct snapshot none = { .ns = s->begun_ns };
	const struct snapshot *before = NULL;

	if (window == WINDOW_RECENT)
		before = windows__before(&e->windows, e->latest.ns, RECENT_NS);
	if (model__build(m, before ? before : &none, &e->latest, s->context)) {
		elog("out of memory: free some, or give a smaller --max-entries");
		return -1;
	}
	m->coverage = collector__coverage(s->collector);
	if (s->env->n_pids == 1) {
		m->pid = s->env->pids[0];
		strcpy(m->comm, places__get(s->places, m->pid, 0, 0)->comm);
	}
	return 0;
}

static int vma_cmp(const void *a, const void *b)
{
	struct vt_vma_key x = *(const struct vt_vma_key *)a, y = *(const struct vt_vma_key *)b;

	x.kind = y.kind = 0;
	x.unmapped = y.unmapped = 0;
	/* A process alone: any of its VMAs will do. */
	if (!x.end)
		y.start = y.end = 0;
	return vma_key_cmp(&x, &y);
}

/*
 * Of a process that is gone only what its VMAs are called is still needed, not
 * its mappings.
 */
static bool still_named(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	const struct vt_vma_key key = { .tgid = tgid, .start = start, .end = end };
	const struct exporter *e = ctx;

	return (end || exporter__alive(tgid)) && e->latest.n_vmas &&
	       bsearch(&key, e->latest.vmas, e->latest.n_vmas, sizeof(*e->latest.vmas), vma_cmp);
}

/* Delete the addresses of processes that are gone, if the map is half full. */
static void retire_offsets(struct exporter *e)
{
	struct collector *c = e->source->collector;
	struct offset_row *rows;
	size_t n;

	if (note(e, collector__read_offsets(c, &rows, &n)))
		return;
	e->self.maps[MAP_OFFSETS].entries = n;
	for (size_t i = 0; n > e->self.maps[MAP_OFFSETS].room / 2 && i < n; i++) {
		if (exporter__alive(rows[i].key.tgid))
			continue;
		collector__retire_offset(c, &rows[i].key);
		e->self.retired_rows++;
	}
	free(rows);
}

/* Keep a snapshot for reports of the next seconds, and what is there within bounds. */
static void keep_window(struct exporter *e)
{
	int n = recycle__run(e->source->recycle, e->windows.v, e->windows.n, clock__now());

	if (note(e, n < 0 ? -1 : 0))
		return;
	e->self.retired_rows += n;
	retire_offsets(e);
	/* The latest snapshot may have what was given up. */
	e->latest.ns = 0;
	if (exporter__refresh(e))
		return;
	places__retain(e->source->places, still_named, e);
	windows__add(&e->windows, &e->latest);
}

/* Add a second to the history. */
static void tick(struct exporter *e)
{
	const struct exporter_source *s = e->source;
	struct offset_row *rows;
	struct snapshot now;
	struct model m;
	size_t n;

	if (note(e, collector__read_counts(s->collector, &now)))
		return;
	if (note(e, model__build(&m, &e->counts, &now, s->context)))
		return;
	history__add(e->history, &m, &now.when);
	e->counts = now;
	if (offsets__any(e->offsets, now.ns) && !note(e, collector__read_offsets(s->collector, &rows, &n))) {
		offsets__add(e->offsets, rows, n, history__seq(e->history), &now.when, m.elapsed_ns);
		free(rows);
	}
	model__free(&m);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void loop(struct exporter *e)
{
	const struct exporter_source *s = e->source;
	uint64_t now = clock__now();

	e->next_tick = now + NS_PER_S;
	e->next_window = now + WINDOW_NS;
	while (s->sleep(s->ctx, earlier(http__timeout(e->http), e->next_tick > now ? e->next_tick - now : 0),
			http__fd(e->http))) {
		now = clock__now();
		if (now >= e->next_tick) {
			tick(e);
			/* Seconds that a stopped process has missed are one column. */
			e->next_tick = now + NS_PER_S - (now - e->next_tick) % NS_PER_S;
		}
		if (now >= e->next_window) {
			keep_window(e);
			e->next_window = now + WINDOW_NS;
		}
		http__run(e->http);
		now = clock__now();
	}
}

int exporter__run(const struct exporter_source *source)
{
	struct exporter *e = calloc(1, sizeof(*e));
	char url[LISTEN_URL_LEN];
	int err = -1;

	if (!e) {
		elog("out of memory: free some and try again");
		return -1;
	}
	pids_known = source->pids_known;
	e->source = source;
	e->windows.n = EXPORTER_WINDOWS;
	e->history = history__new();
	e->offsets = offsets__new();
	e->counts.ns = source->begun_ns;
	clock_gettime(CLOCK_REALTIME, &e->self.begun);
	for (int i = 0; i < COLLECTOR_MAPS; i++)
		e->self.maps[i].room = collector__room(source->collector, i);
	if (!e->history || !e->offsets) {
		elog("out of memory: free some and try again");
		goto out;
	}
	e->http = http__open(&source->env->listen, exporter__answer, e);
	if (!e->http)
		goto out;
	source->opened(source->ctx);
	banner("Listening on %s", listen_address__url(http__address(e->http), url));
	loop(e);
	err = 0;
out:
	http__close(e->http);
	for (int i = 0; i < 2; i++)
		http__put_body(e->metrics[i]);
	history__free(e->history);
	offsets__free(e->offsets);
	cgroups__clear(&e->cgroups);
	snapshot__free(&e->latest);
	windows__free(&e->windows);
	free(e);
	return err;
}
