// SPDX-License-Identifier: GPL-2.0
/*
 * The first allocation of a system call or page fault fails, then the second, and so on until there is none left to
 * fail; and the same again with all that follow failing, too. A call that fails must leave everything as it was, all the
 * time, for readers whose own page faults run out of memory now and then. A fault must not fail at all.
 *
 * What protects: a writer changes nothing before all is there that it needs, and turns no reader away before that; a
 * fault without a reference that gets no memory takes one and tries harder.
 *
 * Needs a kernel with fault injection: failslab, fail_page_alloc and /proc/PID/fail-nth. That nothing is leaked is for
 * guest.sh to say; hence the repetitions.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"

#define DEBUG		"/sys/kernel/debug/"
#define UNLUCKY		"10"	/* percent of the readers' allocations */
#define REPEAT		20U
#define LOOKS		4U	/* of a reader, before it rests */
#define REST		200U	/* microseconds at most */
#define MOST		1000U	/* allocations of a call */

/* States: before a call, or after one that failed; while it is under way; after it; as it may have ended, too. */
enum { BEFORE, UNDER_WAY, AFTER, OTHERWISE };

static const struct call *_Atomic current;	/* what the stage is looked at for */
static atomic_uint strayed;	/* a page, and 1: found changed while a call was under way */
static int fail_nth, fail_all;	/* the main thread's fail-nth and make-it-fail */
static atomic_int reader_ids[READERS];

/* What fails: one allocation, while readers are unlucky; or one and all after it. */
enum mode { ONE, ALL_FROM_ONE };
static enum mode mode;

static void set_attribute(const char *directory, const char *name, const char *text)
{
	char path[96];

	snprintf(path, sizeof(path), DEBUG "%s/%s", directory, name);
	write_file(path, text);
}

/* Any allocation may be made to fail; by chance, only those of threads that ask for it. */
static void set_attributes(const char *probability)
{
	static const char *const directories[] = { "failslab", "fail_page_alloc" };

	for (int i = 0; i < 2; i++) {
		set_attribute(directories[i], "verbose", "0");
		set_attribute(directories[i], "ignore-gfp-wait", "0");
		set_attribute(directories[i], "task-filter", "1");
		set_attribute(directories[i], "times", "-1");
		set_attribute(directories[i], "probability", probability);
	}
	set_attribute("fail_page_alloc", "ignore-gfp-highmem", "0");
	set_attribute("fail_page_alloc", "min-order", "0");
}

static void write_number(int fd, unsigned int number)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", number);

	if (pwrite(fd, text, length, 0) != length)
		die("fail-nth or make-it-fail: %m");
}

static void arm(unsigned int n)
{
	write_number(fail_nth, n);
	/* heeded once fail-nth has come to zero */
	if (mode == ALL_FROM_ONE)
		write_number(fail_all, 1);
}

/* Did the allocation fail that arm() was told to? If not, none will. */
static bool disarm(void)
{
	char text[16] = "";

	if (mode == ALL_FROM_ONE)
		write_number(fail_all, 0);
	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth: %m");
	if (!atoi(text))
		return true;
	write_number(fail_nth, 0);
	return false;
}

static const char *what_failed(void)
{
	return mode == ONE ? "allocation" : "all from allocation";
}

static void set_mode(enum mode new_mode)
{
	char path[64];

	mode = new_mode;
	for (unsigned int i = 0; i < READERS; i++) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/make-it-fail", atomic_load(&reader_ids[i]));
		write_file(path, mode == ONE ? "1" : "0");
	}
	set_attributes(mode == ONE ? UNLUCKY : "100");
}

static enum look look_in(const struct call *call, uint64_t state)
{
	if (state == OTHERWISE)
		return call->otherwise;
	return state == AFTER ? call->after : call->before;
}

/* What was found in a page. */
struct found {
	enum access load, store;
	uint64_t value;
};

static struct found expected(const struct call *call, enum look look, unsigned int page)
{
	struct found found;

	expect_page(call, look, page, &found.load, &found.store, &found.value);
	return found;
}

/* Looks at a page, by writing to it or by reading what it begins with. SELF keeps threads from sharing a word. */
static struct found look_at(unsigned int page, bool write, unsigned int self)
{
	struct found found = { DONE, DONE, 0 };
	char *address = page_at(page);

	if (write)
		found.store = store(address + 64 * (1 + self), page);
	else
		found.load = load(address, &found.value);
	return found;
}

static bool is_as(struct found found, struct found must, bool write)
{
	if (write)
		return found.store == must.store;
	return found.load == must.load && (found.load != DONE || found.value == must.value);
}

static void report(const struct call *call, unsigned int page, struct found found, struct found must, bool write,
		   const char *when)
{
	if (write)
		violation("%s, %s, page %u: writing ends in %s instead of %s", call->name, when, page,
			  access_name(found.store), access_name(must.store));
	else
		violation("%s, %s, page %u: %s (value %" PRIu64 ") instead of %s (value %" PRIu64 ")", call->name, when,
			  page, access_name(found.load), found.value, access_name(must.load), must.value);
}

static void check(uint64_t state, unsigned int page, struct found found, bool write)
{
	const struct call *call = atomic_load(&current);
	struct found must = expected(call, look_in(call, state), page);

	if (is_as(found, must, write))
		return;
	if (state != UNDER_WAY) {
		report(call, page, found, must, write, state == BEFORE ? "not done" : "afterwards");
		return;
	}
	atomic_store(&strayed, page + 1);
	if (!is_as(found, expected(call, call->after, page), write) &&
	    !(call->otherwise && is_as(found, expected(call, call->otherwise, page), write)))
		report(call, page, found, must, write, "under way");
}

