// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "recycle.h"

#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "hist.h"

#define LOOK_NS		(5 * 1000000000ULL)

/* Rows of one map: each a key and the value right behind it. */
struct kind {
	enum collector_map map;
	size_t size, key_size;
	int (*cmp)(const void *a, const void *b);
	/* the key of the others' row that @key goes to: those of its process, or of all */
	void (*others)(const void *key, bool all, void *others);
	void (*add)(void *value, const void *more);
	uint64_t (*ns)(const void *value);
};

/* A row's key, of any kind. */
union any_key {
	struct vt_vma_key vma;
	struct vt_group_key group;
	struct vt_stall_key stall;
	struct vt_stack_key stack;
};

struct rows {
	char **v;
	size_t *n;
};

struct recycle {
	struct collector *collector;
	struct snapshot given_up;	/* rows alone */
	struct snapshot last;		/* of the last look, if that found a map crowded; else empty */
	recycle__swept_fn swept;
	void *ctx;
	uint64_t lost_stacks, unasked;	/* until the last look: without a place, without being asked */
	bool stacks_scarce;		/* rows should make room for other stacks */
	uint64_t rows_given_up, stacks_given_up;
	uint64_t next_ns;
};

static void add_hist(void *value, const void *more)
{
	hist__add(value, more);
}

static uint64_t hist_ns(const void *value)
{
	return ((const struct vt_hist *)value)->sum;
}

static void add_blocker(void *value, const void *more)
{
	const struct vt_blocker *from = more;
	struct vt_blocker *to = value;

	to->count += from->count;
	to->ns += from->ns;
}

static uint64_t blocker_ns(const void *value)
{
	return ((const struct vt_blocker *)value)->ns;
}

/* The row that the programs use, too, for what finds no room. */
static void other_vmas(const void *key, bool all, void *others)
{
	const struct vt_vma_key *k = key;

	*(struct vt_vma_key *)others = (struct vt_vma_key){ .tgid = all ? 0 : k->tgid, .kind = k->kind };
}

static void other_groups(const void *key, bool all, void *others)
{
	const struct vt_group_key *k = key;

	(void)all;
	*(struct vt_group_key *)others = (struct vt_group_key){ .id = VT_OTHERS, .kind = k->kind };
}

static void other_blockers(const void *key, bool all, void *others)
{
	const struct vt_stall_key *k = key;
	struct vt_stall_key *o = others;

	*o = (struct vt_stall_key){ .who = {
		.victim_tgid = all ? 0 : k->who.victim_tgid, .kind = k->who.kind, .syscall = -1, .comm = "(others)",
	} };
}

/* Of drains the syscall is the operation, which has a name. */
static void other_stacks(const void *key, bool all, void *others)
{
	const struct vt_stack_key *k = key;

	*(struct vt_stack_key *)others = (struct vt_stack_key){
		.who = {
			.victim_tgid = all ? 0 : k->who.victim_tgid, .kind = k->who.kind,
			.syscall = k->who.kind == VT_DRAIN ? k->who.syscall : -1, .comm = "(others)",
		},
		.comm = "(others)", .user = -1, .kernel = -1, .blocker_user = -1, .blocker_kernel = -1,
	};
}

