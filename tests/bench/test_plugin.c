// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the parts of bench/plugin that need no QEMU.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../bench/plugin/decode.h"
#include "../../bench/plugin/events.h"
#include "../../bench/plugin/hooks.h"
#include "../../bench/plugin/lines.h"
#include "../../bench/plugin/modes.h"

/* Every test uses lines of its own: there is no way to forget lines. */

static void test_private_line_never_moves(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lines_access(0, 0x1000, false), TRANSFER_NONE);
		assert_int_equal(lines_access(0, 0x1000, true), TRANSFER_NONE);
	}
}

static void test_read_sharing_moves_nothing(void **state)
{
	(void)state;
	for (unsigned int cpu = 0; cpu < LINES_MAX_CPUS; cpu++)
		assert_int_equal(lines_access(cpu, 0x2000, false), TRANSFER_NONE);
}

static void test_each_reader_fetches_what_was_written(void **state)
{
	(void)state;
	assert_int_equal(lines_access(0, 0x3000, true), TRANSFER_NONE);
	for (unsigned int cpu = 1; cpu < 8; cpu++) {
		assert_int_equal(lines_access(cpu, 0x3000, false), TRANSFER_READ);
		assert_int_equal(lines_access(cpu, 0x3000, false), TRANSFER_NONE);
	}
	assert_int_equal(lines_access(0, 0x3000, false), TRANSFER_NONE);
}

static void test_store_takes_the_line(void **state)
{
	(void)state;
	assert_int_equal(lines_access(0, 0x4000, true), TRANSFER_NONE);
	assert_int_equal(lines_access(1, 0x4000, true), TRANSFER_STORE);
	assert_int_equal(lines_access(1, 0x4000, true), TRANSFER_NONE);
	assert_int_equal(lines_access(0, 0x4000, true), TRANSFER_STORE);
}

static void test_read_then_store_is_an_upgrade(void **state)
{
	(void)state;
	assert_int_equal(lines_access(0, 0x5000, true), TRANSFER_NONE);
	assert_int_equal(lines_access(1, 0x5000, false), TRANSFER_READ);
	assert_int_equal(lines_access(1, 0x5000, true), TRANSFER_UPGRADE);
	assert_int_equal(lines_access(0, 0x5000, false), TRANSFER_READ);
}

static void test_many_lines_are_kept_apart(void **state)
{
	(void)state;
	for (uint64_t line = 1 << 20; line < 3 << 20; line++)
		assert_int_equal(lines_access(line & 1, line, true), TRANSFER_NONE);
	for (uint64_t line = 1 << 20; line < 3 << 20; line++)
		assert_int_equal(lines_access(!(line & 1), line, true), TRANSFER_STORE);
}

static void sum_counts(const struct event *e, void *arg)
{
	uint64_t *sums = arg;

	sums[e->type] += e->count;
	sums[0]++;
}

static void test_events_are_counted_by_kind(void **state)
{
	uint64_t sums[4] = { 0 };

	(void)state;
	events_reset();
	for (int i = 0; i < 100000; i++)
		events_add(0x40 * (i % 50000), 0x1234, MODE_FAULT, TRANSFER_READ);
	events_add(0, 0x1234, MODE_FAULT, TRANSFER_STORE);
	events_for_each(sum_counts, sums);
	assert_int_equal(sums[0], 50001);
	assert_int_equal(sums[TRANSFER_READ], 100000);
	assert_int_equal(sums[TRANSFER_STORE], 1);
	events_reset();
	sums[0] = 0;
	events_for_each(sum_counts, sums);
	assert_int_equal(sums[0], 0);
}

static void test_modes_nest(void **state)
{
	(void)state;
	mode_user(3);
	assert_int_equal(mode_of(3), MODE_USER);
	assert_true(mode_enter(3, MODE_FAULT));
	assert_int_equal(mode_of(3), MODE_FAULT);
	assert_false(mode_enter(3, MODE_OTHER));	/* an interrupt */
	assert_int_equal(mode_of(3), MODE_OTHER);
	mode_leave(3);
	assert_int_equal(mode_of(3), MODE_FAULT);
	mode_leave(3);
	assert_int_equal(mode_of(3), MODE_USER);
}

static void test_fault_in_a_syscall_is_no_fault_of_user_mode(void **state)
{
	(void)state;
	mode_user(4);
	assert_false(mode_enter(4, MODE_SYSCALL));
	assert_false(mode_enter(4, MODE_FAULT));
	assert_int_equal(mode_of(4), MODE_OTHER);
}

static void test_schedule_ends_a_fault(void **state)
{
	(void)state;
	mode_user(5);
	mode_enter(5, MODE_FAULT);
	assert_true(mode_schedule(5));
	assert_int_equal(mode_of(5), MODE_OTHER);
	assert_false(mode_schedule(5));
	mode_user(5);
	assert_int_equal(mode_of(5), MODE_USER);
}

static const char *hook_name;
static uint64_t hook_calls, hook_insns;

static void the_hook(const char *name, uint64_t calls, uint64_t insns)
{
	assert_null(hook_name);
	hook_name = name;
	hook_calls = calls;
	hook_insns = insns;
}

static void assert_hook(const char *name, uint64_t calls, uint64_t insns)
{
	hook_name = NULL;
	hooks_for_each(the_hook);
	assert_non_null(hook_name);
	assert_string_equal(hook_name, name);
	assert_int_equal(hook_calls, calls);
	assert_int_equal(hook_insns, insns);
}

