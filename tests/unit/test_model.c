// SPDX-License-Identifier: GPL-2.0
/* From two snapshots to a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "model.h"

#define GIANT	0x100000000000ULL

static struct names names;
static struct snapshot zero;

/* All of process 42 above GIANT is one region, anything else is unknown. */
static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	static struct place giant = {
		.name = "memfd:a", .comm = "java",
		.region = { GIANT, GIANT + (64ULL << 30), "[anon:giant]" },
	};
	static struct place unknown;

	(void)end;
	++*(int *)ctx;
	return tgid == 42 && start >= GIANT ? &giant : &unknown;
}

static void cgroup(void *ctx, uint64_t id, char *name, size_t len)
{
	(void)ctx;
	/* As long as those of containers, which only their end tells apart. */
	if (id >= 1000)
		snprintf(name, len, "/%0160d", (int)id);
	else
		snprintf(name, len, "/slice/%d", (int)id);
}

static const char *frames(void *ctx, uint32_t tgid, int32_t id)
{
	(void)ctx;
	return id < 0 ? NULL : tgid ? "main;f" : "entry;wait";
}

static enum vt_by by;
static enum sort sort;

static struct model build(const struct snapshot *before, const struct snapshot *now)
{
	int asked = 0;
	const struct model_context context = {
		.names = &names, .unit_ns = 1000, .by = by, .sort = sort, .ctx = &asked,
		.place = place, .cgroup = cgroup, .frames = frames,
	};
	struct model m;

	assert_int_equal(model__build(&m, before, now, &context), 0);
	return m;
}

static struct vma_row row(uint32_t tgid, uint64_t start, uint32_t kind, uint64_t n, uint64_t ns)
{
	struct vma_row r = { .key = { start, start + 0x1000, tgid, kind }, .hist.max = ns };

	if (ns)
		r.hist.slots[0] = n;
	else
		r.hist.zero = n;
	r.hist.sum = n * ns;
	return r;
}

static void funnel(void **state)
{
	struct snapshot before = { .ns = 5 }, now = { .ns = 1000000005 };
	struct model m;

	(void)state;
	before.counters.lookup_first[1] = 10;
	now.counters.lookup_first[1] = 110;
	now.counters.lookup_first[5] = 7;
	now.counters.lookup_more[1] = 3;
	now.hists[VT_HIST_WALKS].slots[1] = 2;
	now.hists[VT_HIST_WALKS].slots[2] = 1;
	now.hists[VT_HIST_WALKS].sum = 8;
	now.hists[VT_HIST_WALKS].max = 4;
	before.counters.reffree[0] = 4;
	now.counters.reffree[0] = 44;
	now.counters.reffree[2] = 5;
	before.counters.reffree_pages = 60;
	now.counters.reffree_pages = 660;
	now.counters.fallback[1] = 7;
	/* Faults of kernel mode have no lookup. */
	strcpy(names.name[NAMES_REASON][3], "kernel");
	before.counters.fallback[3] = 1000;
	now.counters.fallback[3] = 1500;
	now.counters.zombie[2] = 9;
	m = build(&before, &now);
	assert_int_equal(m.elapsed_ns, 1000000000);
	assert_int_equal(m.lookups, 110);
	assert_int_equal(m.faults, 610);
	assert_int_equal(counts__get(&m.fallbacks, "kernel"), 500);
	assert_int_equal(m.rewalked, 3);
	assert_int_equal(counts__get(&m.results, "1"), 103);
	assert_int_equal(counts__get(&m.results, "5"), 7);
	assert_int_equal(counts__get(&m.reffree, "0"), 40);
	assert_int_equal(counts__get(&m.reffree, "2"), 5);
	assert_int_equal(m.reffree.total, 45);
	assert_int_equal(m.reffree_pages, 600);
	assert_int_equal(counts__get(&m.fallbacks, "1"), 7);
	assert_int_equal(m.backoffs.total, 9);
	/* Every lookup is in the histogram of walks. */
	assert_int_equal(hist__count(&m.walks), m.lookups);
	assert_int_equal(m.walks.slots[0], 107);
	assert_int_equal(m.walks.sum, 107 + 8);
	assert_int_equal(m.walks.max, 4);
	model__free(&m);
	strcpy(names.name[NAMES_REASON][3], "3");

	/* Where nothing tells why they fell back, all faults are counted as such. */
	before = now = (struct snapshot){ 0 };
	now.counters.fault_user = 20;
	now.counters.fault_kernel = 5;
	now.counters.fell_back[VT_FELL_KERNEL] = 5;
	m = build(&before, &now);
	assert_int_equal(m.faults, 25);
	assert_int_equal(counts__get(&m.fallbacks, "kernel"), 5);
	model__free(&m);
}

