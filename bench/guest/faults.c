// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults of many threads:
 *
 *	a	first touch on one giant anonymous VMA, each thread in its own part
 *	v	first touch, each thread in a VMA of its own
 *	f	reads of one giant shared mapping of a file in the page cache; a fault
 *		maps 64K
 *	m	like f, while one more thread maps, protects and discards elsewhere
 *	r	like f, on ranges that one more thread replaces by mmap(MAP_FIXED)
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "file.h"
#include "io.h"
#include "layout.h"
#include "team.h"

#define PART		(256UL << 20)	/* distance of the threads' parts of an anonymous VMA */
#define AROUND		(64UL << 10)	/* what a fault on a file maps */
#define WARM_UP		16		/* faults of each thread right before the region */
#define SLOT		(1UL << 20)	/* what workload r replaces at once */

struct faults {
	const struct params *p;
	char workload;
	int fd;
	char *map;
	char *parts[64];	/* of each thread */
	size_t stride;
	char *elsewhere;	/* what the other thread of m works on */
	atomic_int running;	/* faulting threads that aren't done */
	atomic_long changes;	/* of mappings, by the other thread */
};

static void touch_part(struct faults *f, char *from, int n)
{
	bool write = f->fd < 0;

	for (int i = 0; i < n; i++) {
		volatile char *p = from + i * f->stride;

		if (write)
			*p = 1;
		else
			(void)*p;
		if (f->p->pause)
			__builtin_ia32_pause();
	}
}

/*
 * Touch all of a thread's part once and drop it again: so the pages, or those that later faults
 * get, were last used by this CPU and not by the one that made the file or ended the last process.
 */
static void rehearse(struct faults *f, char *part)
{
	int n = f->p->faults + WARM_UP;

	touch_part(f, part, n);
	if (madvise(part, n * f->stride, MADV_DONTNEED))
		fail("cannot drop pages");
}

static void prepare(int self, void *arg)
{
	struct faults *f = arg;

	if (self == f->p->cpus)
		return;		/* the other thread of m and r */
	if (f->workload == 'v')
		f->parts[self] = map_separate((f->p->faults + WARM_UP) * PAGE);
	rehearse(f, f->parts[self]);
	touch_part(f, f->parts[self], WARM_UP);
}

static void change_elsewhere(struct faults *f)
{
	size_t size = 16 * PAGE;

	if (mmap(f->elsewhere, size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0) == MAP_FAILED ||
	    mprotect(f->elsewhere + 4 * PAGE, 4 * PAGE, PROT_READ) ||
	    madvise(f->elsewhere, size, MADV_DONTNEED))
		fail("cannot change a mapping");
	atomic_fetch_add_explicit(&f->changes, 3, memory_order_relaxed);
}

static void replace_slot(struct faults *f, uint64_t *random)
{
	size_t slots = f->p->cpus * f->p->faults * AROUND / SLOT;
	size_t offset = rnd(random) % (slots ? slots : 1) * SLOT;

	if (mmap(f->map + offset, SLOT, PROT_READ, MAP_SHARED | MAP_FIXED, f->fd, offset) == MAP_FAILED)
		fail("cannot replace a mapping");
	atomic_fetch_add_explicit(&f->changes, 1, memory_order_relaxed);
}

static void change(struct faults *f)
{
	uint64_t random = f->p->seed;

	while (atomic_load_explicit(&f->running, memory_order_relaxed)) {
		if (f->workload == 'm')
			change_elsewhere(f);
		else
			replace_slot(f, &random);
		if (f->p->pause)
			__builtin_ia32_pause();
	}
}

/* Reads at random places of the whole file, so that threads meet what was just replaced. */
static void touch_random(struct faults *f, int self)
{
	uint64_t random = f->p->seed * 1000 + self;
	size_t places = (size_t)f->p->cpus * f->p->faults;

	for (int i = 0; i < f->p->faults * 4; i++) {
		volatile char *p = f->map + rnd(&random) % places * AROUND;

		(void)*p;
		if (f->p->pause)
			__builtin_ia32_pause();
	}
}

static void work(int self, void *arg)
{
	struct faults *f = arg;

	if (self == f->p->cpus) {
		change(f);
		return;
	}
	if (f->workload == 'r')
		touch_random(f, self);
	else
		touch_part(f, f->parts[self] + WARM_UP * f->stride, f->p->faults);
	atomic_fetch_sub(&f->running, 1);
}

static void run_layout(struct faults *f, int layout)
{
	uint64_t random = f->p->seed;
	const struct params *p = f->p;
	size_t part = (p->faults + WARM_UP) * f->stride;
	struct rusage usage;
	bool other = f->workload == 'm' || f->workload == 'r';
	struct team team = {
		.threads = p->cpus + other,
		.prepare = prepare,
		.work = work,
		.arg = f,
	};

	vary_layout(rnd(&random) + layout);
	if (f->workload == 'a') {
		f->map = map_anonymous(p->cpus * PART);
		for (int i = 0; i < p->cpus; i++)
			f->parts[i] = f->map + i * PART;
	} else if (f->workload != 'v') {
		f->map = mmap(NULL, p->cpus * part, PROT_READ, MAP_SHARED, f->fd, 0);
		if (f->map == MAP_FAILED)
			fail("cannot map the file");
		for (int i = 0; i < p->cpus; i++)
			f->parts[i] = f->map + i * part;
	}
	if (f->workload == 'm')
		f->elsewhere = map_separate(1UL << 30) + (512UL << 20);
	f->running = p->cpus;
	team_run(&team);
	getrusage(RUSAGE_SELF, &usage);
	print("region command=faults workload=%c cpus=%d faults=%d layout=%d pause=%d minor=%ld changes=%ld ns=%lu\n",
	      f->workload, p->cpus, p->faults, layout, p->pause, usage.ru_minflt, (long)f->changes, team.ns);
}

void faults_command(const char *workload, const struct params *p)
{
	struct faults f = { .p = p, .workload = workload[0], .fd = -1, .stride = PAGE };

	if (strlen(workload) != 1 || !strchr("avfmr", workload[0]) || p->cpus > 64) {
		errno = EINVAL;
		fail("faults %s", workload);
	}
	team_pin(0);	/* processes begin where their first thread will run */
	if (!strchr("av", f.workload)) {
		size_t size = (p->faults + WARM_UP) * AROUND * p->cpus;

		f.stride = AROUND;
		f.fd = file_create(size);
		file_fill(f.fd, 0, size);
	}
	for (int layout = 0; layout < p->layouts; layout++) {
		int status;
		pid_t child = fork();

		if (!child) {
			run_layout(&f, layout);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			fail("the process of layout %d failed", layout);
	}
	if (f.fd >= 0)
		close(f.fd);
}
