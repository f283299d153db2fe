// SPDX-License-Identifier: GPL-2.0
#include "metrics.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "env.h"
#include "exposition.h"
#include "hist.h"
#include "metrics_self.h"

#define ONE(name_, value_) (const struct label[]){ { name_, value_ }, { NULL, NULL } }

static void counter(struct exposition *e, const char *name, const char *help, uint64_t v)
{
	exposition__family(e, name, FAMILY_COUNTER, NULL, help);
	exposition__u64(e, NULL, v);
}

/* A counter for each of @c, told apart by @label. */
static void counters(struct exposition *e, const char *name, const char *help, const char *label,
		     const struct counts *c)
{
	exposition__family(e, name, FAMILY_COUNTER, NULL, help);
	for (int i = 0; i < c->n; i++)
		exposition__u64(e, ONE(label, c->v[i].name), c->v[i].count);
}

static void write_faults(struct exposition *e, const struct model *m)
{
	const struct coverage *c = m->coverage;

	if (coverage__has(c, METRIC_FAULTS))
		counter(e, "vmalock_faults", "Page faults.", m->faults);
	if (coverage__has(c, METRIC_LOOKUPS)) {
		counters(e, "vmalock_lookups", "Lookups of a VMA by page faults without mmap_lock, by result.",
			 "result", &m->results);
		exposition__family(e, "vmalock_lookup_walks", FAMILY_HISTOGRAM, NULL,
				   "Walks of the VMA tree per lookup.");
		exposition__numbers(e, NULL, &m->walks);
	}
	if (coverage__has(c, METRIC_REFFREE)) {
		counters(e, "vmalock_reffree_attempts",
			 "Page faults that tried to do without a reference on their VMA, by outcome.",
			 "outcome", &m->reffree);
		counter(e, "vmalock_reffree_pages", "Page-table entries set by faults without a reference.",
			m->reffree_pages);
	}
	if (coverage__has(c, METRIC_FALLBACKS))
		counters(e, "vmalock_fallbacks", "Page faults that went on under mmap_lock, by reason.",
			 "reason", &m->fallbacks);
	if (coverage__has(c, METRIC_ZOMBIES))
		counters(e, "vmalock_zombie_backoffs",
			 "Readers that met an unmapped VMA and looked again, by place.", "place", &m->backoffs);
}

static void write_times(struct exposition *e, const struct model *m)
{
	static const struct {
		enum vt_kind kind;
		const char *name, *help;
	} families[] = {
		{ VT_BABY, "vmalock_baby_wait_seconds",
		  "Waits of page faults for mappings that replace others to be complete." },
		{ VT_EXCL, "vmalock_excl_wait_seconds", "Waits of page faults for writers to be done with a VMA." },
		{ VT_MMAP_LOCK, "vmalock_mmap_lock_wait_seconds", "Waits of page faults for mmap_lock." },
		{ VT_LIFE, "vmalock_baby_life_seconds",
		  "Time from the birth of a mapping that replaces another until it is complete." },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (!coverage__has(m->coverage, coverage__wait(families[i].kind)))
			continue;
		exposition__family(e, families[i].name, FAMILY_HISTOGRAM, "seconds", families[i].help);
		exposition__times(e, NULL, &m->timed[families[i].kind].hist, m->unit_ns);
	}
}

/* Also those that have not happened, if the kernel has a name for them. */
static void write_drains(struct exposition *e, const struct model *m, const struct names *names)
{
	static const struct vt_hist none;

	if (!coverage__has(m->coverage, METRIC_DRAINS))
		return;
	exposition__family(e, "vmalock_drain_wait_seconds", FAMILY_HISTOGRAM, "seconds",
			   "Waits of writers until page faults have left a VMA, by operation.");
	for (int op = 0; op < VT_OPS; op++) {
		const char *name = names->name[NAMES_OP][op];
		const struct vt_hist *h = &none;

		for (int i = 0; i < m->n_drains; i++)
			if (!strcmp(m->drains[i].op, name))
				h = &m->drains[i].hist;
		if (h != &none || !isdigit((unsigned char)name[0]))
			exposition__times(e, ONE("op", name), h, m->unit_ns);
	}
}

/* Which of a struct timed's numbers. */
enum field { BEGUN, ENDED, FAILED, OPEN };

