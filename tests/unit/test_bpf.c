// SPDX-License-Identifier: GPL-2.0
/*
 * The BPF programs of vmalocktop, run one by one with made-up arguments on the
 * kernel at hand: loaded as raw tracepoint programs, which see the same
 * arguments, they need no vma_lock trace events.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hist.h"
#include "maps_read.h"
#include "model.h"
#include "places.h"
#include "raw_programs.h"
#include "render.h"

enum { BABY_STATE = 1, EXCL_STATE = 2, ZOMBIE_STATE = 3 };

static struct vmalocktop *load(uint32_t tgid, uint32_t max_entries)
{
	struct vmalocktop *skel = open_for(tgid, max_entries);

	load_opened(skel);
	return skel;
}

static int setup(void **state)
{
	libbpf_set_print(silent);
	*state = load(0, 64);
	return 0;
}

static int teardown(void **state)
{
	vmalocktop__destroy(*state);
	return 0;
}

#define RUN(prog, ...) run(prog, (uint64_t[8]){ __VA_ARGS__ })

static void run(const struct bpf_program *prog, const uint64_t *args)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = 8 * sizeof(*args));

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(prog), &opts), 0);
	assert_int_equal(opts.retval, 0);
}

static void sum_cpus(const struct bpf_map *map, uint32_t key, uint64_t *sum, size_t size)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *all = calloc(cpus, size);

	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &key, all), 0);
	memset(sum, 0, size);
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t i = 0; i < size / sizeof(*sum); i++)
			sum[i] += all[cpu * (size / sizeof(*sum)) + i];
	free(all);
}

static struct vt_counters counters(struct vmalocktop *skel)
{
	struct vt_counters c;

	sum_cpus(skel->maps.counters, 0, (uint64_t *)&c, sizeof(c));
	return c;
}

static struct vt_hist hist(struct vmalocktop *skel, uint32_t id)
{
	struct vt_hist h;

	sum_cpus(skel->maps.hists, id, (uint64_t *)&h, sizeof(h));
	return h;
}

/* What the waits of a VMA are; whether there are any. */
static bool vma_hist(struct vmalocktop *skel, const struct vt_vma_key *key, struct vt_hist *h)
{
	struct vt_vma_slot slot;
	uint32_t at;

	if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.vmas), key, &at))
		return false;
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(skel->maps.vmas_slots), &at, &slot), 0);
	assert_int_equal(slot.state, VT_SLOT_USED);
	assert_memory_equal(&slot.key, key, sizeof(*key));
	*h = slot.hist;
	return true;
}

static void open_slots(struct vmalocktop *skel, struct slots *slots[VT_SLOTS_KINDS])
{
	for (int kind = 0; kind < VT_SLOTS_KINDS; kind++) {
		slots[kind] = slots__open(skel, kind);
		assert_non_null(slots[kind]);
	}
}

static void close_slots(struct slots *slots[VT_SLOTS_KINDS])
{
	for (int kind = 0; kind < VT_SLOTS_KINDS; kind++)
		slots__close(slots[kind]);
}

static void lookups(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_counters c;
	struct vt_hist h;

	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 5);
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0, 0, 9999, 1);
	c = counters(skel);
	assert_int_equal(c.lookup_first[1], 2);
	assert_int_equal(c.lookup_more[1], 1);
	/* A result that this program doesn't know isn't lost. */
	assert_int_equal(c.lookup_first[VT_RESULTS - 1], 1);
	h = hist(skel, VT_HIST_WALKS);
	assert_int_equal(hist__count(&h), 1);
	assert_int_equal(h.slots[2], 1);
	assert_int_equal(h.sum, 5);
	assert_int_equal(entries(skel->maps.vmas), 0);
}

