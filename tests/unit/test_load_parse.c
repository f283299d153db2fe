// SPDX-License-Identifier: GPL-2.0
/* Numbers, sizes, times and lists of modes on vmalock-load's command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mode_list.h"
#include "parse.h"

#define UNTOUCHED 0xdeadbeefu

static void refused(int (*parse)(const char *, uint64_t *), const char *const *list)
{
	for (; *list; list++) {
		uint64_t v = UNTOUCHED;

		if (!parse(*list, &v))
			fail_msg("'%s' was taken", *list);
		assert_int_equal(v, UNTOUCHED);
	}
}

static void numbers(void **state)
{
	static const char *const bad[] = {
		"", " ", "-1", "+1", "1 ", " 1", "0x10", "1e3", "1.0", "1K", "18446744073709551616", NULL,
	};
	uint64_t v;

	(void)state;
	assert_int_equal(parse_u64("0", &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(parse_u64("18446744073709551615", &v), 0);
	assert_int_equal(v, UINT64_MAX);
	assert_int_equal(parse_u64("010", &v), 0);
	assert_int_equal(v, 10);
	refused(parse_u64, bad);
}

static void sizes(void **state)
{
	static const char *const bad[] = {
		"", "K", "-1K", "1KB", "1KiB", "1 G", "1.5G", "1P", "16777216T", "17179869184G", NULL,
	};
	uint64_t v;

	(void)state;
	assert_int_equal(parse_size("4096", &v), 0);
	assert_int_equal(v, 4096);
	assert_int_equal(parse_size("3k", &v), 0);
	assert_int_equal(v, 3072);
	assert_int_equal(parse_size("2M", &v), 0);
	assert_int_equal(v, 2 << 20);
	assert_int_equal(parse_size("64G", &v), 0);
	assert_int_equal(v, 64ull << 30);
	assert_int_equal(parse_size("16777215T", &v), 0);
	assert_int_equal(v, 16777215ull << 40);
	refused(parse_size, bad);
}

static void times(void **state)
{
	static const char *const bad[] = {
		"", ".5", "1.", "1.2345", "1s", "-1", "1.5.5", "1,5", "18446744073709552", NULL,
	};
	uint64_t v;

	(void)state;
	assert_int_equal(parse_seconds("10", &v), 0);
	assert_int_equal(v, 10000);
	assert_int_equal(parse_seconds("1.5", &v), 0);
	assert_int_equal(v, 1500);
	assert_int_equal(parse_seconds("0.025", &v), 0);
	assert_int_equal(v, 25);
	refused(parse_seconds, bad);
}

static void lists(void **state)
{
	static const char *const bad[] = { "", ",", "anon,", ",anon", "anonymous", "ano", "anon,,fork", NULL };
	unsigned int modes;
	const char *at;
	int len;

	(void)state;
	assert_int_equal(mode_parse("anon", &modes, &at, &len), 0);
	assert_int_equal(modes, 1u << MODE_ANON);
	assert_int_equal(mode_parse("fork,replace,anon", &modes, &at, &len), 0);
	assert_int_equal(modes, 1u << MODE_ANON | 1u << MODE_FORK | 1u << MODE_REPLACE_SHARED);
	assert_int_equal(mode_parse("all", &modes, &at, &len), 0);
	assert_int_equal(modes, ((1u << MODE_NR) - 1) & ~(1u << MODE_COLD));
	for (unsigned int i = 0; i < MODE_NR; i++) {
		assert_int_equal(mode_parse(mode_name((enum mode_id)i), &modes, &at, &len), 0);
		assert_int_equal(modes, 1u << i);
	}
	for (unsigned int i = 0; bad[i]; i++)
		assert_int_equal(mode_parse(bad[i], &modes, &at, &len), -1);
	assert_int_equal(mode_parse("anon,nope,fork", &modes, &at, &len), -1);
	assert_memory_equal(at, "nope", 4);
	assert_int_equal(len, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(times),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests_name("load_parse", tests, NULL, NULL);
}
