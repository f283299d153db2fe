// SPDX-License-Identifier: GPL-2.0
/* vmalock-load's stamps and the rules that judge what was read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "check.h"
#include "stamp.h"

#define WORDS 512
#define N 4

static const uint16_t index_of[N] = { 0, 255, 256, 511 };

/* The words that are read from page 3 of slot 7, one generation each; 0 for a zero word. */
static uint32_t base;
static uint64_t word[N];

static void page(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	const uint32_t gen[N] = { a, b, c, d };

	base = stamp_base(7, 3);
	for (unsigned int i = 0; i < N; i++)
		word[i] = gen[i] ? stamp_word(base, index_of[i], gen[i]) : 0;
}

static enum violation_kind judge(const struct gen_window *win, uint32_t *newest)
{
	struct finding f;
	bool good = check_generation(win, base, index_of, word, N, newest, &f);

	assert_int_equal(good, f.kind == VIOLATION_NONE);
	return f.kind;
}

static void stamps(void **state)
{
	uint64_t buffer[WORDS];
	uint32_t gen;

	(void)state;
	stamp_fill(buffer, WORDS, stamp_base(1, 2), 99);
	for (unsigned int i = 0; i < WORDS; i++) {
		assert_int_equal(stamp_decode(buffer[i], stamp_base(1, 2), i, &gen), STAMP_VALID);
		assert_int_equal(gen, 99);
		assert_int_equal(stamp_decode(buffer[i], stamp_base(1, 2), (i + 1) % WORDS, &gen), STAMP_BAD);
		assert_int_equal(stamp_decode(buffer[i], stamp_base(1, 3), i, &gen), STAMP_BAD);
		assert_int_equal(stamp_decode(buffer[i], stamp_base(2, 2), i, &gen), STAMP_BAD);
	}
	assert_int_equal(stamp_decode(0, 1, 0, &gen), STAMP_ZERO);
	/* Generation 0 is never written. */
	assert_int_equal(stamp_decode(stamp_word(5, 1, 0), 5, 1, &gen), STAMP_BAD);
}

static void stamps_differ(void **state)
{
	(void)state;
	/* No two pages of neighbouring slots have the same tag. */
	for (uint32_t a = 0; a < 64 * 64; a++)
		for (uint32_t b = 0; b < a; b++)
			assert_int_not_equal(stamp_base(a / 64, a % 64), stamp_base(b / 64, b % 64));
}