static void fallbacks_and_backoffs(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_vma_key key = { .start = 0x1000, .end = 0x2000, .tgid = getpid(), .kind = VT_ZOMBIE };
	struct vt_counters c;
	struct vt_hist h;

	RUN(skel->progs.vma_fault_fallback, 0, 0x1000, 3);
	RUN(skel->progs.vma_zombie_backoff, 0, 0x1000, 0x1000, 0x2000, 2);
	RUN(skel->progs.vma_zombie_backoff, 0, 0x1000, 0x1000, 0x2000, 77);
	c = counters(skel);
	assert_int_equal(c.fallback[3], 1);
	assert_int_equal(c.zombie[2], 1);
	assert_int_equal(c.zombie[VT_PLACES - 1], 1);
	assert_true(vma_hist(skel, &key, &h));
	assert_int_equal(h.zero, 2);
	assert_int_equal(hist__count(&h), 2);
}

static void attempts_without_a_reference(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_counters c;

	RUN(skel->progs.vma_map_pages, 0, 0x1000, 0, 16);
	RUN(skel->progs.vma_map_pages, 0, 0x1000, 0, 1);
	/* Around a page that it could not map itself. */
	RUN(skel->progs.vma_map_pages, 0, 0x1000, 2, 3);
	RUN(skel->progs.vma_map_pages, 0, 0x1000, 9999, 0);
	c = counters(skel);
	assert_int_equal(c.reffree[0], 2);
	assert_int_equal(c.reffree[2], 1);
	assert_int_equal(c.reffree[VT_OUTCOMES - 1], 1);
	assert_int_equal(c.reffree_pages, 20);
	assert_int_equal(entries(skel->maps.vmas), 0);
}

static void fault_waits(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_vma_key key = { .start = 0x1000, .end = 0x3000, .tgid = getpid(), .kind = VT_BABY };
	struct vt_counters c;
	struct vt_hist h, all;

	RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, BABY_STATE);
	usleep(2000);
	RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, BABY_STATE, 0);
	RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, EXCL_STATE);
	RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, EXCL_STATE, -EINTR);

	c = counters(skel);
	assert_int_equal(c.begun[VT_BABY], 1);
	assert_int_equal(c.ended[VT_BABY], 1);
	assert_int_equal(c.failed[VT_BABY], 0);
	assert_int_equal(c.begun[VT_EXCL], 1);
	assert_int_equal(c.ended[VT_EXCL], 1);
	assert_int_equal(c.failed[VT_EXCL], 1);
	/* There is no mm at address 0 to read an owner from. */
	assert_int_equal(c.no_blocker[VT_UNREADABLE], 2);

	all = hist(skel, VT_HIST_BABY);
	assert_int_equal(hist__count(&all), 1);
	assert_true(all.sum >= 2000000 && all.sum == all.max);
	assert_int_equal(hist__first(&all), 63 - __builtin_clzll(all.sum / 1000));
	assert_true(vma_hist(skel, &key, &h));
	assert_int_equal(h.sum, all.sum);
	assert_int_equal(h.max, all.max);
	key.kind = VT_EXCL;
	assert_true(vma_hist(skel, &key, &h));
	assert_int_equal(hist__count(&h), 1);
	assert_int_equal(entries(skel->maps.vmas), 2);
}

/* Where in a task's state the blocker of its last wait is. */
static size_t offset_of_stall(const struct vmalocktop *skel)
{
	const struct btf *btf = bpf_object__btf(skel->obj);
	int id = btf__find_by_name_kind(btf, "task_state", BTF_KIND_STRUCT);
	const struct btf_type *t;

	assert_true(id > 0);
	t = btf__type_by_id(btf, id);
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), "stall"))
			return btf_member_bit_offset(t, i) / 8;
	fail_msg("struct task_state has no stall");
	return 0;
}

/* Say that the last wait of this thread was behind some writer. */
static void set_last_blocker(struct vmalocktop *skel)
{
	const struct vt_blocker_key who = { .tid = 5, .tgid = 4, .syscall = 9, .comm = "mapper" };
	size_t size = bpf_map__value_size(skel->maps.tasks);
	char *task = calloc(1, size);
	int fd = syscall(SYS_pidfd_open, getpid(), 0);

	assert_true(fd >= 0);
	memcpy(task + offset_of_stall(skel), &who, sizeof(who));
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(skel->maps.tasks), &fd, task, BPF_ANY), 0);
	close(fd);
	free(task);
}

