// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "json_parts.h"
#include "text.h"

static void add_counts(struct json *to, const char *key, const struct counts *c)
{
	struct json *o = json__object(to, key);

	for (int i = 0; i < c->n; i++)
		json__add_u64(o, c->v[i].name, c->v[i].count);
}

/* What stands before the count of slot @k, of @n bytes: it is the same in each histogram. */
static const char *bounds_of(int k, size_t *n)
{
	static char text[VT_SLOTS][48];
	static size_t length[VT_SLOTS];

	if (!length[k])
		length[k] = snprintf(text[k], sizeof(text[k]), "[%" PRIu64 ",%" PRIu64 ",", hist__low(k), hist__high(k));
	*n = length[k];
	return text[k];
}

static void hist_into(struct json *o, const struct vt_hist *h, bool max_exact,
		      const char *sum, const char *max)
{
	struct json *slots;
	uint64_t count = h->zero;
	int used[VT_SLOTS], n = 0;

	for (int k = 0; k < VT_SLOTS; k++) {
		if (!h->slots[k])
			continue;
		count += h->slots[k];
		used[n++] = k;
	}
	json__add_u64(o, "count", count);
	json__add_u64(o, sum, h->sum);
	json__add_u64(o, max, h->max);
	json__add_bool(o, "max_exact", max_exact);
	json__add_u64(o, "zero", h->zero);
	slots = json__array(o, "slots");
	for (int i = 0; i < n; i++) {
		size_t length;
		const char *bounds = bounds_of(used[i], &length);

		json__bounded(slots, bounds, length, h->slots[used[i]]);
	}
}

static void times_into(struct json *o, const struct vt_hist *h, bool max_exact)
{
	hist_into(o, h, max_exact, "total_ns", "max_ns");
}

static void add_verdict(struct json *to, const struct model *m)
{
	struct json *o = json__object(to, "lost_to_vma_locks"), *first;
	const struct model_blame *b = m->blames;
	const struct model_blocker *who;

	json__add_u64(o, "fault_wait_ns", m->fault_ns);
	json__add_double(o, "stalled_threads", model__stalled(m));
	json__add_u64(o, "still_waiting", m->fault_open);
	if (!m->n_blames) {
		json__add_null(o, "first_blocker");
		return;
	}
	who = &m->blockers[b->first];
	first = json__object(o, "first_blocker");
	json__add_u64(first, "pid", who->key.tgid);
	json__add_u64(first, "tid", who->key.tid);
	json__add_text(first, "comm", who->key.comm);
	json__add_text(first, "syscall", who->key.syscall < 0 ? "" : who->syscall);
	json__add_u64(first, "count", b->count);
	json__add_u64(first, "total_ns", b->ns);
	json__add_double(first, "share", model__share(m, b));
}

/* Whether @metric is known on this kernel; if not, @key is null. */
static bool known(struct json *to, const struct model *m, enum metric metric, const char *key)
{
	bool has = coverage__has(m->coverage, metric);

	if (!has)
		json__add_null(to, key);
	return has;
}

static void add_coverage(struct json *to, const struct coverage *c)
{
	struct json *o = json__object(to, "coverage");

	for (int i = 0; i < METRICS; i++)
		json__add_text(o, metric__name(i), grade__name(c ? c->v[i].grade : EXACT));
}

static void add_faults(struct json *to, const struct model *m)
{
	struct json *o = json__object(to, "faults");

	if (known(o, m, METRIC_FAULTS, "count"))
		json__add_u64(o, "count", m->faults);
	if (known(o, m, METRIC_LOOKUPS, "lookups"))
		json__add_u64(o, "lookups", m->lookups);
	if (known(o, m, METRIC_LOOKUPS, "rewalked"))
		json__add_u64(o, "rewalked", m->rewalked);
	if (known(o, m, METRIC_LOOKUPS, "results"))
		add_counts(o, "results", &m->results);
	if (known(o, m, METRIC_REFFREE, "reffree_attempts"))
		add_counts(o, "reffree_attempts", &m->reffree);
	if (known(o, m, METRIC_REFFREE, "reffree_pages"))
		json__add_u64(o, "reffree_pages", m->reffree_pages);
	if (known(o, m, METRIC_ZOMBIES, "zombie_backoffs"))
		add_counts(o, "zombie_backoffs", &m->backoffs);
	if (known(o, m, METRIC_FALLBACKS, "fallbacks"))
		add_counts(o, "fallbacks", &m->fallbacks);
	if (known(o, m, METRIC_LOOKUPS, "walks"))
		hist_into(json__object(o, "walks"), &m->walks, m->walks_max_exact, "total", "max");
}

