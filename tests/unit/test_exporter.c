// SPDX-License-Identifier: GPL-2.0
/* What the exporter keeps: addresses to listen at, the history, regions' offsets, cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cgroups.h"
#include "history.h"
#include "listen_address.h"
#include "offsets.h"
#include "pages.h"

#define S	1000000000ULL
#define GIB	(1ULL << 30)
#define GIANT	0x7f2a00000000ULL

static void addresses(void **state)
{
	static const struct {
		const char *text, *url;	/* NULL: refused */
		bool loopback;
	} cases[] = {
		{ "9477", "http://127.0.0.1:9477/", true },
		{ "0", "http://127.0.0.1:0/", true },
		{ "127.0.0.2:80", "http://127.0.0.2:80/", true },
		{ "0.0.0.0:80", "http://0.0.0.0:80/", false },
		{ "[::1]:80", "http://[::1]:80/", true },
		{ "[::]:80", "http://[::]:80/", false },
		{ "[::ffff:127.0.0.1]:80", "http://[::ffff:127.0.0.1]:80/", true },
		/* for who doesn't know of which family the address is */
		{ "[127.0.0.2]:80", "http://127.0.0.2:80/", true },
		{ "[10.1.2.3]:80", "http://10.1.2.3:80/", false },
		{ "[10.1.2.3]", NULL, false }, { "[10.1.2]:80", NULL, false }, { "[]:80", NULL, false },
		{ "[10.1.2.3]:", NULL, false }, { "[10.1.2.3", NULL, false },
		{ "", NULL, false }, { "65536", NULL, false }, { "-1", NULL, false },
		{ "80x", NULL, false }, { "localhost:80", NULL, false }, { ":80", NULL, false },
		{ "127.0.0.1:", NULL, false }, { "::1:80", NULL, false }, { "[::1]80", NULL, false },
		{ "[::1", NULL, false }, { "127.0.0.1.2.3.4.5.6.7:1", NULL, false },
	};
	char url[LISTEN_URL_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct listen_address a;
		int err = listen_address__parse(&a, cases[i].text);

		if (!cases[i].url) {
			if (!err)
				fail_msg("taken: '%s'", cases[i].text);
			continue;
		}
		assert_int_equal(err, 0);
		assert_string_equal(listen_address__url(&a, url), cases[i].url);
		assert_int_equal(listen_address__loopback(&a), cases[i].loopback);
	}
}

static void the_history_is_a_ring(void **state)
{
	struct history *h = history__new();
	const struct history_column *c;
	uint64_t n = 0;

	(void)state;
	assert_non_null(h);
	assert_null(history__next(h, 0));
	for (uint64_t i = 1; i <= HISTORY_COLUMNS + 7; i++) {
		struct model m = { .faults = i, .elapsed_ns = S };

		m.timed[VT_BABY].hist = (struct vt_hist){ .zero = 1, .slots[3] = 2, .slots[VT_SLOTS - 1] = 3, .sum = 77 };
		history__add(h, &m, &(struct timespec){ .tv_sec = i });
	}
	assert_int_equal(history__seq(h), HISTORY_COLUMNS + 7);
	/* The oldest seven are gone, the others are there in order, and none twice. */
	for (uint64_t seq = 0; (c = history__next(h, seq)) != NULL; seq = c->seq, n++) {
		assert_int_equal(c->seq, 8 + n);
		assert_int_equal(c->faults, c->seq);
		assert_int_equal(c->end.tv_sec, c->seq);
	}
	assert_int_equal(n, HISTORY_COLUMNS);
	c = history__next(h, HISTORY_COLUMNS + 6);
	assert_int_equal(c->waits[VT_BABY].count, 6);
	assert_int_equal(c->waits[VT_BABY].total_ns, 77);
	assert_int_equal(c->waits[VT_BABY].rows[0], 1);
	assert_int_equal(c->waits[VT_BABY].rows[4], 2);
	assert_int_equal(c->waits[VT_BABY].rows[VT_SLOTS], 3);
	assert_null(history__next(h, HISTORY_COLUMNS + 7));
	assert_null(history__next(h, UINT64_MAX));
	history__free(h);
}

static struct offset_row at(uint64_t start, uint32_t shift, uint32_t tgid, uint64_t count)
{
	return (struct offset_row){ { .start = start, .tgid = tgid, .shift = shift },
				    { .count = count, .ns = 1000 * count } };
}

