// SPDX-License-Identifier: GPL-2.0
/*
 * Room for new stacks: real maps with a few places are filled by programs that
 * run with made-up arguments, on stacks of this program that are all different.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector.h"
#include "frames.h"
#include "raw_programs.h"
#include "recycle.h"

enum { ROWS = 8, PLACES = 8, BITS = 10, SOON_NS = 1000000000 };

/* Without functions of libraries, which have no frame pointers. */
static inline __attribute__((always_inline)) void run_here(const struct bpf_program *prog,
							   const uint64_t *args)
{
	union bpf_attr attr = { .test = {
		.prog_fd = bpf_program__fd(prog), .ctx_in = (uintptr_t)args, .ctx_size_in = 8 * sizeof(*args),
	} };
	long ret = __NR_bpf;

	__asm__ volatile("syscall" : "+a"(ret) : "D"(BPF_PROG_TEST_RUN), "S"(&attr), "d"(sizeof(attr))
			 : "rcx", "r11", "memory");
	assert_int_equal(ret, 0);
}

#define OWN_FRAME __attribute__((noinline, noclone, optimize("O1", "no-omit-frame-pointer", \
	"no-optimize-sibling-calls", "no-ipa-icf")))

static struct vmalocktop *skel;

static OWN_FRAME void wait_here(void)
{
	static const uint64_t begin[8] = { 0, 0x1000, 0x1000, 0x3000, 1 };
	static const uint64_t end[8] = { 0, 0x1000, 0x1000, 0x3000, 1, 0 };

	run_here(skel->progs.vma_baby_wait_begin, begin);
	run_here(skel->progs.vma_baby_wait_end, end);
}

static OWN_FRAME void walk(unsigned path, int bits);

OWN_FRAME void step_to_0(unsigned path, int bits)
{
	walk(path, bits);
	__asm__ volatile("# 0");
}

OWN_FRAME void step_to_1(unsigned path, int bits)
{
	walk(path, bits);
	__asm__ volatile("# 1");
}

static OWN_FRAME void walk(unsigned path, int bits)
{
	if (!bits)
		wait_here();
	else if (path & 1)
		step_to_1(path >> 1, bits - 1);
	else
		step_to_0(path >> 1, bits - 1);
	__asm__ volatile("# walked");
}

/* A wait of a thread called @path, on a stack that no other path has. */
static void wait_on(unsigned path)
{
	char comm[VT_COMM_LEN];

	snprintf(comm, sizeof(comm), "%u", path);
	prctl(PR_SET_NAME, comm);
	walk(path, BITS);
}

/* How the frames of @path look. */
static void frames_of(unsigned path, char *text)
{
	*text = '\0';
	for (int bit = 0; bit < BITS; bit++)
		text += sprintf(text, "walk;step_to_%u;", path >> bit & 1);
	strcpy(text, "walk;wait_here");
}

static struct collector *collector;
static struct frames *frames;
static struct recycle *recycle;
static char own_comm[VT_COMM_LEN];

static int read_stack(void *ctx, int32_t id, uint64_t *addresses, int n)
{
	return collector__stack(ctx, id, addresses, n);
}

static void swept(void *ctx, const struct stack_row *rows, size_t n)
{
	(void)ctx;
	frames__retain(frames, rows, n);
}

static int setup(void **state)
{
	(void)state;
	libbpf_set_print(silent);
	prctl(PR_GET_NAME, own_comm);
	skel = open_for(0, 64);
	skel->rodata->vt_stacks = true;
	bpf_map__set_max_entries(skel->maps.stacked, ROWS);
	bpf_map__set_max_entries(skel->maps.wanted, ROWS);
	bpf_map__set_max_entries(skel->maps.stacks, PLACES);
	bpf_map__set_value_size(skel->maps.stacks, 64 * sizeof(uint64_t));
	load_opened(skel);
	assert_in_range(bpf_map__value_size(skel->maps.wanted), 1, 64);
	collector = collector__of(skel);
	frames = frames__new(read_stack, collector);
	recycle = recycle__new(collector, swept, NULL);
	assert_true(collector && frames && recycle);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	prctl(PR_SET_NAME, own_comm);
	recycle__free(recycle);
	frames__free(frames);
	collector__close(collector);
	return 0;
}

static struct snapshot read_maps(void)
{
	struct snapshot s;

	assert_int_equal(collector__read(collector, &s), 0);
	return s;
}

/* Two looks: rows that have counted nothing between them are given up. */
static int looks(struct snapshot *before)
{
	static uint64_t ns;
	int given_up = 0;

	for (int look = 0; look < 2; look++) {
		int n = recycle__run(recycle, before, 1, ns += 10 * (uint64_t)SOON_NS);

		assert_true(n >= 0);
		given_up += n;
	}
	return given_up;
}

/* Every row with a stack has the one of the thread it is named after.  Returns how many have one. */
static int check_stacks(const struct snapshot *s)
{
	char expected[BITS * 16 + 32];
	int n = 0;

	for (size_t i = 0; i < s->n_stacks; i++) {
		const struct vt_stack_key *k = &s->stacks[i].key;
		const char *text = frames__get(frames, getpid(), k->user);

		if (k->user < 0)
			continue;
		frames_of(atoi(k->comm), expected);
		assert_non_null(text);
		if (!strstr(text, expected))
			fail_msg("%s has %s", k->comm, text);
		n++;
	}
	return n;
}

