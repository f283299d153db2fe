// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "collector.h"
#include "diag.h"
#include "model.h"
#include "places.h"
#include "render.h"
#include "target.h"

#define NS_PER_MS	1000000ULL
#define TICK_NS		(1000 * NS_PER_MS)	/* how often new ranges are given names */

struct session {
	const struct env *env;
	struct collector *collector;
	struct places *places;
	struct snapshot before;		/* what the last report ended with */
	int pidfd;
	bool closed;			/* nobody reads our output any more */
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/*
 * SIGINT and SIGTERM end the run, at any moment after this; they are only
 * delivered in ppoll(), with the signals that @unblocked lets through.
 */
static void catch_signals(sigset_t *unblocked)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, unblocked);
	sigdelset(unblocked, SIGINT);
	sigdelset(unblocked, SIGTERM);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	return places__get(ctx, tgid, start, end);
}

static void name_vma(void *ctx, const struct vt_vma_key *key)
{
	places__get(ctx, key->tgid, key->start, key->end);
}

/* Returns 0, -1 after a message or when s->closed says why. */
static int flush(struct session *s)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	s->closed = errno == EPIPE;
	if (!s->closed)
		elog("cannot write the report: %s: where does stdout go?", strerror(errno));
	return -1;
}

/* Print @m, which is of the time up to @when.  Returns 0, -1 after a message or when s->closed says why. */
static int print(struct session *s, const struct model *m, const struct timespec *when)
{
	const struct env *env = s->env;

	if (env->json && render__json(stdout, m, when)) {
		elog("out of memory: free some and try again");
		return -1;
	} else if (env->hist) {
		render__hist(stdout, m, env->timestamps ? when : NULL);
	} else if (!env->json) {
		render__text(stdout, m, env->timestamps ? when : NULL);
	}
	return flush(s);
}

/* Report what came since the last report.  Returns 0, -1 as print() does. */
static int report(struct session *s, bool last)
{
	const struct env *env = s->env;
	struct snapshot now;
	struct model m;
	struct cost cost;
	int err;

	if (collector__read(s->collector, &now))
		return -1;
	if (model__build(&m, &s->before, &now, collector__names(s->collector),
			 env->milliseconds ? 1000000 : 1000, place, s->places)) {
		elog("out of memory: free some and try again, or give a smaller --max-entries");
		snapshot__free(&now);
		return -1;
	}
	m.last = last;
	m.coverage = collector__coverage(s->collector);
	m.pid = env->pid;
	if (env->pid)
		strcpy(m.comm, places__get(s->places, env->pid, 0, 0)->comm);
	if (env->stats) {
		collector__cost(s->collector, &cost);
		m.cost = &cost;
	}
	err = print(s, &m, &now.when);
	model__free(&m);
	snapshot__free(&s->before);
	s->before = now;
	return err;
}

/* Sleep until @until, a signal or the end of the process.  Returns whether it has ended. */
static bool sleep_until(const struct session *s, uint64_t until, const sigset_t *unblocked)
{
	struct pollfd fd = { .fd = s->pidfd, .events = POLLIN };
	uint64_t now = now_ns(), ns = until > now ? until - now : 0;
	struct timespec t = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	return ppoll(&fd, 1, &t, unblocked) == 1;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Wait and report until the last report is due.  Returns 0, -1 as print() does. */
static int loop(struct session *s, const sigset_t *unblocked)
{
	const struct env *env = s->env;
	uint64_t begin = s->before.ns, tick = begin + TICK_NS, due = UINT64_MAX, end = UINT64_MAX;
	uint64_t reports = 0;

	if (env->interval_ms)
		due = begin + env->interval_ms * NS_PER_MS;
	if (env->duration_ms)
		end = begin + env->duration_ms * NS_PER_MS;
	while (!stop) {
		bool gone = sleep_until(s, earlier(earlier(tick, due), end), unblocked);
		uint64_t now = now_ns();

		if (gone)
			banner("Process %d has ended.", env->pid);
		if (gone || now >= end)
			break;
		if (now >= due) {
			if (env->count && ++reports == env->count)
				break;
			if (report(s, false))
				return -1;
			/* Reports that a stopped process has missed aren't made up for. */
			while (due <= now)
				due += env->interval_ms * NS_PER_MS;
		}
		if (now >= tick) {
			collector__each_vma(s->collector, name_vma, s->places);
			tick = now + TICK_NS;
		}
	}
	/* Whatever ended it: count no more, then read what has been counted. */
	collector__stop(s->collector);
	return report(s, true);
}

static int print_coverage(struct session *s)
{
	struct utsname uts;

	uname(&uts);
	coverage__print(stdout, collector__coverage(s->collector), uts.release);
	return flush(s);
}

static int run(struct session *s)
{
	const struct env *env = s->env;
	sigset_t unblocked;

	if (env->pid && (s->pidfd = target__open(env->pid)) < 0)
		return -1;
	s->collector = collector__open(env);
	if (!s->collector)
		return -1;
	if (env->coverage)
		return print_coverage(s);
	if (!target__root_pids())
		wlog("PIDs are those of the initial PID namespace, not of this one, and VMAs have "
		     "no names: run vmalocktop in the initial one for both");
	clock__warn();
	s->places = places__new(target__root_pids() ? "/proc" : NULL);
	if (!s->places) {
		elog("out of memory: free some and try again");
		return -1;
	}
	catch_signals(&unblocked);
	/* What the process' mappings are before anybody replaces parts of them. */
	if (env->pid && places__refresh(s->places, env->pid))
		wlog("cannot read /proc/%d/maps: VMAs are shown without names", env->pid);
	if (collector__start(s->collector))
		return -1;
	s->before.ns = now_ns();
	if (env->pid)
		banner("Tracing VMA lock waits of PID %d (%s)... Hit Ctrl-C to end.", env->pid,
		       places__get(s->places, env->pid, 0, 0)->comm);
	else
		banner("Tracing VMA lock waits... Hit Ctrl-C to end.");
	return loop(s, &unblocked);
}

int session__run(const struct env *env)
{
	struct session s = { .env = env, .pidfd = -1 };
	int err = run(&s);

	snapshot__free(&s.before);
	places__free(s.places);
	collector__close(s.collector);
	if (s.pidfd >= 0)
		close(s.pidfd);
	return err && !s.closed;
}
