// SPDX-License-Identifier: GPL-2.0
/* What the live view says, without a terminal. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "live_fit.h"
#include "live_open.h"
#include "live_row.h"
#include "live_text.h"
#include "live_window.h"
#include "live_writers.h"
#include "snapshot_open.h"

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* What @print says of @m; to be freed. */
static char *printed(void (*print)(FILE *, const struct model *), const struct model *m)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	print(f, m);
	fclose(f);
	return text;
}

static void verdict(FILE *out, const struct model *m)
{
	live_text__verdict(out, m, true);
}

#define S 1000000000ULL

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	static const struct place anon = { .name = "[anon]", .comm = "java", .region = { 0x1000, 0x10000, "[anon]" } };

	(void)ctx;
	(void)tgid;
	(void)start;
	(void)end;
	return &anon;
}

/* A model of what came since @before; @ended is to be released after it. */
static struct model build(const struct snapshot *before, const struct snapshot *now,
			  const struct open_counting *how, struct snapshot *ended)
{
	static struct names names;
	const struct model_context context = { .names = &names, .unit_ns = 1000, .stalls = true, .place = place };
	struct model m;

	names__load(&names, NULL);
	assert_int_equal(snapshot_open__end(now, how, ended), 0);
	assert_int_equal(model__build(&m, before, ended, &context), 0);
	return m;
}

static struct model_open waits[6] = {
	{ .wait = { .tid = 43, .kind = VT_MMAP_LOCK, .comm = "f",
		    .blocker = { .tid = 44, .tgid = 42, .comm = "w" } },
	  .age_ns = 1500000000, .what = "mmap", .place.name = "[heap]" },
	{ .wait = { .tid = 44, .kind = VT_DRAIN, .comm = "w" }, .age_ns = 2000, .what = "munmap" },
	{ .age_ns = 999 },
};

/* The head, the red lines and the list count the same waits, whatever the counters say. */
static void open_waits_agree(void **state)
{
	struct model m = { .elapsed_ns = 1000000000, .fault_open = 3 };
	char *text;

	(void)state;
	text = printed(verdict, &m);
	contains(text, "faults lost no time\n");
	free(text);
	text = printed(live_open__list, &m);
	assert_string_equal(text, "nothing waits now\n");
	free(text);

	m.open = waits;
	m.n_open = 1;
	m.fault_open = 0;
	text = printed(verdict, &m);
	contains(text, "; 1 waits now (");
	free(text);
	m.n_open = 6;
	text = printed(verdict, &m);
	contains(text, "; 6 wait now (");
	free(text);
	text = printed(live_open__list, &m);
	contains(text, "6 wait now, oldest first\n");
	contains(text, "waiting 1.50s behind mmap of w (44): f (43) mmap_lock, [heap]\n");
	contains(text, "waiting 2.00us in munmap: w (44) drain, ?\n");
	contains(text, "waiting <1us: ");
	free(text);
}

static void what_is_not_shown_is_said(void **state)
{
	struct model m = { .open = waits, .n_open = 4 };
	char *text = live_open__lines(&m, 4);

	(void)state;
	assert_null(strstr(text, "more"));
	free(text);
	m.n_open = 6;
	text = live_open__lines(&m, 4);
	contains(text, "waiting <1us: ");
	contains(text, "\nand 3 more: o lists them\n");
	free(text);
	m.n_open = 0;
	text = live_open__lines(&m, 4);
	assert_string_equal(text, "");
	free(text);
}

/* A page of text about all since tracing began. */
static char *page(enum page page, const struct model *m, uint32_t tgid, uint64_t start)
{
	const struct live_view v = { .page = page, .whole = true, .tgid = tgid, .start = start };

	return live_text__page(&v, m);
}

