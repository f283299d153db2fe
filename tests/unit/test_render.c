// SPDX-License-Identifier: GPL-2.0
/* What reports look like. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "env.h"
#include "hist.h"
#include "live_text.h"
#include "render.h"
#include "render_parts.h"

#define GIANT	0x7f2a00000000ULL

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	static struct place p = {
		.name = "memfd:a", .comm = "java",
		.region = { GIANT, GIANT + (64ULL << 30), "[anon:java heap]" },
	};

	(void)ctx;
	(void)tgid;
	(void)start;
	(void)end;
	return &p;
}

static struct names names;
static const struct model_context context = { .names = &names, .unit_ns = 1000, .place = place };

static struct model sample(void)
{
	static struct vma_row vma = {
		.key = { GIANT, GIANT + (2 << 20), 4711, VT_BABY },
		.hist = { .zero = 1, .slots[1] = 7, .slots[3] = 2, .sum = 40500, .max = 15999 },
	};
	static struct blocker_row blockers[] = {
		{ { .who = { .victim_tgid = 4711, .tid = 4713, .tgid = 4711, .syscall = SYS_mmap, .comm = "mapper" } },
		  { .count = 9, .ns = 20500 } },
		{ { .who = { .victim_tgid = 4711, .tid = 4713, .tgid = 4711, .syscall = SYS_mmap, .kind = VT_EXCL,
		    .comm = "mapper" } }, { .count = 1, .ns = 9500 } },
	};
	static struct snapshot before = { .ns = 0 }, now;
	struct model m;

	now = (struct snapshot){ .ns = 2000000000, .vmas = &vma, .n_vmas = 1, .blockers = blockers,
				 .n_blockers = 2 };
	now.counters.lookup_first[0] = 400;
	now.counters.lookup_first[1] = 590;
	now.counters.lookup_more[1] = 10;
	now.hists[VT_HIST_WALKS].slots[1] = 10;
	now.hists[VT_HIST_WALKS].sum = 20;
	now.hists[VT_HIST_WALKS].max = 2;
	now.counters.reffree[0] = 400;
	now.counters.reffree[2] = 100;
	now.counters.reffree[7] = 3;
	now.counters.reffree_pages = 5000;
	now.hists[VT_HIST_BABY] = vma.hist;
	now.hists[VT_HIST_LIFE].slots[4] = 4;
	now.hists[VT_HIST_DRAIN + 1].slots[2] = 4;
	now.counters.begun[VT_BABY] = 11;
	now.counters.ended[VT_BABY] = 10;
	now.counters.begun[VT_LIFE] = now.counters.ended[VT_LIFE] = 4;
	now.counters.begun[VT_DRAIN] = now.counters.ended[VT_DRAIN] = 4;
	now.counters.lost[VT_LOST_VMA_FULL] = 5;
	names__load(&names, NULL);
	strcpy(names.name[NAMES_RESULT][0], "reffree");
	strcpy(names.name[NAMES_RESULT][1], "ref");
	strcpy(names.name[NAMES_OUTCOME][0], "mapped");
	strcpy(names.name[NAMES_OUTCOME][1], "stale");
	strcpy(names.name[NAMES_OUTCOME][2], "not_cached");
	strcpy(names.name[NAMES_OP][1], "mmap");
	assert_int_equal(model__build(&m, &before, &now, &context), 0);
	m.pid = 4711;
	strcpy(m.comm, "java");
	m.last = true;
	return m;
}

static char *rendered(void (*render)(FILE *, const struct model *, const struct timespec *),
		      const struct timespec *when)
{
	struct model m = sample();
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	render(f, &m, when);
	fclose(f);
	model__free(&m);
	return text;
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void table(void **state)
{
	char *text = rendered(render__text, NULL);

	(void)state;
	contains(text, "PID 4711 (java), 2.00 s\n"
		       "faults lost 40.5us in 2.00 s to VMA locks: less than 0.01 threads stalled on "
		       "average, 74% behind mapper (tid 4713) in mmap; 1 still waiting\n\n");
	contains(text, "page faults                                          1000  100.000%        500.0\n"
		       "looked up under RCU                                  1000  100.000%        500.0\n"
		       "  found, went on without a reference                  400   40.000%        200.0\n"
		       "  found, took a reference                             600   60.000%        300.0\n");
	/* Outcomes that only a later kernel has are called by what it calls them. */
	contains(text, "tried without a reference                             503   50.300%        251.5\n"
		       "  page mapped                                         400   40.000%        200.0\n"
		       "  page not in memory yet                              100   10.000%         50.0\n"
		       "  with the outcome 7                                    3    0.300%          1.5\n"
		       "  pages mapped by them                               5000         -       2500.0\n");
	contains(text, "[anon:java heap] 64.0G 0x7f2a00000000-0x7f3a00000000");
	contains(text, "  0x7f2a00000000-0x7f2a00200000 2.0M memfd:a ");
	contains(text, "mapper               4711     4713 mmap               all               10    30.0us    3.00us");
	contains(text, "\n                                                      baby               9    20.5us    2.28us");
	contains(text, "\n                                                      excl               1    9.50us    9.50us");
	assert_null(strstr(text, "STALLED"));
	contains(text, "lost: vma_full 5 (");
	assert_null(strstr(text, "no event lost"));
	contains(text, "\ndrain, a writer on a VMA's users          4          4 ");
	contains(text, "\n  in mmap                                           4 ");
	assert_null(strstr(text, "lost: rest_full"));
	free(text);
}