static uint64_t field(const struct timed *t, enum field f)
{
	return f == BEGUN ? t->begun : f == ENDED ? t->ended : f == FAILED ? t->failed : t->open;
}

static void write_events(struct exposition *e, const struct model *m)
{
	static const struct {
		enum field field;
		enum family_type type;
		const char *name, *help;
	} families[] = {
		{ BEGUN, FAMILY_COUNTER, "vmalock_waits_begun", "Waits, and lives, that have begun." },
		{ ENDED, FAMILY_COUNTER, "vmalock_waits_ended", "Waits, and lives, that have ended." },
		{ FAILED, FAMILY_COUNTER, "vmalock_waits_failed",
		  "Waits, and lives, that have ended with an error, such as a fatal signal." },
		{ OPEN, FAMILY_GAUGE, "vmalock_waits_open", "Waits, and lives, that have begun and not ended." },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		exposition__family(e, families[i].name, families[i].type, NULL, families[i].help);
		for (int k = 0; k < VT_TIMED_KINDS; k++)
			if (coverage__has(m->coverage, coverage__wait(k)))
				exposition__u64(e, ONE("kind", model__kind_name(k)),
						field(&m->timed[k], families[i].field));
	}
}

static void write_open(struct exposition *e, const struct model *m)
{
	uint64_t oldest[VT_TIMED_KINDS] = { 0 };

	if (!coverage__has(m->coverage, METRIC_OPEN))
		return;
	for (size_t i = 0; i < m->n_open; i++) {
		const struct model_open *o = &m->open[i];

		if (o->wait.kind < VT_TIMED_KINDS && o->age_ns > oldest[o->wait.kind])
			oldest[o->wait.kind] = o->age_ns;
	}
	exposition__family(e, "vmalock_oldest_wait_seconds", FAMILY_GAUGE, "seconds",
			   "Age of the oldest wait that has not ended, 0 if there is none.");
	for (int k = 0; k < VT_LIFE; k++)
		if (coverage__has(m->coverage, coverage__wait(k)))
			exposition__seconds(e, ONE("kind", model__kind_name(k)), oldest[k]);
}

static void write_blame(struct exposition *e, const struct model *m)
{
	counter(e, "vmalock_waits_unranked",
		"Waits and back-offs kept out of cgroups and VMAs by --longer-than and --min-vma.", m->left_out);
	if (coverage__has(m->coverage, METRIC_BLOCKERS))
		counters(e, "vmalock_blocker_unknown", "Waits of page faults for a writer that is not known, by why.",
			 "why", &m->no_blocker);
}

/* A value for each kind of wait of something; @labels has room for the kind at @at. */
static void each_kind(struct exposition *e, struct label *labels, size_t at, const uint64_t *values,
		      bool seconds, const struct coverage *c)
{
	labels[at].name = "kind";
	labels[at + 1].name = NULL;
	for (int k = 0; k < VT_KINDS; k++) {
		if (k == VT_LIFE || !coverage__has(c, coverage__wait(k)) || (seconds && k == VT_ZOMBIE))
			continue;
		labels[at].value = model__kind_name(k);
		if (seconds)
			exposition__seconds(e, labels, values[k]);
		else
			exposition__u64(e, labels, values[k]);
	}
}

static void write_cgroups(struct exposition *e, const struct model *m, const struct cgroups *c)
{
	struct label labels[3] = { { "cgroup", NULL } };

	exposition__family(e, "vmalock_cgroup_waits", FAMILY_COUNTER, NULL,
			   "Waits and back-offs of threads in a cgroup.");
	for (size_t i = 0; i < CGROUPS_MAX; i++) {
		labels[0].value = c->v[i].name;
		if (c->v[i].name)
			each_kind(e, labels, 1, c->v[i].count, false, m->coverage);
	}
	exposition__family(e, "vmalock_cgroup_wait_seconds", FAMILY_COUNTER, "seconds",
			   "Time that threads in a cgroup have waited.");
	for (size_t i = 0; i < CGROUPS_MAX; i++) {
		labels[0].value = c->v[i].name;
		if (c->v[i].name)
			each_kind(e, labels, 1, c->v[i].ns, true, m->coverage);
	}
	exposition__family(e, "vmalock_cgroups_unlisted", FAMILY_GAUGE, NULL,
			   "Cgroups that have had waits and have no series for want of room, or for the length of their path.");
	exposition__u64(e, NULL, c->unlisted);
}

