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

#include "hist.h"
#include "render.h"

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

static struct model sample(void)
{
	static struct vma_row vma = {
		.key = { GIANT, GIANT + (2 << 20), 4711, VT_BABY },
		.hist = { .zero = 1, .slots[1] = 7, .slots[3] = 2, .sum = 40500, .max = 15999 },
	};
	static struct blocker_row blocker = {
		{ .victim_tgid = 4711, .tid = 4713, .tgid = 4711, .syscall = SYS_mmap, .comm = "mapper" },
		{ 10, 40500 },
	};
	static struct snapshot before = { .ns = 0 }, now;
	struct model m;

	now = (struct snapshot){ .ns = 2000000000, .vmas = &vma, .n_vmas = 1, .blockers = &blocker,
				 .n_blockers = 1 };
	now.counters.lookup_first[1] = 990;
	now.counters.lookup_more[1] = 10;
	now.hists[VT_HIST_WALKS].slots[1] = 10;
	now.hists[VT_HIST_WALKS].sum = 20;
	now.hists[VT_HIST_WALKS].max = 2;
	now.hists[VT_HIST_BABY] = vma.hist;
	now.hists[VT_HIST_LIFE].slots[4] = 4;
	now.hists[VT_HIST_DRAIN + 1].slots[2] = 4;
	now.counters.begun[VT_BABY] = 11;
	now.counters.ended[VT_BABY] = 10;
	now.counters.begun[VT_LIFE] = now.counters.ended[VT_LIFE] = 4;
	now.counters.begun[VT_DRAIN] = now.counters.ended[VT_DRAIN] = 4;
	now.counters.lost[VT_LOST_VMA_FULL] = 5;
	names__load(&names, NULL);
	strcpy(names.name[NAMES_RESULT][1], "ref");
	strcpy(names.name[NAMES_OP][1], "mmap");
	assert_int_equal(model__build(&m, &before, &now, &names, 1000, place, NULL), 0);
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
	contains(text, "PID 4711 (java), 2.00 s\n");
	contains(text, "looked up under RCU                                  1000  100.000%        500.0\n");
	contains(text, "  with the result ref                                1000  100.000%");
	contains(text, "[anon:java heap] 64.0G 0x7f2a00000000-0x7f3a00000000");
	contains(text, "  0x7f2a00000000-0x7f2a00200000 2.0M memfd:a ");
	contains(text, "mapper               4711     4713 mmap ");
	contains(text, "lost: vma_full 5 (");
	assert_null(strstr(text, "lost: rest_full"));
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
	contains(text, "drain wait, all VMAs, in mmap\n");
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
	assert_int_equal(number(o, "schema"), 1);
	assert_string_equal(json_object_get_string(get(o, "time")), "1970-01-01T00:00:00.042Z");
	assert_int_equal(number(o, "elapsed_ns"), 2000000000);
	assert_int_equal(number(o, "pid"), 4711);
	assert_int_equal(number(o, "faults.lookups"), 1000);
	assert_int_equal(number(o, "faults.results.ref"), 1000);
	assert_int_equal(number(o, "faults.walks.count"), 1000);
	assert_int_equal(number(o, "waits.baby.begun"), 11);
	assert_int_equal(number(o, "waits.baby.open"), 1);
	assert_int_equal(number(o, "waits.baby.total_ns"), 40500);
	assert_true(json_object_get_boolean(get(o, "waits.baby.max_exact")));
	assert_int_equal(number(o, "waits.life.begun"), 4);
	assert_int_equal(number(o, "waits.drain.by_op.mmap.count"), 4);
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
	json_object_put(o);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(histogram),
		cmocka_unit_test(json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