/* A kernel that knows no reasons has one from the start on; those of the kernel not everywhere. */
static void fallbacks_without_reasons(void **state)
{
	struct snapshot before = { .ns = 5 }, now = { .ns = 1000000005 };
	struct model m;

	(void)state;
	m = build(&before, &now);
	assert_int_equal(m.fallbacks.n, 1);
	assert_string_equal(m.fallbacks.v[0].name, "unknown");
	assert_int_equal(m.fallbacks.v[0].count, 0);
	model__free(&m);
	before.counters.fell_back[VT_FELL_KERNEL] = 3;
	now.counters.fell_back[VT_FELL_KERNEL] = 5;
	m = build(&before, &now);
	assert_int_equal(m.fallbacks.n, 2);
	assert_int_equal(counts__get(&m.fallbacks, "kernel"), 2);
	model__free(&m);
	/* One that knows reasons has no other. */
	strcpy(names.name[NAMES_REASON][1], "none");
	m = build(&zero, &before);
	strcpy(names.name[NAMES_REASON][1], "1");
	for (int i = 0; i < m.fallbacks.n; i++)
		assert_string_not_equal(m.fallbacks.v[i].name, "unknown");
	model__free(&m);
}

static void open_waits(void **state)
{
	struct snapshot now = { 0 };
	struct model m;

	(void)state;
	now.counters.begun[VT_BABY] = 10;
	now.counters.unstamped[VT_BABY] = 1;
	now.counters.restamped[VT_BABY] = 1;
	now.counters.ended[VT_BABY] = 9;
	now.counters.unmatched[VT_BABY] = 3;
	now.hists[VT_HIST_BABY].slots[4] = 6;
	/* A writer began before the tracing did. */
	now.counters.ended[VT_DRAIN] = 1;
	now.counters.unmatched[VT_DRAIN] = 1;
	m = build(&zero, &now);
	assert_int_equal(m.timed[VT_BABY].open, 2);
	assert_int_equal(m.timed[VT_DRAIN].open, 0);
	assert_int_equal(counts__get(&m.lost, "baby_unmatched"), 3);
	assert_int_equal(counts__get(&m.lost, "drain_unmatched"), 1);
	/* One of the ends is that of the beginning without a stamp. */
	assert_int_equal(m.waits_before, 3);
	assert_int_equal(m.births_before, 0);
	assert_int_equal(counts__get(&m.lost_now, "baby_unstamped"), 1);
	assert_int_equal(m.lost_now.total, 2);
	model__free(&m);
	/* Still open when nothing else has happened since the last report. */
	m = build(&now, &now);
	assert_int_equal(m.timed[VT_BABY].begun, 0);
	assert_int_equal(m.timed[VT_BABY].open, 2);
	/* Losses stay known, but they are not this report's. */
	assert_int_equal(counts__get(&m.lost, "baby_unmatched"), 3);
	assert_int_equal(m.lost_now.total, 0);
	assert_int_equal(m.waits_before, 0);
	model__free(&m);
}