/* Of a writer that isn't known nothing is: all waits for one are one row. */
static void unknown_blockers_are_one(void **state)
{
	struct vmalocktop *skel = open_for(0, 64);
	const struct vt_blocker_key none = { .victim_tgid = getpid(), .kind = VT_BABY };
	struct vt_stack_key key;

	(void)state;
	skel->rodata->vt_stacks = true;
	bpf_map__set_max_entries(skel->maps.stacked, 16);
	bpf_map__set_max_entries(skel->maps.wanted, 16);
	bpf_map__set_max_entries(skel->maps.stacks, 16);
	bpf_map__set_value_size(skel->maps.stacks, 64 * sizeof(uint64_t));
	load_opened(skel);
	set_last_blocker(skel);
	RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, BABY_STATE);
	RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, BABY_STATE, 0);
	assert_int_equal(counters(skel).no_blocker[VT_UNREADABLE], 1);
	assert_int_equal(bpf_map_get_next_key(bpf_map__fd(skel->maps.stacked), NULL, &key), 0);
	assert_memory_equal(&key.who, &none, sizeof(none));
	vmalocktop__destroy(skel);
}

static void drains_and_lives(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_counters c;
	struct vt_hist h;

	RUN(skel->progs.vma_born, 0, 0x1000, 0x3000);
	RUN(skel->progs.vma_ref_wait_begin, 0, 0x1000, 0x3000, 4, ZOMBIE_STATE, 1);
	RUN(skel->progs.vma_ref_wait_end, 0, 0x1000, 0x3000, 4, ZOMBIE_STATE, 1, 0);
	RUN(skel->progs.vma_grown, 0, 0x1000, 0x3000, 0);
	RUN(skel->progs.vma_ref_wait_begin, 0, 0x1000, 0x3000, 4, EXCL_STATE, 12345);
	RUN(skel->progs.vma_ref_wait_end, 0, 0x1000, 0x3000, 4, EXCL_STATE, 12345, 0);
	c = counters(skel);
	assert_int_equal(c.begun[VT_LIFE], 1);
	assert_int_equal(c.ended[VT_LIFE], 1);
	assert_int_equal(c.begun[VT_DRAIN], 2);
	assert_int_equal(c.ended[VT_DRAIN], 2);
	h = hist(skel, VT_HIST_LIFE);
	assert_int_equal(hist__count(&h), 1);
	h = hist(skel, VT_HIST_DRAIN + 1);
	assert_int_equal(hist__count(&h), 1);
	h = hist(skel, VT_HIST_DRAIN + VT_OPS - 1);
	assert_int_equal(hist__count(&h), 1);
}

static void halves_are_counted_not_timed(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_counters c;
	struct vt_hist h;

	RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, BABY_STATE, 0);
	RUN(skel->progs.vma_born, 0, 0x1000, 0x3000);
	RUN(skel->progs.vma_born, 0, 0x5000, 0x6000);
	c = counters(skel);
	assert_int_equal(c.ended[VT_BABY], 1);
	assert_int_equal(c.unmatched[VT_BABY], 1);
	assert_int_equal(c.begun[VT_LIFE], 2);
	assert_int_equal(c.restamped[VT_LIFE], 1);
	h = hist(skel, VT_HIST_BABY);
	assert_int_equal(hist__count(&h), 0);
	assert_int_equal(entries(skel->maps.vmas), 0);
}

static void closed_counts_nothing(void **state)
{
	static const struct vt_counters none;
	struct vmalocktop *skel = *state;
	struct vt_counters c;

	skel->bss->vt_open = 0;
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	RUN(skel->progs.vma_map_pages, 0, 0x1000, 0, 16);
	RUN(skel->progs.vma_fault_fallback, 0, 0x1000, 3);
	RUN(skel->progs.vma_zombie_backoff, 0, 0x1000, 0x1000, 0x2000, 2);
	RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, BABY_STATE);
	RUN(skel->progs.vma_ref_wait_begin, 0, 0x1000, 0x3000, 4, ZOMBIE_STATE, 1);
	RUN(skel->progs.vma_born, 0, 0x1000, 0x3000);
	RUN(skel->progs.page_fault_user, 0x1000);
	c = counters(skel);
	assert_memory_equal(&c, &none, sizeof(c));
	assert_int_equal(entries(skel->maps.vmas), 0);
}