static const struct kind kinds[] = {
	{ MAP_VMAS, sizeof(struct vma_row), sizeof(struct vt_vma_key), vma_key_cmp, other_vmas, add_hist, hist_ns },
	{ MAP_GROUPS, sizeof(struct group_row), sizeof(struct vt_group_key), group_key_cmp, other_groups, add_hist,
	  hist_ns },
	{ MAP_BLOCKERS, sizeof(struct blocker_row), sizeof(struct vt_stall_key), blocker_key_cmp, other_blockers,
	  add_blocker, blocker_ns },
	{ MAP_STACKED, sizeof(struct stack_row), sizeof(struct vt_stack_key), stack_key_cmp, other_stacks,
	  add_blocker, blocker_ns },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct rows rows_of(struct snapshot *s, const struct kind *k)
{
	switch (k->map) {
	case MAP_GROUPS:
		return (struct rows){ (char **)&s->groups, &s->n_groups };
	case MAP_BLOCKERS:
		return (struct rows){ (char **)&s->blockers, &s->n_blockers };
	case MAP_STACKED:
		return (struct rows){ (char **)&s->stacks, &s->n_stacks };
	default:
		return (struct rows){ (char **)&s->vmas, &s->n_vmas };
	}
}

static char *find(const struct kind *k, struct rows rows, const void *key)
{
	return *rows.n ? bsearch(key, *rows.v, *rows.n, k->size, k->cmp) : NULL;
}

/* Add @value to the row of @key, a new one if there is none.  Returns 0, -1 when memory is short. */
static int add(const struct kind *k, struct rows rows, const void *key, const void *value)
{
	char *row = find(k, rows, key), *more;
	size_t at = 0;

	if (row) {
		k->add(row + k->key_size, value);
		return 0;
	}
	more = realloc(*rows.v, (*rows.n + 1) * k->size);
	if (!more)
		return -1;
	*rows.v = more;
	while (at < *rows.n && k->cmp(more + at * k->size, key) < 0)
		at++;
	row = more + at * k->size;
	memmove(row + k->size, row, (*rows.n - at) * k->size);
	memcpy(row, key, k->key_size);
	memcpy(row + k->key_size, value, k->size - k->key_size);
	++*rows.n;
	return 0;
}

static bool are_others(const struct kind *k, const char *row)
{
	union any_key others = { 0 };

	k->others(row, false, &others);
	return !memcmp(row, &others, k->key_size);
}

/*
 * Give up @row.  Returns 1; 0 if it isn't there; -1 when memory is short.
 *
 * A program that has just looked it up may still add a wait to it, which then
 * is another row's or none's. After seconds without any, that is one in a while.
 */
static int give_up(struct recycle *r, const struct kind *k, const char *row, struct snapshot *before,
		   size_t n)
{
	union any_key others = { 0 };
	struct vt_hist value = { 0 };		/* the largest value */
	struct rows to = rows_of(&r->given_up, k);

	if (collector__take(r->collector, k->map, row, &value))
		return 0;
	k->others(row, false, &others);
	/* As many processes as there may be rows are enough. */
	if (*to.n >= collector__room(r->collector, k->map) && !find(k, to, &others))
		k->others(row, true, &others);
	if (add(k, to, &others, &value))
		return -1;
	/* What has been reported of it has been reported of the others. */
	for (size_t i = 0; i < n; i++) {
		struct rows old = rows_of(&before[i], k);
		char *then = find(k, old, row);

		if (!then)
			continue;
		memcpy(&value, then + k->key_size, k->size - k->key_size);
		memset(then + k->key_size, 0, k->size - k->key_size);
		if (add(k, old, &others, &value))
			return -1;
	}
	return 1;
}

static int by_ns(const void *a, const void *b, void *kind)
{
	const char *const *x = a, *const *y = b;
	const struct kind *k = kind;
	uint64_t ns_x = k->ns(*x + k->key_size), ns_y = k->ns(*y + k->key_size);

	return (ns_x > ns_y) - (ns_x < ns_y);
}

/* Rows of @now that count as much as in the last look, least time first; NULL when memory is short. */
static const char **idle_rows(struct recycle *r, const struct kind *k, struct rows now, size_t *n)
{
	const char **idle = calloc(*now.n + 1, sizeof(*idle));
	struct rows last = rows_of(&r->last, k);

	*n = 0;
	for (size_t i = 0; idle && i < *now.n; i++) {
		const char *row = *now.v + i * k->size, *then = find(k, last, row);

		if (then && !memcmp(then, row, k->size) && !are_others(k, row))
			idle[(*n)++] = row;
	}
	if (idle)
		qsort_r(idle, *n, sizeof(*idle), by_ns, (void *)k);
	return idle;
}

static bool crowded(const struct recycle *r, const struct kind *k, struct snapshot *now)
{
	uint64_t room = collector__room(r->collector, k->map);

	/* A map that isn't asked for has room for one. */
	return room > 1 && (*rows_of(now, k).n > room / 4 * 3 ||
			    (k->map == MAP_STACKED && r->stacks_scarce));
}

static int run_kind(struct recycle *r, const struct kind *k, struct snapshot *now, struct snapshot *before,
		    size_t n_before)
{
	struct rows rows = rows_of(now, k);
	uint64_t left = collector__room(r->collector, k->map) / 2;
	const char **idle;
	size_t n;
	int given_up = 0;

	if (!crowded(r, k, now))
		return 0;
	idle = idle_rows(r, k, rows, &n);
	if (!idle)
		return -1;
	/* Few rows may refer to many stacks. */
	if (k->map == MAP_STACKED && r->stacks_scarce && left > *rows.n / 2)
		left = *rows.n / 2;
	for (size_t i = 0; i < n && *rows.n - given_up > left; i++) {
		int err = give_up(r, k, idle[i], before, n_before);

		if (err < 0) {
			free(idle);
			return -1;
		}
		given_up += err;
	}
	free(idle);
	return given_up;
}

struct recycle *recycle__new(struct collector *c, recycle__swept_fn swept, void *ctx)
{
	struct recycle *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->collector = c;
	r->swept = swept;
	r->ctx = ctx;
	return r;
}

void recycle__free(struct recycle *r)
{
	if (!r)
		return;
	snapshot__free(&r->given_up);
	snapshot__free(&r->last);
	free(r);
}

static int by_id(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* How many stacks rows refer to; 0 when memory is short. */
static size_t stacks_of(const struct stack_row *rows, size_t n)
{
	int32_t *ids = calloc(4 * n + 1, sizeof(*ids));
	size_t used = 0;

	if (!ids)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct vt_stack_key *k = &rows[i].key;

		memcpy(&ids[4 * i], (int32_t[]){ k->user, k->kernel, k->blocker_user, k->blocker_kernel },
		       4 * sizeof(*ids));
	}
	qsort(ids, 4 * n, sizeof(*ids), by_id);
	for (size_t i = 0; i < 4 * n; i++)
		used += ids[i] >= 0 && (!i || ids[i] != ids[i - 1]);
	free(ids);
	return used;
}

/*
 * Look how many stacks there are.  Returns whether deleting those that no row
 * refers to is worth the pause, whatever happens to the rows.
 */
static bool look_at_stacks(struct recycle *r, const struct snapshot *now)
{
	const __u64 *lost = now->counters.lost;
	bool no_place = lost[VT_LOST_STACK] != r->lost_stacks;
	bool unasked = lost[VT_LOST_WANTED_FULL] != r->unasked;
	uint64_t room = collector__stack_room(r->collector);
	size_t used;

	r->lost_stacks = lost[VT_LOST_STACK];
	r->unasked = lost[VT_LOST_WANTED_FULL];
	r->stacks_scarce = false;
	if (!no_place)
		return unasked;
	used = stacks_of(now->stacks, now->n_stacks);
	/* A stack has one place, which more often than not is another's then. */
	r->stacks_scarce = used > room / 2;
	return unasked || collector__n_stacks(r->collector) > used + room / 8;
}

static void sweep(struct recycle *r)
{
	struct stack_row *rows;
	size_t n;
	int deleted = collector__sweep_stacks(r->collector, &rows, &n);

	/* Those that could not be deleted stay what they are. */
	if (deleted < 0)
		return;
	r->stacks_given_up += deleted;
	if (r->swept)
		r->swept(r->ctx, rows, n);
	free(rows);
}

static int out_of_memory(void)
{
	elog("out of memory: free some and try again, or give a smaller --max-entries");
	return -1;
}

int recycle__run(struct recycle *r, struct snapshot *before, size_t n_before, uint64_t now_ns)
{
	struct snapshot now;
	bool any = false, scarce;
	int given_up = 0;

	if (now_ns < r->next_ns)
		return 0;
	r->next_ns = now_ns + LOOK_NS;
	if (collector__read(r->collector, &now))
		return -1;
	scarce = look_at_stacks(r, &now);
	for (size_t i = 0; i < KINDS; i++) {
		int n = run_kind(r, &kinds[i], &now, before, n_before);

		if (n < 0) {
			snapshot__free(&now);
			return out_of_memory();
		}
		given_up += n;
		scarce |= n && kinds[i].map == MAP_STACKED;
		any |= crowded(r, &kinds[i], &now);
	}
	snapshot__free(&r->last);
	if (any)
		r->last = now;
	else
		snapshot__free(&now);
	r->rows_given_up += given_up;
	if (scarce)
		sweep(r);
	return given_up;
}

void recycle__cost(const struct recycle *r, struct cost *cost)
{
	cost->rows_given_up = r->rows_given_up;
	cost->stacks_given_up = r->stacks_given_up;
}

int recycle__add(const struct recycle *r, struct snapshot *now)
{
	struct snapshot given_up = r->given_up;

	for (size_t i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];
		struct rows from = rows_of(&given_up, k);

		for (size_t j = 0; j < *from.n; j++) {
			const char *row = *from.v + j * k->size;

			if (add(k, rows_of(now, k), row, row + k->key_size)) {
				snapshot__free(now);
				return out_of_memory();
			}
		}
	}
	return 0;
}