/* A hang is as much as any other wait, before it is over. */
static void open_waits_count(void **state)
{
	static struct vt_open_wait open[] = {
		{ .ns = 2 * S, .mm_tgid = 42, .tgid = 42, .tid = 43, .kind = VT_MMAP_LOCK, .address = 0x5000,
		  .blocker = { .victim_tgid = 42, .tid = 44, .tgid = 42, .syscall = SYS_munmap,
			       .kind = VT_MMAP_LOCK, .comm = "w" } },
		{ .ns = 19 * S, .mm_tgid = 42, .tgid = 42, .tid = 45, .kind = VT_MMAP_LOCK, .address = 0x5000,
		  .blocker = { .victim_tgid = 42, .tid = 44, .tgid = 42, .syscall = SYS_munmap,
			       .kind = VT_MMAP_LOCK, .comm = "w" } },
		{ .ns = 20 * S + 1, .mm_tgid = 42, .tid = 44, .kind = VT_DRAIN, .start = 0x1000, .end = 0x3000 },
	};
	static struct vma_row vmas[] = {
		{ .key = { 0x5000, 0x6000, 42, VT_MMAP_LOCK }, .hist = { .slots[0] = 1, .sum = 1500, .max = 1500 } },
	};
	struct snapshot before = { .ns = 5 * S }, ended, now = {
		.ns = 20 * S, .open = open, .n_open = 3, .vmas = vmas, .n_vmas = 1,
	};
	struct open_counting how = { .since_ns = before.ns, .unit_ns = 1000, .min_vma = 0x10000 };
	struct model m;
	char *text;

	(void)state;
	now.hists[VT_HIST_MMAP_LOCK] = vmas[0].hist;
	m = build(&before, &now, &how, &ended);
	/* 15 seconds of the first one, which began before the window, and 1 second. */
	assert_int_equal(m.fault_ns, 16 * S + 1500);
	assert_int_equal(m.n_vmas, 2);
	assert_int_equal(m.vmas[0].hist.sum + m.vmas[1].hist.sum, 16 * S + 1500);
	assert_int_equal(m.n_stalls, 1);
	assert_int_equal(m.stalls[0].count, 2);
	assert_int_equal(m.stalls[0].ns, 16 * S);
	assert_int_equal(m.n_blames, 1);
	text = printed(verdict, &m);
	contains(text, "faults lost 16.0s: 1.07 threads stood still; 3 wait now (16.0s of that so far)\n");
	free(text);
	text = page(PAGE_WRITERS, &m, 0, 0);
	contains(text, "munmap");
	/* Its range isn't known before it is over. */
	assert_null(strstr(text, "0x0"));
	free(text);
	model__free(&m);
	snapshot_open__free(&ended);

	how.longer_ns = 2 * S;
	m = build(&before, &now, &how, &ended);
	assert_int_equal(m.fault_ns, 16 * S + 1500);
	assert_int_equal(m.stalls[0].count, 1);
	model__free(&m);
	snapshot_open__free(&ended);
	/* The snapshot is as before. */
	assert_int_equal(now.n_vmas, 1);
	assert_int_equal(now.vmas[0].hist.sum, 1500);
}

/* How long a report is about, in seconds, @late after screens every @interval for @seconds; 0: since the beginning. */
static double begins_late(uint64_t interval, uint64_t seconds, uint64_t late)
{
	const struct snapshot *before;
	struct live_window w;
	uint64_t ns = 100 * S;
	double s;

	live_window__init(&w, interval * S);
	/* Not quite on time. */
	for (uint64_t i = 0; i <= seconds; i += interval) {
		struct snapshot now = { .ns = ns = (100 + i) * S + i * 7919 % 10 * (S / 100) };

		live_window__keep(&w, &now);
	}
	ns += late * S;
	before = live_window__before(&w, ns);
	s = before ? (ns - before->ns) / 1e9 : 0;
	live_window__free(&w);
	return s;
}

static double begins(uint64_t interval, uint64_t seconds)
{
	return begins_late(interval, seconds, 0);
}

/* A quiet second doesn't empty the screen: reports are about 15 seconds, or a longer interval. */
static void reports_are_about_a_window(void **state)
{
	(void)state;
	assert_true(begins(1, 10) == 0);
	for (uint64_t seconds = 30; seconds < 60; seconds++) {
		double s = begins(1, seconds);

		assert_true(s >= 15 && s < 18.5);
	}
	assert_true(begins(5, 60) >= 15 && begins(5, 60) < 20.5);
	assert_true(begins(60, 600) > 59 && begins(60, 600) < 61);
	/* A key is pressed. */
	assert_true(begins_late(60, 600, 20) > 79 && begins_late(60, 600, 20) < 81);
	assert_true(begins(16, 160) > 15 && begins(16, 160) < 17);
}