static void other_processes_are_left_out(void **state)
{
	static const struct vt_counters none;
	struct vmalocktop *skel = load(getpid() + 1, 64);
	struct vt_counters c;

	(void)state;
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	RUN(skel->progs.vma_map_pages, 0, 0x1000, 0, 16);
	RUN(skel->progs.vma_fault_fallback, 0, 0x1000, 3);
	RUN(skel->progs.vma_zombie_backoff, 0, 0x1000, 0x1000, 0x2000, 2);
	RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, BABY_STATE);
	RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, BABY_STATE, 0);
	RUN(skel->progs.vma_ref_wait_begin, 0, 0x1000, 0x3000, 4, ZOMBIE_STATE, 1);
	RUN(skel->progs.vma_ref_wait_end, 0, 0x1000, 0x3000, 4, ZOMBIE_STATE, 1, 0);
	RUN(skel->progs.vma_born, 0, 0x1000, 0x3000);
	RUN(skel->progs.vma_grown, 0, 0x1000, 0x3000, 0);
	RUN(skel->progs.page_fault_user, 0x1000);
	c = counters(skel);
	assert_memory_equal(&c, &none, sizeof(c));
	vmalocktop__destroy(skel);

	skel = load(getpid(), 64);
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	c = counters(skel);
	assert_int_equal(c.lookup_first[1], 1);
	vmalocktop__destroy(skel);
}

/* Waits of a row each: on VMAs from the @first to the @last, which are pages. */
static void wait_on(struct vmalocktop *skel, uint64_t first, uint64_t last)
{
	for (uint64_t i = first; i <= last; i++)
		RUN(skel->progs.vma_zombie_backoff, 0, i << 12, i << 12, (i + 1) << 12, 0);
}

static void full_map_loses_only_the_range(void **state)
{
	struct vt_vma_key rest = { .tgid = getpid(), .kind = VT_ZOMBIE };
	struct vmalocktop *skel = load(0, 4);
	struct vt_counters c;
	struct vt_hist h;

	(void)state;
	wait_on(skel, 1, 10);
	c = counters(skel);
	assert_int_equal(entries(skel->maps.vmas), 4);
	assert_int_equal(c.lost[VT_LOST_VMA_FULL], 6);
	assert_int_equal(c.lost[VT_LOST_REST_FULL], 0);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(skel->maps.rest), &rest, &h), 0);
	assert_int_equal(hist__count(&h), 6);
	vmalocktop__destroy(skel);
}

/* A process' faults, counted by the event that every x86 kernel has. */
static void stock_faults(void **state)
{
	struct vmalocktop *skel = *state;
	struct vt_counters c;

	RUN(skel->progs.page_fault_user, 0x1000);
	RUN(skel->progs.page_fault_user, 0x2000);
	RUN(skel->progs.page_fault_kernel, 0x3000);
	/* This is a system call, not a fault. */
	RUN(skel->progs.start_locking_new, 0, false);
	RUN(skel->progs.start_locking_path, 0, 0, false);
	RUN(skel->progs.contention_begin, 0, 2);
	RUN(skel->progs.contention_end, 0, 0);
	c = counters(skel);
	assert_int_equal(c.fault_user, 2);
	/* Those that fall back aren't counted. */
	assert_int_equal(c.fault_kernel, 0);
	assert_int_equal(c.fell_back[VT_FELL_USER], 0);
	assert_int_equal(c.begun[VT_MMAP_LOCK], 0);
	assert_int_equal(c.ended[VT_MMAP_LOCK], 0);

	skel = open_for(0, 64);
	skel->rodata->vt_count_locking = true;
	load_opened(skel);
	RUN(skel->progs.page_fault_kernel, 0x3000);
	/* Of the kernel's own memory. */
	RUN(skel->progs.page_fault_kernel, 0xffff888000000000);
	c = counters(skel);
	assert_int_equal(c.fault_kernel, 1);
	vmalocktop__destroy(skel);
}