/*
 * Keep the caller's stack, with the frames of its signals, from being copied on write after a fork: the kernel itself
 * writes there, and gives up with SIGSEGV where its own fault gets no memory (kernel/signal.c:signal_setup_done()). For
 * the same reason inject.sh leaves no rseq areas.
 */
static void keep_stack_from_fork(void)
{
	pthread_attr_t attributes;
	void *start;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attributes) || pthread_attr_getstack(&attributes, &start, &size) ||
	    madvise(start, size, MADV_DONTFORK))
		die("MADV_DONTFORK of a stack: %m");
	pthread_attr_destroy(&attributes);
}

static void reader(unsigned int self)
{
	unsigned int seed = self + 1, looks = 0;

	keep_stack_from_fork();
	atomic_store(&reader_ids[self], gettid());
	while (!stopped()) {
		unsigned int page = pick(&seed, STAGE);
		bool write = pick(&seed, 2);
		uint64_t begun = look_begin(self), state;
		struct found found = look_at(page, write, self);

		if (look_end(self, begun, &state))
			check(state, page, found, write);
		/* an emulated machine has few processors, and the main thread waits for all that run */
		if (begun % 2 == 0 || ++looks % LOOKS == 0)
			usleep(pick(&seed, REST));
	}
}

static void scan_stage(uint64_t state)
{
	for (unsigned int page = 0; page < STAGE && !stopped(); page++)
		for (int write = 0; write < 2; write++)
			check(state, page, look_at(page, write, READERS), write);
}

/* CALL, of which allocation N fails. Returns whether the call fails, and that there was such an allocation. */
static bool fails(const struct call *call, unsigned int n, bool *injected)
{
	int result, error;

	arm(n);
	errno = 0;
	result = call->call(call);
	error = errno;
	*injected = disarm();
	if (!result)
		return false;
	/* a file in memory that gets no inode says ENOSPC */
	if (call->always || !*injected || (error != ENOMEM && error != EAGAIN && !(call->fails_otherwise && error == ENOSPC)))
		violation("%s, %s %u failing%s: %s", call->name, what_failed(), n, *injected ? "" : ", of which there is none",
			  strerror(error));
	return true;
}

/* What one call came to. */
struct outcome {
	unsigned int allocations, failures;
};


/* Returns whether there was an allocation N. */
static bool attempt(const struct call *call, unsigned int n, struct outcome *outcome)
{
	unsigned int repeat = call->repeat ? call->repeat : REPEAT;
	bool failed = true, there, again;
	uint64_t state;

	set_stage();
	if (call->prepare)
		call->prepare(call);
	atomic_store(&current, call);
	atomic_store(&strayed, 0);
	settle(UNDER_WAY);
	engage();
	failed = fails(call, n, &there);
	outcome->allocations += there;
	outcome->failures += failed;
	for (unsigned int i = 0; i < repeat && failed && !call->fails_otherwise && !stopped(); i++) {
		drop_pages(page_at(SHARED_FILE * PART), PART);
		failed = fails(call, n, &again);
	}
	unsettle();
	state = failed ? BEFORE : AFTER;
	if (call->otherwise && failed == call->fails_otherwise &&
	    is_as(look_at(call->first, false, READERS), expected(call, call->otherwise, call->first), false))
		state = OTHERWISE;
	settle(state);
	quiesce();
	if (state == BEFORE && atomic_load(&strayed))
		violation("%s, %s %u failing: failed, but page %u was another one meanwhile", call->name, what_failed(), n,
			  atomic_load(&strayed) - 1);
	scan_stage(state);
	unsettle();
	return there;
}

static struct outcome try_mode(const struct call *call, enum mode new_mode)
{
	struct outcome outcome = { 0, 0 };
	unsigned int n = 1;

	set_mode(new_mode);
	while (attempt(call, n, &outcome) && !stopped())
		if (++n > MOST)
			violation("%s: more than %u allocations", call->name, MOST);
	return outcome;
}

static void try_call(const struct call *call)
{
	struct outcome one = try_mode(call, ONE), all = { 0, 0 };

	if (!call->always && !call->only_one && !stopped())
		all = try_mode(call, ALL_FROM_ONE);
	if (stopped())
		return;
	if (!rounds())
		printf("# %s: %u allocations, fails without %u of them; from one on, without %u of %u\n", call->name,
		       one.allocations, one.failures, all.failures, all.allocations);
	if (!one.allocations || (!call->always && !one.failures && !all.failures))
		violation("%s: nothing could be made to fail", call->name);
}

/* How many there are besides the nook, which is unmapped: a fault may have left anything there. */
static unsigned int mappings(void)
{
	FILE *file;
	unsigned int count = 0;
	int c;

	if (munmap(nook, TABLE))
		die("munmap: %m");
	file = fopen("/proc/self/maps", "re");
	if (!file)
		die("/proc/self/maps: %m");
	while ((c = getc(file)) != EOF)
		count += c == '\n';
	fclose(file);
	return count;
}

void run_inject(void)
{
	unsigned int before, now;

	make_stage();
	set_stage();
	atomic_store(&current, &calls[0]);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	fail_all = open("/proc/thread-self/make-it-fail", O_WRONLY | O_CLOEXEC);
	if (fail_nth < 0 || fail_all < 0)
		die("/proc/thread-self (has the kernel fault injection?): %m");
	start_readers(READERS, reader);
	settle(BEFORE);
	quiesce();
	unsettle();
	before = mappings();
	/* all of it once, however slow the machine is */
	do {
		for (unsigned int i = 0; i < call_count && !stopped(); i++)
			try_call(&calls[i]);
		set_stage();
		now = mappings();
		if (now != before)
			violation("%u mappings after round %u, %u before", now, rounds(), before);
	} while (another_round());
	join_readers();
	set_attributes("0");
}