/* What is cut is marked; no line is wider than the terminal. */
static void lines_fit(void **state)
{
	static const char *const names[] = { "[anon]", "/usr/lib/jvm/java-17-openjdk/lib/modules", "[anon:\u6c49\u5b57\u6c49\u5b57\u6c49\u5b57]" };
	static const int widths[] = { 60, 72, 80, 99, 100, 120, 200 };
	struct model_region r = {
		.tgid = 4194304, .comm = "a-long-name-of-", .fault_ns = 999000000,
		.range = { 0x7f0000000000, 0x7f4000000000, "" },
	};
	struct model m = { .fault_ns = 999000000, .regions = &r, .n_regions = 1 };
	char line[LIVE_ROW_LEN], head[LIVE_ROW_LEN];

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(live_fit__bytes("abcd", 4), -1);
	assert_int_equal(live_fit__bytes("abcde", 4), 3);
	assert_int_equal(live_fit__bytes("a\u6c49\u5b57", 4), 4);
	assert_int_equal(live_fit__width("a\u6c49\u5b57"), 5);
	r.kinds[VT_MMAP_LOCK] = &(struct vt_hist){ .slots[3] = 1234567, .sum = 999000000, .max = 98700000 };
	r.count = 1234567;
	r.max_ns = 98700000;
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		for (size_t i = 0; i < 6; i++) {
			strcpy(r.range.name, names[i / 2]);
			m.pid = i & 1 ? 4194304 : 0;
			live_row__head(&m, widths[w], head);
			live_row__region(&m, &r, widths[w], line);
			assert_true(live_fit__width(line) <= widths[w]);
			contains(line, " 0x7f0000000000");
			/* All of the end, or nothing. */
			if (strstr(line, "0000-"))
				contains(line, "-0x7f4000000000");
			if (i < 2)
				contains(line, " [anon] ");
			else
				assert_true(strstr(line, "…") || strstr(line, names[i / 2]));
			if (widths[w] >= 80)
				contains(line, " mmap_lock ");
			assert_int_equal(!!strstr(head, "KIND"), !!strstr(line, "mmap_lock"));
			assert_int_equal(!!strstr(head, "COMMAND"), !!strstr(line, "a-long"));
		}
	}
	m.sort = SORT_MAX;
	/* An upper bound isn't shown as if it were the maximum; whether smaller ones are exact doesn't matter. */
	r.kinds[VT_BABY] = &(struct vt_hist){ .slots[3] = 1, .sum = 10000, .max = 10000 };
	r.max_exact[VT_BABY] = true;
	contains(live_row__region(&m, &r, 80, line), " <=98.7ms ");
	r.max_exact[VT_BABY] = false;
	r.max_exact[VT_MMAP_LOCK] = true;
	contains(live_row__region(&m, &r, 80, line), "  98.7ms ");
	setlocale(LC_CTYPE, "C");
	assert_string_equal(live_fit__mark(), ">");
}

