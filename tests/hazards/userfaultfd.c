// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd is registered for memory that threads are about to touch.
 *
 * When UFFDIO_REGISTER has returned, no page may appear that userfaultfd wasn't asked for. What protects: a fault looks
 * for the flag, and UFFDIO_REGISTER takes the lock under which those that looked before it was set insert.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hazards.h"

#define BLOCKS	16U
#define PAGES	(BLOCKS * AROUND)

/* What is registered: anonymous memory whose pages are missing, or a file's, whose pages aren't mapped yet. */
static struct {
	char *start;
	unsigned long mode;
} regions[] = { { .mode = UFFDIO_REGISTER_MODE_MISSING }, { .mode = UFFDIO_REGISTER_MODE_MINOR } };

static int uffd;
static char *_Atomic target;	/* the region of this round, NULL when it is registered */
static char *_Atomic touching[READERS];	/* what readers accessed last, or are accessing */
static char *_Atomic probed;	/* what the prober is to touch; NULL when it has */
static atomic_int prober_id;

/* Touches pages until the region is registered; may be caught by that. */
static void reader(unsigned int self)
{
	unsigned int seed = self + 1;
	uint64_t begun, value, state;
	char *start;

	while (!stopped()) {
		begun = look_begin(self);
		start = atomic_load(&target);
		if (start) {
			start += pick(&seed, BLOCKS) * AROUND * PAGE;
			atomic_store(&touching[self], start);
			load(start, &value);
		}
		look_end(self, begun, &state);
	}
}

static void *prober(void *unused)
{
	uint64_t value;
	char *page;

	(void)unused;
	atomic_store(&prober_id, (int)syscall(SYS_gettid));
	while (!stopped()) {
		page = atomic_load(&probed);
		if (page) {
			load(page, &value);
			atomic_store(&probed, NULL);
		}
		sched_yield();
	}
	return NULL;
}

/* What has been asked since the region was registered. */
struct asked {
	unsigned int readers;	/* how many of them wait for an answer */
	bool prober;		/* does the prober? */
};

static void read_events(struct asked *asked)
{
	struct pollfd ready = { .fd = uffd, .events = POLLIN };
	struct uffd_msg message;

	if (poll(&ready, 1, 1) < 0 && errno != EINTR)
		die("poll: %m");
	while (read(uffd, &message, sizeof(message)) == (ssize_t)sizeof(message)) {
		if ((int)message.arg.pagefault.feat.ptid == atomic_load(&prober_id))
			asked->prober = true;
		else
			asked->readers++;
	}
}

/* Touch PAGE, and wait until that is done, or userfaultfd is asked. */
static void probe(char *page, struct asked *asked)
{
	atomic_store(&probed, page);
	while (atomic_load(&probed) && !asked->prober)
		read_events(asked);
}

static void check(char *start, unsigned int *seed)
{
	struct asked asked = { 0 };
	/* where a fault may be under way */
	char *page = atomic_load(&touching[pick(seed, READERS)]);

	probe(page, &asked);
	while (at_rest() + asked.readers < READERS)
		read_events(&asked);
	/* No fault from before is under way now, and nobody answers. */
	if (asked.prober && present_pages(0, page, 1))
		violation("a page appeared after userfaultfd had been asked for it, unanswered");
	for (unsigned int block = 0; block < BLOCKS && !asked.prober; block++) {
		page = start + block * AROUND * PAGE;
		if (present_pages(0, page, 1))
			continue;
		probe(page, &asked);
		if (!asked.prober)
			violation("a page appeared, and userfaultfd wasn't asked");
		break;
	}
}

static void one_round(char *start, unsigned long mode, unsigned int *seed)
{
	struct uffdio_register registration = { .range = { (uintptr_t)start, PAGES * PAGE }, .mode = mode };

	drop_pages(start, PAGES);
	atomic_store(&target, start);
	/* faults that look for the flag too early, or come with that look just behind them */
	if (rounds() % 4 < 2) {
		settle_and_hold(0);
	} else {
		settle(0);
		engage();
	}
	jitter(300);
	unsettle();
	if (ioctl(uffd, UFFDIO_REGISTER, &registration))
		die("UFFDIO_REGISTER: %m");
	atomic_store(&target, NULL);
	settle(1);
	check(start, seed);
	unsettle();
	if (ioctl(uffd, UFFDIO_UNREGISTER, &registration.range))
		die("UFFDIO_UNREGISTER: %m");
	/* whoever waits touches again; UFFDIO_UNREGISTER wakes only those that wait for a missing page */
	if (ioctl(uffd, UFFDIO_WAKE, &registration.range))
		die("UFFDIO_WAKE: %m");
	while (atomic_load(&probed))
		sched_yield();
}

void run_userfaultfd(void)
{
	int fd = new_file(NULL, PAGES), error;
	pthread_t thread;
	unsigned int seed = 1;

	uffd = new_userfaultfd(UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_THREAD_ID);
	for (size_t block = 0; block < BLOCKS; block++)
		fill_page(fd, block * AROUND, block);
	for (int i = 0; i < 2; i++) {
		regions[i].start = reserve(TABLE);
		map_at(regions[i].start, PAGES, PROT_READ | PROT_WRITE, i ? MAP_SHARED : 0, i ? fd : -1, 0);
	}
	error = pthread_create(&thread, NULL, prober, NULL);
	if (error)
		die("pthread_create: %s", strerror(error));
	start_readers(READERS, reader);
	while (another_round())
		one_round(regions[rounds() % 2].start, regions[rounds() % 2].mode, &seed);
	join_readers();
	pthread_join(thread, NULL);
}
