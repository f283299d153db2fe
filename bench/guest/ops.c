// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions of single operations.  QEMU's -icount shift=0 makes the TSC count
 * instructions of the only CPU; the median of many is not disturbed by timer interrupts.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#include "bench.h"
#include "file.h"
#include "io.h"
#include "layout.h"
#include "team.h"

#define RANGE	(64UL << 20)	/* where operations take place */

struct op {
	const char *name;
	void (*before)(void);	/* each time, not measured; may be NULL */
	void (*run)(void);
	void (*after)(void);	/* likewise */
};

static char *range;	/* anonymous, private, empty between operations */
static int fd;		/* a file of RANGE bytes, in the page cache as far as pages go */
static size_t len;	/* of an operation */
static bool failed;

static void check(bool ok)
{
	if (!ok)
		failed = true;
}

static void map_over(char *at, size_t size, int prot, int flags, int file)
{
	check(mmap(at, size, prot, flags | MAP_FIXED, file, 0) == at);
}

static void reset(void)
{
	map_over(range, RANGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

static void fill(void)
{
	for (size_t i = 0; i < len; i += PAGE)
		*(volatile char *)(range + i) = 1;
}

static void touch_neighbour(void)
{
	*(volatile char *)(range + RANGE / 2 + PAGE) = 1;	/* page tables, anon_vma */
}

static void read_page(void) { (void)*(volatile char *)(range + RANGE / 2); }
static void write_page(void) { *(volatile char *)(range + RANGE / 2) = 1; }

static void before_upgrade(void)
{
	touch_neighbour();
	read_page();
}

/* a child that keeps the page until it is asked to end */
static pid_t child;
static int child_pipe[2];

static void before_cow(void)
{
	char c;

	touch_neighbour();
	write_page();
	check(!pipe(child_pipe));
	child = fork();
	if (!child) {
		close(child_pipe[1]);
		_exit(read(child_pipe[0], &c, 1) < 0);
	}
	check(child > 0);
}

static void after_cow(void)
{
	close(child_pipe[0]);
	close(child_pipe[1]);
	check(waitpid(child, NULL, 0) == child);
	reset();
}

static void map_shared(void)
{
	map_over(range, RANGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	(void)*(volatile char *)(range + RANGE / 2 + 32 * PAGE);
}

static void map_private(void)
{
	map_over(range, RANGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	*(volatile char *)(range + RANGE / 2 + 32 * PAGE) = 1;
}

static char *mapped;

static void op_mmap(void)
{
	mapped = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(mapped != MAP_FAILED);
}

static void after_mmap(void) { check(!munmap(mapped, len)); }

static void op_munmap(void) { check(!munmap(range, len)); }
static void op_munmap_all(void) { check(!munmap(range, RANGE)); }

static void op_mmap_fixed(void)
{
	map_over(range, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void op_mmap_fixed_file(void) { map_over(range, len, PROT_READ, MAP_SHARED, fd); }

static void op_mprotect(void) { check(!mprotect(range, len, PROT_READ)); }
static void op_mprotect_all(void) { check(!mprotect(range, RANGE, PROT_READ)); }

static void op_mremap(void)
{
	check(mremap(range, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, range + RANGE / 2) ==
	      range + RANGE / 2);
}

static void op_madvise(void) { check(!madvise(range, len, MADV_DONTNEED)); }

static void op_fork_exit(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	check(waitpid(pid, NULL, 0) == pid);
}

static void op_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	check(waitpid(pid, NULL, 0) == pid);
}

static void op_brk_grow(void) { check(sbrk(len) != (void *)-1); }
static void after_brk_grow(void) { check(sbrk(-len) != (void *)-1); }

static const struct op all[] = {
	{ "fault_anon_read", touch_neighbour, read_page, reset },
	{ "fault_anon_write", touch_neighbour, write_page, reset },
	{ "fault_anon_upgrade", before_upgrade, write_page, reset },
	{ "fault_cow", before_cow, write_page, after_cow },
	{ "fault_file_read", map_shared, read_page, reset },
	{ "fault_file_write", map_shared, write_page, reset },
	{ "fault_file_cow", map_private, write_page, reset },
	{ "mmap", NULL, op_mmap, after_mmap },
	{ "munmap", fill, op_munmap, reset },
	{ "munmap_whole_vma", fill, op_munmap_all, reset },
	{ "mmap_fixed", fill, op_mmap_fixed, reset },
	{ "mmap_fixed_file", fill, op_mmap_fixed_file, reset },
	{ "mprotect_split", fill, op_mprotect, reset },
	{ "mprotect_whole_vma", fill, op_mprotect_all, reset },
	{ "mremap", fill, op_mremap, reset },
	{ "madvise_dontneed", fill, op_madvise, reset },
	{ "fork_exit", fill, op_fork, reset },
	{ "vfork_exit", fill, op_fork_exit, reset },
	{ "brk", NULL, op_brk_grow, after_brk_grow },
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(const struct op *op, const struct params *p, uint64_t *counts)
{
	failed = false;
	for (int i = 0; i < p->reps; i++) {
		uint64_t begin;

		if (op->before)
			op->before();
		if (p->mark)
			trace_mark("op_begin");
		begin = __rdtsc();
		op->run();
		counts[i] = __rdtsc() - begin;
		if (p->mark)
			trace_mark("op_end");
		if (op->after)
			op->after();
	}
	if (failed)
		fail("operation %s failed", op->name);
	qsort(counts, p->reps, sizeof(*counts), compare);
	print("op name=%s pages=%d reps=%d median=%lu p25=%lu p75=%lu\n", op->name, p->pages, p->reps,
	      counts[p->reps / 2], counts[p->reps / 4], counts[p->reps * 3 / 4]);
}

void ops_command(const char *name, const struct params *p)
{
	uint64_t *counts = calloc(p->reps, sizeof(*counts)), random = p->seed;
	bool found = false;

	len = p->pages * PAGE;
	if (!counts || len > RANGE / 4 || !p->reps) {
		errno = EINVAL;
		fail("ops: reps=%d pages=%d", p->reps, p->pages);
	}
	team_pin(0);
	vary_layout(rnd(&random));
	fd = file_create(RANGE);
	file_fill(fd, RANGE / 2, 1 << 20);
	file_fill(fd, 0, len);
	range = map_separate(RANGE);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (strcmp(name, "all") && strcmp(name, all[i].name))
			continue;
		measure(&all[i], p, counts);
		found = true;
	}
	if (!found) {
		errno = EINVAL;
		fail("no operation is called %s", name);
	}
	munmap(range, RANGE);
	close(fd);
	free(counts);
}
