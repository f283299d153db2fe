// SPDX-License-Identifier: GPL-2.0
#include "maps.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static int append(struct ranges *r, const struct range *range)
{
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		struct range *v = realloc(r->v, room * sizeof(*v));

		if (!v)
			return -1;
		r->v = v;
		r->room = room;
	}
	r->v[r->n++] = *range;
	return 0;
}

void ranges__free(struct ranges *r)
{
	free(r->v);
	*r = (struct ranges){ 0 };
}

/* The name as people know it: without /proc's "/" before and " (deleted)" after a memfd's. */
static void set_name(struct range *r, char *name)
{
	static const char deleted[] = " (deleted)";
	size_t n = strlen(name);

	while (n && (name[n - 1] == '\n' || name[n - 1] == ' '))
		name[--n] = '\0';
	if (!strncmp(name, "/memfd:", 7)) {
		name++;
		n--;
		if (n > sizeof(deleted) - 1 && !strcmp(name + n - (sizeof(deleted) - 1), deleted))
			name[n -= sizeof(deleted) - 1] = '\0';
	}
	if (!n)
		name = "[anon]";
	else if (n >= sizeof(r->name))
		name += n - (sizeof(r->name) - 1);
	strcpy(r->name, name);
	text__clean(r->name);
}

int maps__parse(FILE *file, struct ranges *maps)
{
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	while (!err && getline(&line, &room, file) > 0) {
		struct range r;
		int name = 0;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*4s %*x %*x:%*x %*u %n",
			   &r.start, &r.end, &name) != 2 || !name || r.start >= r.end) {
			err = -1;
			break;
		}
		set_name(&r, line + name);
		err = append(maps, &r);
	}
	if (ferror(file))
		err = -1;
	free(line);
	return err;
}

static bool same_name(const struct range *a, const struct range *b)
{
	return !strcmp(a->name, b->name);
}

/* Index of the last mapping of the region that begins at mapping @i. */
static size_t region_end(const struct ranges *maps, size_t i)
{
	const struct range *v = maps->v, *first = &v[i];
	bool named = strcmp(first->name, "[anon]");
	uint64_t covered = first->end - first->start;
	size_t last = i;

	for (size_t k = i + 1; k < maps->n && v[k].start == v[k - 1].end; k++) {
		if (same_name(first, &v[k])) {
			covered += v[k].end - v[k].start;
			if (covered >= (v[k].end - first->start) / 2)
				last = k;
		} else if (!named || v[k].end - first->start > 2 * covered) {
			break;
		}
	}
	return last;
}

int maps__regions(const struct ranges *maps, struct ranges *regions)
{
	for (size_t i = 0; i < maps->n; i++) {
		struct range r = maps->v[i];

		i = region_end(maps, i);
		r.end = maps->v[i].end;
		if (append(regions, &r))
			return -1;
	}
	return 0;
}

/* Index of the first range that ends after @addr. */
static size_t first_after(const struct ranges *ranges, uint64_t addr)
{
	size_t low = 0, high = ranges->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ranges->v[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Bytes that @r has in common with [start, end), which it overlaps. */
static uint64_t overlap(const struct range *r, uint64_t start, uint64_t end)
{
	return (r->end < end ? r->end : end) - (r->start > start ? r->start : start);
}

/* Bytes of @r that are mapped. */
static uint64_t mapped(const struct ranges *maps, const struct range *r)
{
	uint64_t bytes = 0;

	for (size_t i = first_after(maps, r->start); i < maps->n && maps->v[i].start < r->end; i++)
		bytes += overlap(&maps->v[i], r->start, r->end);
	return bytes;
}

/* Whether a region in @fresh overlaps @r and is larger. */
static bool outgrown(const struct ranges *fresh, const struct range *r)
{
	for (size_t i = first_after(fresh, r->start); i < fresh->n; i++) {
		const struct range *f = &fresh->v[i];

		if (f->start >= r->end)
			break;
		if (f->end - f->start > r->end - r->start)
			return true;
	}
	return false;
}

/* Append what of @f isn't in one of the first @n ranges of @to, which are sorted. */
static int append_rest(struct ranges *to, size_t n, const struct range *f)
{
	struct ranges sorted = { .v = to->v, .n = n };
	struct range part = *f;

	for (size_t i = first_after(&sorted, f->start); i < n && part.start < f->end; i++) {
		struct range stays = to->v[i];

		if (stays.start >= f->end)
			break;
		part.end = stays.start;
		if (part.start < part.end && append(to, &part))
			return -1;
		part.start = stays.end;
	}
	part.end = f->end;
	return part.start < part.end ? append(to, &part) : 0;
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

int maps__remember(struct ranges *kept, const struct ranges *maps)
{
	struct ranges fresh = { 0 }, merged = { 0 };
	int err = maps__regions(maps, &fresh);
	size_t stay;

	for (size_t i = 0; !err && i < kept->n; i++) {
		const struct range *r = &kept->v[i];

		if (mapped(maps, r) >= (r->end - r->start) / 2 && !outgrown(&fresh, r))
			err = append(&merged, r);
	}
	stay = merged.n;
	for (size_t i = 0; !err && i < fresh.n; i++)
		err = append_rest(&merged, stay, &fresh.v[i]);
	ranges__free(&fresh);
	if (err) {
		ranges__free(&merged);
		return -1;
	}
	qsort(merged.v, merged.n, sizeof(*merged.v), by_start);
	ranges__free(kept);
	*kept = merged;
	return 0;
}

const struct range *maps__find(const struct ranges *ranges, uint64_t start, uint64_t end)
{
	const struct range *best = NULL;
	uint64_t most = 0;

	for (size_t i = first_after(ranges, start); i < ranges->n; i++) {
		const struct range *r = &ranges->v[i];
		uint64_t common;

		if (r->start >= end)
			break;
		common = overlap(r, start, end);
		if (common > most) {
			most = common;
			best = r;
		}
	}
	return best;
}