/* All ranges in a region can be read, with headings, in 80 columns, and before the histograms. */
static void ranges_in_a_region(void **state)
{
	struct place heap = { .name = "[anon:java heap]" };
	struct model_region region = { .tgid = 42, .comm = "java", .n = 12, .range = { 0x7f0000000000, 0x7f4000000000, "x" } };
	struct model_vma vmas[12];
	struct model m = { .regions = &region, .n_regions = 1, .vmas = vmas, .n_vmas = 12, .unit_ns = 1000 };
	char *text;

	(void)state;
	for (int i = 0; i < 12; i++)
		vmas[i] = (struct model_vma){
			.tgid = 42, .kind = VT_MMAP_LOCK, .count = 123456, .place = &heap,
			.start = 0x7f0000000000 + i * 0x10000, .end = 0x7f0000010000 + i * 0x10000,
			.hist = { .slots[0] = 123456, .sum = 99900000, .max = 99900000 },
		};
	vmas[9].unmapped = true;
	vmas[10].end = vmas[10].start + 1;
	vmas[11].start = vmas[11].end = 0;
	region.kinds[VT_MMAP_LOCK] = &(struct vt_hist){ .slots[0] = 1 };
	text = page(PAGE_REGION, &m, 42, 0x7f0000000000);
	contains(text, "RANGES IN IT\n   LOST  WAITS     AVG      MAX KIND        SIZE RANGE\n"
		       " 99.9ms 123456   809ns <=99.9ms mmap_lock  64.0K 0x7f0000000000-0x7f0000010000 [anon:java heap]\n");
	contains(text, " 99.9ms 123456   809ns <=99.9ms mmap_lock  64.0K 0x7f0000080000-0x7f0000090000 [anon:java heap]\n");
	contains(text, " 99.9ms 123456   809ns <=99.9ms mmap_lock  64.0K 0x7f0000090000-0x7f00000a0000 (unmapped)\n");
	contains(text, "mmap_lock      - at 0x7f00000a0000 [anon:java heap]\n");
	contains(text, "mmap_lock      - (not seen)\n");
	assert_true(strstr(text, "(not seen)\n") < strstr(text, "distribution"));
	/* It may have grown downward since it was looked into. */
	assert_ptr_equal(live_text__find(&m, 42, 0x7f0000010000), &region);
	assert_null(live_text__find(&m, 42, 0x7f4000000000));
	assert_null(live_text__find(&m, 43, 0x7f0000000000));
	assert_true(strstr(text, " [anon:java heap]\n") - strstr(text, " 99.9ms 123456") <= 80);
	free(text);
}

/* What a VMA was before it grew, and after, is one row; what is only a part of it isn't, nor are waits of other kinds. */
static void ranges_of_one_vma(void **state)
{
	struct place heap = { .name = "[heap]" };
	const struct vt_hist one = { .slots[0] = 1, .sum = 1000, .max = 1000 };
	struct model_vma vmas[] = {
		{ .start = 0x10000, .end = 0x30000, .kind = VT_MMAP_LOCK },
		{ .start = 0x10000, .end = 0x38000, .kind = VT_MMAP_LOCK },
		{ .start = 0x18000, .end = 0x30000, .kind = VT_MMAP_LOCK },
		{ .start = 0x10000, .end = 0x11000, .kind = VT_MMAP_LOCK },
		{ .start = 0x10000, .end = 0x30000, .kind = VT_BABY },
		{ .start = 0x10000, .end = 0x30000, .kind = VT_MMAP_LOCK, .unmapped = true },
	};
	struct model_region region = { .tgid = 42, .n = 6, .range = { 0x10000, 0x38000, "[heap]" } };
	struct model m = { .regions = &region, .n_regions = 1, .vmas = vmas, .n_vmas = 6, .unit_ns = 1000 };
	char *text;

	(void)state;
	for (int i = 0; i < 6; i++) {
		vmas[i].tgid = 42;
		vmas[i].count = 1;
		vmas[i].place = &heap;
		vmas[i].hist = one;
		vmas[i].hist.sum -= i;
	}
	text = page(PAGE_REGION, &m, 42, 0x10000);
	contains(text, "SIZE RANGE +OTHERS THAT ARE HALF OF IT OR MORE\n"
		       " 3.00us      3   999ns <=1.00us mmap_lock 128.0K 0x10000-0x30000 +2 [heap]\n");
	contains(text, "     1   997ns <=1.00us mmap_lock   4.0K 0x10000-0x11000 [heap]\n");
	contains(text, "baby      128.0K 0x10000-0x30000 [heap]\n");
	contains(text, "mmap_lock 128.0K 0x10000-0x30000 (unmapped)\n");
	free(text);
}