/* Waits that the options leave out are in the totals alone. */
static void left_out(void **state)
{
	struct vmalocktop *skel = open_for(0, 64);
	struct vt_counters c;
	struct vt_hist h;

	(void)state;
	skel->rodata->vt_longer_ns = 1000000000;
	load_opened(skel);
	RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, BABY_STATE);
	RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, BABY_STATE, 0);
	c = counters(skel);
	assert_int_equal(c.ended[VT_BABY], 1);
	assert_int_equal(c.left_out[VT_BABY], 1);
	h = hist(skel, VT_HIST_BABY);
	assert_int_equal(hist__count(&h), 1);
	assert_int_equal(entries(skel->maps.vmas), 0);
	vmalocktop__destroy(skel);

	skel = open_for(0, 64);
	skel->rodata->vt_min_vma = 0x2001;
	load_opened(skel);
	RUN(skel->progs.vma_zombie_backoff, 0, 0x1000, 0x1000, 0x3000, 0);
	RUN(skel->progs.vma_zombie_backoff, 0, 0x1000, 0x1000, 0x4000, 0);
	c = counters(skel);
	assert_int_equal(c.left_out[VT_ZOMBIE], 1);
	assert_int_equal(entries(skel->maps.vmas), 1);
	vmalocktop__destroy(skel);
}

static void sums_by_thread(void **state)
{
	struct vmalocktop *skel = open_for(0, 64);
	struct vt_group_key key = { .id = gettid(), .tgid = getpid(), .kind = VT_EXCL };
	struct vt_hist h;

	(void)state;
	prctl(PR_GET_NAME, key.comm);
	skel->rodata->vt_by = VT_BY_THREAD;
	bpf_map__set_max_entries(skel->maps.groups, 8);
	load_opened(skel);
	for (int i = 0; i < 2; i++) {
		RUN(skel->progs.vma_baby_wait_begin, 0, 0x1000, 0x1000, 0x3000, EXCL_STATE);
		RUN(skel->progs.vma_baby_wait_end, 0, 0x1000, 0x1000, 0x3000, EXCL_STATE, 0);
	}
	assert_int_equal(entries(skel->maps.groups), 1);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(skel->maps.groups), &key, &h), 0);
	assert_int_equal(hist__count(&h), 2);
	vmalocktop__destroy(skel);
}

static void other_names_are_left_out(void **state)
{
	struct vmalocktop *skel = open_for(0, 64);
	struct vt_counters c;
	char comm[VT_COMM_LEN];

	(void)state;
	prctl(PR_GET_NAME, comm);
	skel->rodata->vt_filters = VT_ONE_NAME;
	strcpy((char *)skel->rodata->vt_comm, comm);
	load_opened(skel);
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	prctl(PR_SET_NAME, "another");
	RUN(skel->progs.vma_lookup, 0, 0x1000, 0x1000, 0x2000, 1, 1);
	prctl(PR_SET_NAME, comm);
	c = counters(skel);
	assert_int_equal(c.lookup_first[1], 1);
	vmalocktop__destroy(skel);
}

/*
 * Twenty thousand VMAs where there is room for sixteen thousand: totals are
 * right, the rest is said to be lost, and all of it is read.
 */
