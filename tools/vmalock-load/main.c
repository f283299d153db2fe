// SPDX-License-Identifier: GPL-2.0
/*
 * vmalock-load: page faults on one giant VMA while other threads change mappings, with every read checked.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "access.h"
#include "load.h"
#include "region.h"
#include "report.h"
#include "worker.h"

#define TICK_MS 50

struct load load_state;

static sigset_t handled;	/* blocked everywhere, taken by the main thread when it looks */

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The next pending signal of the handled ones, 0 if none comes within a time. */
static int take_signal(uint64_t wait_ms)
{
	struct timespec ts = { .tv_sec = (time_t)(wait_ms / 1000), .tv_nsec = (long)(wait_ms % 1000) * 1000000 };
	int signo = sigtimedwait(&handled, NULL, &ts);

	return signo < 0 ? 0 : signo;
}

/*
 * Waits for stdin: a line of it, or its end. SIGUSR1 does as well. Returns false on SIGINT and SIGTERM.
 */
static bool wait_for_stdin(bool only_end)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	bool ready = false;
	char c[64];

	for (;;) {
		/* After the poll, so that a signal from before the end of stdin counts. */
		int signo = take_signal(0);

		if (signo)
			return signo == SIGUSR1;
		if (!ready) {
			ready = poll(&pfd, 1, TICK_MS) > 0;
			continue;
		}
		ready = false;
		/* One character at a time: what follows the line may be for somebody else. */
		switch (read(STDIN_FILENO, c, only_end ? sizeof(c) : 1)) {
		case -1:
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return true;
		case 0:
			return true;
		default:
			if (!only_end && c[0] == '\n')
				return true;
		}
	}
}

static int setup(struct load *ld)
{
	struct rlimit limit;

	ld->page_size = (size_t)sysconf(_SC_PAGESIZE);
	ld->page_words = (unsigned int)(ld->page_size / sizeof(uint64_t));
	ld->nr_faulters = ld->opt.faulters;
	for (unsigned int m = 0; m < MODE_NR; m++)
		if (ld->opt.modes & 1u << m && modes[m].map)
			ld->nr_mappers = ld->opt.mappers;
	/* The generation files are many. */
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	/* Without a flag of the VMAs, which would keep them from merging. */
	if (!ld->opt.thp)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (access_init())
		return load_error(ld, "sigaction");
	if (worker_init(ld) || region_reserve(ld))
		return -1;
	for (unsigned int m = 0; m < MODE_NR; m++)
		if (ld->opt.modes & 1u << m && modes[m].setup(ld, (enum mode_id)m))
			return -1;
	return worker_create(ld) ? -1 : region_open_gaps(ld);
}

/* Runs until the time is up, the work is done or a signal comes. Returns false if a thread is stuck. */
static bool run(struct load *ld, uint64_t start)
{
	bool stopped = false;

	for (;;) {
		uint64_t now = now_ms(), left = TICK_MS;
		unsigned int faulters = worker_parked(ld, false), mappers = worker_parked(ld, true);

		if (faulters == ld->nr_faulters && mappers == ld->nr_mappers)
			return true;
		if (!worker_watch(ld, now))
			return false;
		if (!stopped && (atomic_load(&ld->stop) || (ld->nr_faulters && faulters == ld->nr_faulters) ||
				 (!ld->opt.ops && now - start >= ld->opt.duration_ms))) {
			atomic_store(&ld->stop, true);
			stopped = true;
		}
		if (!stopped && !ld->opt.ops && ld->opt.duration_ms - (now - start) < left)
			left = ld->opt.duration_ms - (now - start);
		switch (take_signal(stopped ? 1 : left)) {
		case SIGINT:
		case SIGTERM:
			atomic_store(&ld->stop, true);
			break;
		}
	}
}

static void collect(struct load *ld, struct report *r)
{
	for (unsigned int i = 0; i < ld->nr_workers; i++) {
		const struct worker *w = ld->worker + i;

#define X(name, text) r->count.name += w->count.name;
		LOAD_COUNTERS(X)
#undef X
		for (unsigned int j = 0; j < LATENCY_BUCKETS; j++)
			r->latency.bucket[j] += w->latency.bucket[j];
		if (w->latency.max_ns > r->latency.max_ns)
			r->latency.max_ns = w->latency.max_ns;
	}
	for (unsigned int i = 0; i < VIOLATION_NR; i++)
		r->violations[i] = atomic_load(&ld->violations[i]);
}

int main(int argc, char **argv)
{
	static struct report r;
	struct load *ld = &load_state;
	uint64_t start;
	int status;

	options_parse(&ld->opt, argc, argv);
	sigemptyset(&handled);
	sigaddset(&handled, SIGINT);
	sigaddset(&handled, SIGTERM);
	sigaddset(&handled, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &handled, NULL);
	if (setup(ld))
		return 1;
	if (ld->opt.wait_start) {
		printf("ready %ld\n", (long)getpid());
		fflush(stdout);
		if (!wait_for_stdin(false)) {
			fputs("vmalock-load: interrupted before the start\n", stderr);
			return 1;
		}
	}

	start = now_ms();
	worker_start();
	r.complete = run(ld, start);
	r.elapsed_ms = now_ms() - start;

	r.opt = &ld->opt;
	r.faulters = ld->nr_faulters;
	r.mappers = ld->nr_mappers;
	r.pid = getpid();
	r.giant_start = (uintptr_t)ld->giant;
	r.giant_len = ld->giant_len;
	r.named = ld->named;
	r.failed = atomic_load(&ld->failed);
	collect(ld, &r);
	if (ld->opt.json)
		report_json(stdout, &r);
	else
		report_text(stdout, &r);
	status = report_violations(&r) || r.failed;
	if (fflush(stdout)) {
		perror("vmalock-load: cannot write the report");
		status = 1;
	}
	if (ld->opt.wait_end && r.complete)
		wait_for_stdin(true);
	/* The threads are parked, or stuck: nothing may wait for them. */
	_exit(status);
}