static struct model_stall stall_of(uint32_t victim, uint32_t tid, uint64_t start, uint64_t ns)
{
	return (struct model_stall){
		.key = { .victim_tgid = victim, .tgid = 10, .tid = tid, .syscall = SYS_mprotect, .kind = VT_MMAP_LOCK,
			 .comm = "writer" },
		.start = start, .end = start + 0x1000, .region = 0x10000, .count = 1, .ns = ns, .arg0 = 0x20000, .arg1 = 65536,
	};
}

/* A writer can be looked into: whom it stalled, in which regions and ranges, with its stacks. */
static void one_writer(void **state)
{
	struct model_region regions[] = {
		{ .tgid = 42, .comm = "java", .range = { 0x10000, 0x90000, "[anon:heap]" }, .fault_ns = 7000 },
		{ .tgid = 43, .comm = "other", .range = { 0x10000, 0x20000, "[heap]" }, .fault_ns = 2000 },
	};
	struct model_stall stalls[] = {
		stall_of(42, 11, 0x10000, 4000), stall_of(42, 11, 0x12000, 3000), stall_of(43, 11, 0x10000, 2000),
		stall_of(42, 12, 0x10000, 500),
	};
	struct model_stack stack = {
		.key = { .who = stalls[0].key, .comm = "faulter" }, .syscall = "mprotect", .user = "main;touch",
		.blocker_user = "main;protect", .count = 1, .ns = 4000,
	};
	struct model m = {
		.regions = regions, .n_regions = 2, .stalls = stalls, .n_stalls = 4, .stacks = &stack, .n_stacks = 1,
	};
	struct live_view v = { .page = PAGE_WRITER, .whole = true };
	int line;
	char *text;

	(void)state;
	/* Rows are writers with what they stalled, two lines each. */
	assert_true(live_writers__row(&m, 1, 20, &v.chosen, &line));
	assert_int_equal(v.chosen.tid, 11);
	assert_int_equal(line, 4);
	assert_true(live_writers__row(&m, 2, 20, &v.chosen, &line));
	assert_int_equal(v.chosen.tid, 12);
	assert_int_equal(live_writers__find(&m, 20, &v.chosen), 2);
	assert_int_equal(live_writers__find(&m, 2, &v.chosen), -1);
	assert_false(live_writers__row(&m, 3, 20, &v.chosen, &line));
	assert_false(live_writers__row(&m, 2, 2, &v.chosen, &line));
	assert_true(live_writers__row(&m, 0, 20, &v.chosen, &line));
	text = live_text__page(&v, &m);
	contains(text, "writer, thread 11 of 10, in mprotect\n3 faults lost 9.00us behind it; its last call was on 64.0K at 0x20000\n");
	contains(text, "  7.00us      2  3.50us mmap_lock      42  512.0K [anon:heap] 0x10000\n"
		       "  2.00us      1  2.00us mmap_lock      43   64.0K [heap] 0x10000\n");
	contains(text, "  4.00us      1  4.00us mmap_lock      42    4.0K 0x10000-0x11000\n"
		       "  3.00us      1  3.00us mmap_lock      42    4.0K 0x12000-0x13000\n");
	contains(text, "STACKS OF BOTH SIDES\n");
	contains(text, "      touch\n      main\n  behind writer (tid 11) in mprotect\n      protect\n");
	assert_null(strstr(text, "500ns"));
	free(text);
	v.chosen.tid = 13;
	text = live_text__page(&v, &m);
	assert_string_equal(text, "thread 13 of 10 in mprotect stalled no faults in this time\n");
	free(text);
}