static void offsets_fall_into_rows(void **state)
{
	struct offset_row rows[] = {
		at(GIANT, 16, 7, 1), at(GIANT + GIB - 65536, 16, 7, 2),	/* first and last of the region */
		at(GIANT - 65536, 16, 7, 4), at(GIANT + GIB, 16, 7, 8),	/* right before and behind */
		at(GIANT, 16, 8, 16), at(0, 0, 7, 32),			/* of another; unknown */
	};
	struct offsets *o = offsets__new();
	const struct offset_region *r = offsets__follow(o, 7, GIANT, GIANT + GIB, rows, 6, 41, S);
	const struct offset_column *c;

	(void)state;
	assert_non_null(r);
	assert_int_equal(r->rows, 128);
	assert_int_equal(r->row_bytes, 8 << 20);
	assert_int_equal(r->first_row, GIANT);
	assert_int_equal(r->begun, 42);
	assert_int_equal(r->total[0].count, 1);
	assert_int_equal(r->total[127].count, 2);
	assert_int_equal(r->total[127].total_ns, 2000);
	assert_int_equal(r->unknown.count, 32);
	assert_null(offsets__next(r, 0));
	/* A column has what came since the one before. */
	rows[1].value.count += 5;
	offsets__add(o, rows, 6, 42, &(struct timespec){ .tv_sec = 9 }, S);
	r = offsets__follow(o, 7, GIANT, GIANT + GIB, rows, 6, 42, S);
	c = offsets__next(r, 0);
	assert_non_null(c);
	assert_int_equal(c->seq, 42);
	assert_int_equal(c->cells[0].count, 0);
	assert_int_equal(c->cells[127].count, 5);
	assert_int_equal(r->total[127].count, 7);
	assert_null(offsets__next(r, 42));
	offsets__free(o);
}

/* No granule is torn: rows grow to the largest, and begin anew. */
static void rows_are_no_finer_than_granules(void **state)
{
	struct offset_row rows[] = { at(GIANT, 16, 7, 1), at(GIANT + 64 * GIB, 26, 7, 3) };
	struct offsets *o = offsets__new();
	const struct offset_region *r = offsets__follow(o, 7, GIANT + 4096, GIANT + GIB, rows, 1, 1, S);

	(void)state;
	assert_int_equal(r->row_bytes, 8 << 20);
	assert_int_equal(r->first_row, GIANT);
	rows[1] = at(GIANT, 26, 7, 3);
	offsets__add(o, rows, 2, 2, &(struct timespec){ 0 }, S);
	assert_int_equal(r->row_bytes, 64 << 20);
	assert_int_equal(r->rows, 16);
	assert_int_equal(r->total[0].count, 4);
	assert_int_equal(r->begun, 3);
	assert_null(offsets__next(r, 0));
	offsets__free(o);
}

static void regions_nobody_asks_for_are_forgotten(void **state)
{
	struct offsets *o = offsets__new();
	const struct offset_region *r;

	(void)state;
	assert_false(offsets__any(o, S));
	for (uint64_t i = 0; i <= OFFSETS_REGIONS; i++)
		assert_non_null(offsets__follow(o, 1 + i, GIANT, GIANT + GIB, NULL, 0, i, i * S));
	/* The first gave way to the last; the second is still followed. */
	r = offsets__follow(o, 2, GIANT, GIANT + GIB, NULL, 0, 100, 20 * S);
	assert_int_equal(r->begun, 2);
	r = offsets__follow(o, 1, GIANT, GIANT + GIB, NULL, 0, 100, 20 * S);
	assert_int_equal(r->begun, 101);
	assert_true(offsets__any(o, 80 * S));
	assert_false(offsets__any(o, 81 * S));
	offsets__free(o);
}

/* The whole address space, and less than a page. */
static void odd_regions(void **state)
{
	struct offset_row rows[] = { at(GIANT, 16, 7, 1), at(UINT64_MAX << 16, 16, 7, 2) };
	struct offsets *o = offsets__new();
	const struct offset_region *r = offsets__follow(o, 7, 0, UINT64_MAX, rows, 2, 0, S);

	(void)state;
	assert_in_range(r->rows, 1, OFFSETS_ROWS);
	r = offsets__follow(o, 7, 1, 2, rows, 2, 0, S);
	assert_int_equal(r->rows, 1);
	assert_int_equal(r->total[0].count, 0);
	offsets__free(o);
}

