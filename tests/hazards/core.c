// SPDX-License-Identifier: GPL-2.0
/*
 * When a case ends, and its threads.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

#define MAX_READERS	8
#define PATIENCE	240	/* seconds: then what the case is about doesn't happen */
#define ENOUGH		10	/* page faults of each kind that the case is about */
#define LONGEST_HOLD	200000	/* microseconds, for which udelay() is good */
#define PARAMETERS	"/sys/module/vma_lock/parameters/"

/* The end of the test, of one process or of several, see share_end(). */
static struct end {
	atomic_bool over;
	atomic_uint violations;
} own_end, *the_end = &own_end;

static unsigned int rounds_done;
static double begin, seconds;
unsigned int hold_time = 3000;
static const char *const *kinds;
static const char *(*idle)(void);
static long before[4];

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* The value of a line of /proc/vmstat, -1 if there is no such line. */
static long vmstat(const char *name)
{
	FILE *file = fopen("/proc/vmstat", "re");
	char line[128];
	long value = -1;
	size_t length = strlen(name);

	if (!file)
		die("/proc/vmstat: %m");
	while (value < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length) && line[length] == ' ')
			value = atol(line + length);
	fclose(file);
	return value;
}

void core_begin(double for_seconds, const char *const *faults)
{
	kinds = faults;
	for (size_t i = 0; kinds[i]; i++)
		before[i] = vmstat(kinds[i]);
	seconds = for_seconds;
	begin = now();
}

void share_end(void)
{
	the_end = mmap(NULL, sizeof(*the_end), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (the_end == MAP_FAILED)
		die("mmap: %m");
}

void wait_for_all(const char *(*idle_one)(void))
{
	idle = idle_one;
}

/* What hasn't happened yet, NULL if all has; a kind of fault that the kernel doesn't count counts as one that has. */
static const char *missing(void)
{
	for (size_t i = 0; kinds[i]; i++)
		if (before[i] >= 0 && vmstat(kinds[i]) - before[i] < ENOUGH)
			return kinds[i];
	return idle ? idle() : NULL;
}

bool another_round(void)
{
	const char *kind;

	if (stopped())
		return false;
	if (now() - begin >= seconds) {
		kind = missing();
		if (!kind) {
			atomic_store(&the_end->over, true);
			return false;
		}
		if (now() - begin >= PATIENCE) {
			violation("%u rounds, and next to nothing of %s: that wasn't tested", rounds_done, kind);
			return false;
		}
		/* on a busy host nobody comes in between so soon */
		if (hold_time < LONGEST_HOLD / 2)
			hold_time *= 2;
	}
	rounds_done++;
	return true;
}

int core_end(void)
{
	hold_faults(0);
	slow_lookups(0);
	printf("# %u rounds in %.1f s", rounds_done, now() - begin);
	for (size_t i = 0; kinds[i]; i++)
		if (before[i] >= 0)
			printf(", %s %ld", kinds[i], vmstat(kinds[i]) - before[i]);
	printf("\n");
	return atomic_load(&the_end->violations) ? 1 : 0;
}

void violation(const char *format, ...)
{
	char text[256];
	va_list args;

	if (atomic_fetch_add(&the_end->violations, 1) < 5) {
		va_start(args, format);
		vsnprintf(text, sizeof(text), format, args);
		va_end(args);
		printf("# violation: %s\n", text);
		fflush(stdout);
	}
	/* after that is said: others may end this process as soon as they see it */
	atomic_store(&the_end->over, true);
}

void die(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
	exit(2);
}

void skip(const char *reason)
{
	puts(reason);
	exit(77);
}

bool stopped(void)
{
	return atomic_load_explicit(&the_end->over, memory_order_relaxed);
}

unsigned int rounds(void)
{
	return rounds_done;
}

/* A parameter of the kernel that delays faults. */
struct delay {
	const char *path;
	int fd;
	unsigned int microseconds;
};

/* On a kernel without the parameter: does nothing. */
static void set_delay(struct delay *delay, unsigned int microseconds)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", microseconds);

	if (microseconds == delay->microseconds)
		return;
	if (delay->fd < 0)
		delay->fd = open(delay->path, O_WRONLY | O_CLOEXEC);
	if (delay->fd < 0 && errno == ENOENT)
		return;
	if (delay->fd < 0 || pwrite(delay->fd, text, length, 0) != length)
		die("%s: %m", delay->path);
	delay->microseconds = microseconds;
}

void hold_faults(unsigned int microseconds)
{
	static struct delay delay = { PARAMETERS "insert_delay_us", -1, 0 };

	set_delay(&delay, microseconds);
}

void slow_lookups(unsigned int microseconds)
{
	static struct delay delay = { PARAMETERS "lookup_delay_us", -1, 0 };

	set_delay(&delay, microseconds);
}

unsigned int pick(unsigned int *seed, unsigned int limit)
{
	/* xorshift32 */
	if (!*seed)
		*seed = 0x9e3779b9;
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % limit;
}

void jitter(unsigned int microseconds)
{
	static unsigned int seed;
	double end = now() + pick(&seed, microseconds + 1) / 1e6;

	while (now() < end)
		;
}

int wait_for(int pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid: %m");
	return status;
}

static pthread_t threads[MAX_READERS];
static void (*reader_function)(unsigned int self);
unsigned int readers;

static void *reader_thread(void *self)
{
	reader_function((unsigned int)(uintptr_t)self);
	return NULL;
}

void start_readers(unsigned int count, void (*reader)(unsigned int self))
{
	int error;

	if (count > MAX_READERS)
		die("%u threads are too many", count);
	reader_function = reader;
	readers = count;
	for (unsigned int i = 0; i < count; i++) {
		error = pthread_create(&threads[i], NULL, reader_thread, (void *)(uintptr_t)i);
		if (error)
			die("pthread_create: %s", strerror(error));
	}
}

void join_readers(void)
{
	for (unsigned int i = 0; i < readers; i++)
		pthread_join(threads[i], NULL);
	readers = 0;
}