/* What writers kept from faults is timed, too, where the kernel tells: an upper bound is shown as one. */
static void how_long_writers_took(void **state)
{
	struct model m = {
		.timed[VT_LIFE] = { .max_exact = true, .hist = { .slots[10] = 3, .sum = 6000, .max = 2500 } },
		.drains = {
			{ .op = "munmap", .hist = { .slots[20] = 2, .sum = 4000000, .max = 2500000 } },
			{ .op = "split", .max_exact = true, .hist = { .slots[9] = 1, .sum = 700, .max = 700 } },
		},
		.n_drains = 2,
	};
	char *text = page(PAGE_WRITERS, &m, 0, 0);

	(void)state;
	contains(text, "HOW LONG WRITERS TOOK\n"
		       "   TIMES       AVG       MAX WITH\n"
		       "       3    2.00us    2.50us replacing a mapping: from BABY born to grown\n"
		       "       2    2.00ms  <=2.50ms waiting for a VMA's users, in munmap\n"
		       "       1     700ns     700ns waiting for a VMA's users, in split\n");
	free(text);
	m.only = true;
	text = page(PAGE_WRITERS, &m, 0, 0);
	contains(text, "HOW LONG WRITERS TOOK, OF ALL PROCESSES\n");
	free(text);
	/* On a kernel that doesn't tell, or when nothing happened, there is nothing to head. */
	m = (struct model){ 0 };
	text = page(PAGE_WRITERS, &m, 0, 0);
	assert_null(strstr(text, "HOW LONG"));
	free(text);
}

/* Why a region isn't known is said, and the ranges in it are shown all the same. */
static void unknown_regions(void **state)
{
	static const char *const names[] = {
		[REGION_UNMAPPED] = "(no mapping now) of 42 (java)", [REGION_UNREAD] = "(not read yet) of 42 (java)",
		[REGION_OTHERS] = "(VMA not seen) of 42 (java)", [REGION_FORBIDDEN] = "(may not be read) of 42 (java)",
		[REGION_HANGS] = "(reading hangs) of 42 (java)",
	};
	struct place nowhere = { .name = "" };
	struct model_vma vma = {
		.tgid = 42, .kind = VT_MMAP_LOCK, .start = 0x7f0000000000, .end = 0x7f0000010000, .count = 1,
		.hist = { .slots[0] = 1, .sum = 1500, .max = 1500 }, .max_exact = true, .place = &nowhere,
	};
	struct model_region region = { .tgid = 42, .comm = "java", .n = 1 };
	struct model m = { .regions = &region, .n_regions = 1, .vmas = &vma, .n_vmas = 1, .unit_ns = 1000 };

	(void)state;
	for (uint64_t why = REGION_UNMAPPED; why < REGION_REASONS; why++) {
		char *text;

		region.range.start = region.range.end = why;
		text = page(PAGE_REGION, &m, 42, why);
		contains(text, names[why]);
		contains(text, "0x7f0000000000-0x7f0000010000");
		free(text);
	}
}

/* Who stalled faults of which no address was seen is told with them. */
static void writers_of_the_unseen(void **state)
{
	struct blocker_row row = {
		.key.who = { .tid = 43, .tgid = 42, .victim_tgid = 42, .kind = VT_MMAP_LOCK, .comm = "w" },
		.value = { .count = 1, .ns = 5 },
	};
	struct snapshot before = { .ns = 0 }, now = { .ns = S, .blockers = &row, .n_blockers = 1 }, ended;
	const struct open_counting how = { .unit_ns = 1000 };
	struct model m = build(&before, &now, &how, &ended);

	(void)state;
	assert_int_equal(m.n_stalls, 1);
	assert_int_equal(m.stalls[0].region, place(NULL, 42, 0, 0)->region.start);
	model__free(&m);
	snapshot_open__free(&ended);
}

