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

/* What is made of the file, by one of the functions that take it. */
struct fetched {
	struct ranges maps;
	char *text;
};

typedef int (*take_fn)(FILE *, struct fetched *);

/* Freed by whoever is the last to need it. */
struct fetch {
	pthread_mutex_t lock;		/* of all but path, take, fd and reads */
	pthread_cond_t changed;
	struct fetched got;
	int err, reason;		/* why not, errno's */
	uint64_t cpu_ns;
	bool done, left;
	char *path;
	take_fn take;
	int fd;
	atomic_ulong reads;
};

static atomic_int left_behind;

static struct fetch *fetch_new(const char *path, take_fn take)
{
	struct fetch *f = calloc(1, sizeof(*f));
	pthread_condattr_t monotonic;

	if (!f)
		return NULL;
	f->take = take;
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

static int take_ranges(FILE *file, struct fetched *got)
{
	return maps__parse(file, &got->maps);
}

/* Of a hundred thousand mappings most aren't of files. */
static int take_files(FILE *file, struct fetched *got)
{
	char *line = NULL;
	size_t room = 0, len;
	FILE *text = open_memstream(&got->text, &len);
	int err = 0;

	if (!text)
		return -1;
	while (getline(&line, &room, file) > 0)
		if (strchr(line, '/') || strstr(line, "[vdso]"))
			err |= fputs(line, text) < 0;
	free(line);
	err |= ferror(file);
	err |= fclose(text);
	return err ? -1 : 0;
}

static void fetched_free(struct fetched *got)
{
	ranges__free(&got->maps);
	free(got->text);
}

static void fetch_free(struct fetch *f)
{
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	fetched_free(&f->got);
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

static int read_file(struct fetch *f, struct fetched *got)
{
	cookie_io_functions_t io = { .read = read_and_tell };
	FILE *file;
	int err = -1;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return -1;
	file = fopencookie(f, "r", io);
	if (file) {
		err = f->take(file, got);
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
	struct fetched got = { 0 };
	uint64_t begun = own_ns();
	int err = read_file(f, &got), reason = errno;
	bool left;

	pthread_mutex_lock(&f->lock);
	f->got = got;
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

/* Let a thread @take the file; @got, empty before, gets what it has made of that.  Returns as maps__fetch(). */
static int fetch(const char *path, take_fn take, struct fetched *got, uint64_t *cpu_ns)
{
	struct fetch *f;
	pthread_t thread;
	int err, reason;

	*cpu_ns = 0;
	if (atomic_load(&left_behind) >= MOST_LEFT) {
		errno = ETIMEDOUT;
		return -1;
	}
	f = fetch_new(path, take);
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
	*got = f->got;
	f->got = (struct fetched){ 0 };
	fetch_free(f);
	errno = reason;
	return err;
}

int maps__fetch(const char *path, struct ranges *maps, uint64_t *cpu_ns)
{
	struct fetched got = { 0 };
	int err = fetch(path, take_ranges, &got, cpu_ns);

	*maps = got.maps;
	return err;
}

int maps__fetch_files(const char *path, char **text, uint64_t *cpu_ns)
{
	struct fetched got = { 0 };
	int err = fetch(path, take_files, &got, cpu_ns);

	if (err) {
		free(got.text);
		got.text = NULL;
	}
	*text = got.text;
	return err;
}