static void add_waits(struct json *to, const struct model *m)
{
	struct json *waits = json__object(to, "waits");

	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		const struct timed *t = &m->timed[k];
		struct json *o, *by_op;

		if (!known(waits, m, coverage__wait(k), model__kind_name(k)))
			continue;
		o = json__object(waits, model__kind_name(k));
		json__add_u64(o, "begun", t->begun);
		json__add_u64(o, "ended", t->ended);
		json__add_u64(o, "failed", t->failed);
		json__add_u64(o, "open", t->open);
		times_into(o, &t->hist, t->max_exact);
		if (k != VT_DRAIN)
			continue;
		by_op = json__object(o, "by_op");
		for (int i = 0; i < m->n_drains; i++)
			times_into(json__object(by_op, m->drains[i].op), &m->drains[i].hist,
				   m->drains[i].max_exact);
	}
}

static void range_into(struct json *o, uint64_t start, uint64_t end, const char *name)
{
	json__add_text(o, "name", name);
	json__add_address(o, "start", start);
	json__add_address(o, "end", end);
	json__add_u64(o, "size", end - start);
}

static bool is_range(const struct model_vma *v, const struct range *r)
{
	return v->start == r->start && v->end == r->end && !strcmp(v->place->name, r->name);
}

static void add_regions(struct json *to, const struct model *m)
{
	struct json *regions = json__array(to, "regions");
	struct json_part range, parts[VT_KINDS];

	for (size_t i = 0; i < m->n_regions; i++) {
		const struct model_region *r = &m->regions[i];
		struct json *o = json__element(regions), *vmas, *kinds;

		json__add_u64(o, "pid", r->tgid);
		json__add_text(o, "comm", r->comm);
		range = json__begin_part(o);
		range_into(o, r->range.start, r->range.end, r->range.name);
		json__end_part(o, &range);
		json__add_u64(o, "fault_wait_ns", r->fault_ns);
		kinds = json__object(o, "kinds");
		for (int k = 0; k < VT_KINDS; k++) {
			struct json *kind;

			if (!r->kinds[k])
				continue;
			kind = json__object(kinds, model__kind_name(k));
			parts[k] = json__begin_part(kind);
			times_into(kind, r->kinds[k], r->max_exact[k]);
			json__end_part(kind, &parts[k]);
		}
		vmas = json__array(o, "vmas");
		for (size_t j = r->first; j < r->first + r->n; j++) {
			const struct model_vma *v = &m->vmas[j];
			struct json *vma = json__element(vmas);

			/* Many a region is one VMA. */
			if (is_range(v, &r->range))
				json__repeat(vma, &range);
			else
				range_into(vma, v->start, v->end, v->place->name);
			json__add_bool(vma, "unmapped", v->unmapped);
			json__add_text(vma, "kind", model__kind_name(v->kind));
			/* The only one with waits of this kind. */
			if (r->kinds[v->kind] == &v->hist)
				json__repeat(vma, &parts[v->kind]);
			else
				times_into(vma, &v->hist, v->max_exact);
		}
	}
}

/* The range that the blocker worked on, if its system call is one of those that name it first. */
static void add_args(struct json *o, const struct model_blocker *b)
{
	if (model__call_has_range(b->syscall)) {
		json__add_address(o, "start", b->arg0);
		json__add_u64(o, "size", b->arg1);
	} else {
		json__add_null(o, "start");
		json__add_null(o, "size");
	}
}

static void add_blocker(struct json *o, const struct model_blocker *b)
{
	json__add_u64(o, "pid", b->key.tgid);
	json__add_u64(o, "tid", b->key.tid);
	json__add_text(o, "comm", b->key.comm);
	json__add_text(o, "syscall", b->key.syscall < 0 ? "" : b->syscall);
	json__add_u64(o, "stalled_pid", b->key.victim_tgid);
	json__add_text(o, "kind", model__kind_name(b->key.kind));
	add_args(o, b);
	json__add_u64(o, "count", b->count);
	json__add_u64(o, "total_ns", b->ns);
}

static void add_blockers(struct json *to, const struct model *m)
{
	struct json *blockers = json__array(to, "blockers");

	for (size_t i = 0; i < m->n_blames; i++)
		for (size_t j = 0; j < m->blames[i].n; j++)
			add_blocker(json__element(blockers), &m->blockers[m->blames[i].first + j]);
	add_counts(to, "blocker_unknown", &m->no_blocker);
}