static void drains_by_op(void **state)
{
	struct snapshot now = { 0 };
	struct model m;

	(void)state;
	now.hists[VT_HIST_DRAIN + 1].slots[3] = 4;
	now.hists[VT_HIST_DRAIN + 3].slots[3] = 2;
	now.counters.begun[VT_DRAIN] = now.counters.ended[VT_DRAIN] = 6;
	m = build(&zero, &now);
	assert_int_equal(m.n_drains, 2);
	assert_string_equal(m.drains[0].op, "1");
	assert_string_equal(m.drains[1].op, "3");
	assert_int_equal(hist__count(&m.timed[VT_DRAIN].hist), 6);
	assert_int_equal(m.timed[VT_DRAIN].open, 0);
	model__free(&m);
}

static void regions_rank_by_lost_time(void **state)
{
	struct vma_row old[] = { row(42, GIANT, VT_BABY, 1, 1000) };
	struct vma_row rows[] = {
		row(7, 0x1000, VT_DRAIN, 1, 900000000),		/* time of a writer, not of faults */
		row(42, GIANT + 0x2000, VT_EXCL, 2, 2000),
		row(7, 0x1000, VT_ZOMBIE, 1000, 0),
		row(42, GIANT, VT_BABY, 6, 1000),
		row(8, 0x1000, VT_BABY, 1, 100),
	};
	struct snapshot before = { .vmas = old, .n_vmas = 1 };
	struct snapshot now = { .vmas = rows, .n_vmas = 5 };
	struct model m;

	(void)state;
	snapshot__sort(&now);
	m = build(&before, &now);
	assert_int_equal(m.n_vmas, 5);
	assert_int_equal(m.n_regions, 3);

	assert_int_equal(m.regions[0].tgid, 42);
	assert_string_equal(m.regions[0].range.name, "[anon:giant]");
	assert_string_equal(m.regions[0].comm, "java");
	assert_int_equal(m.regions[0].n, 2);
	assert_int_equal(m.regions[0].fault_ns, 5 * 1000 + 2 * 2000);
	assert_int_equal(hist__count(m.regions[0].kinds[VT_BABY]), 5);
	assert_int_equal(hist__count(m.regions[0].kinds[VT_EXCL]), 2);
	assert_int_equal(m.vmas[m.regions[0].first].kind, VT_BABY);
	assert_int_equal(m.vmas[m.regions[0].first + 1].kind, VT_EXCL);

	assert_int_equal(m.regions[1].tgid, 8);
	assert_int_equal(m.regions[2].tgid, 7);
	assert_int_equal(m.regions[2].fault_ns, 0);
	assert_int_equal(m.vmas[m.regions[2].first].kind, VT_DRAIN);
	assert_int_equal(m.vmas[m.regions[2].first + 1].count, 1000);
	model__free(&m);

	/* What had no waits since then isn't shown, and its name isn't asked for. */
	m = build(&now, &now);
	assert_int_equal(m.n_vmas, 0);
	assert_int_equal(m.n_regions, 0);
	model__free(&m);
}

/* Waits where a VMA was, and where it was no more, are apart, in one region. */
static void unmapped_ranges(void **state)
{
	struct vma_row rows[] = {
		row(42, GIANT, VT_MMAP_LOCK, 2, 1000), row(42, GIANT, VT_MMAP_LOCK, 3, 1000),
	};
	struct snapshot now = { .vmas = rows, .n_vmas = 2 };
	struct model m;

	(void)state;
	rows[0].key.unmapped = 1;
	snapshot__sort(&now);
	assert_int_equal(now.vmas[0].hist.slots[0], 3);
	m = build(&zero, &now);
	assert_int_equal(m.n_regions, 1);
	assert_int_equal(m.n_vmas, 2);
	assert_int_equal(m.vmas[0].count, 3);
	assert_false(m.vmas[0].unmapped);
	assert_int_equal(m.vmas[1].count, 2);
	assert_true(m.vmas[1].unmapped);
	model__free(&m);
}

