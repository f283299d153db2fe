// SPDX-License-Identifier: GPL-2.0
/* Clocks that only tick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"

static bool coarse(const char *source)
{
	char path[] = "/tmp/test_clock.XXXXXX";
	int fd = mkstemp(path);
	bool is;

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s", source) >= 0);
	close(fd);
	is = clock__coarse(path);
	unlink(path);
	return is;
}

static void clocksources(void **state)
{
	(void)state;
	assert_true(coarse("jiffies\n"));
	assert_true(coarse("refined-jiffies\n"));
	assert_false(coarse("tsc\n"));
	assert_false(coarse("arch_sys_counter\n"));
	assert_false(coarse(""));
	assert_false(clock__coarse("/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocksources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
