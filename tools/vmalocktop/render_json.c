// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "hist.h"

/*
 * json-c returns NULL when memory is short, and takes NULL for JSON's null.
 * Such an object would be wrong without a sign, so note it and write nothing.
 */
static bool failed;

static struct json_object *made(struct json_object *o)
{
	if (!o)
		failed = true;
	return o;
}

static void add(struct json_object *to, const char *key, struct json_object *o)
{
	if (json_object_object_add(to, key, o))
		failed = true;
}

static void add_u64(struct json_object *to, const char *key, uint64_t v)
{
	add(to, key, made(json_object_new_uint64(v)));
}

/* A text, null if it is empty. */
static void add_text(struct json_object *to, const char *key, const char *s)
{
	add(to, key, s[0] ? made(json_object_new_string(s)) : NULL);
}

static void add_address(struct json_object *to, const char *key, uint64_t v)
{
	char hex[24];

	snprintf(hex, sizeof(hex), "0x%" PRIx64, v);
	add_text(to, key, hex);
}

static struct json_object *object(struct json_object *to, const char *key)
{
	struct json_object *o = made(json_object_new_object());

	add(to, key, o);
	return o;
}

static struct json_object *array(struct json_object *to, const char *key)
{
	struct json_object *o = made(json_object_new_array());

	add(to, key, o);
	return o;
}

static struct json_object *element(struct json_object *to)
{
	struct json_object *o = made(json_object_new_object());

	if (json_object_array_add(to, o))
		failed = true;
	return o;
}

static void add_counts(struct json_object *to, const char *key, const struct counts *c)
{
	struct json_object *o = object(to, key);

	for (int i = 0; i < c->n; i++)
		add_u64(o, c->v[i].name, c->v[i].count);
}

static void hist_into(struct json_object *o, const struct vt_hist *h, bool max_exact,
		      const char *sum, const char *max)
{
	struct json_object *slots;

	add_u64(o, "count", hist__count(h));
	add_u64(o, sum, h->sum);
	add_u64(o, max, h->max);
	add(o, "max_exact", made(json_object_new_boolean(max_exact)));
	add_u64(o, "zero", h->zero);
	slots = array(o, "slots");
	for (int k = 0; k < VT_SLOTS; k++) {
		struct json_object *slot;

		if (!h->slots[k])
			continue;
		slot = made(json_object_new_array());
		if (json_object_array_add(slots, slot) ||
		    json_object_array_add(slot, made(json_object_new_uint64(hist__low(k)))) ||
		    json_object_array_add(slot, made(json_object_new_uint64(hist__high(k)))) ||
		    json_object_array_add(slot, made(json_object_new_uint64(h->slots[k]))))
			failed = true;
	}
}

static void times_into(struct json_object *o, const struct vt_hist *h, bool max_exact)
{
	hist_into(o, h, max_exact, "total_ns", "max_ns");
}

static void add_verdict(struct json_object *to, const struct model *m)
{
	struct json_object *o = object(to, "lost_to_vma_locks"), *first;
	const struct model_blame *b = m->blames;
	const struct model_blocker *who;

	add_u64(o, "fault_wait_ns", m->fault_ns);
	add(o, "stalled_threads", made(json_object_new_double(model__stalled(m))));
	add_u64(o, "still_waiting", m->fault_open);
	if (!m->n_blames) {
		add(o, "first_blocker", NULL);
		return;
	}
	who = &m->blockers[b->first];
	first = object(o, "first_blocker");
	add_u64(first, "pid", who->key.tgid);
	add_u64(first, "tid", who->key.tid);
	add_text(first, "comm", who->key.comm);
	add_text(first, "syscall", who->key.syscall < 0 ? "" : who->syscall);
	add_u64(first, "count", b->count);
	add_u64(first, "total_ns", b->ns);
	add(first, "share", made(json_object_new_double(model__share(m, b))));
}

/* Whether @metric is known on this kernel; if not, @key is null. */
static bool known(struct json_object *to, const struct model *m, enum metric metric, const char *key)
{
	bool has = coverage__has(m->coverage, metric);

	if (!has)
		add(to, key, NULL);
	return has;
}

static void add_coverage(struct json_object *to, const struct coverage *c)
{
	struct json_object *o = object(to, "coverage");

	for (int i = 0; i < METRICS; i++)
		add_text(o, metric__name(i), grade__name(c ? c->v[i].grade : EXACT));
}