/* Waits of all kinds and VMAs of a region count; back-offs are none. */
static void regions_rank_as_asked(void **state)
{
	struct vma_row rows[] = {
		row(7, 0x1000, VT_BABY, 4, 10), row(7, 0x2000, VT_BABY, 6, 10), row(7, 0x1000, VT_DRAIN, 1, 100),
		row(8, 0x1000, VT_EXCL, 1, 60), row(8, 0x1000, VT_ZOMBIE, 1000, 0),
		row(42, GIANT, VT_BABY, 3, 30), row(42, GIANT, VT_EXCL, 1, 40),
	};
	static const struct {
		enum sort sort;
		uint32_t first;
	} orders[] = {
		{ SORT_LOST, 42 }, { SORT_TOTAL, 7 }, { SORT_COUNT, 7 }, { SORT_AVG, 8 }, { SORT_MAX, 7 },
	};
	struct snapshot now = { .vmas = rows, .n_vmas = 7 };
	struct model m;

	(void)state;
	snapshot__sort(&now);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		sort = orders[i].sort;
		m = build(&zero, &now);
		assert_int_equal(m.regions[0].tgid, orders[i].first);
		model__free(&m);
	}
	sort = SORT_LOST;
	m = build(&zero, &now);
	assert_int_equal(m.regions[0].count, 4);
	model__free(&m);
}

static void blockers(void **state)
{
	struct blocker_row old[] = {
		{ { .who = { .victim_tgid = 42, .tid = 5, .tgid = 5, .syscall = 9, .comm = "a" } }, { .count = 3, .ns = 300 } },
	};
	struct blocker_row rows[] = {
		{ { .who = { .victim_tgid = 42, .tid = 6, .tgid = 5, .syscall = -1, .comm = "b\x01" } }, { .count = 1, .ns = 500 } },
		{ { .who = { .victim_tgid = 42, .tid = 5, .tgid = 5, .syscall = 9, .comm = "a" } }, { .count = 4, .ns = 350 } },
		{ { .who = { .victim_tgid = 43, .tid = 5, .tgid = 5, .syscall = 9, .comm = "a" } }, { .count = 1, .ns = 50 } },
	};
	struct snapshot before = { .blockers = old, .n_blockers = 1 };
	struct snapshot now = { .blockers = rows, .n_blockers = 3 };
	const struct model_blocker *first;
	struct model m;

	(void)state;
	now.counters.no_blocker[VT_READER] = 2;
	snapshot__sort(&now);
	m = build(&before, &now);
	assert_int_equal(m.n_blockers, 3);
	assert_int_equal(m.n_blames, 2);
	first = &m.blockers[m.blames[0].first];
	assert_int_equal(first->key.tid, 6);
	assert_string_equal(first->syscall, "-");
	assert_string_equal(first->key.comm, "b?");
	assert_int_equal(m.blames[1].n, 2);
	assert_int_equal(m.blames[1].ns, 100);
	assert_int_equal(m.blames[1].count, 2);
	assert_int_equal(m.blockers[m.blames[1].first].ns, 50);
	assert_int_equal(counts__get(&m.no_blocker, "read_locked"), 2);
	model__free(&m);
}

