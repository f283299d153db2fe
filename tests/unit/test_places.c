// SPDX-License-Identifier: GPL-2.0
/* Names of VMAs, from a made-up /proc. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "places.h"
#include "stopped_clock.h"

static char proc[] = "/tmp/test_places.XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/42/%s", proc, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_proc(void **state)
{
	(void)state;
	return nftw(proc, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int make_proc(void **state)
{
	char path[128];

	(void)state;
	stopped_ms = 0;
	strcpy(proc + strlen(proc) - 6, "XXXXXX");
	if (!mkdtemp(proc))
		return -1;
	snprintf(path, sizeof(path), "%s/42", proc);
	if (mkdir(path, 0700))
		return -1;
	write_file("comm", "java\n");
	write_file("maps", "100000-200000 rw-p 00000000 00:00 0 [anon:giant]\n");
	return 0;
}

/* A process may call itself anything, in up to 15 bytes. */
static void hostile_name(void **state)
{
	struct places *p = places__new(proc);

	(void)state;
	write_file("comm", "a\n\033[31m,\"\n\n");
	assert_string_equal(places__get(p, 42, 0, 0)->comm, "a??[31m,\"?");
	write_file("comm", "java\n");
	places__free(p);
}

/* A PID that is used again: the new process has no region of the old one. */
static void reused_pid(void **state)
{
	static const char stat[] = "42 (a) b) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 %d 1 1\n";
	struct places *p = places__new(proc);
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), stat, 1000);
	write_file("stat", line);
	assert_int_equal(places__refresh(p, 42), 0);
	assert_string_equal(places__get(p, 42, 0x150000, 0x151000)->name, "[anon:giant]");
	snprintf(line, sizeof(line), stat, 2000);
	write_file("stat", line);
	write_file("maps", "100000-1f0000 rw-p 00000000 00:00 0 [heap]\n");
	assert_int_equal(places__refresh(p, 42), 0);
	assert_string_equal(places__get(p, 42, 0x150000, 0x151000)->name, "[heap]");
	/* Most of the old region is mapped still, but it is another's. */
	assert_string_equal(places__get(p, 42, 0x180000, 0x190000)->region.name, "[heap]");
	places__free(p);
}

static void piece_of_a_giant(void **state)
{
	struct places *p = places__new(proc);
	const struct place *place;

	(void)state;
	assert_int_equal(places__refresh(p, 42), 0);
	write_file("maps", "100000-180000 rw-p 00000000 00:00 0 [anon:giant]\n"
			   "180000-190000 rw-p 00000000 00:01 7 /memfd:a\n"
			   "190000-200000 rw-p 00000000 00:00 0 [anon:giant]\n");
	assert_int_equal(places__refresh(p, 42), 0);
	place = places__get(p, 42, 0x180000, 0x190000);
	assert_string_equal(place->name, "memfd:a");
	assert_string_equal(place->region.name, "[anon:giant]");
	assert_int_equal(place->region.start, 0x100000);
	assert_int_equal(place->region.end, 0x200000);
	assert_string_equal(place->comm, "java");
	places__free(p);
}

static void names_outlive_the_process(void **state)
{
	struct places *p = places__new(proc);
	const struct place *place;

	(void)state;
	assert_int_equal(places__refresh(p, 42), 0);
	remove_proc(NULL);
	assert_int_equal(places__refresh(p, 42), -1);
	place = places__get(p, 42, 0x150000, 0x151000);
	assert_string_equal(place->name, "[anon:giant]");
	assert_string_equal(place->comm, "java");
	places__free(p);
	mkdir(proc, 0700);
}

static void an_exiting_process_keeps_its_names(void **state)
{
	struct places *p = places__new(proc);

	(void)state;
	assert_int_equal(places__refresh(p, 42), 0);
	write_file("maps", "");
	assert_int_equal(places__refresh(p, 42), -1);
	assert_string_equal(places__get(p, 42, 0x150000, 0x151000)->name, "[anon:giant]");
	places__free(p);
}

static void decided_once(void **state)
{
	struct places *p = places__new(proc);

	(void)state;
	assert_string_equal(places__get(p, 42, 0x150000, 0x151000)->name, "[anon:giant]");
	write_file("maps", "100000-200000 rw-p 00000000 00:00 0 [anon:other]\n");
	assert_int_equal(places__refresh(p, 42), 0);
	assert_string_equal(places__get(p, 42, 0x150000, 0x151000)->name, "[anon:giant]");
	assert_string_equal(places__get(p, 42, 0x152000, 0x153000)->name, "[anon:other]");
	places__free(p);
}

