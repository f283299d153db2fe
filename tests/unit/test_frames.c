// SPDX-License-Identifier: GPL-2.0
/* Stacks and their functions' names. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frames.h"
#include "stopped_clock.h"
#include "symbols.h"

#define JIT_BASE 0x10000000000ULL

void __attribute__((noinline)) a_function_of_this_program(void)
{
	__asm__ volatile("nop; nop; nop");
}

/* Stacks of this program: 1 and 2 are the same function, 3 is nowhere, 4 is compiled at run time, 6 later. */
static int read_stack(void *ctx, int32_t id, uint64_t *addresses, int n)
{
	assert_true(n >= 2);
	++*(int *)ctx;
	addresses[0] = (uintptr_t)a_function_of_this_program + 1;
	addresses[1] = (uintptr_t)a_function_of_this_program + 1;
	if (id == 3)
		addresses[0] = 16;
	if (id == 4)
		addresses[0] = JIT_BASE + 0x10;
	if (id == 6)
		addresses[0] = JIT_BASE + 0x1010;
	return id == 1 ? 1 : id == 5 ? 0 : 2;
}

static int asked;

static int setup(void **state)
{
	char path[64];
	FILE *f;

	/* As a just-in-time compiler writes it; a hostile name, too. */
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "%llx 100 Lcom/acme;::run\033[2J\nnonsense\n%llx 100 other\n", JIT_BASE, JIT_BASE + 0x100);
	assert_int_equal(fclose(f), 0);
	asked = 0;
	stopped_ms = 0;
	*state = frames__new(read_stack, &asked);
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	unlink(path);
	frames__free(*state);
	return 0;
}

static void functions_of_a_program(void **state)
{
	struct frames *f = *state;

	assert_string_equal(frames__get(f, getpid(), 1), "a_function_of_this_program");
	assert_string_equal(frames__get(f, getpid(), 2),
			    "a_function_of_this_program;a_function_of_this_program");
	assert_string_equal(frames__get(f, getpid(), 3), "a_function_of_this_program;[unknown]");
	assert_null(frames__get(f, getpid(), 5));
	assert_null(frames__get(f, getpid(), -1));
}

static void functions_compiled_at_run_time(void **state)
{
	assert_string_equal(frames__get(*state, getpid(), 4),
			    "a_function_of_this_program;Lcom/acme:::run?[2J");
}

static void a_stack_is_read_once(void **state)
{
	const char *text = frames__get(*state, getpid(), 1);

	assert_ptr_equal(frames__get(*state, getpid(), 1), text);
	assert_int_equal(asked, 1);
	/* Of another process it is another stack. */
	assert_string_equal(frames__get(*state, 0, 1), "[unknown]");
	assert_int_equal(asked, 2);
}

/* Who has the stack as it was may keep it until frames__retain(). */
static void functions_compiled_later(void **state)
{
	const char *before, *after;
	char path[64];
	FILE *f;

	stop_clock();
	before = frames__get(*state, getpid(), 6);
	assert_string_equal(before, "a_function_of_this_program;[unknown]");
	stopped_ms += 1000;
	assert_ptr_equal(frames__get(*state, getpid(), 6), before);
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	f = fopen(path, "ae");
	assert_non_null(f);
	fprintf(f, "%llx 100 later\n", JIT_BASE + 0x1000);
	assert_int_equal(fclose(f), 0);
	assert_ptr_equal(frames__get(*state, getpid(), 6), before);
	stopped_ms += 1000;
	after = frames__get(*state, getpid(), 6);
	assert_string_equal(after, "a_function_of_this_program;later");
	assert_string_equal(before, "a_function_of_this_program;[unknown]");
	/* There is nothing more to be known. */
	asked = 0;
	stopped_ms += 1000;
	assert_ptr_equal(frames__get(*state, getpid(), 6), after);
	assert_int_equal(asked, 0);
}

static void functions_of_the_kernel(void **state)
{
	char line[256], name[128], got[SYMBOL_LEN];
	struct symbols *s = symbols__new("/proc");
	unsigned long long address;
	FILE *f = fopen("/proc/kallsyms", "re");
	int found = 0;

	(void)state;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %127s", &address, name) == 2 && address &&
		    !strcmp(name, "schedule")) {
			assert_string_equal(symbols__name(s, 0, address + 1, got), "schedule");
			found++;
		}
	fclose(f);
	symbols__free(s);
	if (!found)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(functions_of_a_program, setup, teardown),
		cmocka_unit_test_setup_teardown(functions_compiled_at_run_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stack_is_read_once, setup, teardown),
		cmocka_unit_test_setup_teardown(functions_compiled_later, setup, teardown),
		cmocka_unit_test(functions_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