/* A thread ranks by all that it has caused, not by one kind of it. */
static void blockers_rank_over_kinds(void **state)
{
	struct blocker_row rows[] = {
		{ { .who = { .victim_tgid = 42, .tid = 6, .tgid = 5, .syscall = 9, .comm = "a" } }, { .count = 9, .ns = 400 } },
		{ { .who = { .victim_tgid = 42, .tid = 7, .tgid = 5, .syscall = 9, .comm = "b" } }, { .count = 1, .ns = 300 } },
		{ { .who = { .victim_tgid = 42, .tid = 7, .tgid = 5, .syscall = 9, .kind = VT_EXCL, .comm = "b" } },
		  { .count = 2, .ns = 350 } },
		{ { .who = { .victim_tgid = 42, .tid = 7, .tgid = 5, .syscall = 10, .comm = "b" } }, { .count = 1, .ns = 10 } },
	};
	struct snapshot now = { .ns = 2120, .blockers = rows, .n_blockers = 4 };
	struct model m;

	(void)state;
	now.hists[VT_HIST_BABY] = (struct vt_hist){ .zero = 11, .sum = 710, .max = 300 };
	now.hists[VT_HIST_EXCL] = (struct vt_hist){ .zero = 2, .sum = 350, .max = 200 };
	now.counters.begun[VT_EXCL] = 5;
	snapshot__sort(&now);
	m = build(&zero, &now);
	assert_int_equal(m.fault_ns, 1060);
	assert_int_equal(m.fault_open, 3);
	assert_float_equal(model__stalled(&m), 0.5, 1e-9);
	assert_int_equal(m.n_blames, 3);
	assert_int_equal(m.blames[0].ns, 650);
	assert_int_equal(m.blames[0].count, 3);
	assert_int_equal(m.blames[0].n, 2);
	assert_int_equal(m.blockers[m.blames[0].first].key.tid, 7);
	assert_int_equal(m.blockers[m.blames[0].first].key.kind, VT_EXCL);
	assert_int_equal(m.blockers[m.blames[0].first + 1].key.kind, VT_BABY);
	assert_float_equal(model__share(&m, &m.blames[0]), 650.0 / 1060, 1e-9);
	assert_int_equal(m.blockers[m.blames[1].first].key.tid, 6);
	assert_int_equal(m.blockers[m.blames[2].first].key.syscall, 10);
	model__free(&m);
	/* Nothing at all. */
	m = build(&now, &now);
	assert_int_equal(m.n_blames, 0);
	assert_float_equal(model__stalled(&m), 0, 1e-9);
	model__free(&m);
}

static struct group_row group(int64_t id, uint32_t kind, uint64_t n, uint64_t ns)
{
	struct group_row r = { .key = { .id = id, .kind = kind }, .hist.max = ns };

	if (ns)
		r.hist.slots[0] = n;
	else
		r.hist.zero = n;
	r.hist.sum = n * ns;
	return r;
}

/* Sums by process, sorted as asked for; what is older than the report isn't in it. */
static void groups_by_process(void **state)
{
	struct group_row old[] = { group(42, VT_BABY, 1, 100) };
	struct group_row rows[] = {
		group(42, VT_BABY, 3, 100), group(42, VT_DRAIN, 1, 1000), group(7, VT_EXCL, 1, 150),
		group(8, VT_MMAP_LOCK, 9, 10), group(42, VT_ZOMBIE, 1000, 0),
	};
	static const struct {
		enum sort sort;
		const char *first;
	} orders[] = {
		{ SORT_LOST, "42 (?)" }, { SORT_TOTAL, "42 (?)" }, { SORT_COUNT, "8 (?)" },
		{ SORT_MAX, "42 (?)" }, { SORT_AVG, "42 (?)" },
	};
	struct snapshot before = { .groups = old, .n_groups = 1 };
	struct snapshot now = { .groups = rows, .n_groups = 5 };
	struct model m;

	(void)state;
	now.counters.left_out[VT_BABY] = 5;
	by = VT_BY_PROCESS;
	snapshot__sort(&now);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		sort = orders[i].sort;
		m = build(&before, &now);
		assert_int_equal(m.n_groups, 3);
		assert_string_equal(m.groups[0].name, orders[i].first);
		assert_int_equal(m.left_out, 5);
		model__free(&m);
	}
	sort = SORT_LOST;
	m = build(&before, &now);
	assert_int_equal(m.groups[0].fault_ns, 200);
	assert_int_equal(hist__count(&m.groups[0].kinds[VT_BABY]), 2);
	assert_int_equal(hist__count(&m.groups[0].kinds[VT_DRAIN]), 1);
	assert_string_equal(m.groups[1].name, "7 (?)");
	assert_string_equal(m.groups[2].name, "8 (?)");
	model__free(&m);
	by = VT_BY_VMA;
}

