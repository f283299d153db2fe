// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "session.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_name.h"
#include "clock.h"
#include "collector.h"
#include "diag.h"
#include "exporter.h"
#include "frames.h"
#include "live.h"
#include "live_window.h"
#include "places.h"
#include "privileges.h"
#include "record.h"
#include "recycle.h"
#include "reporter.h"
#include "snapshot_open.h"
#include "target.h"

#define NS_PER_MS	1000000ULL
#define TICK_NS		(1000 * NS_PER_MS)	/* how often new ranges and stacks are given names */

struct session {
	const struct env *env;
	struct collector *collector;
	struct places *places;
	struct frames *frames;		/* NULL: not asked for */
	struct recycle *recycle;
	struct reporter reporter;
	struct live_window window;	/* of the live view */
	struct record *record;		/* NULL: print */
	struct pollfd fds[MAX_PIDS + 1]; /* of processes, .fd is -1 of those that have ended; another */
	int n_alive;
	sigset_t unblocked;
	uint64_t begun_ns, next_tick;
	uint32_t unread;		/* the process whose mappings are missed most; 0: none */
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

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	const struct session *s = ctx;

	return places__get(s->places, tgid, start, end);
}

static void cgroup(void *ctx, uint64_t id, char *name, size_t len)
{
	(void)ctx;
	cgroup_name(id, name, len);
}

static const char *frames(void *ctx, uint32_t tgid, int32_t id)
{
	const struct session *s = ctx;

	return frames__get(s->frames, tgid, id);
}

static int read_stack(void *ctx, int32_t id, uint64_t *addresses, int n)
{
	return collector__stack(ctx, id, addresses, n);
}

static void name_vma(void *ctx, const void *vma)
{
	const struct vt_vma_key *key = vma;

	places__get(ctx, key->tgid, key->start, key->end);
}

static void name_stack(void *ctx, const struct vt_stack_key *key)
{
	frames__get(ctx, key->who.victim_tgid, key->user);
	frames__get(ctx, key->who.tgid, key->blocker_user);
}

/* Look up now what can't be when processes are gone. */
static void tick(struct session *s)
{
	if (s->unread)
		places__catch_up(s->places, s->unread);
	collector__each_vma(s->collector, name_vma, s->places);
	if (s->frames)
		collector__each_stack(s->collector, name_stack, s->frames);
}

/* See recycle__swept_fn(). */
static void swept(void *ctx, const struct stack_row *rows, size_t n)
{
	const struct session *s = ctx;

	if (s->frames)
		frames__retain(s->frames, rows, n);
	if (s->record)
		record__forget_stacks(s->record);
}

/* Make room in the maps, if need be.  Returns 0, -1 after a message. */
static int make_room(struct session *s)
{
	int n = recycle__run(s->recycle, &s->reporter.before, 1, clock__now());

	if (n > 0 && s->record)
		return record__before(s->record, &s->reporter.before);
	return n < 0 ? -1 : 0;
}

/* A snapshot with all rows.  Returns 0, -1 after a message. */
static int read_all(struct session *s, struct snapshot *now)
{
	return collector__read(s->collector, now) || recycle__add(s->recycle, now) ? -1 : 0;
}

/* Report what came since the last report.  Returns 0, -1 as reporter__print() does. */
static int report(struct session *s, bool last)
{
	struct snapshot now;
	struct model m;
	struct cost cost;
	int err;

	if (read_all(s, &now) || reporter__model(&s->reporter, &now, last, &m))
		return -1;
	if (s->env->stats) {
		collector__cost(s->collector, &cost);
		recycle__cost(s->recycle, &cost);
		m.cost = &cost;
	}
	/* Building the model has recorded the names. */
	err = s->record ? record__snapshot(s->record, &s->reporter.before) :
	      reporter__print(&s->reporter, &m);
	model__free(&m);
	return err;
}

/* Take the signals that came: ppoll() delivers none if a descriptor is ready, and one may be each time. */
static void take_signals(const sigset_t *unblocked)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, unblocked, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/*
 * Sleep until @until, a signal, the end of a process, or until @fd, if it isn't
 * -1, is readable or hung up.  Returns whether all processes have ended.
 */