static uint64_t waits_of(const struct snapshot *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n_stacks; i++)
		n += s->stacks[i].value.count;
	return n;
}

/* Waits on stacks from @path on until all places are taken; returns the next path. */
static unsigned fill_places(unsigned path)
{
	while (path < 1U << BITS && entries(skel->maps.stacks) < PLACES)
		wait_on(path++);
	assert_int_equal(entries(skel->maps.stacks), PLACES);
	return path;
}

/*
 * Fill both maps; no new stack is seen then.  Make room: sums are what they
 * were, new stacks appear, and none is taken for the one that was there.
 */
static void new_stacks_find_room(void **state)
{
	struct snapshot before = { 0 }, s;
	unsigned path = fill_places(0), full;
	uint32_t tid = gettid();
	char asked[64] = { 0 };
	struct cost cost = { 0 };
	int stacks, rows = 0;

	(void)state;
	for (; path < 2 * ROWS; path++)
		wait_on(path);
	full = path;
	wait_on(path++);
	s = read_maps();
	assert_int_equal(s.n_stacks, ROWS);
	assert_int_equal(s.counters.lost[VT_LOST_STACK_FULL], path - ROWS);
	assert_int_equal(waits_of(&s) + s.counters.lost[VT_LOST_STACK_FULL], path);
	for (size_t i = 0; i < s.n_stacks; i++)
		assert_true((unsigned)atoi(s.stacks[i].key.comm) < full);
	check_stacks(&s);
	before = s;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(skel->maps.wanted), &tid, asked, BPF_ANY), 0);

	assert_int_equal(looks(&before), ROWS / 2);
	s = read_maps();
	assert_int_equal(s.n_stacks, ROWS / 2);
	stacks = check_stacks(&s);
	/* Those of the rows that are left, and the kernel's, are all that is kept. */
	assert_in_range(entries(skel->maps.stacks), stacks, stacks + 1);
	assert_int_equal(entries(skel->maps.wanted), 0);
	assert_int_equal(recycle__add(recycle, &s), 0);
	assert_int_equal(waits_of(&s), ROWS);
	/* What had been reported of them has been reported of the others. */
	assert_int_equal(waits_of(&before), ROWS);
	snapshot__free(&s);
	recycle__cost(recycle, &cost);
	assert_int_equal(cost.rows_given_up, ROWS / 2);
	assert_int_equal(cost.stacks_given_up, PLACES - entries(skel->maps.stacks));

	for (unsigned next = path; next < path + ROWS / 2; next++)
		wait_on(next);
	s = read_maps();
	assert_int_equal(s.n_stacks, ROWS);
	for (size_t i = 0; i < s.n_stacks; i++)
		rows += (unsigned)atoi(s.stacks[i].key.comm) >= path;
	assert_int_equal(rows, ROWS / 2);
	assert_int_equal(s.counters.lost[VT_LOST_STACK_FULL], path - ROWS);
	check_stacks(&s);
	assert_int_equal(recycle__add(recycle, &s), 0);
	assert_int_equal(waits_of(&s) + s.counters.lost[VT_LOST_STACK_FULL], path + ROWS / 2);
	snapshot__free(&s);
	snapshot__free(&before);
}

/* Again and again: the places are taken by others each time, and the rows of others stay one. */
static void stacks_take_turns(void **state)
{
	struct snapshot before = { 0 }, s;
	unsigned path = 0, seen = 0;
	uint64_t waits;

	(void)state;
	for (int turn = 0; turn < 20; turn++) {
		for (int i = 0; i < 4 * ROWS; i++)
			wait_on(path++);
		s = read_maps();
		seen += check_stacks(&s);
		snapshot__free(&s);
		looks(&before);
	}
	s = read_maps();
	waits = s.counters.lost[VT_LOST_STACK_FULL];
	assert_int_equal(recycle__add(recycle, &s), 0);
	assert_int_equal(waits + waits_of(&s), path);
	assert_in_range(s.n_stacks, 1, ROWS + 1);
	/* One turn alone sees no more than there are places. */
	assert_true(seen > PLACES);
	snapshot__free(&s);
	snapshot__free(&before);
}

/* While user space makes room, waits count, and the maps that it deletes from are left alone. */
static void a_pause_costs_stacks_alone(void **state)
{
	struct snapshot s;

	(void)state;
	skel->bss->vt_stacks_paused = 1;
	wait_on(1);
	skel->bss->vt_stacks_paused = 0;
	s = read_maps();
	assert_int_equal(s.n_stacks, 1);
	assert_int_equal(s.stacks[0].value.count, 1);
	assert_int_equal(s.stacks[0].key.user, -1);
	assert_int_equal(s.stacks[0].key.kernel, -1);
	assert_int_equal(s.counters.lost[VT_LOST_STACK_PAUSE], 1);
	assert_int_equal(entries(skel->maps.stacks), 0);
	snapshot__free(&s);
	wait_on(1);
	s = read_maps();
	assert_int_equal(s.n_stacks, 2);
	assert_int_equal(check_stacks(&s), 1);
	snapshot__free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(new_stacks_find_room, setup, teardown),
		cmocka_unit_test_setup_teardown(stacks_take_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pause_costs_stacks_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