/* Kernel code that calls a probe at 0x200, which calls a BPF program, and goes on at 0x110. */
static struct block caller = { .start = 0x100, .end = 0x110, .insns = 4 };
static struct block after = { .start = 0x110, .end = 0x120, .insns = 4 };
static struct block helper = { .start = 0x300, .end = 0x310, .insns = 7, .returns = true };
static struct block bpf = { .start = 0x900, .end = 0x910, .insns = 10, .bpf = true };
static struct block bpf_end = { .start = 0x910, .end = 0x914, .insns = 2, .bpf = true, .returns = true };

static void test_a_probe_lasts_until_its_caller_goes_on(void **state)
{
	struct block probe = { .start = 0x200, .end = 0x210, .insns = 3, .hook = hooks_of("vma_lookup") };
	struct block interrupt = { .start = 0x500, .end = 0x510, .insns = 100 };

	(void)state;
	hooks_reset();
	hooks_block(1, &caller, 1);
	hooks_block(1, &probe, 1);
	hooks_block(1, &bpf, 1);
	hooks_block(1, &interrupt, 2);
	hooks_block(2, &interrupt, 1);		/* another CPU */
	hooks_block(1, &helper, 1);
	hooks_block(1, &bpf_end, 1);
	hooks_block(1, &after, 1);
	hooks_block(1, &after, 1);
	assert_hook("vma_lookup", 1, 3 + 10 + 7 + 2);
}

static void test_a_trampoline_leaves_out_the_function(void **state)
{
	struct block body = { .start = 0x105, .end = 0x180, .insns = 50, .body = true, .returns = true };

	(void)state;
	hooks_reset();
	hooks_block(3, &caller, 1);
	hooks_block(3, &bpf, 1);
	hooks_block(3, &helper, 1);		/* returns to the program */
	hooks_block(3, &bpf, 1);
	hooks_block(3, &body, 1);		/* called by the trampoline */
	hooks_block(3, &bpf, 1);
	hooks_block(3, &bpf_end, 1);		/* returns to the function's caller */
	hooks_block(3, &after, 1);
	assert_hook("trampoline", 2, 10 + 7 + 10 + 10 + 2);
}

static void test_another_task_ends_a_hook(void **state)
{
	(void)state;
	hooks_reset();
	hooks_block(4, &caller, 1);
	hooks_block(4, &bpf, 1);
	hooks_lost(4);
	hooks_block(4, &helper, 1);
	assert_hook("trampoline", 1, 10);
}

#define CODE(...)	(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static void test_locked_operations(void **state)
{
	(void)state;
	assert_true(decode_locked(CODE(0xf0, 0x48, 0x0f, 0xb1, 0x17)));	/* lock cmpxchg %rdx,(%rdi) */
	assert_true(decode_locked(CODE(0x65, 0xf0, 0xff, 0x00)));	/* lock incl %gs:(%rax) */
	assert_true(decode_locked(CODE(0x48, 0x87, 0x07)));		/* xchg %rax,(%rdi) */
	assert_false(decode_locked(CODE(0x48, 0x87, 0xc7)));		/* xchg %rax,%rdi */
	assert_false(decode_locked(CODE(0x48, 0xff, 0x07)));		/* incq (%rdi) */
	assert_false(decode_locked(CODE(0x48, 0x8b, 0xf0)));		/* mov %rax,%rsi */
}

static void test_iret(void **state)
{
	(void)state;
	assert_true(decode_iret(CODE(0x48, 0xcf)));
	assert_false(decode_iret(CODE(0xcf)));
	assert_true(decode_ret(CODE(0xc3)));
	assert_false(decode_ret(CODE(0xf3, 0xc3)));
}

static void test_markers(void **state)
{
	(void)state;
	assert_int_equal(decode_marker(CODE(0x0f, 0x1f, 0x84, 0x00, 0x01, 0x4c, 0x4d, 0x56)), MARKER_BEGIN);
	assert_int_equal(decode_marker(CODE(0x0f, 0x1f, 0x84, 0x00, 0x02, 0x4c, 0x4d, 0x56)), MARKER_END);
	assert_int_equal(decode_marker(CODE(0x0f, 0x1f, 0x84, 0x00, 0, 0, 0, 0)), MARKER_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private_line_never_moves),
		cmocka_unit_test(test_read_sharing_moves_nothing),
		cmocka_unit_test(test_each_reader_fetches_what_was_written),
		cmocka_unit_test(test_store_takes_the_line),
		cmocka_unit_test(test_read_then_store_is_an_upgrade),
		cmocka_unit_test(test_many_lines_are_kept_apart),
		cmocka_unit_test(test_events_are_counted_by_kind),
		cmocka_unit_test(test_modes_nest),
		cmocka_unit_test(test_fault_in_a_syscall_is_no_fault_of_user_mode),
		cmocka_unit_test(test_schedule_ends_a_fault),
		cmocka_unit_test(test_a_probe_lasts_until_its_caller_goes_on),
		cmocka_unit_test(test_a_trampoline_leaves_out_the_function),
		cmocka_unit_test(test_another_task_ends_a_hook),
		cmocka_unit_test(test_locked_operations),
		cmocka_unit_test(test_iret),
		cmocka_unit_test(test_markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
