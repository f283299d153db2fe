// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "maps_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S	1
#define MOST_LEFT	8

/* Freed by whoever is the last to need it. */
struct fetch {
	pthread_mutex_t lock;		/* of all but path, fd and reads */
	pthread_cond_t changed;
	struct ranges maps;
	int err, reason;		/* why not, errno's */
	uint64_t cpu_ns;
	bool done, left;
	char *path;
	int fd;
	atomic_ulong reads;
};

static atomic_int left_behind;

static struct fetch *fetch_new(const char *path)
{
	struct fetch *f = calloc(1, sizeof(*f));
	pthread_condattr_t monotonic;

	if (!f)
		return NULL;
	f->path = strdup(path);
	if (!f->path) {
		free(f);
		return NULL;
	}
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&f->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return f;
}

static void fetch_free(struct fetch *f)
{
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	ranges__free(&f->maps);
	free(f->path);
	free(f);
}

static ssize_t read_and_tell(void *cookie, char *to, size_t size)
{
	struct fetch *f = cookie;
	ssize_t n = read(f->fd, to, size);

	atomic_fetch_add(&f->reads, 1);
	return n;
}

static int parse(struct fetch *f, struct ranges *maps)
{
	cookie_io_functions_t io = { .read = read_and_tell };
	FILE *file;
	int err = -1;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return -1;
	file = fopencookie(f, "r", io);
	if (file) {
		err = maps__parse(file, maps);
		fclose(file);
	}
	close(f->fd);
	return err;
}

/* CPU time of this thread. */
static uint64_t own_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void *run(void *arg)
{
	struct fetch *f = arg;
	struct ranges maps = { 0 };
	uint64_t begun = own_ns();
	int err = parse(f, &maps), reason = errno;
	bool left;

	pthread_mutex_lock(&f->lock);
	f->maps = maps;
	f->err = err;
	f->reason = reason;
	f->cpu_ns = own_ns() - begun;
	f->done = true;
	left = f->left;
	pthread_cond_signal(&f->changed);
	pthread_mutex_unlock(&f->lock);
	if (left) {
		fetch_free(f);
		atomic_fetch_sub(&left_behind, 1);
	}
	return NULL;
}

/* Signals are for the thread that waits. */
static int start(pthread_t *thread, struct fetch *f)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(thread, NULL, run, f);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

/* Whether @f is done; false when it has read nothing for as long as we wait.  Its lock is held. */
static bool wait_for(struct fetch *f)
{
	unsigned long seen;
	struct timespec end;

	do {
		seen = atomic_load(&f->reads);
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_sec += PATIENCE_S;
		while (!f->done && pthread_cond_timedwait(&f->changed, &f->lock, &end) != ETIMEDOUT)
			;
	} while (!f->done && atomic_load(&f->reads) != seen);
	return f->done;
}

int maps__fetch(const char *path, struct ranges *maps, uint64_t *cpu_ns)
{
	struct fetch *f;
	pthread_t thread;
	int err, reason;

	*cpu_ns = 0;
	if (atomic_load(&left_behind) >= MOST_LEFT) {
		errno = ETIMEDOUT;
		return -1;
	}
	f = fetch_new(path);
	if (!f)
		return -1;
	err = start(&thread, f);
	if (err) {
		fetch_free(f);
		errno = err;
		return -1;
	}
	pthread_mutex_lock(&f->lock);
	if (!wait_for(f)) {
		f->left = true;
		atomic_fetch_add(&left_behind, 1);
		pthread_detach(thread);
		pthread_mutex_unlock(&f->lock);
		errno = ETIMEDOUT;
		return -1;
	}
	pthread_mutex_unlock(&f->lock);
	pthread_join(thread, NULL);
	err = f->err;
	reason = f->reason;
	*cpu_ns = f->cpu_ns;
	*maps = f->maps;
	f->maps = (struct ranges){ 0 };
	fetch_free(f);
	errno = reason;
	return err;
}
