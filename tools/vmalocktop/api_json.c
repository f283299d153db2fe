// SPDX-License-Identifier: GPL-2.0
#include "api_json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "json_parts.h"
#include "render.h"
#include "text.h"

#define API_VERSION	1
#define MAX_LIST	200	/* of what has no limit of its own */

/* A document that says which version of the API it is of. */
static struct json *begin(void)
{
	struct json *o = json__new();

	json__add_u64(o, "api", API_VERSION);
	return o;
}

/* The text of the document, NULL when memory was short. */
static char *finish(void)
{
	size_t n;
	const char *text = json__text(&n);

	return text ? strdup(text) : NULL;
}

static void add_moment(struct json *to, const char *key, const struct timespec *t)
{
	json__add_double(to, key, t->tv_sec + t->tv_nsec / 1e9);
}

static void add_coverage(struct json *to, const struct coverage *c)
{
	struct json *all = json__object(to, "coverage"), *o;

	for (int i = 0; i < METRICS; i++) {
		o = json__object(all, metric__name(i));
		json__add_text(o, "grade", grade__name(c->v[i].grade));
		json__add_text(o, "source", c->v[i].source ? c->v[i].source : "");
		json__add_text(o, "why", c->v[i].why ? c->v[i].why : "");
	}
}

char *api_json__status(const struct env *env, const struct coverage *c, const struct timespec *begun,
		       const struct timespec *now)
{
	struct json *o = begin();
	struct utsname uts;
	char host[256] = "";

	uname(&uts);
	gethostname(host, sizeof(host) - 1);
	text__clean(host);
	json__add_text(o, "version", VMALOCKTOP_VERSION);
	json__add_text(o, "kernel", uts.release);
	json__add_text(o, "host", host);
	add_moment(o, "begun", begun);
	add_moment(o, "now", now);
	json__add_u64(o, "interval_ns", 1000000000);
	json__add_u64(o, "history_columns", HISTORY_COLUMNS);
	json__add_text(o, "command", env->command);
	add_coverage(o, c);
	return finish();
}

/* Cut @n down to @max; returns by how much. */
static uint64_t cut(size_t *n, uint64_t max)
{
	uint64_t rest = *n > max ? *n - max : 0;

	*n -= rest;
	return rest;
}

/* Cut the VMAs of the regions down, the first regions keep theirs. */
static uint64_t cut_vmas(struct model *m, uint64_t max)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < m->n_regions; i++) {
		rest += cut(&m->regions[i].n, max);
		max -= m->regions[i].n;
	}
	return rest;
}

/* Likewise the blockers of the blames. */
static uint64_t cut_blockers(struct model *m, uint64_t max)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < m->n_blames; i++) {
		rest += cut(&m->blames[i].n, max);
		max -= m->blames[i].n;
	}
	return rest;
}

char *api_json__report(struct model *m, const struct timespec *when, const char *window, uint64_t seq,
		       const struct api_limits *limits)
{
	struct json *o = begin(), *left;

	json__add_text(o, "window", window);
	json__add_u64(o, "seq", seq);
	left = json__object(o, "left_out");
	json__add_u64(left, "regions", cut(&m->n_regions, limits->regions));
	json__add_u64(left, "vmas", cut_vmas(m, limits->vmas));
	json__add_u64(left, "blockers", cut_blockers(m, limits->blockers));
	json__add_u64(left, "groups", cut(&m->n_groups, MAX_LIST));
	json__add_u64(left, "open_waits", cut(&m->n_open, MAX_LIST));
	render__json_into(json__object(o, "report"), m, when);
	return finish();
}

static void add_wait(struct json *to, const char *key, const struct history_wait *w)
{
	struct json *o = json__object(to, key), *rows;

	json__add_u64(o, "count", w->count);
	json__add_u64(o, "total_ns", w->total_ns);
	rows = json__array(o, "slots");
	for (unsigned int r = 0; r < HISTORY_ROWS; r++)
		if (w->rows[r])
			json__numbers(rows, (const uint64_t[]){ r, w->rows[r] }, 2);
}

/* @v, null if @metric isn't known on this kernel. */
static void add_known(struct json *to, const char *key, uint64_t v, const struct coverage *c,
		      enum metric metric)
{
	if (coverage__has(c, metric))
		json__add_u64(to, key, v);
	else
		json__add_null(to, key);
}

static void add_column(struct json *o, const struct history_column *h, const struct coverage *c)
{
	struct json *waits;

	json__add_u64(o, "seq", h->seq);
	add_moment(o, "end", &h->end);
	json__add_u64(o, "elapsed_ns", h->elapsed_ns);
	add_known(o, "faults", h->faults, c, METRIC_FAULTS);
	add_known(o, "lookups", h->lookups, c, METRIC_LOOKUPS);
	add_known(o, "rewalked", h->rewalked, c, METRIC_LOOKUPS);
	add_known(o, "reffree", h->reffree, c, METRIC_REFFREE);
	add_known(o, "fallbacks", h->fallbacks, c, METRIC_FALLBACKS);
	add_known(o, "zombie_backoffs", h->backoffs, c, METRIC_ZOMBIES);
	waits = json__object(o, "waits");
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		if (coverage__has(c, coverage__wait(k)))
			add_wait(waits, model__kind_name(k), &h->waits[k]);
		else
			json__add_null(waits, model__kind_name(k));
	}
}

char *api_json__history(const struct history *h, uint64_t after, uint64_t unit_ns,
			const struct coverage *c)
{
	struct json *o = begin(), *columns;
	const struct history_column *column;

	json__add_u64(o, "slot_unit_ns", unit_ns);
	columns = json__array(o, "columns");
	while ((column = history__next(h, after)) != NULL) {
		add_column(json__element(columns), column, c);
		after = column->seq;
	}
	return finish();
}

static void add_cells(struct json *to, const char *key, const struct offset_cell *cells,
		      unsigned int n)
{
	struct json *rows = json__array(to, key);

	for (unsigned int r = 0; r < n; r++)
		if (cells[r].count)
			json__numbers(rows, (const uint64_t[]){ r, cells[r].count, cells[r].total_ns }, 3);
}

char *api_json__offsets(const struct offset_region *r, uint64_t after)
{
	struct json *o = begin(), *unknown, *columns, *column;
	const struct offset_column *c;

	json__add_u64(o, "pid", r->tgid);
	json__add_address(o, "start", r->start);
	json__add_address(o, "end", r->end);
	json__add_u64(o, "row_bytes", r->row_bytes);
	json__add_address(o, "first_row", r->first_row);
	json__add_u64(o, "rows", r->rows);
	json__add_u64(o, "begun", r->begun);
	add_cells(o, "total", r->total, r->rows);
	unknown = json__object(o, "unknown");
	json__add_u64(unknown, "count", r->unknown.count);
	json__add_u64(unknown, "total_ns", r->unknown.total_ns);
	columns = json__array(o, "columns");
	while ((c = offsets__next(r, after)) != NULL) {
		column = json__element(columns);
		json__add_u64(column, "seq", c->seq);
		add_moment(column, "end", &c->end);
		json__add_u64(column, "elapsed_ns", c->elapsed_ns);
		add_cells(column, "waits", c->cells, r->rows);
		after = c->seq;
	}
	return finish();
}