static void groups_have_names(void **state)
{
	struct group_row thread[] = { group(43, VT_BABY, 1, 10) };
	struct group_row cgroups[] = { group(5, VT_BABY, 1, 10) };
	struct group_row ops[] = {
		group(9, VT_BABY, 1, 40), group(9, VT_EXCL, 1, 40), group(1, VT_DRAIN, 1, 30),
		group(VT_NO_OP, VT_BABY, 1, 20), group(0, VT_ZOMBIE, 1, 0),
	};
	struct snapshot now = { .groups = thread, .n_groups = 1 };
	struct model m;

	(void)state;
	thread[0].key.tgid = 42;
	strcpy(thread[0].key.comm, "a\033b");
	by = VT_BY_THREAD;
	m = build(&zero, &now);
	assert_string_equal(m.groups[0].name, "43 a?b of 42 (?)");
	model__free(&m);
	by = VT_BY_CGROUP;
	now.groups = cgroups;
	m = build(&zero, &now);
	assert_string_equal(m.groups[0].name, "/slice/5");
	model__free(&m);
	by = VT_BY_OP;
	now = (struct snapshot){ .groups = ops, .n_groups = 5 };
	snapshot__sort(&now);
	m = build(&zero, &now);
	/* Kinds of one system call are one group, an operation is another. */
	assert_int_equal(m.n_groups, 4);
	assert_int_equal(m.groups[0].fault_ns, 80);
	assert_string_equal(m.groups[1].name, "(unknown)");
	assert_string_equal(m.groups[2].name, "1");
	assert_string_equal(m.groups[3].name, "(back-off)");
	model__free(&m);
	by = VT_BY_VMA;
}

static void cgroups_with_long_paths(void **state)
{
	struct group_row rows[] = {
		group(1001, VT_BABY, 1, 10), group(1001, VT_EXCL, 1, 10), group(1002, VT_BABY, 1, 30),
	};
	struct snapshot now = { .groups = rows, .n_groups = 3 };
	char name[256];
	struct model m;

	(void)state;
	by = VT_BY_CGROUP;
	snapshot__sort(&now);
	m = build(&zero, &now);
	assert_int_equal(m.n_groups, 2);
	snprintf(name, sizeof(name), "/%0160d", 1002);
	assert_string_equal(m.groups[0].name, name);
	snprintf(name, sizeof(name), "/%0160d", 1001);
	assert_string_equal(m.groups[1].name, name);
	assert_int_equal(m.groups[1].fault_ns, 20);
	model__free(&m);
	by = VT_BY_VMA;
}

/* Whoever calls itself something else is a row per name, however many kinds of waits it had under each. */
static void renamed_threads(void **state)
{
	struct group_row rows[] = {
		group(43, VT_BABY, 1, 100), group(43, VT_BABY, 2, 10), group(43, VT_EXCL, 4, 100), group(43, VT_DRAIN, 8, 10),
		group(44, VT_BABY, 1, 1),
	};
	struct snapshot now = { .groups = rows, .n_groups = 5 };
	struct model m;

	(void)state;
	for (int i = 0; i < 5; i++)
		strcpy(rows[i].key.comm, i % 2 ? "late" : "early");
	by = VT_BY_THREAD;
	snapshot__sort(&now);
	m = build(&zero, &now);
	assert_int_equal(m.n_groups, 3);
	assert_string_equal(m.groups[0].name, "43 early of 0 (?)");
	assert_int_equal(m.groups[0].count, 5);
	assert_string_equal(m.groups[1].name, "43 late of 0 (?)");
	assert_int_equal(m.groups[1].count, 10);
	assert_string_equal(m.groups[2].name, "44 early of 0 (?)");
	model__free(&m);
	by = VT_BY_VMA;
}

