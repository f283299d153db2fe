// SPDX-License-Identifier: GPL-2.0
/* Pieces of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "text.h"

static void sizes(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(text__size(0, buf, sizeof(buf)), "0B");
	assert_string_equal(text__size(1023, buf, sizeof(buf)), "1023B");
	assert_string_equal(text__size(4096, buf, sizeof(buf)), "4.0K");
	assert_string_equal(text__size(64ULL << 30, buf, sizeof(buf)), "64.0G");
	assert_string_equal(text__size(128ULL << 40, buf, sizeof(buf)), "128.0T");
	assert_string_equal(text__size(UINT64_MAX, buf, sizeof(buf)), "16.0E");
}

static void cleaned(const char *from, const char *to)
{
	char buf[64];

	strcpy(buf, from);
	text__clean(buf);
	assert_string_equal(buf, to);
}

static void cleaning(void **state)
{
	(void)state;
	cleaned("", "");
	cleaned("plain [anon:x] ~", "plain [anon:x] ~");
	cleaned("a\nb\tc\x7f", "a?b?c?");
	cleaned("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	cleaned("\xff\xc3", "??");			/* no UTF-8; cut off */
	cleaned("\xc0\xaf\xe0\x80\xaf", "?????");	/* overlong */
	cleaned("\xed\xa0\x80", "???");			/* a surrogate */
	cleaned("\xc2\x9b", "??");			/* a control character of terminals */
	cleaned("\xf4\x90\x80\x80", "????");		/* beyond Unicode */
}

/* Characters aren't cut. */
static void bytes_of_characters(void **state)
{
	static const char text[] = "\u00e9\u20ac\U0001f600a";
	static const int bytes[] = { 0, 2, 5, 9, 10, 10 };

	(void)state;
	for (int i = 0; i < 6; i++) {
		int n = i;

		assert_int_equal(text__bytes(text, &n), bytes[i]);
		assert_int_equal(n, i < 5 ? i : 4);
	}
}

static void fitting(void **state)
{
	static const char just[] = "/a/path/that/fits/the/column/in/whole";
	char buf[41];

	(void)state;
	assert_ptr_equal(text__fit(just, buf, sizeof(buf)), just);
	assert_string_equal(text__fit("/kubepods.slice/kubepods-pod1.slice/cri-containerd-7f.scope", buf, sizeof(buf)),
			    "/kubepods....ice/cri-containerd-7f.scope");
	/* No sequence is cut through, neither before the gap nor behind it. */
	assert_string_equal(text__fit("/12345678\xc3\xa9/-----------------------------/\xe2\x82\xac/234567890123456789012345",
				      buf, sizeof(buf)), "/12345678.../234567890123456789012345");
}

static void times(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(text__time(0, buf, sizeof(buf)), "0");
	assert_string_equal(text__time(1, buf, sizeof(buf)), "1ns");
	assert_string_equal(text__time(999, buf, sizeof(buf)), "999ns");
	assert_string_equal(text__time(999.9, buf, sizeof(buf)), "1.00us");
	assert_string_equal(text__time(1234, buf, sizeof(buf)), "1.23us");
	assert_string_equal(text__time(12345678, buf, sizeof(buf)), "12.3ms");
	assert_string_equal(text__time(999999999, buf, sizeof(buf)), "1.00s");
	assert_string_equal(text__time(99.97e6, buf, sizeof(buf)), "100ms");
	assert_string_equal(text__time(86400e9, buf, sizeof(buf)), "86400s");
	assert_string_equal(text__max(1234, true, buf, sizeof(buf)), "1.23us");
	assert_string_equal(text__max(1234, false, buf, sizeof(buf)), "<=1.23us");
}

static void parsed_times(void **state)
{
	static const char *const wrong[] = {
		"", "1", "ms", "1.5ms", "-1ms", "1 ms", " 1ms", "1msx", "0x1s", "1m", "18446744074s",
		"99999999999999999999999999ns",
	};
	uint64_t ns = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(text__parse_time(wrong[i], &ns), -1);
	assert_int_equal(ns, 42);
	assert_int_equal(text__parse_time("7ns", &ns), 0);
	assert_int_equal(ns, 7);
	assert_int_equal(text__parse_time("500us", &ns), 0);
	assert_int_equal(ns, 500000);
	assert_int_equal(text__parse_time("10ms", &ns), 0);
	assert_int_equal(ns, 10000000);
	assert_int_equal(text__parse_time("18446744073s", &ns), 0);
	assert_int_equal(ns, 18446744073000000000ULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(cleaning),
		cmocka_unit_test(bytes_of_characters),
		cmocka_unit_test(fitting),
		cmocka_unit_test(times),
		cmocka_unit_test(parsed_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
