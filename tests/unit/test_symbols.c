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

	strcpy(proc + strlen(proc) - 6, "XXXXXX");
	if (!mkdtemp(proc))
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(file(path, dirs[i]), 0700))
			return -1;
	file(perf_map, "root/tmp/perf-7.map");
	write_status(getuid());
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
