// SPDX-License-Identifier: GPL-2.0
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "access.h"

#define STACK_SIZE (256ul << 10)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned int waiting;
static bool started;

/* For the watch: what the main thread last saw of each worker. */
static struct seen {
	uint64_t progress, since_ms;
} *seen;

static uint64_t seed_of(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return z ? z : 1;
}

static int init_one(struct load *ld, struct worker *w, uint64_t n)
{
	w->ld = ld;
	w->rng = seed_of(ld->opt.seed, n);
	if (!w->mapper)
		return 0;
	w->buffer = malloc(ld->opt.slot_pages * ld->page_size);
	return w->buffer ? 0 : load_error(ld, "no memory for the threads");
}

int worker_init(struct load *ld)
{
	ld->nr_workers = ld->nr_faulters + ld->nr_mappers;
	ld->worker = aligned_alloc(64, ld->nr_workers * sizeof(*ld->worker));
	seen = calloc(ld->nr_workers, sizeof(*seen));
	if (!ld->worker || !seen)
		return load_error(ld, "no memory for the threads");
	memset(ld->worker, 0, ld->nr_workers * sizeof(*ld->worker));
	for (unsigned int i = 0; i < ld->nr_workers; i++) {
		struct worker *w = ld->worker + i;

		w->mapper = i >= ld->nr_faulters;
		w->id = w->mapper ? i - ld->nr_faulters : i;
		if (init_one(ld, w, i))
			return -1;
	}
	ld->setup.mapper = true;
	ld->setup.setup = true;
	if (init_one(ld, &ld->setup, ld->nr_workers))
		return -1;
	access_thread(&ld->setup);
	return 0;
}

/* Hands out the slots: each to one mapper, or all to all. */
static int share_slots(struct load *ld)
{
	unsigned int all = 0, n = 0;

	for (unsigned int m = 0; m < MODE_NR; m++)
		if (modes[m].map)
			all += ld->slots[m].nr;
	for (unsigned int i = 0; i < ld->nr_mappers; i++) {
		struct worker *w = ld->worker + ld->nr_faulters + i;

		w->own = calloc(all, sizeof(*w->own));
		if (!w->own)
			return load_error(ld, "no memory for the threads");
	}
	for (unsigned int m = 0; m < MODE_NR; m++)
		for (unsigned int i = 0; modes[m].map && i < ld->slots[m].nr; i++, n++)
			for (unsigned int j = 0; j < ld->nr_mappers; j++) {
				struct worker *w = ld->worker + ld->nr_faulters + j;

				if (ld->opt.shared_slots || n % ld->nr_mappers == j)
					w->own[w->nr_own++] = ld->slots[m].slot + i;
			}
	return 0;
}

static void step(struct worker *w)
{
	atomic_store_explicit(&w->progress, atomic_load_explicit(&w->progress, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

static void run_faulter(struct worker *w)
{
	struct load *ld = w->ld;
	enum mode_id active[MODE_NR];
	unsigned int n = 0;

	for (unsigned int m = 0; m < MODE_NR; m++)
		if (ld->opt.modes & 1u << m)
			active[n++] = (enum mode_id)m;
	while (!atomic_load_explicit(&ld->stop, memory_order_relaxed)) {
		enum mode_id m = active[n > 1 ? load_below(w, n) : 0];

		if (!w->id && plant_now(w, VIOLATION_stall))
			for (;;)
				pause();
		modes[m].fault(w, m);
		w->count.fault_ops++;
		step(w);
		if (ld->opt.ops && w->count.fault_ops == ld->opt.ops)
			break;
	}
}

static void run_mapper(struct worker *w)
{
	struct load *ld = w->ld;

	while (w->nr_own && !atomic_load_explicit(&ld->stop, memory_order_relaxed)) {
		struct slot *s = w->own[load_below(w, w->nr_own)];

		if (!ld->nr_faulters && plant_now(w, VIOLATION_stall))
			for (;;)
				pause();
		step(w);
		if (atomic_exchange(&s->busy, true)) {
			w->count.retries++;
			continue;
		}
		modes[s->mode].map(w, s);
		atomic_store(&s->busy, false);
		w->count.map_ops++;
		if (ld->opt.ops && !ld->nr_faulters && w->count.map_ops == ld->opt.ops)
			break;
	}
}

static void *thread(void *arg)
{
	struct worker *w = arg;
	struct rusage before, after;

	access_thread(w);
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_cond_broadcast(&changed);
	while (!started)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);

	getrusage(RUSAGE_THREAD, &before);
	if (w->mapper)
		run_mapper(w);
	else
		run_faulter(w);
	getrusage(RUSAGE_THREAD, &after);
	w->count.faults_minor = (uint64_t)(after.ru_minflt - before.ru_minflt);
	w->count.faults_major = (uint64_t)(after.ru_majflt - before.ru_majflt);
	atomic_store(&w->parked, true);
	/* The main thread ends the program; until then nothing of this thread is unmapped. */
	for (;;)
		pause();
	return NULL;
}

int worker_create(struct load *ld)
{
	pthread_attr_t attr;

	if (share_slots(ld))
		return -1;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (unsigned int i = 0; i < ld->nr_workers; i++) {
		errno = pthread_create(&ld->worker[i].thread, &attr, thread, ld->worker + i);
		if (errno)
			return load_error(ld, "cannot create thread %u", i);
	}
	pthread_attr_destroy(&attr);
	pthread_mutex_lock(&lock);
	while (waiting < ld->nr_workers)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return 0;
}

void worker_start(void)
{
	pthread_mutex_lock(&lock);
	started = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

unsigned int worker_parked(const struct load *ld, bool mappers)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ld->nr_workers; i++)
		if (ld->worker[i].mapper == mappers)
			n += atomic_load(&ld->worker[i].parked);
	return n;
}

bool worker_watch(struct load *ld, uint64_t now_ms)
{
	bool good = true;

	for (unsigned int i = 0; i < ld->nr_workers; i++) {
		struct worker *w = ld->worker + i;
		uint64_t progress = atomic_load(&w->progress);

		if (atomic_load(&w->parked))
			continue;
		if (!seen[i].since_ms || progress != seen[i].progress) {
			seen[i] = (struct seen) { progress, now_ms };
		} else if (now_ms - seen[i].since_ms >= ld->opt.stall_limit_ms) {
			load_violation(w, VIOLATION_stall, "no progress for %llu ms after %llu operations",
				       (unsigned long long)(now_ms - seen[i].since_ms),
				       (unsigned long long)progress);
			good = false;
		}
	}
	return good;
}