/* What isn't known may be read later, or never: that is told apart, where it is asked for. */
static void why_a_region_is_not_known(void **state)
{
	struct places *p = places__new(proc);
	const struct place *place;
	char path[128];

	(void)state;
	stop_clock();
	write_file("stat", "42 (java) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 1000 1 1\n");
	assert_int_equal(places__get(p, 42, 0x1000, 0x2000)->region.start, 0);
	places__explain(p);
	assert_int_equal(places__get(p, 42, 0, 0)->region.start, REGION_OTHERS);
	/* Mappings that are younger than our list of them. */
	place = places__get(p, 42, 0x3000, 0x4000);
	assert_int_equal(place->region.start, REGION_UNREAD);
	assert_int_equal(place->region.end, REGION_UNREAD);
	stopped_ms += 1000;
	assert_int_equal(places__get(p, 42, 0x3000, 0x4000)->region.start, REGION_UNMAPPED);
	/* What is in one snapshot needs one reading; of the next one's nothing is known yet. */
	stopped_ms += 1000;
	places__snapshot(p);
	for (uint64_t start = 0x11000; start < 0x15000; start += 0x1000)
		assert_int_equal(places__get(p, 42, start, start + 0x1000)->region.start, REGION_UNMAPPED);
	places__snapshot(p);
	assert_int_equal(places__get(p, 42, 0x16000, 0x17000)->region.start, REGION_UNREAD);
	/* They can't be read now: that is not for ever. */
	write_file("maps", "nonsense\n");
	stopped_ms += 1000;
	assert_int_equal(places__get(p, 42, 0x5000, 0x6000)->region.start, REGION_UNREAD);
	write_file("maps", "1000-10000 rw-p 00000000 00:00 0 [anon:late]\n");
	stopped_ms += 1000;
	places__catch_up(p, 42);
	assert_string_equal(places__get(p, 42, 0x5000, 0x6000)->region.name, "[anon:late]");
	/* Nor may everybody read them. */
	assert_int_equal(chmod(proc, 0755), 0);
	snprintf(path, sizeof(path), "%s/42", proc);
	assert_int_equal(chmod(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/42/maps", proc);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(seteuid(65534), 0);
	stopped_ms += 1000;
	places__snapshot(p);
	assert_int_equal(places__get(p, 42, 0x20000, 0x30000)->region.start, REGION_FORBIDDEN);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(places__get(p, 42, 0x20000, 0x30000)->region.start, REGION_FORBIDDEN);
	stopped_ms += 1000;
	places__snapshot(p);
	assert_int_equal(places__get(p, 42, 0x20000, 0x30000)->region.start, REGION_UNMAPPED);
	/* Of a process that is gone nothing will be. */
	assert_int_equal(places__get(p, 43, 0x1000, 0x2000)->region.start, REGION_UNMAPPED);
	places__free(p);
}

/* A stack, or a heap of a runtime, that grows is one region, whatever its size was at each wait. */
static void a_region_that_grows(void **state)
{
	struct places *p = places__new(proc);

	(void)state;
	for (int i = 15; i > 0; i--) {
		char maps[64];

		snprintf(maps, sizeof(maps), "%x0000-100000 rw-p 00000000 00:00 0\n", i);
		write_file("maps", maps);
		assert_int_equal(places__refresh(p, 42), 0);
		assert_int_equal(places__get(p, 42, i << 16, 0x100000)->region.start, i << 16);
	}
	for (int i = 15; i > 0; i--) {
		const struct place *place = places__get(p, 42, i << 16, 0x100000);

		assert_int_equal(place->region.start, 0x10000);
		assert_int_equal(place->region.end, 0x100000);
	}
	places__free(p);
}

static void unknown(void **state)
{
	struct places *p = places__new(proc);
	const struct place *place = places__get(p, 43, 0x1000, 0x2000);

	(void)state;
	assert_string_equal(place->name, "");
	assert_string_equal(place->comm, "");
	assert_int_equal(place->region.start, place->region.end);
	place = places__get(p, 42, 0x1000, 0x2000);
	assert_string_equal(place->name, "");
	assert_string_equal(place->comm, "java");
	places__free(p);
}

/* A process that hangs with mmap_lock held: its mappings are like a pipe into which nobody writes. */
static void hanging_process(void **state)
{
	struct places *p = places__new(proc);
	char path[128];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/42/maps", proc);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	alarm(60);
	assert_int_equal(places__refresh(p, 42), -1);
	/* One is left behind for each; from the ninth on nobody even tries. */
	for (int i = 0; i < 10; i++)
		places__refresh(p, 42);
	assert_string_equal(places__get(p, 42, 0x180000, 0x190000)->name, "");
	assert_string_equal(places__get(p, 42, 0, 0)->comm, "java");
	alarm(0);
	close(fd);
	assert_int_equal(unlink(path), 0);
	write_file("maps", "100000-200000 rw-p 00000000 00:00 0 [anon:giant]\n");
	/* Those who were left behind end, and all is as before. */
	for (int i = 0; i < 600 && places__refresh(p, 42); i++)
		usleep(100000);
	assert_string_equal(places__get(p, 42, 0x180000, 0x190000)->name, "[anon:giant]");
	places__free(p);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_proc, remove_proc)
	const struct CMUnitTest tests[] = {
		TEST(hostile_name),
		TEST(reused_pid),
		TEST(hanging_process),
		TEST(piece_of_a_giant),
		TEST(names_outlive_the_process),
		TEST(an_exiting_process_keeps_its_names),
		TEST(decided_once),
		TEST(unknown),
		TEST(why_a_region_is_not_known),
		TEST(a_region_that_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