static void stacks_of_both_sides(void **state)
{
	struct stack_row old[] = {
		{ { .who = { .tid = 6, .tgid = 5, .syscall = -1, .kind = VT_BABY, .comm = "w" },
		    .comm = "f", .user = 3, .kernel = 4, .blocker_user = -1, .blocker_kernel = 5 }, { .count = 1, .ns = 100 } },
	};
	struct stack_row rows[2] = { old[0], { { .comm = "g", .user = -1, .kernel = -1, .blocker_user = -1,
		.blocker_kernel = -1 }, { .count = 1, .ns = 50 } } };
	struct snapshot before = { .stacks = old, .n_stacks = 1 };
	struct snapshot now = { .stacks = rows, .n_stacks = 2 };
	struct model m;

	(void)state;
	rows[0].key.who.victim_tgid = rows[1].key.who.victim_tgid = old[0].key.who.victim_tgid = 42;
	rows[0].value = (struct vt_blocker){ .count = 3, .ns = 300 };
	snapshot__sort(&now);
	m = build(&before, &now);
	assert_int_equal(m.n_stacks, 2);
	assert_int_equal(m.stacks[0].ns, 200);
	assert_int_equal(m.stacks[0].count, 2);
	assert_string_equal(m.stacks[0].user, "main;f");
	assert_string_equal(m.stacks[0].kernel, "entry;wait");
	assert_null(m.stacks[0].blocker_user);
	assert_string_equal(m.stacks[0].blocker_kernel, "entry;wait");
	assert_string_equal(m.stacks[0].syscall, "-");
	assert_null(m.stacks[1].user);
	model__free(&m);
}

/* A report about all, cut down to one process: what is left is the process', and adds up. */
static void one_process_alone(void **state)
{
	struct vma_row rows[] = {
		{ { .tgid = 42, .start = GIANT, .end = GIANT + 0x1000, .kind = VT_BABY }, { .slots[3] = 1, .sum = 8000, .max = 8000 } },
		{ { .tgid = 42, .start = GIANT, .end = GIANT + 0x1000, .kind = VT_DRAIN }, { .slots[3] = 1, .sum = 9000, .max = 9000 } },
		{ { .tgid = 43, .start = GIANT, .end = GIANT + 0x1000, .kind = VT_BABY }, { .slots[4] = 1, .sum = 20000, .max = 20000 } },
	};
	struct blocker_row behind[] = {
		{ { .who = { .victim_tgid = 42, .tid = 7, .tgid = 6, .syscall = 9, .kind = VT_BABY } }, { .count = 1, .ns = 2000 } },
		{ { .who = { .victim_tgid = 43, .tid = 7, .tgid = 6, .syscall = 9, .kind = VT_BABY } }, { .count = 3, .ns = 15000 } },
		{ { .who = { .victim_tgid = 42, .tid = 8, .tgid = 6, .syscall = 9, .kind = VT_BABY } }, { .count = 2, .ns = 6000 } },
		{ { .who = { .victim_tgid = 43, .tid = 9, .tgid = 6, .syscall = 9, .kind = VT_BABY } }, { .count = 1, .ns = 5000 } },
	};
	struct vt_open_wait waits[] = {
		{ .ns = 100, .mm_tgid = 43, .tgid = 43, .tid = 43, .kind = VT_MMAP_LOCK },
		{ .ns = 200, .mm_tgid = 42, .tgid = 42, .tid = 44, .kind = VT_MMAP_LOCK },
		{ .ns = 300, .mm_tgid = 42, .tgid = 42, .tid = 45, .kind = VT_DRAIN },
	};
	struct snapshot now = {
		.ns = 1000, .vmas = rows, .n_vmas = 3, .blockers = behind, .n_blockers = 4, .open = waits, .n_open = 3,
	};
	struct model m;

	(void)state;
	now.hists[VT_HIST_BABY] = (struct vt_hist){ .slots = { [3] = 1, [4] = 1 }, .sum = 28000, .max = 20000 };
	snapshot__sort(&now);
	m = build(&zero, &now);
	assert_int_equal(m.fault_ns, 28000);
	assert_int_equal(m.n_regions, 2);
	assert_int_equal(m.n_blames, 3);
	model__only(&m, 42);
	assert_true(m.only);
	assert_int_equal(m.pid, 42);
	assert_int_equal(m.n_regions, 1);
	assert_int_equal(m.regions[0].tgid, 42);
	assert_int_equal(m.regions[0].n, 2);
	assert_int_equal(m.fault_ns, 8000);
	/* Of the first caller's waits the other process' were more: it isn't the first one any more. */
	assert_int_equal(m.n_blames, 2);
	assert_int_equal(m.blockers[m.blames[0].first].key.tid, 8);
	assert_int_equal(m.blames[0].ns, 6000);
	assert_int_equal(m.blockers[m.blames[1].first].key.tid, 7);
	assert_int_equal(m.blockers[m.blames[1].first].key.victim_tgid, 42);
	assert_int_equal(m.blames[1].n, 1);
	assert_int_equal(m.blames[1].count, 1);
	assert_int_equal(m.blames[1].ns, 2000);
	assert_int_equal(m.n_open, 2);
	assert_int_equal(m.fault_open, 1);
	/* It is that already. */
	model__only(&m, 43);
	assert_int_equal(m.pid, 42);
	assert_int_equal(m.n_regions, 1);
	model__free(&m);
}