/* Labels of a region, with room for one more. */
struct region_labels {
	char pid[16], start[24], end[24];
	struct label v[7];
};

static void name_region(struct region_labels *l, const struct model_region *r)
{
	snprintf(l->pid, sizeof(l->pid), "%" PRIu32, r->tgid);
	snprintf(l->start, sizeof(l->start), "0x%" PRIx64, r->range.start);
	snprintf(l->end, sizeof(l->end), "0x%" PRIx64, r->range.end);
	l->v[0] = (struct label){ "pid", l->pid };
	l->v[1] = (struct label){ "comm", r->comm };
	l->v[2] = (struct label){ "name", r->range.name };
	l->v[3] = (struct label){ "start", l->start };
	l->v[4] = (struct label){ "end", l->end };
	l->v[5] = l->v[6] = (struct label){ NULL, NULL };
}

/* The next of the first regions by lost time that has metrics, at @at or behind; NULL: none. */
static const struct model_region *ranked(const struct metrics_source *s, size_t *at, uint64_t *n)
{
	for (; *n < s->top_vmas && *at < s->m->n_regions; ++*at) {
		const struct model_region *r = &s->m->regions[*at];

		if (r->range.start == r->range.end || !s->alive(r->tgid))
			continue;
		++*at;
		++*n;
		return r;
	}
	return NULL;
}

static void write_regions(struct exposition *e, const struct metrics_source *s, bool seconds)
{
	const struct model_region *r;
	struct region_labels l;
	uint64_t n = 0;

	for (size_t at = 0; (r = ranked(s, &at, &n)) != NULL;) {
		uint64_t values[VT_KINDS] = { 0 };

		for (int k = 0; k < VT_KINDS; k++)
			if (r->kinds[k])
				values[k] = seconds ? r->kinds[k]->sum : hist__count(r->kinds[k]);
		name_region(&l, r);
		each_kind(e, l.v, 5, values, seconds, s->m->coverage);
	}
}

static void write_top(struct exposition *e, const struct metrics_source *s)
{
	const struct model_region *r;
	struct region_labels l;
	uint64_t n = 0;

	if (!s->top_vmas)
		return;
	exposition__family(e, "vmalock_vma_waits", FAMILY_COUNTER, NULL,
			   "Waits and back-offs on VMAs of a region.");
	write_regions(e, s, false);
	exposition__family(e, "vmalock_vma_wait_seconds", FAMILY_COUNTER, "seconds",
			   "Time of waits on VMAs of a region.");
	write_regions(e, s, true);
	exposition__family(e, "vmalock_vma_size_bytes", FAMILY_GAUGE, "bytes", "Size of a region.");
	for (size_t at = 0; (r = ranked(s, &at, &n)) != NULL;) {
		name_region(&l, r);
		exposition__u64(e, l.v, r->range.end - r->range.start);
	}
}

static void write_coverage(struct exposition *e, const struct coverage *c)
{
	exposition__family(e, "vmalock_coverage_info", FAMILY_GAUGE, NULL,
			   "How well this kernel lets each metric be known.");
	for (int i = 0; i < METRICS; i++)
		exposition__u64(e, (struct label[]){ { "metric", metric__name(i) },
						     { "grade", grade__name(c ? c->v[i].grade : EXACT) },
						     { NULL, NULL } }, 1);
}

/* What the maps say. */
static void write_model(struct exposition *e, const struct metrics_source *s)
{
	const struct model *m = s->m;

	write_faults(e, m);
	write_times(e, m);
	write_drains(e, m, s->names);
	write_events(e, m);
	write_open(e, m);
	write_blame(e, m);
	if (coverage__has(m->coverage, METRIC_VMAS)) {
		write_cgroups(e, m, s->cgroups);
		write_top(e, s);
	}
	write_coverage(e, m->coverage);
	counters(e, "vmalock_lost", "What is missing in the other metrics, by cause.", "cause", &m->lost);
}

void metrics__write(FILE *out, bool openmetrics, const struct metrics_source *s)
{
	struct exposition e = { .out = out, .openmetrics = openmetrics };

	if (s->m)
		write_model(&e, s);
	metrics_self__write(&e, s->self);
	exposition__end(&e);
}
