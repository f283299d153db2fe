// SPDX-License-Identifier: GPL-2.0
/*
 * Fork storms. Each faulting thread has pairs of pages in the giant VMA; it writes a growing number to the
 * first page of a pair and then to the second. A child must find first >= second, at most 1 apart, and must
 * never see either of them change, whatever the parent goes on to write.
 */
#include "modes.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "region.h"

#define PAIRS 4		/* per faulting thread */

enum child_result { CHILD_GOOD, CHILD_SIGNAL, CHILD_ORDER = 10, CHILD_CHANGED };

static char *pages;
static _Atomic uint64_t *progress;	/* shared with the children: the parent is writing */

int fork_setup(struct load *ld, enum mode_id id)
{
	if (region_slots(ld, id, false, true))
		return -1;
	pages = ld->giant;
	if (2 * PAIRS * ld->nr_faulters * ld->page_size > REGION_HEAD_SIZE) {
		errno = 0;
		return load_error(ld, "too many faulting threads for mode fork");
	}
	progress = mmap(NULL, ld->page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED)
		return load_error(ld, "mmap");
	return 0;
}

/* Page of a pair: the one that is written first, or second; every other pair has it at the higher address. */
static char *pair_page(const struct load *ld, unsigned int thread, unsigned int pair, bool second)
{
	unsigned int n = thread * 2 * PAIRS + 2 * pair + (second != (pair & 1));

	return pages + n * ld->page_size;
}

void fork_fault(struct worker *w, enum mode_id id)
{
	static const uint16_t index = 0;
	bool planted = plant_now(w, VIOLATION_fork_snapshot);
	uint64_t value = ++w->fork_value;

	(void)id;
	for (unsigned int pair = 0; pair < PAIRS; pair++)
		for (unsigned int second = 0; second < 2; second++) {
			char *page = pair_page(w->ld, w->id, pair, planted ? !second : second);
			uint64_t old;
			int signo = access_read(w, page, &index, 1, &old);

			if (!signo)
				signo = access_write(w, page, &index, 1, &value);
			if (signo)
				load_violation(w, access_fault_kind(signo), "mode=fork pair=%u addr=%p", pair,
					       (void *)page);
			else if (old != value - 1)
				load_violation(w, VIOLATION_lost_write, "mode=fork pair=%u addr=%p value=%llu "
					       "want=%llu", pair, (void *)page, (unsigned long long)old,
					       (unsigned long long)value - 1);
			if (planted && !second)
				plant_linger();
		}
	if (!(value & 63))
		atomic_fetch_add(progress, 1);
}

static uint64_t load_word(const char *page)
{
	return __atomic_load_n((const uint64_t *)page, __ATOMIC_ACQUIRE);
}

/* In the child: the sum of all values, or an exit status through @bad. */
static uint64_t snapshot(const struct load *ld, enum child_result *bad)
{
	uint64_t sum = 0;

	for (unsigned int thread = 0; thread < ld->nr_faulters; thread++)
		for (unsigned int pair = 0; pair < PAIRS; pair++) {
			uint64_t first = load_word(pair_page(ld, thread, pair, false));
			uint64_t second = load_word(pair_page(ld, thread, pair, true));

			if (!check_snapshot(first, second))
				*bad = CHILD_ORDER;
			sum = sum * 31 + first * 7 + second;
		}
	return sum;
}

__attribute__((noreturn))
static void child(const struct load *ld)
{
	enum child_result result = CHILD_GOOD;
	uint64_t before = atomic_load(progress), sum;

	access_thread(NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sum = snapshot(ld, &result);
	/* Give the parent a chance to write something that must not be seen here. */
	for (unsigned int i = 0; i < 20 && atomic_load(progress) == before; i++)
		usleep(50);
	if (snapshot(ld, &result) != sum)
		result = CHILD_CHANGED;
	_exit(result);
}

void fork_map(struct worker *w, struct slot *s)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		child(w->ld);
	if (pid < 0) {
		w->count.refused++;
		return;
	}
	w->count.forks++;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) {
			load_error(w->ld, "waitpid");
			return;
		}
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_GOOD)
		return;
	if (WIFEXITED(status) && (WEXITSTATUS(status) == CHILD_ORDER || WEXITSTATUS(status) == CHILD_CHANGED))
		load_violation(w, VIOLATION_fork_snapshot, "mode=fork slot=%u child=%d: %s", s->id, (int)pid,
			       WEXITSTATUS(status) == CHILD_ORDER ?
			       "a later write is there, an earlier one isn't" :
			       "its memory changed after the fork");
	else
		load_violation(w, VIOLATION_segv, "mode=fork slot=%u child=%d: wait status %#x", s->id, (int)pid,
			       (unsigned int)status);
}
