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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(cleaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