static void generation_quiet(void **state)
{
	struct gen_window win = { .seen = 4, .committed = 5, .stamped = 5, .started = 5 };
	uint32_t newest;

	(void)state;
	page(5, 5, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	assert_int_equal(newest, 5);
	page(4, 4, 4, 4);
	assert_int_equal(judge(&win, &newest), VIOLATION_generation_back);
	page(6, 6, 6, 6);
	assert_int_equal(judge(&win, &newest), VIOLATION_future);
	page(5, 5, 4, 4);
	assert_int_equal(judge(&win, &newest), VIOLATION_torn);
	page(4, 4, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_torn);
	page(5, 5, 5, 0);
	assert_int_equal(judge(&win, &newest), VIOLATION_torn);
}

static void generation_replacing(void **state)
{
	/* Generation 6 is being mapped: until somebody has seen it, 5 may be read. */
	struct gen_window win = { .seen = 5, .committed = 5, .stamped = 5, .started = 6 };
	uint32_t newest;

	(void)state;
	page(5, 5, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	page(5, 5, 6, 6);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	assert_int_equal(newest, 6);
	page(6, 6, 6, 6);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	/* Back within one read. */
	page(6, 6, 6, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_generation_back);
	page(7, 7, 7, 7);
	assert_int_equal(judge(&win, &newest), VIOLATION_future);
	page(4, 5, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_generation_back);
	/* Another thread has seen 6 before its mmap() returned. */
	win.seen = 6;
	page(5, 5, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_generation_back);
	page(6, 6, 6, 6);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
}

static void generation_foreign(void **state)
{
	struct gen_window win = { .seen = 5, .committed = 5, .stamped = 5, .started = 6 };
	uint32_t newest;

	(void)state;
	page(5, 5, 5, 5);
	word[2] = stamp_word(stamp_base(7, 4), index_of[2], 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_torn);
	word[2] = 1;
	assert_int_equal(judge(&win, &newest), VIOLATION_torn);
}

static void generation_anonymous(void **state)
{
	/* Generation 5 is anonymous and mapped, not yet written. */
	struct gen_window win = { .seen = 4, .committed = 5, .stamped = 4, .started = 5, .zero_ok = true };
	uint32_t newest;

	(void)state;
	page(0, 0, 0, 0);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	assert_int_equal(newest, 0);
	page(5, 5, 0, 0);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	page(0, 0, 4, 4);
	assert_int_equal(judge(&win, &newest), VIOLATION_generation_back);
	/* Written: no zeroes any more, unless the next one has been started. */
	win.stamped = 5;
	page(5, 5, 5, 0);
	assert_int_equal(judge(&win, &newest), VIOLATION_lost_write);
	page(0, 0, 0, 0);
	assert_int_equal(judge(&win, &newest), VIOLATION_lost_write);
	win.started = 6;
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
}

static void generation_copied(void **state)
{
	struct gen_window win = { .seen = 5, .committed = 5, .stamped = 5, .started = 5, .copied = true };
	uint32_t newest;

	(void)state;
	page(5 | STAMP_COPIED, 5, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	assert_int_equal(newest, 5);
	page(5, 5, 5, 5);
	assert_int_equal(judge(&win, &newest), VIOLATION_lost_write);
	/* Not written yet, or the next one already mapped. */
	win.stamped = 4;
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
	win.stamped = 5;
	win.started = 6;
	page(6, 6, 6, 6);
	assert_int_equal(judge(&win, &newest), VIOLATION_NONE);
}

static enum violation_kind judge_owned(uint32_t committed, uint32_t started)
{
	struct finding f;
	bool good = check_owned(committed, started, base, index_of, word, N, &f);

	assert_int_equal(good, f.kind == VIOLATION_NONE);
	return f.kind;
}

static void owned(void **state)
{
	(void)state;
	page(0, 0, 0, 0);
	assert_int_equal(judge_owned(0, 0), VIOLATION_NONE);
	assert_int_equal(judge_owned(0, 1), VIOLATION_NONE);
	assert_int_equal(judge_owned(1, 1), VIOLATION_lost_write);
	page(2, 2, 1, 1);
	assert_int_equal(judge_owned(1, 2), VIOLATION_NONE);
	assert_int_equal(judge_owned(2, 2), VIOLATION_lost_write);
	assert_int_equal(judge_owned(1, 1), VIOLATION_future);
	assert_int_equal(judge_owned(0, 0), VIOLATION_not_zero);
	word[1] = 12345;
	assert_int_equal(judge_owned(0, 0), VIOLATION_not_zero);
	assert_int_equal(judge_owned(1, 2), VIOLATION_torn);
}

static void signals(void **state)
{
	uint32_t rw = VIEW_R | VIEW_W, both = view_make(rw, rw, 0), ro = view_make(VIEW_R, VIEW_R, 0);
	uint32_t halves = view_make(VIEW_R, 0, 1);

	(void)state;
	/* Mapped all the time. */
	assert_int_equal(access_judge(4, both, 4, false, VIEW_R, false), ACCESS_GOOD);
	assert_int_equal(access_judge(4, both, 4, true, VIEW_W, true), ACCESS_BAD_FAULT);
	/* Forbidden all the time. */
	assert_int_equal(access_judge(4, ro, 4, false, VIEW_W, true), ACCESS_EXPECTED_FAULT);
	assert_int_equal(access_judge(4, ro, 4, false, VIEW_W, false), ACCESS_BAD_SUCCESS);
	assert_int_equal(access_judge(4, ro, 4, true, VIEW_R, true), ACCESS_BAD_FAULT);
	assert_int_equal(access_judge(4, 0, 4, true, VIEW_R, false), ACCESS_BAD_SUCCESS);
	/* Each half has its own protections; the home is none. */
	assert_int_equal(access_judge(4, halves, 4, false, VIEW_R, true), ACCESS_BAD_FAULT);
	assert_int_equal(access_judge(4, halves, 4, true, VIEW_R, true), ACCESS_EXPECTED_FAULT);
	assert_int_equal(access_judge(4, halves, 4, true, VIEW_W, false), ACCESS_BAD_SUCCESS);
	/* Changing, or changed in between: anything goes. */
	for (int upper = 0; upper < 2; upper++)
		for (uint32_t view = 0; view < 32; view++) {
			assert_int_equal(access_judge(5, view, 5, upper, VIEW_R, true), ACCESS_EXPECTED_FAULT);
			assert_int_equal(access_judge(5, view, 5, upper, VIEW_R, false), ACCESS_GOOD);
			assert_int_equal(access_judge(4, view, 5, upper, VIEW_W, true), ACCESS_EXPECTED_FAULT);
			assert_int_equal(access_judge(4, view, 6, upper, VIEW_W, false), ACCESS_GOOD);
		}
}

static void snapshots(void **state)
{
	(void)state;
	assert_true(check_snapshot(0, 0));
	assert_true(check_snapshot(8, 8));
	assert_true(check_snapshot(9, 8));
	assert_false(check_snapshot(8, 9));
	assert_false(check_snapshot(10, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps),
		cmocka_unit_test(stamps_differ),
		cmocka_unit_test(generation_quiet),
		cmocka_unit_test(generation_replacing),
		cmocka_unit_test(generation_foreign),
		cmocka_unit_test(generation_anonymous),
		cmocka_unit_test(generation_copied),
		cmocka_unit_test(owned),
		cmocka_unit_test(signals),
		cmocka_unit_test(snapshots),
	};

	return cmocka_run_group_tests_name("load_check", tests, NULL, NULL);
}