static void very_many_vmas(void **state)
{
	enum { VMAS = 20000, ROOM = 16384 };
	struct vmalocktop *skel = load(0, ROOM);
	struct slots *slots[VT_SLOTS_KINDS];
	struct timespec begin, end;
	struct snapshot s;
	uint64_t sum = 0;

	(void)state;
	open_slots(skel, slots);
	wait_on(skel, 1, VMAS);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	assert_int_equal(maps_read__snapshot(skel, slots, NULL, &s), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	print_message("read %zu VMAs in %.1f ms of CPU time\n", s.n_vmas,
		      (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6);
	assert_int_equal(s.n_vmas, ROOM + 1);
	for (size_t i = 0; i < s.n_vmas; i++) {
		sum += hist__count(&s.vmas[i].hist);
		assert_true(!i || vma_key_cmp(&s.vmas[i - 1].key, &s.vmas[i].key) < 0);
	}
	assert_int_equal(sum, VMAS);
	assert_int_equal(s.counters.zombie[0], VMAS);
	assert_int_equal(s.counters.lost[VT_LOST_VMA_FULL], VMAS - ROOM);
	snapshot__free(&s);
	close_slots(slots);
	vmalocktop__destroy(skel);
}

/* All rows there are: pages, each with so many waits, ended by 0. */
static void rows_are(struct slots *slots, const uint64_t (*expected)[2])
{
	struct vma_row *rows;
	void *read;
	size_t n;

	assert_int_equal(slots__read(slots, 0, &read, &n), 0);
	rows = read;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].key.start >> 12, expected[i][0]);
		assert_int_equal(rows[i].hist.zero, expected[i][1]);
	}
	assert_int_equal(expected[n][0], 0);
	free(read);
}

/*
 * Rows that are taken: what they had counted is said, the same key begins anew elsewhere, their places are nobody's
 * until they are given back, and empty then.
 */
static void places_of_rows_are_used_again(void **state)
{
	enum { ROOM = 4 };
	struct vt_vma_key key = { .tgid = getpid(), .kind = VT_ZOMBIE };
	struct vmalocktop *skel = load(0, ROOM);
	struct slots *slots[VT_SLOTS_KINDS], *vmas;
	struct vt_hist h;

	(void)state;
	open_slots(skel, slots);
	vmas = slots[VT_VMA_SLOTS];
	rows_are(vmas, (uint64_t[][2]){ { 0 } });
	wait_on(skel, 2, 4);
	wait_on(skel, 1, 3);
	rows_are(vmas, (uint64_t[][2]){ { 1, 1 }, { 2, 2 }, { 3, 2 }, { 4, 1 }, { 0 } });
	for (uint64_t i = 2; i <= 3; i++) {
		key.start = i << 12;
		key.end = (i + 1) << 12;
		assert_int_equal(slots__take(vmas, &key, &h), 0);
		assert_int_equal(h.zero, 2);
		assert_int_equal(slots__take(vmas, &key, &h), -1);
	}
	assert_true(slots__taken(vmas));
	/* Their places aren't free yet. */
	wait_on(skel, 3, 3);
	assert_int_equal(counters(skel).lost[VT_LOST_VMA_FULL], 1);
	rows_are(vmas, (uint64_t[][2]){ { 1, 1 }, { 4, 1 }, { 0 } });
	slots__give_back(vmas);
	assert_false(slots__taken(vmas));
	wait_on(skel, 3, 6);
	rows_are(vmas, (uint64_t[][2]){ { 1, 1 }, { 3, 1 }, { 4, 2 }, { 5, 1 }, { 0 } });
	assert_int_equal(counters(skel).lost[VT_LOST_VMA_FULL], 2);
	/* Often enough that the ring of places goes round. */
	for (uint64_t i = 5; i < 5 + 3 * ROOM; i++) {
		key.start = i << 12;
		key.end = (i + 1) << 12;
		assert_int_equal(slots__take(vmas, &key, &h), 0);
		assert_int_equal(h.zero, 1);
		slots__give_back(vmas);
		wait_on(skel, i + 1, i + 1);
		rows_are(vmas, (uint64_t[][2]){ { 1, 1 }, { 3, 1 }, { 4, 2 }, { i + 1, 1 }, { 0 } });
	}
	close_slots(slots);
	vmalocktop__destroy(skel);
}

