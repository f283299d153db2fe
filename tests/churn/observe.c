// SPDX-License-Identifier: GPL-2.0
/*
 * Actors in other processes, which look at the victim's memory: "vmrw" by process_vm_readv() and the like, "proc" by
 * /proc, "ptrace" by ptrace().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#ifndef SYS_process_madvise
#define SYS_process_madvise	440
#endif
#define MAX_ADVISED	8U	/* pages */
#define PEEKS		30U	/* while the victim is stopped */

static bool there(const struct job *job)
{
	return !stopped() && !kill(job->victim, 0);
}

/* An access failed with errno: it may only because the victim has gone, or a file is short. */
static void failed(const struct job *job, const char *what, size_t page)
{
	if (errno != ESRCH && !may_be_short())
		violation("%s: %s page %zu: %m", job->actor->name, what, page);
}

static void read_words(struct job *job, size_t page)
{
	uint64_t words[2];
	struct iovec local = { words, sizeof(words) }, remote = { page_at(page), sizeof(words) };

	if (process_vm_readv(job->victim, &local, 1, &remote, 1, 0) == (ssize_t)sizeof(words))
		judge("vmrw", page, words);
	else
		failed(job, "reading", page);
}

static void write_word(struct job *job, size_t page)
{
	uint64_t value = touched(page);
	struct iovec local = { &value, sizeof(value) };
	struct iovec remote = { (uint64_t *)page_at(page) + 1, sizeof(value) };

	if (process_vm_writev(job->victim, &local, 1, &remote, 1, 0) != (ssize_t)sizeof(value))
		failed(job, "writing", page);
}

static void advise_page(struct job *job, size_t page)
{
	static const int advices[] = { MADV_WILLNEED, 20 /* COLD */, 21 /* PAGEOUT */, 25 /* COLLAPSE */ };
	int pidfd = syscall(SYS_pidfd_open, job->victim, 0);
	size_t count = REGION_PAGES - page;
	struct iovec range = { page_at(page), (count < MAX_ADVISED ? count : MAX_ADVISED) * PAGE };

	if (pidfd < 0)
		return;
	syscall(SYS_process_madvise, pidfd, &range, 1, advices[pick(&job->seed, 4)], 0);
	close(pidfd);
}

void do_vmrw(struct job *job)
{
	while (there(job)) {
		size_t page = pick_page(&job->seed);

		if (pick(&job->seed, 2))
			read_words(job, page);
		else
			write_word(job, page);
		advise_page(job, page);
		count_one(job);
	}
}

/* --- /proc ----------------------------------------------------------- */

static void read_all(struct job *job, int fd)
{
	char text[16384];

	while (read(fd, text, sizeof(text)) > 0)
		;
	count_one(job);
}

static void read_pagemap(struct job *job, int fd)
{
	static uint64_t entries[REGION_PAGES];

	if (pread(fd, entries, sizeof(entries), (uintptr_t)region / PAGE * sizeof(entries[0])) > 0)
		count_one(job);
}

static void clear_refs(struct job *job, int fd)
{
	/* accessed, of anonymous pages or files only, soft-dirty, peak of memory */
	if (write(fd, "12345" + pick(&job->seed, 5), 1) == 1)
		count_one(job);
}

static void read_mem(struct job *job, int fd)
{
	size_t page = pick_page(&job->seed);
	uint64_t words[2];
	ssize_t got = pread(fd, words, sizeof(words), (off_t)(uintptr_t)page_at(page));

	if (got == (ssize_t)sizeof(words)) {
		judge("proc", page, words);
		count_one(job);
	} else if (got < 0) {
		failed(job, "reading", page);
	}
}

static const struct {
	const char *name;
	int mode;
	void (*use)(struct job *job, int fd);
} proc_files[] = {
	{ "maps", O_RDONLY, read_all },
	{ "smaps", O_RDONLY, read_all },
	{ "smaps_rollup", O_RDONLY, read_all },
	{ "numa_maps", O_RDONLY, read_all },
	{ "status", O_RDONLY, read_all },
	{ "pagemap", O_RDONLY, read_pagemap },
	{ "clear_refs", O_WRONLY, clear_refs },
	{ "mem", O_RDONLY, read_mem },
};

void do_proc(struct job *job)
{
	while (there(job)) {
		unsigned int i = pick(&job->seed, sizeof(proc_files) / sizeof(proc_files[0]));
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/%s", job->victim, proc_files[i].name);
		fd = open(path, proc_files[i].mode | O_CLOEXEC);
		/* it may have ended */
		if (fd < 0) {
			usleep(1000);
			continue;
		}
		proc_files[i].use(job, fd);
		close(fd);
	}
}

/* --- ptrace() -------------------------------------------------------- */

static void peek_or_poke(struct job *job)
{
	size_t page = pick_page(&job->seed);
	uint64_t words[2] = { 0 }, *at = page_at(page);

	errno = 0;
	if (pick(&job->seed, 2)) {
		words[0] = ptrace(PTRACE_PEEKDATA, job->victim, at, 0);
		if (!errno)
			judge("ptrace", page, words);
	} else {
		ptrace(PTRACE_POKEDATA, job->victim, at + 1, touched(page));
	}
	if (errno)
		failed(job, "accessing", page);
	else
		count_one(job);
}

/* Stops the victim's first thread for a while. False if it has ended. */
static bool stop_and_look(struct job *job)
{
	int status, signal;

	if (ptrace(PTRACE_SEIZE, job->victim, 0, 0))
		return errno != ESRCH;
	/* it may have ended; then that is what is to be waited for */
	ptrace(PTRACE_INTERRUPT, job->victim, 0, 0);
	if (waitpid(job->victim, &status, __WALL) < 0 || !WIFSTOPPED(status))
		return false;
	for (unsigned int i = 0; i < PEEKS; i++)
		peek_or_poke(job);
	/* a signal that was about to be delivered is */
	signal = status >> 16 ? 0 : WSTOPSIG(status);
	if (!ptrace(PTRACE_DETACH, job->victim, 0, signal))
		return true;
	/* killed; its parent gets to know when we do */
	waitpid(job->victim, &status, __WALL);
	return false;
}

void do_ptrace(struct job *job)
{
	while (there(job) && stop_and_look(job))
		usleep(1000);
}
