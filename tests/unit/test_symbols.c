// SPDX-License-Identifier: GPL-2.0
/* Names of functions of processes, as a made-up /proc has them, that would rather not be looked at. */
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

#include "jit_map.h"
#include "stopped_clock.h"
#include "symbols.h"

#define PATH	512
#define HANGS	60	/* seconds */

static char proc[] = "/tmp/test_symbols.XXXXXX";
static char perf_map[PATH];

/* The path of a file of process 42. */
static char *file(char path[PATH], const char *name)
{
	snprintf(path, PATH, "%s/42/%s", proc, name);
	return path;
}

static void write_to(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void write_file(const char *name, const char *text)
{
	char path[PATH];

	write_to(file(path, name), text);
}

static void write_status(uid_t uid)
{
	char text[128];

	snprintf(text, sizeof(text), "Name:\tjit\nNSpid:\t42\t7\nUid:\t1\t1\t1\t%u\n", uid);
	write_file("status", text);
}

static void write_stat(int born, int code)
{
	char text[256];

	snprintf(text, sizeof(text), "42 (a) b) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 %d 1 1 18446744073709551615 "
		 "%d 5242880 140000000 0 0\n", born, code);
	write_file("stat", text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Process 42, which is 7 for itself; in its root there are a library and the map of what it has compiled. */
static int setup(void **state)
{
	static const char *const dirs[] = { "", "root", "root/tmp", "root/lib" };
	char path[PATH];

	stopped_ms = 0;
	strcpy(proc + strlen(proc) - 6, "XXXXXX");
	if (!mkdtemp(proc))
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(file(path, dirs[i]), 0700))
			return -1;
	file(perf_map, "root/tmp/perf-7.map");
	write_status(getuid());
	write_stat(1000, 0x400000);
	write_to(perf_map, "1000 100 compiled\n");
	write_file("root/lib/x.so", "no ELF\n");
	write_file("maps", "100000-200000 r-xp 00000000 08:01 11 /lib/x.so\n"
			   "300000-400000 rw-p 00000000 00:00 0 \n"
			   "7000000-7001000 r-xp 00000000 00:00 0 [vdso]\n");
	*state = symbols__new(proc);
	alarm(HANGS);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	alarm(0);
	symbols__free(*state);
	return nftw(proc, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void assert_named(struct symbols *s, uint64_t address, const char *name)
{
	char buf[SYMBOL_LEN];

	assert_string_equal(symbols__name(s, 42, address, buf), name);
}

static void names(void **state)
{
	assert_named(*state, 0x1080, "compiled");
	assert_named(*state, 0x1100, "[unknown]");
	assert_named(*state, 0x180000, "[x.so]");
	assert_named(*state, 0x380000, "[unknown]");
	assert_named(*state, 0x7000800, "[vdso]");
	symbols__free(*state);
	/* Root may make the file for anybody. */
	write_status(getuid() + 1);
	*state = symbols__new(proc);
	assert_named(*state, 0x1080, getuid() ? "[unknown]" : "compiled");
}

/* Whoever opens a FIFO waits for a writer. */
static void a_fifo_for_a_map(void **state)
{
	assert_int_equal(unlink(perf_map), 0);
	assert_int_equal(mkfifo(perf_map, 0666), 0);
	assert_named(*state, 0x1080, "[unknown]");
}

static void an_endless_map(void **state)
{
	assert_int_equal(unlink(perf_map), 0);
	assert_int_equal(symlink("/dev/zero", perf_map), 0);
	assert_named(*state, 0x1080, "[unknown]");
}

/* A link may lead to what its maker may not read. */
static void a_link_for_a_map(void **state)
{
	char path[PATH];

	assert_int_equal(rename(perf_map, file(path, "root/tmp/other")), 0);
	assert_int_equal(symlink("other", perf_map), 0);
	assert_named(*state, 0x1080, "[unknown]");
}

/* In a directory that leads out of the process' root there is nothing of the process. */
static void a_link_out_of_the_root(void **state)
{
	char path[PATH], outside[PATH];

	assert_int_equal(rename(file(path, "root/tmp"), file(outside, "outside")), 0);
	assert_int_equal(symlink(outside, path), 0);
	assert_named(*state, 0x1080, "[unknown]");
}

static void a_map_that_others_made(void **state)
{
	if (getuid())
		skip();
	assert_int_equal(chown(perf_map, 65534, 65534), 0);
	assert_named(*state, 0x1080, "[unknown]");
	symbols__free(*state);
	/* The process runs as that user. */
	write_status(65534);
	*state = symbols__new(proc);
	assert_named(*state, 0x1080, "compiled");
}

/* Of a map that is larger than anybody's the end is read, without the rest of a line: of 553000 that is 3000. */
static void an_immense_map(void **state)
{
	static const char last[] = "\n2000 100 newest\n", cut[] = "553000 100 cut\n";
	const off_t size = 1LL << 40;
	int fd = open(perf_map, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, last, strlen(last), size - strlen(last)), strlen(last));
	assert_int_equal(pwrite(fd, cut, strlen(cut), size - JIT_MAP_MAX_BYTES - 2), strlen(cut));
	close(fd);
	assert_named(*state, 0x2080, "newest");
	assert_named(*state, 0x1080, "[unknown]");
	assert_named(*state, 0x3080, "[unknown]");
}

static void a_map_of_too_many(void **state)
{
	FILE *f = fopen(perf_map, "w");

	assert_non_null(f);
	for (int i = 0; i <= JIT_MAP_MAX_SYMBOLS; i++)
		fprintf(f, "%x 1 f\n", 0x1000 + i);
	assert_int_equal(fclose(f), 0);
	assert_named(*state, 0x1000, "[unknown]");
	assert_named(*state, 0x1001, "f");
	assert_named(*state, 0x1000 + JIT_MAP_MAX_SYMBOLS, "f");
}

static void nonsense_in_a_map(void **state)
{
	write_to(perf_map, "\n1000\n1000 \n1000 100\n1000 100 \n 1\nx 100 x\n3000 100 good one");
	assert_named(*state, 0x1080, "[unknown]");
	assert_named(*state, 0x3080, "good one");
}

/* What a mapping was of may have become anything by the time that it is opened. */
static void a_fifo_for_a_library(void **state)
{
	char path[PATH];

	assert_int_equal(unlink(file(path, "root/lib/x.so")), 0);
	assert_int_equal(mkfifo(path, 0666), 0);
	assert_named(*state, 0x180000, "[x.so]");
}

/* Up to Linux 6.16 a process that hangs with mmap_lock held is one whose mappings nobody reads. */
static void a_process_that_hangs(void **state)
{
	char path[PATH];
	int fd;

	assert_int_equal(unlink(file(path, "maps")), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_named(*state, 0x180000, "[unknown]");
	assert_named(*state, 0x1080, "compiled");
	close(fd);
}

/* Another program takes the place of the one that was read: of the same process, or of another with its PID. */
static void replaced(struct symbols *s, int born, int code)
{
	uint64_t before;

	stop_clock();
	assert_named(s, 0x180000, "[x.so]");
	assert_named(s, 0x1080, "compiled");
	before = symbols__edition(s);
	write_stat(born, code);
	write_file("maps", "100000-200000 r-xp 00000000 08:01 12 /lib/y.so\n");
	write_to(perf_map, "1000 100 another\n");
	/* Not every time that a name is asked for. */
	assert_named(s, 0x180000, "[x.so]");
	stopped_ms += 200;
	assert_named(s, 0x180000, "[y.so]");
	assert_named(s, 0x1080, "another");
	/* That isn't more about the same. */
	assert_true(symbols__edition(s) > before);
	assert_false(symbols__more(s, 42, before));
}

static void another_program(void **state)
{
	replaced(*state, 1000, 0x500000);
}

static void another_process(void **state)
{
	replaced(*state, 1001, 0x400000);
}

/* One that is exiting has no program, no mappings and no root, and is gone then. */
static void a_process_that_ends(void **state)
{
	char path[PATH];

	stop_clock();
	assert_named(*state, 0x180000, "[x.so]");
	write_stat(1000, 0);
	write_file("maps", "");
	for (int i = 0; i < 2; i++) {
		stopped_ms += 60000;
		assert_named(*state, 0x380000, "[unknown]");
		assert_named(*state, 0x180000, "[x.so]");
		assert_named(*state, 0x1080, "compiled");
		unlink(file(path, "stat"));
		unlink(file(path, "maps"));
		unlink(file(path, "status"));
	}
}

static void code_that_comes_later(void **state)
{
	uint64_t before;

	stop_clock();
	assert_named(*state, 0x580000, "[unknown]");
	assert_named(*state, 0x2080, "[unknown]");
	before = symbols__edition(*state);
	write_file("maps", "100000-200000 r-xp 00000000 08:01 11 /lib/x.so\n"
			   "500000-600000 r-xp 00000000 08:01 12 /lib/y.so\n");
	write_to(perf_map, "1000 100 compiled\n2000 100 later\n");
	assert_named(*state, 0x580000, "[unknown]");
	assert_named(*state, 0x2080, "[unknown]");
	assert_false(symbols__more(*state, 42, before));
	stopped_ms += 1000;
	assert_true(symbols__more(*state, 42, before));
	assert_named(*state, 0x580000, "[y.so]");
	assert_named(*state, 0x2080, "later");
	before = symbols__edition(*state);
	stopped_ms += 1000;
	assert_false(symbols__more(*state, 42, before));
}

/* Code without a name, which there is where compilers write no map, makes nobody read mappings all the time. */
static void code_that_never_has_a_name(void **state)
{
	int fresh = 0;

	stop_clock();
	assert_named(*state, 0x380000, "[unknown]");
	for (int i = 0; i < 120; i++) {
		char maps[128];

		/* The first half minute nothing changes. */
		snprintf(maps, sizeof(maps), "100000-200000 r-xp 00000000 08:01 %d /lib/x.so\n"
			 "300000-400000 rw-p 00000000 00:00 0 \n", i < 30 ? 11 : i);
		write_file("maps", maps);
		stopped_ms += 1000;
		fresh += i >= 30 && i < 46 && symbols__more(*state, 42, symbols__edition(*state));
		assert_named(*state, 0x380000, "[unknown]");
	}
	/* Once the first change was seen, each was. */
	assert_in_range(fresh, 1, 15);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(names),
		TEST(a_fifo_for_a_map),
		TEST(an_endless_map),
		TEST(a_link_for_a_map),
		TEST(a_link_out_of_the_root),
		TEST(a_map_that_others_made),
		TEST(an_immense_map),
		TEST(a_map_of_too_many),
		TEST(nonsense_in_a_map),
		TEST(a_fifo_for_a_library),
		TEST(a_process_that_hangs),
		TEST(another_program),
		TEST(another_process),
		TEST(a_process_that_ends),
		TEST(code_that_comes_later),
		TEST(code_that_never_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