static void add_faults(struct json_object *to, const struct model *m)
{
	struct json_object *o = object(to, "faults");

	if (known(o, m, METRIC_FAULTS, "count"))
		add_u64(o, "count", m->faults);
	if (known(o, m, METRIC_LOOKUPS, "lookups"))
		add_u64(o, "lookups", m->lookups);
	if (known(o, m, METRIC_LOOKUPS, "rewalked"))
		add_u64(o, "rewalked", m->rewalked);
	if (known(o, m, METRIC_LOOKUPS, "results"))
		add_counts(o, "results", &m->results);
	if (known(o, m, METRIC_REFFREE, "reffree_attempts"))
		add_counts(o, "reffree_attempts", &m->reffree);
	if (known(o, m, METRIC_REFFREE, "reffree_pages"))
		add_u64(o, "reffree_pages", m->reffree_pages);
	if (known(o, m, METRIC_ZOMBIES, "zombie_backoffs"))
		add_counts(o, "zombie_backoffs", &m->backoffs);
	if (known(o, m, METRIC_FALLBACKS, "fallbacks"))
		add_counts(o, "fallbacks", &m->fallbacks);
	if (known(o, m, METRIC_LOOKUPS, "walks"))
		hist_into(object(o, "walks"), &m->walks, m->walks_max_exact, "total", "max");
}

static void add_waits(struct json_object *to, const struct model *m)
{
	struct json_object *waits = object(to, "waits");

	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		const struct timed *t = &m->timed[k];
		struct json_object *o, *by_op;

		if (!known(waits, m, coverage__wait(k), model__kind_name(k)))
			continue;
		o = object(waits, model__kind_name(k));
		add_u64(o, "begun", t->begun);
		add_u64(o, "ended", t->ended);
		add_u64(o, "failed", t->failed);
		add_u64(o, "open", t->open);
		times_into(o, &t->hist, t->max_exact);
		if (k != VT_DRAIN)
			continue;
		by_op = object(o, "by_op");
		for (int i = 0; i < m->n_drains; i++)
			times_into(object(by_op, m->drains[i].op), &m->drains[i].hist,
				   m->drains[i].max_exact);
	}
}

static void range_into(struct json_object *o, uint64_t start, uint64_t end, const char *name)
{
	add_text(o, "name", name);
	add_address(o, "start", start);
	add_address(o, "end", end);
	add_u64(o, "size", end - start);
}

static void add_regions(struct json_object *to, const struct model *m)
{
	struct json_object *regions = array(to, "regions");

	for (size_t i = 0; i < m->n_regions; i++) {
		const struct model_region *r = &m->regions[i];
		struct json_object *o = element(regions), *vmas, *kinds;

		add_u64(o, "pid", r->tgid);
		add_text(o, "comm", r->comm);
		range_into(o, r->range.start, r->range.end, r->range.name);
		add_u64(o, "fault_wait_ns", r->fault_ns);
		kinds = object(o, "kinds");
		for (int k = 0; k < VT_KINDS; k++)
			if (hist__count(&r->kinds[k]))
				times_into(object(kinds, model__kind_name(k)), &r->kinds[k],
					   r->max_exact[k]);
		vmas = array(o, "vmas");
		for (size_t j = r->first; j < r->first + r->n; j++) {
			const struct model_vma *v = &m->vmas[j];
			struct json_object *vma = element(vmas);

			range_into(vma, v->start, v->end, v->place.name);
			add_text(vma, "kind", model__kind_name(v->kind));
			times_into(vma, &v->hist, v->max_exact);
		}
	}
}

/* The range that the blocker worked on, if its system call is one of those that name it first. */
static void add_args(struct json_object *o, const struct model_blocker *b)
{
	if (model__call_has_range(b->syscall)) {
		add_address(o, "start", b->arg0);
		add_u64(o, "size", b->arg1);
	} else {
		add(o, "start", NULL);
		add(o, "size", NULL);
	}
}

static void add_blocker(struct json_object *o, const struct model_blocker *b)
{
	add_u64(o, "pid", b->key.tgid);
	add_u64(o, "tid", b->key.tid);
	add_text(o, "comm", b->key.comm);
	add_text(o, "syscall", b->key.syscall < 0 ? "" : b->syscall);
	add_u64(o, "stalled_pid", b->key.victim_tgid);
	add_text(o, "kind", model__kind_name(b->key.kind));
	add_args(o, b);
	add_u64(o, "count", b->count);
	add_u64(o, "total_ns", b->ns);
}