static bool sleep_until(struct session *s, uint64_t until, const sigset_t *unblocked, int fd)
{
	uint64_t now = clock__now(), ns = until > now ? until - now : 0;
	struct timespec t = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	const struct env *env = s->env;

	s->fds[env->n_pids] = (struct pollfd){ .fd = fd, .events = POLLIN };
	if (ppoll(s->fds, env->n_pids + 1, &t, unblocked) <= 0)
		return false;
	take_signals(unblocked);
	for (int i = 0; i < env->n_pids; i++) {
		if (!s->fds[i].revents)
			continue;
		banner("Process %d has ended.", env->pids[i]);
		close(s->fds[i].fd);
		s->fds[i].fd = -1;
		s->n_alive--;
		collector__leave(s->collector, env->pids[i]);
	}
	return env->n_pids && !s->n_alive;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Wait and report until the last report is due.  Returns 0, -1 as report() does. */
static int loop(struct session *s)
{
	const struct env *env = s->env;
	uint64_t begin = s->begun_ns, next = begin + TICK_NS, due = UINT64_MAX, end = UINT64_MAX;
	uint64_t reports = 0;

	if (env->interval_ms)
		due = begin + env->interval_ms * NS_PER_MS;
	if (env->duration_ms)
		end = begin + env->duration_ms * NS_PER_MS;
	while (!stop) {
		bool gone = sleep_until(s, earlier(earlier(next, due), end), &s->unblocked, -1);
		uint64_t now = clock__now();

		if (gone || now >= end)
			break;
		if (make_room(s))
			return -1;
		if (now >= due) {
			if (env->count && ++reports == env->count)
				break;
			if (report(s, false))
				return -1;
			/* That has looked up what there is. */
			next = now + TICK_NS;
			/* Reports that a stopped process has missed aren't made up for. */
			while (due <= now)
				due += env->interval_ms * NS_PER_MS;
		}
		if (now >= next) {
			tick(s);
			next = now + TICK_NS;
		}
	}
	/* Whatever ended it: count no more, then read what has been counted. */
	collector__stop(s->collector);
	return report(s, true);
}

/* The process that lost most time in regions that aren't known because its mappings weren't read; 0: none. */
static uint32_t most_unread(const struct model *m)
{
	const struct model_region *most = NULL;

	for (size_t i = 0; i < m->n_regions; i++)
		if (m->regions[i].range.start == m->regions[i].range.end &&
		    m->regions[i].range.start == REGION_UNREAD && (!most || m->regions[i].fault_ns > most->fault_ns))
			most = &m->regions[i];
	return most ? most->tgid : 0;
}

/* The live view's next model; see struct live_source. */
static int live_read(void *ctx, bool whole, enum sort sort, struct model *m)
{
	struct session *s = ctx;
	struct open_counting counting = {
		.unit_ns = s->reporter.context.unit_ns, .longer_ns = s->env->longer_ns, .min_vma = s->env->min_vma,
	};
	struct snapshot now, ended, none = { .ns = s->begun_ns };
	struct windows *kept = &s->window.kept;
	const struct snapshot *before = &none;
	int err = -1;

	if (recycle__run(s->recycle, kept->v, kept->n, clock__now()) < 0 || read_all(s, &now))
		return -1;
	places__snapshot(s->places);
	s->reporter.context.sort = sort;
	if (!whole && live_window__before(&s->window, now.ns))
		before = live_window__before(&s->window, now.ns);
	counting.since_ns = before->ns;
	if (snapshot_open__end(&now, &counting, &ended)) {
		elog("out of memory: free some and try again, or give a smaller --max-entries");
	} else {
		err = reporter__build(&s->reporter, before, &ended, false, m);
		snapshot_open__free(&ended);
	}
	live_window__keep(&s->window, &now);
	/* That has looked up what there is; a look in between would make the next one too early to read mappings again. */
	s->next_tick = clock__now() + TICK_NS;
	if (!err)
		s->unread = most_unread(m);
	return err;
}

/* See struct exporter_source. */
static bool sleep_on(void *ctx, uint64_t ns, int fd)
{
	struct session *s = ctx;
	uint64_t now = clock__now();
	bool gone;

	gone = sleep_until(s, now + ns, &s->unblocked, fd);
	if (clock__now() >= s->next_tick) {
		tick(s);
		s->next_tick = clock__now() + TICK_NS;
	}
	return !stop && !gone && (!s->env->duration_ms ||
				  now < s->begun_ns + s->env->duration_ms * NS_PER_MS);
}

/* A terminal that is gone ends the view, as a closed stdout ends reports: it would be ready for ever, without a key. */
static bool live_sleep(void *ctx, unsigned long long ns)
{
	const struct session *s = ctx;

	return sleep_on(ctx, ns, STDIN_FILENO) &&
	       !(s->fds[s->env->n_pids].revents & (POLLHUP | POLLERR | POLLNVAL));
}

static void drop_privileges(void *ctx)
{
	const struct session *s = ctx;

	/* The event is as old as maps that may be read by whoever has their descriptors. */
	privileges__drop(!coverage__has(collector__coverage(s->collector), METRIC_MMAP_LOCK));
}

static int serve(struct session *s)
{
	const struct exporter_source source = {
		.env = s->env, .collector = s->collector, .recycle = s->recycle,
		.places = s->places, .context = &s->reporter.context, .begun_ns = s->begun_ns,
		.pids_known = target__root_pids(), .ctx = s, .sleep = sleep_on,
		.opened = drop_privileges,
	};

	return exporter__run(&source);
}

static int live(struct session *s)
{
	const struct live_source source = { .ctx = s, .read = live_read, .sleep = live_sleep };
	uint64_t interval_ns = (s->env->interval_ms ? s->env->interval_ms : 1000) * NS_PER_MS;

	places__explain(s->places);
	s->reporter.context.stalls = true;
	live_window__init(&s->window, interval_ns);
	return live__run(&source, interval_ns, s->env->sort);
}

static int print_coverage(struct session *s)
{
	struct utsname uts;

	uname(&uts);
	coverage__print(stdout, collector__coverage(s->collector), uts.release);
	return reporter__flush(&s->reporter);
}

static int open_pids(struct session *s)
{
	const struct env *env = s->env;

	for (int i = 0; i < env->n_pids; i++) {
		s->fds[i] = (struct pollfd){ .fd = target__open(env->pids[i]), .events = POLLIN };
		if (s->fds[i].fd < 0)
			return -1;
		s->n_alive++;
	}
	return 0;
}

/* The caches of names, and what else is kept for long; -1 after a message. */
static int open_names(struct session *s)
{
	s->places = places__new(target__root_pids() ? "/proc" : NULL);
	if (s->env->stacks)
		s->frames = frames__new(read_stack, s->collector);
	s->recycle = recycle__new(s->collector, swept, s);
	if (s->places && s->recycle && (s->frames || !s->env->stacks))
		return 0;
	elog("out of memory: free some and try again");
	return -1;
}

static int open_record(struct session *s)
{
	const struct env *env = s->env;
	struct recording_options options = {
		.begun_ns = s->begun_ns, .unit_ns = s->reporter.context.unit_ns, .by = env->by,
		.pid = env->n_pids == 1 ? env->pids[0] : 0,
	};

	env__scope(env, options.scope);
	snprintf(options.command, sizeof(options.command), "%s", env->command);
	s->record = record__open(env->record, &options, s->reporter.coverage, &s->reporter.context);
	return s->record ? 0 : -1;
}

static void say_what(const struct session *s)
{
	const struct env *env = s->env;
	char scope[SCOPE_LEN];

	env__scope(env, scope);
	if (env->n_pids == 1)
		banner("Tracing VMA lock waits of PID %d (%s)%s%s... Hit Ctrl-C to end.", env->pids[0],
		       places__get(s->places, env->pids[0], 0, 0)->comm, scope[0] ? ", " : "", scope);
	else
		banner("Tracing VMA lock waits%s%s... Hit Ctrl-C to end.", scope[0] ? " of " : "", scope);
}

static int run(struct session *s)
{
	const struct env *env = s->env;

	if (open_pids(s))
		return -1;
	if (env->tid && !target__is_thread(env->tid))
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
	if (open_names(s))
		return -1;
	s->reporter.coverage = collector__coverage(s->collector);
	s->reporter.context = (struct model_context){
		.names = collector__names(s->collector), .unit_ns = env->milliseconds ? 1000000 : 1000,
		.by = env->by, .sort = env->sort, .ctx = s, .place = place, .cgroup = cgroup,
		.frames = s->frames ? frames : NULL,
	};
	catch_signals(&s->unblocked);
	/* What the process' mappings are before anybody replaces parts of them. */
	for (int i = 0; i < env->n_pids; i++)
		if (places__refresh(s->places, env->pids[i]))
			wlog("cannot read /proc/%d/maps: VMAs are shown without names", env->pids[i]);
	if (collector__start(s->collector))
		return -1;
	s->begun_ns = s->reporter.before.ns = clock__now();
	if (env->record && open_record(s))
		return -1;
	/* A port may need some that nothing else does. */
	if (!env->listening)
		drop_privileges(s);
	if (env->output == OUTPUT_LIVE)
		return live(s);
	say_what(s);
	if (env->listening)
		return serve(s);
	return loop(s);
}

int session__run(const struct env *env)
{
	struct session s = { .env = env, .reporter.env = env };
	int err;

	snapshot__keep_memory();
	err = run(&s);
	if (record__close(s.record, !err))
		err = -1;
	reporter__free(&s.reporter);
	live_window__free(&s.window);
	frames__free(s.frames);
	places__free(s.places);
	recycle__free(s.recycle);
	collector__close(s.collector);
	for (int i = 0; i < env->n_pids; i++)
		if (s.fds[i].fd > 0)
			close(s.fds[i].fd);
	return err && !s.reporter.closed;
}
