// SPDX-License-Identifier: GPL-2.0
#include "offsets.h"

#include <stdlib.h>
#include <string.h>

#define WANTED_ROWS	128
#define KEEP_NS		60000000000ULL

struct followed {
	struct offset_region region;	/* first: offsets__next() is given it */
	uint64_t asked_ns;
	size_t n;			/* columns that there have been */
	struct offset_column columns[OFFSETS_COLUMNS]; /* the i-th is at i % OFFSETS_COLUMNS */
};

struct offsets {
	struct followed *v[OFFSETS_REGIONS];
};

struct offsets *offsets__new(void)
{
	return calloc(1, sizeof(struct offsets));
}

void offsets__free(struct offsets *o)
{
	for (int i = 0; o && i < OFFSETS_REGIONS; i++)
		free(o->v[i]);
	free(o);
}

static uint64_t granule(const struct offset_row *row)
{
	return 1ULL << (row->key.shift & 63);
}

/* Whether @row is about an address in @r. */
static bool within(const struct offset_region *r, const struct offset_row *row)
{
	return row->key.tgid == r->tgid && row->key.shift && row->key.start < r->end &&
	       row->key.start + granule(row) > r->start;
}

/* Choose rows of a power of two that no granule is larger than.  Returns whether they differ from before. */
static bool choose_rows(struct offset_region *r, const struct offset_row *rows, size_t n)
{
	uint64_t bytes = r->row_bytes ? r->row_bytes : 4096, before = r->row_bytes;

	while (bytes <= (r->end - 1 - r->start) / WANTED_ROWS)
		bytes *= 2;
	for (size_t i = 0; i < n; i++)
		if (within(r, &rows[i]) && granule(&rows[i]) > bytes)
			bytes = granule(&rows[i]);
	r->row_bytes = bytes;
	r->first_row = r->start & ~(bytes - 1);
	r->rows = (r->end - 1 - r->first_row) / bytes + 1;
	return bytes != before;
}

static void add_cell(struct offset_cell *c, const struct offset_row *row)
{
	c->count += row->value.count;
	c->total_ns += row->value.ns;
}

/* What @rows have counted in each of @r's rows. */
static void sum(const struct offset_region *r, const struct offset_row *rows, size_t n,
		struct offset_cell cells[OFFSETS_ROWS], struct offset_cell *unknown)
{
	memset(cells, 0, OFFSETS_ROWS * sizeof(*cells));
	memset(unknown, 0, sizeof(*unknown));
	for (size_t i = 0; i < n; i++) {
		/* A granule that begins before the region is in its first row. */
		uint64_t at = rows[i].key.start > r->first_row ? rows[i].key.start : r->first_row;

		if (within(r, &rows[i]))
			add_cell(&cells[(at - r->first_row) / r->row_bytes], &rows[i]);
		else if (rows[i].key.tgid == r->tgid && !rows[i].key.shift)
			add_cell(unknown, &rows[i]);
	}
}

/* Begin anew. */
static void start(struct followed *f, const struct offset_row *rows, size_t n, uint64_t seq)
{
	f->n = 0;
	f->region.begun = seq + 1;
	sum(&f->region, rows, n, f->region.total, &f->region.unknown);
}

static struct followed *find(struct offsets *o, uint32_t tgid, uint64_t start, uint64_t end)
{
	for (int i = 0; i < OFFSETS_REGIONS; i++) {
		struct followed *f = o->v[i];

		if (f && f->region.tgid == tgid && f->region.start == start && f->region.end == end)
			return f;
	}
	return NULL;
}

/* A place for another region. */
static struct followed **place(struct offsets *o)
{
	struct followed **best = &o->v[0];

	for (int i = 0; i < OFFSETS_REGIONS; i++) {
		if (!o->v[i])
			return &o->v[i];
		if (o->v[i]->asked_ns < (*best)->asked_ns)
			best = &o->v[i];
	}
	return best;
}

const struct offset_region *offsets__follow(struct offsets *o, uint32_t tgid, uint64_t from,
					    uint64_t end, const struct offset_row *rows, size_t n,
					    uint64_t seq, uint64_t now_ns)
{
	struct followed *f = find(o, tgid, from, end), **at;

	if (!f) {
		f = calloc(1, sizeof(*f));
		if (!f)
			return NULL;
		f->region = (struct offset_region){ .tgid = tgid, .start = from, .end = end };
		choose_rows(&f->region, rows, n);
		start(f, rows, n, seq);
		at = place(o);
		free(*at);
		*at = f;
	}
	f->asked_ns = now_ns;
	return &f->region;
}

bool offsets__any(struct offsets *o, uint64_t now_ns)
{
	bool any = false;

	for (int i = 0; i < OFFSETS_REGIONS; i++) {
		if (o->v[i] && now_ns - o->v[i]->asked_ns > KEEP_NS) {
			free(o->v[i]);
			o->v[i] = NULL;
		}
		any |= o->v[i] != NULL;
	}
	return any;
}

/* Entries that are gone leave less than there was. */
static uint64_t more(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void offsets__add(struct offsets *o, const struct offset_row *rows, size_t n, uint64_t seq,
		  const struct timespec *end, uint64_t elapsed_ns)
{
	for (int i = 0; i < OFFSETS_REGIONS; i++) {
		struct offset_cell before[OFFSETS_ROWS];
		struct followed *f = o->v[i];
		struct offset_column *c;

		if (!f)
			continue;
		if (choose_rows(&f->region, rows, n)) {
			start(f, rows, n, seq);
			continue;
		}
		memcpy(before, f->region.total, sizeof(before));
		sum(&f->region, rows, n, f->region.total, &f->region.unknown);
		c = &f->columns[f->n++ % OFFSETS_COLUMNS];
		c->seq = seq;
		c->end = *end;
		c->elapsed_ns = elapsed_ns;
		for (unsigned int r = 0; r < f->region.rows; r++) {
			c->cells[r].count = more(f->region.total[r].count, before[r].count);
			c->cells[r].total_ns = more(f->region.total[r].total_ns, before[r].total_ns);
		}
	}
}

const struct offset_column *offsets__next(const struct offset_region *r, uint64_t seq)
{
	const struct followed *f = (const struct followed *)r;
	size_t first = f->n > OFFSETS_COLUMNS ? f->n - OFFSETS_COLUMNS : 0;

	for (size_t i = first; i < f->n; i++)
		if (f->columns[i % OFFSETS_COLUMNS].seq > seq)
			return &f->columns[i % OFFSETS_COLUMNS];
	return NULL;
}