/* A place that another CPU has taken for a key that had one by then. */
static void spare_places_are_given_back(void **state)
{
	struct vmalocktop *skel = load(0, 2);
	struct slots *slots[VT_SLOTS_KINDS];
	struct vt_vma_slot spare = { .state = VT_SLOT_SPARE, .key.start = 0x9000 };
	struct vt_slot_queue queue = { .taken = 1 };
	uint32_t at = VT_VMA_SLOTS;

	(void)state;
	open_slots(skel, slots);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(skel->maps.queues), &at, &queue, BPF_ANY), 0);
	at = 0;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(skel->maps.vmas_slots), &at, &spare, BPF_ANY), 0);
	wait_on(skel, 1, 1);
	rows_are(slots[VT_VMA_SLOTS], (uint64_t[][2]){ { 1, 1 }, { 0 } });
	wait_on(skel, 2, 2);
	rows_are(slots[VT_VMA_SLOTS], (uint64_t[][2]){ { 1, 1 }, { 2, 1 }, { 0 } });
	assert_int_equal(counters(skel).lost[VT_LOST_VMA_FULL], 0);
	close_slots(slots);
	vmalocktop__destroy(skel);
}

enum { CROWD_ROOM = 64, CROWD_VMAS = 256, CROWD_ROUNDS = 30 };

static atomic_bool enough;

static void *wait_anywhere(void *arg)
{
	struct vmalocktop *skel = arg;
	uint64_t x = (uint64_t)pthread_self() | 1;

	while (!enough) {
		uint64_t page;

		x = x * 6364136223846793005 + 1442695040888963407;
		page = 1 + (x >> 33) % CROWD_VMAS;
		RUN(skel->progs.vma_zombie_backoff, 0, page << 12, page << 12, (page + 1) << 12, 0);
	}
	return NULL;
}

/*
 * Several CPUs that take places while rows are taken and given back: each wait is in a row, in what was taken, or among
 * those that found no room; and no place is lost.
 */
static void places_taken_by_several_cpus(void **state)
{
	enum { THREADS = 4 };
	struct vmalocktop *skel = load(0, CROWD_ROOM);
	struct slots *slots[VT_SLOTS_KINDS];
	pthread_t threads[THREADS];
	uint64_t sum = 0, waits;
	struct vma_row *rows;
	struct vt_hist h;
	void *read;
	size_t n;

	(void)state;
	open_slots(skel, slots);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, wait_anywhere, skel), 0);
	for (int round = 0; round < CROWD_ROUNDS; round++) {
		assert_int_equal(slots__read(slots[VT_VMA_SLOTS], 0, &read, &n), 0);
		assert_true(n <= CROWD_ROOM);
		rows = read;
		for (size_t i = 0; i < n; i++) {
			assert_true(!i || vma_key_cmp(&rows[i - 1].key, &rows[i].key) < 0);
			assert_int_equal(rows[i].key.end - rows[i].key.start, 0x1000);
			/* As recycling does: what is added after this is lost, see slots__take(). */
			if (round % 2)
				continue;
			assert_int_equal(slots__take(slots[VT_VMA_SLOTS], &rows[i].key, &h), 0);
			sum += hist__count(&h);
		}
		free(read);
		assert_int_equal(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0), 0);
		slots__give_back(slots[VT_VMA_SLOTS]);
	}
	enough = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(slots__read(slots[VT_VMA_SLOTS], 0, &read, &n), 0);
	rows = read;
	for (size_t i = 0; i < n; i++)
		sum += hist__count(&rows[i].hist);
	sum += counters(skel).lost[VT_LOST_VMA_FULL];
	waits = counters(skel).zombie[0];
	print_message("%" PRIu64 " waits, %" PRIu64 " of them in rows or without room\n", waits, sum);
	assert_true(waits > CROWD_VMAS);
	assert_in_range(sum, waits - CROWD_ROUNDS * THREADS, waits);
	/* All places are there: what is in use can be taken, and then there is room for as many as at first. */
	for (size_t i = 0; i < n; i++)
		assert_int_equal(slots__take(slots[VT_VMA_SLOTS], &rows[i].key, &h), 0);
	free(read);
	slots__give_back(slots[VT_VMA_SLOTS]);
	wait_on(skel, 1000, 1000 + CROWD_ROOM - 1);
	assert_int_equal(slots__read(slots[VT_VMA_SLOTS], 0, &read, &n), 0);
	assert_int_equal(n, CROWD_ROOM);
	free(read);
	close_slots(slots);
	vmalocktop__destroy(skel);
}

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	return places__get(ctx, tgid, start, end);
}

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void as_text(FILE *out, const struct model *m, const struct snapshot *now)
{
	render__text(out, m, &now->when);
}

