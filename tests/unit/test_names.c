// SPDX-License-Identifier: GPL-2.0
/* Names of events' values, from made-up kernel types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/btf.h>
#include <sys/syscall.h>

#include "model.h"
#include "names.h"
#include "vmalocktop.h"

static void from_btf(void **state)
{
	struct btf *btf = btf__new_empty();
	struct names names;

	(void)state;
	assert_true(btf__add_enum(btf, "vma_write_op", 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "VMA_OP_OTHER", 0), 0);
	assert_int_equal(btf__add_enum_value(btf, "VMA_OP_TAKE_ALL", 7), 0);
	assert_int_equal(btf__add_enum_value(btf, "UNUSUAL", 8), 0);
	assert_int_equal(btf__add_enum_value(btf, "VMA_OP_BEYOND", NAMES_MAX), 0);
	assert_true(btf__add_enum(btf, "vma_map_pages_outcome", 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "VMA_MAP_NOT_CACHED", 2), 0);
	assert_int_equal(names__load(&names, btf), 2);
	assert_string_equal(names.name[NAMES_OUTCOME][2], "not_cached");
	assert_string_equal(names.name[NAMES_OP][0], "other");
	assert_string_equal(names.name[NAMES_OP][7], "take_all");
	assert_string_equal(names.name[NAMES_OP][8], "unusual");
	assert_string_equal(names.name[NAMES_OP][9], "9");
	assert_string_equal(names.name[NAMES_RESULT][1], "1");
	assert_int_equal(names__find(&names, NAMES_OP, "take_all"), 7);
	assert_int_equal(names__find(&names, NAMES_OP, "nothing"), -1);
	btf__free(btf);
}

static void without_btf(void **state)
{
	struct names names;

	(void)state;
	assert_int_equal(names__load(&names, NULL), 0);
	assert_string_equal(names.name[NAMES_REASON][0], "0");
	assert_string_equal(names.name[NAMES_PLACE][NAMES_MAX - 1], "31");
}

static void system_calls(void **state)
{
	char buf[NAME_LEN];

	(void)state;
	assert_string_equal(syscall_name(SYS_mmap, buf, sizeof(buf)), "mmap");
	assert_string_equal(syscall_name(SYS_mprotect, buf, sizeof(buf)), "mprotect");
	assert_string_equal(syscall_name(-1, buf, sizeof(buf)), "-");
	assert_string_equal(syscall_name(99999, buf, sizeof(buf)), "99999");
	/* Newer than Debian 12's headers. */
	assert_string_equal(syscall_name(462, buf, sizeof(buf)), "mseal");
	assert_true(model__call_has_range(syscall_name(462, buf, sizeof(buf))));
	/* Munmap for i386; here 91 is another call. */
	assert_string_equal(syscall_name(VT_COMPAT_CALL | 91, buf, sizeof(buf)), "compat syscall 91");
	assert_string_equal(syscall_name(VT_COMPAT_CALL, buf, sizeof(buf)), "compat syscall 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_btf),
		cmocka_unit_test(without_btf),
		cmocka_unit_test(system_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