/* The head says what the options limit it to, whatever bytes are in a name. */
/* Faults of kernel mode, such as those of read() into new memory, aren't looked up; they are faults all the same. */
static void faults_of_kernel_mode(void **state)
{
	struct snapshot before = { 0 }, now = { .ns = 1000000000 };
	struct model m;
	char *text = NULL;
	size_t n;
	FILE *f;

	(void)state;
	names__load(&names, NULL);
	strcpy(names.name[NAMES_REASON][0], "kernel");
	now.counters.lookup_first[1] = 100;
	now.counters.fallback[0] = 300;
	assert_int_equal(model__build(&m, &before, &now, &context), 0);
	f = open_memstream(&text, &n);
	render__funnel(f, &m);
	live_text__rates(f, &m);
	fclose(f);
	contains(text, "page faults                                           400  100.000%        400.0\n"
		       "looked up under RCU                                   100   25.000%        100.0\n");
	contains(text, "fell back to mmap_lock                                300   75.000%        300.0\n"
		       "  because of kernel                                   300   75.000%        300.0\n");
	contains(text, "400 faults/s  75.00% to mmap_lock");
	free(text);
	model__free(&m);
}

static void head_of_what_is_watched(void **state)
{
	static const struct {
		struct env env;
		const char *head;
	} cases[] = {
		{ { .tid = 0 }, "All processes, 2.00 s\n" },
		{ { .n_pids = 3 }, "3 processes, 2.00 s\n" },
		{ { .tid = 42 }, "Thread 42, 2.00 s\n" },
		{ { .comm = "ja\x1bva", .cgroup = "/sys/fs/cgroup/a" },
		  "Threads named ja?va, cgroup /sys/fs/cgroup/a, 2.00 s\n" },
		{ { .n_pids = 1, .tid = 43 }, "PID 42 (java), thread 43, 2.00 s\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char scope[SCOPE_LEN], *text = NULL;
		struct model m = {
			.elapsed_ns = 2000000000, .pid = cases[i].env.n_pids == 1 ? 42 : 0, .comm = "java",
			.scope = scope,
		};
		size_t n;
		FILE *f = open_memstream(&text, &n);

		env__scope(&cases[i].env, scope);
		render__head(f, &m, NULL);
		fclose(f);
		assert_string_equal(text, cases[i].head);
		free(text);
	}
}

/* Without -p the process that waited is shown, too. */
static void stalled_process(void **state)
{
	struct timespec when = { 0 };
	struct model m = sample();
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	m.pid = 0;
	m.elapsed_ns = 60000;
	m.timed[VT_BABY].max_exact = false;
	render__text(f, &m, &when);
	fclose(f);
	model__free(&m);
	contains(text, "All processes, 0.00 s\nfaults lost 40.5us in 0.00 s to VMA locks: 0.68 threads");
	contains(text, "SYSCALL            STALLED PID KIND ");
	contains(text, "4711     4713 mmap                      4711 all               10 ");
	contains(text, " <=16.0us\n");
	free(text);
}

static void begun_before_the_tracing(void **state)
{
	struct snapshot before = { 0 }, now = { .ns = 1500000000 };
	struct model m;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	now.counters.ended[VT_BABY] = now.counters.unmatched[VT_BABY] = 2;
	now.counters.ended[VT_LIFE] = now.counters.unmatched[VT_LIFE] = 1;
	assert_int_equal(model__build(&m, &before, &now, &context), 0);
	render__text(f, &m, NULL);
	fclose(f);
	model__free(&m);
	contains(text, "not timed: 2 waits already under way when tracing began\n"
		       "not timed: 1 BABYs already born when tracing began\n"
		       "no event lost\n");
	assert_null(strstr(text, "lost: "));
	free(text);
}

static void nothing_at_all(void **state)
{
	struct snapshot before = { .missed = 3 }, now = { .ns = 1500000000, .missed = 3 };
	struct model m;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	assert_int_equal(model__build(&m, &before, &now, &context), 0);
	render__text(f, &m, NULL);
	render__hist(f, &m, NULL);
	fclose(f);
	model__free(&m);
	contains(text, "All processes, 1.50 s\nfaults lost no time in 1.50 s to VMA locks\n\nno faults\n\n"
		       "no waits\nno event lost\n");
	contains(text, "faults lost no time in 1.50 s to VMA locks\n\nno waits\n");
	free(text);
}

static void histogram(void **state)
{
	char *text = rendered(render__hist, NULL);

	(void)state;
	contains(text, "BABY wait, [anon:java heap] 64.0G 0x7f2a00000000-0x7f3a00000000\n"
		       "          usecs          : count    distribution\n");
	contains(text, "         0 -> 0          : 1        |*****                                   |\n"
		       "         1 -> 1          : 0        |                                        |\n"
		       "         2 -> 3          : 7        |****************************************|\n"
		       "         4 -> 7          : 0        |                                        |\n"
		       "         8 -> 15         : 2        |***********                             |\n\n");
	contains(text, "BABY wait: 1 still waiting\n");
	contains(text, "drain, all VMAs, in mmap\n");
	free(text);
}

static struct json_object *get(struct json_object *o, const char *path)
{
	char *copy = strdup(path), *rest = copy, *key;

	while ((key = strsep(&rest, "."))) {
		struct json_object *next = NULL;

		if (!json_object_object_get_ex(o, key, &next))
			fail_msg("no \"%s\" of \"%s\"", key, path);
		o = next;
	}
	free(copy);
	return o;
}

static uint64_t number(struct json_object *o, const char *path)
{
	o = get(o, path);
	assert_true(json_object_is_type(o, json_type_int));
	return json_object_get_uint64(o);
}

/* Slots and zero make up the count. */
static void reconciles(struct json_object *o)
{
	struct json_object *slots = get(o, "slots");
	uint64_t n = number(o, "zero");

	for (size_t i = 0; i < json_object_array_length(slots); i++) {
		struct json_object *slot = json_object_array_get_idx(slots, i);

		assert_int_equal(json_object_array_length(slot), 3);
		n += json_object_get_uint64(json_object_array_get_idx(slot, 2));
	}
	assert_int_equal(n, number(o, "count"));
}

/* What a stock kernel can't tell isn't shown as 0. */
static void stock_kernel(void **state)
{
	struct coverage coverage = { 0 };
	struct snapshot before = { 0 }, now = { .ns = 2000000000 };
	struct timespec when = { 0 };
	struct json_object *o;
	struct model m;
	char *text = NULL, *line;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	coverage.v[METRIC_FAULTS].grade = DEGRADED;
	coverage.v[METRIC_FALLBACKS].grade = EXACT;
	coverage.v[METRIC_MMAP_LOCK].grade = EXACT;
	now.counters.fault_user = 1000;
	now.counters.fell_back[VT_FELL_USER] = 30;
	now.counters.begun[VT_MMAP_LOCK] = 4;
	now.hists[VT_HIST_MMAP_LOCK] = (struct vt_hist){ .slots[2] = 3, .sum = 15000000, .max = 6000000 };
	assert_int_equal(model__build(&m, &before, &now, &context), 0);
	m.coverage = &coverage;
	render__text(f, &m, NULL);
	assert_int_equal(render__json(f, &m, &when), 0);
	fclose(f);
	model__free(&m);
	line = strchr(text, '{');
	o = json_tokener_parse(line);
	*line = '\0';
	contains(text, "faults lost 15.0ms in 2.00 s to mmap_lock: ");
	contains(text, "; 1 still waiting\n");
	contains(text, "from user mode                                       1000  100.000%        500.0\n"
		       "fell back to mmap_lock                                 30    3.000%         15.0\n"
		       "waited for mmap_lock                                    4    0.400%          2.0\n");
	contains(text, "\nfault for mmap_lock                      4 ");
	assert_null(strstr(text, "BABY"));
	assert_null(strstr(text, "drain"));
	assert_null(strstr(text, "without a reference"));
	assert_non_null(o);
	assert_string_equal(json_object_get_string(get(o, "coverage.faults")), "degraded");
	assert_string_equal(json_object_get_string(get(o, "coverage.baby")), "absent");
	assert_null(get(o, "waits.baby"));
	assert_null(get(o, "faults.lookups"));
	assert_null(get(o, "faults.reffree_attempts"));
	assert_null(get(o, "faults.reffree_pages"));
	assert_int_equal(number(o, "faults.count"), 1000);
	assert_int_equal(number(o, "faults.fallbacks.unknown"), 30);
	assert_int_equal(number(o, "waits.mmap_lock.open"), 1);
	assert_int_equal(number(o, "lost_to_vma_locks.fault_wait_ns"), 15000000);
	json_object_put(o);
	free(text);
}

/* Names that others choose can't pass for columns, lines, frames or terminal commands. */
static void hostile_names(void **state)
{
	struct model_vma vma = {
		.tgid = 1, .start = 0x1000, .end = 0x2000, .kind = VT_BABY,
		.place = &(struct place){ .name = "a\",\"b", .comm = "c,d", .region = { 0x1000, 0x2000, "x;\"y" } },
	};
	struct model_stack stack = {
		.key = { .who = { .tid = 6, .kind = VT_BABY, .comm = "w;x 1" }, .comm = "f;g" },
		.syscall = "mmap", .user = "main;f", .blocker_kernel = "do_mmap", .ns = 1500, .count = 1,
	};
	struct model m = { .vmas = &vma, .n_vmas = 1, .stacks = &stack, .n_stacks = 1 };
	struct timespec when = { 0 };
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	vma.hist = (struct vt_hist){ .slots[1] = 2, .sum = 5000, .max = 3000 };
	vma.max_exact = true;
	render__csv(f, &m, &when, true);
	render__csv(f, &m, &when, false);
	render__folded(f, &m);
	fclose(f);
	assert_string_equal(text,
		"time,pid,comm,region,name,start,end,kind,count,total_ns,max_ns,max_exact\n"
		"1970-01-01T00:00:00.000Z,1,\"c,d\",\"x;\"\"y\",\"a\"\",\"\"b\",0x1000,0x2000,baby,2,5000,3000,1\n"
		"1970-01-01T00:00:00.000Z,1,\"c,d\",\"x;\"\"y\",\"a\"\",\"\"b\",0x1000,0x2000,baby,2,5000,3000,1\n"
		"f:g;main;f;[baby wait];w:x 1 (tid 6);[mmap];do_mmap 2\n");
	free(text);
}

static void still_open(void **state)
{
	struct model_open open[4] = {
		{ .wait = { .tgid = 42, .tid = 43, .kind = VT_MMAP_LOCK, .address = 0x5000, .comm = "f",
			    .blocker = { .tid = 44, .tgid = 42, .syscall = SYS_mmap, .comm = "w" } },
		  .age_ns = 1500000000, .what = "mmap", .place.name = "[heap]" },
		{ .wait = { .tgid = 42, .tid = 44, .kind = VT_DRAIN, .start = 0x1000, .end = 0x2000, .comm = "w" },
		  .age_ns = 2000, .what = "munmap" },
		{ .wait.end = 0x2000, .what = "mmap",
		  .place.name = "12345678901234567890123\u00e9\u00e9" },
		{ .wait.end = 0x3000, .what = "mmap", .place.name = "\u6c49\u5b57" },
	};
	struct model m = { .open = open, .n_open = 4, .left_out = 3, .elapsed_ns = 1000000000 };
	struct timespec when = { 0 };
	struct json_object *o, *w;
	char *text = NULL, *line;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	render__text(f, &m, NULL);
	assert_int_equal(render__json(f, &m, &when), 0);
	fclose(f);
	line = strchr(text, '{');
	o = json_tokener_parse(line);
	*line = '\0';
	contains(text, "   1.50s f                      42       43 mmap_lock at 0x5000");
	contains(text, " [heap]                   w (tid 44) in mmap\n");
	contains(text, " 0x1000-0x2000                    (unknown)                users, in munmap\n");
	/* Names have columns of characters, not of bytes. */
	contains(text, "0x0-0x2000                       12345678901234567890123\u00e9 -\n");
	contains(text, "0x0-0x3000                       \u6c49\u5b57                       -\n");
	contains(text, "left out of the rankings by the options: 3 waits\n");
	assert_non_null(o);
	w = json_object_array_get_idx(get(o, "open_waits"), 0);
	assert_int_equal(number(w, "age_ns"), 1500000000);
	assert_int_equal(number(w, "blocker.tid"), 44);
	assert_string_equal(json_object_get_string(get(w, "address")), "0x5000");
	w = json_object_array_get_idx(get(o, "open_waits"), 1);
	assert_null(get(w, "blocker"));
	assert_string_equal(json_object_get_string(get(w, "op")), "munmap");
	json_object_put(o);
	free(text);
}

static void json(void **state)
{
	struct timespec when = { .tv_sec = 0, .tv_nsec = 42000000 };
	struct json_object *o, *region;
	struct model m = sample();
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	assert_int_equal(render__json(f, &m, &when), 0);
	fclose(f);
	model__free(&m);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	o = json_tokener_parse(text);
	assert_non_null(o);
	assert_int_equal(number(o, "schema"), 2);
	assert_string_equal(json_object_get_string(get(o, "time")), "1970-01-01T00:00:00.042Z");
	assert_int_equal(number(o, "elapsed_ns"), 2000000000);
	assert_int_equal(number(o, "pid"), 4711);
	assert_int_equal(number(o, "faults.lookups"), 1000);
	assert_int_equal(number(o, "faults.results.ref"), 600);
	assert_int_equal(number(o, "faults.reffree_attempts.mapped"), 400);
	assert_int_equal(number(o, "faults.reffree_attempts.not_cached"), 100);
	assert_int_equal(number(o, "faults.reffree_attempts.stale"), 0);
	assert_int_equal(number(o, "faults.reffree_attempts.7"), 3);
	assert_int_equal(number(o, "faults.reffree_pages"), 5000);
	assert_int_equal(number(o, "faults.walks.count"), 1000);
	assert_int_equal(number(o, "waits.baby.begun"), 11);
	assert_int_equal(number(o, "waits.baby.open"), 1);
	assert_int_equal(number(o, "waits.baby.total_ns"), 40500);
	assert_true(json_object_get_boolean(get(o, "waits.baby.max_exact")));
	assert_int_equal(number(o, "waits.life.begun"), 4);
	assert_int_equal(number(o, "waits.drain.by_op.mmap.count"), 4);
	assert_int_equal(number(o, "lost_to_vma_locks.fault_wait_ns"), 40500);
	assert_int_equal(number(o, "lost_to_vma_locks.still_waiting"), 1);
	assert_float_equal(json_object_get_double(get(o, "lost_to_vma_locks.stalled_threads")),
			   40500 / 2e9, 1e-12);
	assert_int_equal(number(o, "lost_to_vma_locks.first_blocker.tid"), 4713);
	assert_int_equal(number(o, "lost_to_vma_locks.first_blocker.total_ns"), 30000);
	assert_float_equal(json_object_get_double(get(o, "lost_to_vma_locks.first_blocker.share")),
			   30000 / 40500.0, 1e-6);
	assert_int_equal(json_object_array_length(get(o, "blockers")), 2);
	assert_int_equal(number(o, "lost.vma_full"), 5);
	reconciles(get(o, "faults.walks"));
	reconciles(get(o, "waits.baby"));
	reconciles(get(o, "waits.drain"));
	reconciles(get(o, "waits.life"));
	region = json_object_array_get_idx(get(o, "regions"), 0);
	assert_string_equal(json_object_get_string(get(region, "name")), "[anon:java heap]");
	assert_string_equal(json_object_get_string(get(region, "start")), "0x7f2a00000000");
	assert_int_equal(number(region, "size"), 64ULL << 30);
	assert_int_equal(number(region, "kinds.baby.count"), 10);
	reconciles(get(region, "kinds.baby"));
	reconciles(json_object_array_get_idx(get(region, "vmas"), 0));
	assert_false(json_object_get_boolean(get(json_object_array_get_idx(get(region, "vmas"), 0), "unmapped")));
	json_object_put(o);
	free(text);
}

/* Where nothing was mapped, no format names what is there now. */
static void unmapped_range(void **state)
{
	struct place place = { .name = "[heap]", .region = { GIANT, GIANT + 0x2000, "[heap]" } };
	struct model_vma vma = {
		.tgid = 42, .kind = VT_MMAP_LOCK, .start = GIANT, .end = GIANT + 0x2000, .unmapped = true, .count = 1,
		.hist = { .slots[0] = 1, .sum = 1500, .max = 1500 }, .place = &place,
	};
	struct model_region region = { .tgid = 42, .range = place.region, .n = 1, .count = 1 };
	struct model m = { .vmas = &vma, .n_vmas = 1, .regions = &region, .n_regions = 1, .unit_ns = 1000 };
	const struct timespec when = { 0 };
	char *text, range[RANGE_LEN];
	size_t n;
	FILE *out;

	(void)state;
	assert_string_equal(render__vma(&vma, range), "0x7f2a00000000-0x7f2a00002000 8.0K (unmapped)");
	out = open_memstream(&text, &n);
	render__csv(out, &m, &when, false);
	fclose(out);
	assert_non_null(strstr(text, ",\"[heap]\",\"(unmapped)\",0x7f2a00000000,"));
	free(text);
	out = open_memstream(&text, &n);
	render__text(out, &m, NULL);
	fclose(out);
	/* Even if the region is as large. */
	assert_non_null(strstr(text, "\n  0x7f2a00000000-0x7f2a00002000 8.0K (unmapped) "));
	free(text);
	out = open_memstream(&text, &n);
	assert_int_equal(render__json(out, &m, &when), 0);
	fclose(out);
	assert_non_null(strstr(text, "\"unmapped\":true"));
	free(text);
}

/* Two containers of one pod: told apart, whole where programs read, and in the column where people do. */
static void groups_with_long_names(void **state)
{
	static const char path[] = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-"
		"pod1b4e28ba_2fa1_11d2_883f_0016d3cca427.slice/cri-containerd-%064x.scope";
	char names[2][256], *text = NULL, *at;
	struct model_group g[2] = { 0 };
	struct model m = { .by = VT_BY_CGROUP, .groups = g, .n_groups = 2, .unit_ns = 1000 };
	const struct timespec when = { 0 };
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(names[i], sizeof(names[i]), path, 0xab0 + i);
		g[i].name = names[i];
		g[i].kinds[VT_BABY].zero = 1;
	}
	render__text(f, &m, &when);
	fclose(f);
	at = strstr(text, "CGROUPS THAT WAITED");
	assert_non_null(at);
	assert_non_null(strstr(at, "\n/kubepods.slice/ku...00000000000000000000000000000000000000000000ab0.scope baby "));
	assert_non_null(strstr(at, "\n/kubepods.slice/ku...00000000000000000000000000000000000000000000ab1.scope baby "));
	free(text);
	f = open_memstream(&text, &n);
	render__json(f, &m, &when);
	fclose(f);
	assert_non_null(strstr(text, names[0]));
	assert_non_null(strstr(text, names[1]));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(faults_of_kernel_mode),
		cmocka_unit_test(stalled_process),
		cmocka_unit_test(head_of_what_is_watched),
		cmocka_unit_test(begun_before_the_tracing),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(stock_kernel),
		cmocka_unit_test(histogram),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(still_open),
		cmocka_unit_test(json),
		cmocka_unit_test(unmapped_range),
		cmocka_unit_test(groups_with_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