static void as_json(FILE *out, const struct model *m, const struct snapshot *now)
{
	assert_int_equal(render__json(out, m, &now->when), 0);
}

/*
 * What a report takes of which every row is new: ten thousand VMAs that all
 * were waited on since the last one.  In CPU time of this process: at one report a
 * second, 10 ms is one per cent of a CPU.  Others on the machine can make it take
 * longer, nobody shorter: it is the shortest that counts, of as many as it takes.
 */
static void cost_of_a_report(void **state)
{
	enum { VMAS = 10000, REPORTS = 20, MOST_REPORTS = 200 };
	static const struct {
		const char *name;
		void (*render)(FILE *out, const struct model *m, const struct snapshot *now);
		uint64_t most_ns;	/* about twice what it takes on a busy machine; JSON has all VMAs */
	} forms[] = { { "text", as_text, 5000000 }, { "JSON", as_json, 8000000 } };
	struct vmalocktop *skel = load(0, 16384);
	struct slots *slots[VT_SLOTS_KINDS];
	struct snapshot before = { 0 }, now;
	static struct names names;
	struct places *places = places__new(NULL);
	const struct model_context context = {
		.names = &names, .unit_ns = 1000, .ctx = places, .place = place,
	};
	FILE *out = fopen("/dev/null", "w");
	struct model m;

	(void)state;
	open_slots(skel, slots);
	snapshot__keep_memory();
	for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); form++) {
		uint64_t least = UINT64_MAX;

		for (int report = 0; report < REPORTS || (least >= forms[form].most_ns && report < MOST_REPORTS); report++) {
			uint64_t begin, ns;

			wait_on(skel, 1, VMAS);
			begin = cpu_ns();
			assert_int_equal(maps_read__snapshot(skel, slots, NULL, &now), 0);
			assert_int_equal(model__build(&m, &before, &now, &context), 0);
			forms[form].render(out, &m, &now);
			assert_int_equal(m.n_vmas, VMAS);
			model__free(&m);
			snapshot__free(&before);
			ns = cpu_ns() - begin;
			before = now;
			least = ns < least ? ns : least;
		}
		print_message("a report of %d VMAs as %s takes %.1f ms of CPU time\n", VMAS, forms[form].name,
			      least / 1e6);
		assert_true(least < forms[form].most_ns);
	}
	snapshot__free(&before);
	places__free(places);
	fclose(out);
	close_slots(slots);
	vmalocktop__destroy(skel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lookups, setup, teardown),
		cmocka_unit_test_setup_teardown(fallbacks_and_backoffs, setup, teardown),
		cmocka_unit_test_setup_teardown(attempts_without_a_reference, setup, teardown),
		cmocka_unit_test_setup_teardown(fault_waits, setup, teardown),
		cmocka_unit_test(unknown_blockers_are_one),
		cmocka_unit_test_setup_teardown(drains_and_lives, setup, teardown),
		cmocka_unit_test_setup_teardown(halves_are_counted_not_timed, setup, teardown),
		cmocka_unit_test_setup_teardown(stock_faults, setup, teardown),
		cmocka_unit_test(very_many_vmas),
		cmocka_unit_test(places_of_rows_are_used_again),
		cmocka_unit_test(spare_places_are_given_back),
		cmocka_unit_test(places_taken_by_several_cpus),
		cmocka_unit_test(cost_of_a_report),
		cmocka_unit_test(left_out),
		cmocka_unit_test(sums_by_thread),
		cmocka_unit_test(other_names_are_left_out),
		cmocka_unit_test_setup_teardown(closed_counts_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(other_processes_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(full_map_loses_only_the_range, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