static void name_groups(struct model_group *g, int n, int first)
{
	static char names[CGROUPS_MAX + 3][16];

	memset(g, 0, n * sizeof(*g));
	for (int i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "/pod%d", first + i);
		g[i].name = names[i];
		g[i].kinds[VT_BABY] = (struct vt_hist){ .slots[2] = 10 + i, .sum = 100 };
	}
}

static bool listed(const struct cgroups *c, const char *name)
{
	for (int i = 0; i < CGROUPS_MAX; i++)
		if (c->v[i].name && !strcmp(c->v[i].name, name))
			return true;
	return false;
}

static void cgroups_are_bounded_and_stay(void **state)
{
	static struct model_group g[CGROUPS_MAX + 3];
	static struct cgroups c;
	struct model m = { .groups = g, .n_groups = CGROUPS_MAX + 3 };

	(void)state;
	name_groups(g, CGROUPS_MAX + 3, 0);
	g[0].name = "cgroup 4711";	/* removed */
	g[1].name = "(others)";
	cgroups__update(&c, &m);
	assert_false(listed(&c, "cgroup 4711"));
	assert_false(listed(&c, "(others)"));
	assert_true(listed(&c, "/pod2"));
	assert_true(listed(&c, "/pod257"));
	assert_false(listed(&c, "/pod258"));
	assert_int_equal(c.unlisted, 1);
	assert_int_equal(c.v[0].count[VT_BABY], 12);
	assert_int_equal(c.v[0].ns[VT_BABY], 100);
	/* Another order, /pod2 gone: the others keep their places, the last gets its. */
	g[2].name = "/pod258";
	g[CGROUPS_MAX + 2].name = "/pod2x";
	cgroups__update(&c, &m);
	assert_true(listed(&c, "/pod258"));
	assert_false(listed(&c, "/pod2"));
	assert_false(listed(&c, "/pod2x"));
	assert_string_equal(c.v[1].name, "/pod3");
	/* Two of one name, which removed and made again may be. */
	g[4].name = "/pod3";
	cgroups__update(&c, &m);
	assert_int_equal(c.v[1].count[VT_BABY], 13 + 14);
	cgroups__clear(&c);
}

/* Containers of one pod, as systemd and containerd call them; Prometheus refuses a scrape with labels of more than 1024. */
static void cgroups_with_long_paths(void **state)
{
	static const char pod[] = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-"
		"pod1b4e28ba_2fa1_11d2_883f_0016d3cca427.slice/cri-containerd-%064d.scope";
	static char names[2][256], just[1025], longer[1026];
	static struct model_group g[4];
	static struct cgroups c;
	struct model m = { .groups = g, .n_groups = 4 };

	(void)state;
	name_groups(g, 4, 0);
	for (int i = 0; i < 2; i++) {
		snprintf(names[i], sizeof(names[i]), pod, i);
		g[i].name = names[i];
	}
	memset(just, '/', sizeof(just) - 1);
	memset(longer, '/', sizeof(longer) - 1);
	g[2].name = longer;
	g[3].name = just;
	cgroups__update(&c, &m);
	assert_string_equal(c.v[0].name, names[0]);
	assert_string_equal(c.v[1].name, names[1]);
	assert_string_equal(c.v[2].name, just);
	assert_null(c.v[3].name);
	assert_int_equal(c.v[0].count[VT_BABY], 10);
	assert_int_equal(c.unlisted, 1);
	cgroups__clear(&c);
}

static void pages_have_names(void **state)
{
	const struct page_file *f = pages__find("/");

	(void)state;
	assert_non_null(f);
	assert_string_equal(f->name, "index.html");
	assert_string_equal(pages__type(f), "text/html; charset=utf-8");
	assert_ptr_equal(f, pages__find("/index.html"));
	assert_true(f->len > 100);
	assert_null(pages__find("index.html"));
	assert_null(pages__find("//index.html"));
	assert_null(pages__find("/../index.html"));
	assert_null(pages__find(""));
	assert_int_equal(f->etag[0], '"');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(the_history_is_a_ring),
		cmocka_unit_test(offsets_fall_into_rows),
		cmocka_unit_test(rows_are_no_finer_than_granules),
		cmocka_unit_test(regions_nobody_asks_for_are_forgotten),
		cmocka_unit_test(odd_regions),
		cmocka_unit_test(cgroups_are_bounded_and_stay),
		cmocka_unit_test(cgroups_with_long_paths),
		cmocka_unit_test(pages_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
