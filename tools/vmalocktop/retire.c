// SPDX-License-Identifier: GPL-2.0
#include "retire.h"

#include <stdlib.h>
#include <string.h>

#include "cgroup_name.h"

struct table {
	char *rows;			/* each a key and a value */
	size_t n, size, key_size;
	int (*cmp)(const void *a, const void *b);
};

static struct table table_of(const struct snapshot *s, enum collector_map map)
{
	switch (map) {
	case MAP_GROUPS:
		return (struct table){ (char *)s->groups, s->n_groups, sizeof(*s->groups),
				       sizeof(s->groups->key), group_key_cmp };
	case MAP_BLOCKERS:
		return (struct table){ (char *)s->blockers, s->n_blockers, sizeof(*s->blockers),
				       sizeof(s->blockers->key), blocker_key_cmp };
	default:
		return (struct table){ (char *)s->vmas, s->n_vmas, sizeof(*s->vmas),
				       sizeof(s->vmas->key), vma_key_cmp };
	}
}

static char *find(const struct table *t, const void *key)
{
	return t->n ? bsearch(key, t->rows, t->n, t->size, t->cmp) : NULL;
}

/* The map that @row of @map's table is in: VMAs that found no room share a table with those that did. */
static enum collector_map home(enum collector_map map, const char *row)
{
	return map == MAP_VMAS && !((const struct vma_row *)row)->key.end ? MAP_REST : map;
}

/* The process that @row is about. */
static uint32_t process(enum collector_map map, const char *row)
{
	if (map == MAP_BLOCKERS)
		return ((const struct blocker_row *)row)->key.who.victim_tgid;
	return ((const struct vma_row *)row)->key.tgid;
}

static bool cgroup_removed(const struct group_row *row)
{
	char name[256];

	cgroup_name(row->key.id, name, sizeof(name));
	return name[0] != '/';
}

static bool gone(const struct retire *r, enum collector_map map, const char *row)
{
	if (map == MAP_GROUPS)
		return cgroup_removed((const struct group_row *)row);
	return !r->alive(process(map, row));
}

/* Whether @row has counted nothing since the idle snapshot. */
static bool idle(const struct retire *r, const struct table *then, enum collector_map map,
		 const struct table *now, const char *row)
{
	const char *before = r->idle && map != MAP_GROUPS ? find(then, row) : NULL;

	return before && !memcmp(before + now->key_size, row + now->key_size, now->size - now->key_size);
}

static void delete(const struct retire *r, enum collector_map map, const char *row)
{
	collector__retire(r->collector, home(map, row), row);
	for (size_t i = 0; i < r->n_earlier; i++) {
		const struct table t = table_of(r->earlier[i], map);
		char *old = find(&t, row);

		if (old)
			memset(old + t.key_size, 0, t.size - t.key_size);
	}
}

static uint64_t entries(const struct retire *r, enum collector_map map, enum collector_map in)
{
	const struct table t = table_of(r->now, map);
	uint64_t n = 0;

	for (size_t i = 0; i < t.n; i++)
		n += home(map, t.rows + i * t.size) == in;
	return n;
}

/* Make room in @in, whose rows are in the table of @map. */
static uint64_t run_map(const struct retire *r, enum collector_map map, enum collector_map in)
{
	uint64_t room = collector__room(r->collector, in), n = entries(r, map, in), retired = 0;
	const struct table t = table_of(r->now, map), then = r->idle ? table_of(r->idle, map) : t;

	if (n <= room / 2)
		return 0;
	for (int pass = 0; pass < 2; pass++) {
		/* The first pass has deleted what the second finds still there, too. */
		uint64_t left = n - retired;

		if (pass && left <= room / 4 * 3)
			break;
		for (size_t i = 0; i < t.n && (!pass || n - retired > room / 2); i++) {
			const char *row = t.rows + i * t.size;
			bool dead;

			if (home(map, row) != in)
				continue;
			dead = gone(r, map, row);
			if (pass ? dead || !idle(r, &then, map, &t, row) : !dead)
				continue;
			delete(r, map, row);
			retired++;
		}
	}
	return retired;
}

static uint64_t run_offsets(const struct retire *r)
{
	uint64_t retired = 0;

	if (r->n_offsets <= collector__room(r->collector, MAP_OFFSETS) / 2)
		return 0;
	for (size_t i = 0; i < r->n_offsets; i++) {
		if (r->alive(r->offsets[i].key.tgid))
			continue;
		collector__retire(r->collector, MAP_OFFSETS, &r->offsets[i].key);
		retired++;
	}
	return retired;
}

bool retire__run(const struct retire *r, uint64_t retired[COLLECTOR_MAPS])
{
	retired[MAP_VMAS] = run_map(r, MAP_VMAS, MAP_VMAS);
	retired[MAP_REST] = run_map(r, MAP_VMAS, MAP_REST);
	retired[MAP_GROUPS] = run_map(r, MAP_GROUPS, MAP_GROUPS);
	retired[MAP_BLOCKERS] = run_map(r, MAP_BLOCKERS, MAP_BLOCKERS);
	retired[MAP_OFFSETS] = run_offsets(r);
	for (int map = 0; map < COLLECTOR_MAPS; map++)
		if (retired[map])
			return true;
	return false;
}