static void open_waits_oldest_first(void **state)
{
	struct vt_open_wait waits[] = {
		{ .ns = 500, .start = GIANT, .end = GIANT + 0x1000, .mm_tgid = 42, .tgid = 42, .tid = 44,
		  .kind = VT_DRAIN, .op = 1, .comm = "w" },
		{ .ns = 100, .address = GIANT + 5, .mm_tgid = 42, .tgid = 42, .tid = 43, .kind = VT_MMAP_LOCK,
		  .comm = "f\n", .blocker = { .tid = 44, .tgid = 42, .syscall = 9, .comm = "w" } },
	};
	struct snapshot now = { .ns = 1000, .open = waits, .n_open = 2 };
	struct model m;

	(void)state;
	snapshot__sort(&now);
	m = build(&zero, &now);
	assert_int_equal(m.n_open, 2);
	assert_int_equal(m.open[0].wait.tid, 43);
	assert_int_equal(m.open[0].age_ns, 900);
	assert_string_equal(m.open[0].wait.comm, "f?");
	assert_string_equal(m.open[0].place.region.name, "[anon:giant]");
	assert_string_equal(m.open[1].what, "1");
	assert_int_equal(m.open[1].age_ns, 500);
	model__free(&m);
}

static int no_names(void **state)
{
	(void)state;
	names__load(&names, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(funnel),
		cmocka_unit_test(fallbacks_without_reasons),
		cmocka_unit_test(open_waits),
		cmocka_unit_test(drains_by_op),
		cmocka_unit_test(regions_rank_by_lost_time),
		cmocka_unit_test(unmapped_ranges),
		cmocka_unit_test(regions_rank_as_asked),
		cmocka_unit_test(blockers),
		cmocka_unit_test(blockers_rank_over_kinds),
		cmocka_unit_test(groups_by_process),
		cmocka_unit_test(groups_have_names),
		cmocka_unit_test(renamed_threads),
		cmocka_unit_test(cgroups_with_long_paths),
		cmocka_unit_test(stacks_of_both_sides),
		cmocka_unit_test(one_process_alone),
		cmocka_unit_test(open_waits_oldest_first),
	};

	return cmocka_run_group_tests(tests, no_names, NULL);
}
