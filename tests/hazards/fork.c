// SPDX-License-Identifier: GPL-2.0
/*
 * fork() while threads touch pages for the first time.
 *
 * The child must have a state in which the parent has been: a thread stores to its pages one after the other, and notes
 * each on a page that fork() copies later. And nothing of what the parent does afterwards.
 *
 * What protects: fork() closes a VMA before it copies it, and a fault finds it closed.
 */
#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hazards.h"

#define STEPS	16U		/* pages that each thread touches in a round */
#define FILLER	(2 * TABLE)	/* pages that keep fork() busy between a thread's page and its note */

enum { SAME, TOO_NEW = 20, LOST = 21 };

static char *memory;	/* the threads' pages, then the filler, in one VMA */
static char *notes;	/* a page for each thread, in the next one; and one for the main thread */

static uint64_t *page_of(unsigned int self, unsigned int step)
{
	return (uint64_t *)(memory + (step * READERS + self) * PAGE);
}

static uint64_t *note_of(unsigned int self)
{
	return (uint64_t *)(notes + self * PAGE);
}

static void turn(unsigned int self, uint64_t round)
{
	for (unsigned int step = 0; step < STEPS; step++) {
		store(page_of(self, step), round);
		store(note_of(self), round * STEPS + step + 1);
	}
}

/* In the child. Its parent writes to WRITTEN when it has stored something of its own. */
static int check_child(uint64_t round, int written)
{
	uint64_t note, value;
	char byte;

	for (unsigned int self = 0; self < READERS; self++) {
		note = *note_of(self);
		for (unsigned int step = 0; step < STEPS && round * STEPS + step < note; step++)
			if (*page_of(self, step) != round)
				return LOST;
	}
	if (read(written, &byte, 1) != 1)
		return 2;
	value = *note_of(READERS);
	return value == round - 1 ? SAME : TOO_NEW;
}

static void check_parent(uint64_t round)
{
	uint64_t value;

	for (unsigned int self = 0; self < READERS; self++) {
		for (unsigned int step = 0; step < STEPS; step++) {
			load(page_of(self, step), &value);
			if (value != round)
				violation("parent, thread %u, step %u: %" PRIu64 " instead of %" PRIu64, self, step, value,
					  round);
		}
	}
}

static void one_round(uint64_t round, int pipe_in, int pipe_out)
{
	int status;
	pid_t pid;

	drop_pages(memory, STEPS * READERS);
	for (unsigned int self = 0; self < READERS; self++)
		store(note_of(self), round * STEPS);
	begin_turn(round);
	jitter(3000);
	pid = fork();
	if (pid < 0)
		die("fork: %m");
	if (!pid)
		_exit(check_child(round, pipe_in));
	store(note_of(READERS), round);
	if (write(pipe_out, "", 1) != 1)
		die("write: %m");
	status = wait_for(pid);
	await_turn();
	check_parent(round);
	if (WIFEXITED(status) && WEXITSTATUS(status) == TOO_NEW)
		violation("the child sees what its parent stored after fork()");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == LOST)
		violation("the child sees a note, but not the page that was stored to before");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != SAME)
		violation("the child ended with status %#x", status);
}

void run_fork(void)
{
	char *start = reserve(TABLE + FILLER + TABLE);
	int fds[2];

	if (pipe(fds))
		die("pipe: %m");
	memory = start;
	notes = memory + TABLE + FILLER;
	map_at(memory, (TABLE + FILLER) / PAGE, PROT_READ | PROT_WRITE, 0, -1, 0);
	map_at(notes, READERS + 1, PROT_READ | PROT_WRITE, 0, -1, 0);
	/* so that it isn't one VMA */
	if (madvise(notes, (READERS + 1) * PAGE, MADV_DONTDUMP))
		die("MADV_DONTDUMP: %m");
	for (size_t offset = 0; offset < FILLER; offset += PAGE)
		memory[TABLE + offset] = 1;
	start_turns(READERS, turn);
	while (another_round()) {
		hold_faults(hold_time);
		one_round(rounds(), fds[0], fds[1]);
	}
	join_readers();
}
