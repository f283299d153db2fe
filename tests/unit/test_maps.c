// SPDX-License-Identifier: GPL-2.0
/* Mappings and the regions that they make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "maps.h"

static int parse(const char *text, struct ranges *maps)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(f);
	err = maps__parse(f, maps);
	fclose(f);
	return err;
}

static void check(const struct ranges *r, size_t i, uint64_t start, uint64_t end, const char *name)
{
	assert_true(i < r->n);
	assert_int_equal(r->v[i].start, start);
	assert_int_equal(r->v[i].end, end);
	assert_string_equal(r->v[i].name, name);
}

static void names(void **state)
{
	struct ranges m = { 0 };

	(void)state;
	assert_int_equal(parse(
		"00400000-00401000 r-xp 00000000 08:01 123                        /usr/bin/my prog\n"
		"01000000-01021000 rw-p 00000000 00:00 0                          [heap]\n"
		"7f0000000000-7f1000000000 rw-p 00000000 00:00 0                  [anon:java heap]\n"
		"7f1000000000-7f1000001000 rw-p 00000000 00:00 0 \n"
		"7f1000001000-7f1000002000 rw-s 00000000 00:01 2052               /memfd:pool (deleted)\n"
		"7f1000002000-7f1000003000 r--p 00000000 08:01 9                  /tmp/gone (deleted)\n"
		"7f1000003000-7f1000004000 r--p 00000000 08:01 9                  /memfd:x\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]\n", &m), 0);
	assert_int_equal(m.n, 8);
	check(&m, 0, 0x400000, 0x401000, "/usr/bin/my prog");
	check(&m, 1, 0x1000000, 0x1021000, "[heap]");
	check(&m, 2, 0x7f0000000000, 0x7f1000000000, "[anon:java heap]");
	check(&m, 3, 0x7f1000000000, 0x7f1000001000, "[anon]");
	check(&m, 4, 0x7f1000001000, 0x7f1000002000, "memfd:pool");
	check(&m, 5, 0x7f1000002000, 0x7f1000003000, "/tmp/gone (deleted)");
	check(&m, 6, 0x7f1000003000, 0x7f1000004000, "memfd:x");
	check(&m, 7, 0xffffffffff600000, 0xffffffffff601000, "[vsyscall]");
	ranges__free(&m);
}

static void long_and_odd_names(void **state)
{
	char line[400] = "1000-2000 rw-p 00000000 08:01 9 /";
	struct ranges m = { 0 };
	size_t n = strlen(line);

	(void)state;
	memset(line + n, 'x', 200);
	strcpy(line + n + 200, "/end\n2000-3000 rw-p 00000000 08:01 9 /a\x1b[2J\n");
	assert_int_equal(parse(line, &m), 0);
	assert_int_equal(strlen(m.v[0].name), MAP_NAME_LEN - 1);
	assert_string_equal(m.v[0].name + MAP_NAME_LEN - 5, "/end");
	assert_string_equal(m.v[1].name, "/a?[2J");
	ranges__free(&m);
}

static void malformed(void **state)
{
	static const char *const bad[] = {
		"hello\n", "1000 rw-p 0 0:0 0\n", "2000-1000 rw-p 0 0:0 0 x\n", "1000-2000\n", NULL,
	};

	(void)state;
	for (int i = 0; bad[i]; i++) {
		struct ranges m = { 0 };

		assert_int_equal(parse(bad[i], &m), -1);
		ranges__free(&m);
	}
}

#define MAP(start, end, name) #start "-" #end " rw-p 00000000 00:00 0 " name "\n"

static struct ranges regions(const char *text)
{
	struct ranges m = { 0 }, r = { 0 };

	assert_int_equal(parse(text, &m), 0);
	assert_int_equal(maps__regions(&m, &r), 0);
	ranges__free(&m);
	return r;
}

static void pieces_are_one_region(void **state)
{
	struct ranges r = regions(MAP(100000, 180000, "[anon:giant]")
				  MAP(180000, 181000, "")
				  MAP(181000, 200000, "[anon:giant]")
				  MAP(200000, 202000, "memfd:pool")
				  MAP(202000, 300000, "[anon:giant]")
				  MAP(300000, 301000, "other")
				  MAP(400000, 401000, "[anon:giant]"));

	(void)state;
	assert_int_equal(r.n, 3);
	check(&r, 0, 0x100000, 0x300000, "[anon:giant]");
	check(&r, 1, 0x300000, 0x301000, "other");
	check(&r, 2, 0x400000, 0x401000, "[anon:giant]");
	ranges__free(&r);
}

static void unnamed_pieces_join_only_each_other(void **state)
{
	struct ranges r = regions(MAP(1000, 2000, "") MAP(2000, 3000, "")
				  MAP(3000, 4000, "libc.so") MAP(4000, 5000, ""));

	(void)state;
	assert_int_equal(r.n, 3);
	check(&r, 0, 0x1000, 0x3000, "[anon]");
	check(&r, 1, 0x3000, 0x4000, "libc.so");
	check(&r, 2, 0x4000, 0x5000, "[anon]");
	ranges__free(&r);
}

static void mostly_others_is_no_region(void **state)
{
	struct ranges r = regions(MAP(1000, 2000, "a") MAP(2000, 9000, "b") MAP(9000, a000, "a"));

	(void)state;
	assert_int_equal(r.n, 3);
	ranges__free(&r);
}

static void remember(struct ranges *kept, const char *text)
{
	struct ranges m = { 0 };

	assert_int_equal(parse(text, &m), 0);
	assert_int_equal(maps__remember(kept, &m), 0);
	ranges__free(&m);
}

static void a_region_outlives_its_pieces(void **state)
{
	struct ranges kept = { 0 };

	(void)state;
	remember(&kept, MAP(100000, 200000, "[anon:giant]") MAP(300000, 301000, "x"));
	/* All of it replaced, and the last piece has merged with what follows. */
	remember(&kept, MAP(100000, 180000, "memfd:a") MAP(180000, 1f0000, "")
			MAP(1f0000, 210000, "memfd:b") MAP(300000, 301000, "x"));
	assert_int_equal(kept.n, 3);
	check(&kept, 0, 0x100000, 0x200000, "[anon:giant]");
	check(&kept, 1, 0x200000, 0x210000, "memfd:b");
	check(&kept, 2, 0x300000, 0x301000, "x");
	/* Grown: the larger one counts. */
	remember(&kept, MAP(100000, 280000, "[anon:giant]") MAP(300000, 301000, "x"));
	assert_int_equal(kept.n, 2);
	check(&kept, 0, 0x100000, 0x280000, "[anon:giant]");
	/* Unmapped, and something small at the same place. */
	remember(&kept, MAP(100000, 110000, "new"));
	assert_int_equal(kept.n, 1);
	check(&kept, 0, 0x100000, 0x110000, "new");
	ranges__free(&kept);
}

static void find(void **state)
{
	struct ranges m = { 0 };

	(void)state;
	assert_null(maps__find(&m, 0x1000, 0x2000));
	assert_int_equal(parse(MAP(1000, 2000, "a") MAP(3000, 4000, "b"), &m), 0);
	assert_null(maps__find(&m, 0, 0x1000));
	assert_string_equal(maps__find(&m, 0x1000, 0x1001)->name, "a");
	assert_string_equal(maps__find(&m, 0x1fff, 0x2000)->name, "a");
	assert_null(maps__find(&m, 0x2000, 0x3000));
	assert_string_equal(maps__find(&m, 0x3000, 0x4000)->name, "b");
	assert_null(maps__find(&m, 0x4000, 0x5000));
	/* The start of what was one VMA has been replaced since: its rest says what it was. */
	assert_string_equal(maps__find(&m, 0x1800, 0x4000)->name, "b");
	ranges__free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(long_and_odd_names),
		cmocka_unit_test(malformed),
		cmocka_unit_test(pieces_are_one_region),
		cmocka_unit_test(unnamed_pieces_join_only_each_other),
		cmocka_unit_test(mostly_others_is_no_region),
		cmocka_unit_test(a_region_outlives_its_pieces),
		cmocka_unit_test(find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