static void add_groups(struct json *to, const struct model *m)
{
	struct json *groups = json__array(to, "groups");

	for (size_t i = 0; i < m->n_groups; i++) {
		const struct model_group *g = &m->groups[i];
		struct json *o = json__element(groups), *kinds;

		json__add_text(o, "name", g->name);
		json__add_u64(o, "fault_wait_ns", g->fault_ns);
		kinds = json__object(o, "kinds");
		for (int k = 0; k < VT_KINDS; k++)
			if (hist__count(&g->kinds[k]))
				times_into(json__object(kinds, model__kind_name(k)), &g->kinds[k],
					   g->max_exact[k]);
	}
}

static void add_open(struct json *to, const struct model *m)
{
	struct json *open = json__array(to, "open_waits");

	for (size_t i = 0; i < m->n_open; i++) {
		const struct model_open *w = &m->open[i];
		const struct vt_blocker_key *b = &w->wait.blocker;
		struct json *o = json__element(open), *blocker;

		json__add_u64(o, "age_ns", w->age_ns);
		json__add_u64(o, "pid", w->wait.tgid);
		json__add_u64(o, "tid", w->wait.tid);
		json__add_text(o, "comm", w->wait.comm);
		json__add_text(o, "kind", model__kind_name(w->wait.kind));
		json__add_text(o, "op", w->wait.kind == VT_DRAIN ? w->what : "");
		json__add_text(o, "name", w->place.name);
		json__add_address(o, "start", w->wait.start);
		json__add_address(o, "end", w->wait.end);
		if (w->wait.address)
			json__add_address(o, "address", w->wait.address);
		else
			json__add_null(o, "address");
		if (!b->tid) {
			json__add_null(o, "blocker");
			continue;
		}
		blocker = json__object(o, "blocker");
		json__add_u64(blocker, "pid", b->tgid);
		json__add_u64(blocker, "tid", b->tid);
		json__add_text(blocker, "comm", b->comm);
		json__add_text(blocker, "syscall", b->syscall < 0 ? "" : w->what);
	}
}

static void add_cost(struct json *to, const struct cost *cost)
{
	struct json *o = json__object(to, "cost"), *progs, *maps;

	json__add_u64(o, "cpu_ns", cost->cpu_ns);
	json__add_u64(o, "max_rss_bytes", cost->max_rss_bytes);
	json__add_u64(o, "thread_bytes", cost->thread_bytes);
	json__add_u64(o, "rows_given_up", cost->rows_given_up);
	json__add_u64(o, "stacks_given_up", cost->stacks_given_up);
	progs = json__object(o, "programs");
	for (size_t i = 0; i < cost->n_progs; i++) {
		struct json *p = json__object(progs, cost->progs[i].name);

		json__add_u64(p, "runs", cost->progs[i].runs);
		json__add_u64(p, "ns", cost->progs[i].ns);
	}
	maps = json__object(o, "map_bytes");
	for (size_t i = 0; i < cost->n_maps; i++)
		json__add_u64(maps, cost->maps[i].name, cost->maps[i].bytes);
}

void render__json_into(struct json *o, const struct model *m, const struct timespec *when)
{
	char stamp[STAMP_LEN];

	json__add_u64(o, "schema", 2);
	json__add_text(o, "time", text__stamp(when, stamp));
	json__add_u64(o, "elapsed_ns", m->elapsed_ns);
	json__add_bool(o, "last", m->last);
	if (m->pid)
		json__add_u64(o, "pid", m->pid);
	else
		json__add_null(o, "pid");
	json__add_text(o, "comm", m->comm);
	json__add_u64(o, "slot_unit_ns", m->unit_ns);
	add_coverage(o, m->coverage);
	add_verdict(o, m);
	add_faults(o, m);
	add_waits(o, m);
	add_regions(o, m);
	add_blockers(o, m);
	if (m->by != VT_BY_VMA) {
		json__add_text(o, "by", model__by_name(m->by));
		add_groups(o, m);
	}
	if (known(o, m, METRIC_OPEN, "open_waits"))
		add_open(o, m);
	json__add_u64(o, "left_out", m->left_out);
	add_counts(o, "lost", &m->lost);
	if (m->cost)
		add_cost(o, m->cost);
}

int render__json(FILE *out, const struct model *m, const struct timespec *when)
{
	const char *text;
	size_t n;

	render__json_into(json__new(), m, when);
	text = json__text(&n);
	if (text) {
		fwrite(text, 1, n, out);
		fputc('\n', out);
	}
	return text ? 0 : -1;
}