/* Many threads of one process are one culprit; several processes may have one name. */
static void processes_are_blamed(void **state)
{
	struct model_blocker blockers[] = {
		{ .key = { .tid = 11, .tgid = 10, .syscall = SYS_clone, .comm = "other" }, .syscall = "clone", .ns = 30 },
		{ .key = { .tid = 43, .tgid = 42, .syscall = SYS_mmap, .comm = "worker-1" }, .syscall = "mmap", .ns = 25 },
		{ .key = { .tid = 43, .tgid = 42, .syscall = SYS_munmap, .comm = "worker-1" }, .syscall = "munmap", .ns = 25 },
		{ .key = { .tid = 44, .tgid = 42, .syscall = SYS_mmap, .comm = "worker-2" }, .syscall = "mmap", .ns = 15 },
	};
	struct model_blame blames[] = {
		{ .ns = 30, .first = 0, .n = 1 }, { .ns = 25, .first = 1, .n = 1 }, { .ns = 25, .first = 2, .n = 1 },
		{ .ns = 15, .first = 3, .n = 1 },
	};
	struct model_stall stalls[2] = {
		{ .key = { .tid = 11, .tgid = 10, .syscall = SYS_mprotect, .kind = VT_MMAP_LOCK, .comm = "other" },
		  .count = 2, .ns = 30, .arg0 = 0x7f0000000000, .arg1 = 65536 },
	};
	struct model_region region = { .tgid = 42, .comm = "indexer" };
	struct model m = {
		.fault_ns = 100, .blockers = blockers, .n_blockers = 4, .blames = blames, .n_blames = 4,
		.stalls = stalls, .n_stalls = 1, .regions = &region, .n_regions = 1,
	};
	char *text = printed(live_writers__blame, &m);

	(void)state;
	assert_string_equal(text, "65% behind indexer (PID 42): 2 threads in mmap, munmap; 30% behind another\n");
	free(text);
	blockers[3].key.tgid = 12;
	text = printed(live_writers__blame, &m);
	contains(text, "; 45% behind 2 others\n");
	free(text);
	/* Whoever isn't kept apart is no other process. */
	blockers[0].key.tgid = 0;
	text = printed(live_writers__blame, &m);
	contains(text, "; 15% behind another\n");
	free(text);
	blockers[0].key.tgid = 10;
	blockers[3].key.tgid = 42;
	m.n_blames = 1;
	blockers[0].key.syscall = SYS_mprotect;
	strcpy(blockers[0].syscall, "mprotect");
	text = printed(live_writers__blame, &m);
	assert_string_equal(text, "30% behind other (PID 10) in mprotect, 64.0K at 0x7f0000000000\n");
	free(text);
	text = page(PAGE_WRITERS, &m, 0, 0);
	contains(text, "    LOST FAULTS     AVG KIND          PID     TID CALL           WRITER\n"
		       "    30ns      2    15ns mmap_lock      10      11 mprotect       other\n");
	contains(text, " last on 64.0K at 0x7f0000000000\n");
	free(text);
	/* mmap without an address; fork, and a thread. */
	stalls[0].key.syscall = blockers[0].key.syscall = SYS_mmap;
	strcpy(blockers[0].syscall, "mmap");
	stalls[0].arg0 = 0;
	text = printed(live_writers__blame, &m);
	assert_string_equal(text, "30% behind other (PID 10) in mmap, 64.0K at any address\n");
	free(text);
	stalls[0].key.syscall = blockers[0].key.syscall = SYS_clone;
	strcpy(blockers[0].syscall, "clone");
	stalls[0].arg0 = blockers[0].arg0 = CLONE_CHILD_SETTID | SIGCHLD;
	text = printed(live_writers__blame, &m);
	assert_string_equal(text, "30% behind other (PID 10) in clone (fork)\n");
	free(text);
	/* Of a wait that goes on the arguments aren't known: those of one that is over say it. */
	stalls[1] = stalls[0];
	stalls[0].arg0 = stalls[0].arg1 = stalls[1].arg1 = 0;
	m.n_stalls = 2;
	text = page(PAGE_WRITERS, &m, 0, 0);
	contains(text, " clone (fork)   other\n");
	free(text);
	m.n_stalls = 1;
	stalls[0].arg0 = blockers[0].arg0 = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	text = page(PAGE_WRITERS, &m, 0, 0);
	contains(text, " clone (thread) other\n");
	free(text);
	m.n_blames = 0;
	text = printed(live_writers__blame, &m);
	assert_string_equal(text, "no writer behind it is known\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_waits_agree),
		cmocka_unit_test(what_is_not_shown_is_said),
		cmocka_unit_test(reports_are_about_a_window),
		cmocka_unit_test(open_waits_count),
		cmocka_unit_test(processes_are_blamed),
		cmocka_unit_test(unknown_regions),
		cmocka_unit_test(writers_of_the_unseen),
		cmocka_unit_test(ranges_in_a_region),
		cmocka_unit_test(ranges_of_one_vma),
		cmocka_unit_test(one_writer),
		cmocka_unit_test(how_long_writers_took),
		cmocka_unit_test(lines_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