static void add_blockers(struct json_object *to, const struct model *m)
{
	struct json_object *blockers = array(to, "blockers");

	for (size_t i = 0; i < m->n_blames; i++)
		for (size_t j = 0; j < m->blames[i].n; j++)
			add_blocker(element(blockers), &m->blockers[m->blames[i].first + j]);
	add_counts(to, "blocker_unknown", &m->no_blocker);
}

static void add_groups(struct json_object *to, const struct model *m)
{
	struct json_object *groups = array(to, "groups");

	for (size_t i = 0; i < m->n_groups; i++) {
		const struct model_group *g = &m->groups[i];
		struct json_object *o = element(groups), *kinds;

		add_text(o, "name", g->name);
		add_u64(o, "fault_wait_ns", g->fault_ns);
		kinds = object(o, "kinds");
		for (int k = 0; k < VT_KINDS; k++)
			if (hist__count(&g->kinds[k]))
				times_into(object(kinds, model__kind_name(k)), &g->kinds[k],
					   g->max_exact[k]);
	}
}

static void add_open(struct json_object *to, const struct model *m)
{
	struct json_object *open = array(to, "open_waits");

	for (size_t i = 0; i < m->n_open; i++) {
		const struct model_open *w = &m->open[i];
		const struct vt_blocker_key *b = &w->wait.blocker;
		struct json_object *o = element(open), *blocker;

		add_u64(o, "age_ns", w->age_ns);
		add_u64(o, "pid", w->wait.tgid);
		add_u64(o, "tid", w->wait.tid);
		add_text(o, "comm", w->wait.comm);
		add_text(o, "kind", model__kind_name(w->wait.kind));
		add_text(o, "op", w->wait.kind == VT_DRAIN ? w->what : "");
		add_text(o, "name", w->place.name);
		add_address(o, "start", w->wait.start);
		add_address(o, "end", w->wait.end);
		if (w->wait.address)
			add_address(o, "address", w->wait.address);
		else
			add(o, "address", NULL);
		if (!b->tid) {
			add(o, "blocker", NULL);
			continue;
		}
		blocker = object(o, "blocker");
		add_u64(blocker, "pid", b->tgid);
		add_u64(blocker, "tid", b->tid);
		add_text(blocker, "comm", b->comm);
		add_text(blocker, "syscall", b->syscall < 0 ? "" : w->what);
	}
}

static void add_cost(struct json_object *to, const struct cost *cost)
{
	struct json_object *o = object(to, "cost"), *progs, *maps;

	add_u64(o, "cpu_ns", cost->cpu_ns);
	progs = object(o, "programs");
	for (size_t i = 0; i < cost->n_progs; i++) {
		struct json_object *p = object(progs, cost->progs[i].name);

		add_u64(p, "runs", cost->progs[i].runs);
		add_u64(p, "ns", cost->progs[i].ns);
	}
	maps = object(o, "map_bytes");
	for (size_t i = 0; i < cost->n_maps; i++)
		add_u64(maps, cost->maps[i].name, cost->maps[i].bytes);
}

static void add_time(struct json_object *to, const struct timespec *when)
{
	char text[64], stamp[32] = "";
	struct tm tm;

	if (gmtime_r(&when->tv_sec, &tm))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03ldZ", stamp, when->tv_nsec / 1000000);
	add_text(to, "time", text);
}

int render__json(FILE *out, const struct model *m, const struct timespec *when)
{
	struct json_object *o;
	const char *text;

	failed = false;
	o = made(json_object_new_object());
	if (!o)
		return -1;
	add_u64(o, "schema", 2);
	add_time(o, when);
	add_u64(o, "elapsed_ns", m->elapsed_ns);
	add(o, "last", made(json_object_new_boolean(m->last)));
	add(o, "pid", m->pid ? made(json_object_new_uint64(m->pid)) : NULL);
	add_text(o, "comm", m->comm);
	add_u64(o, "slot_unit_ns", m->unit_ns);
	add_coverage(o, m->coverage);
	add_verdict(o, m);
	add_faults(o, m);
	add_waits(o, m);
	add_regions(o, m);
	add_blockers(o, m);
	if (m->by != VT_BY_VMA) {
		add_text(o, "by", model__by_name(m->by));
		add_groups(o, m);
	}
	if (known(o, m, METRIC_OPEN, "open_waits"))
		add_open(o, m);
	add_u64(o, "left_out", m->left_out);
	add_counts(o, "lost", &m->lost);
	if (m->cost)
		add_cost(o, m->cost);
	text = failed ? NULL : json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(o);
	return text ? 0 : -1;
}
