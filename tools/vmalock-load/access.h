/* SPDX-License-Identifier: GPL-2.0 */
/* Page accesses that survive SIGSEGV and SIGBUS and say so. */
#ifndef VMALOCK_LOAD_ACCESS_H
#define VMALOCK_LOAD_ACCESS_H

#include "load.h"

/**
 * access_init() - install the signal handlers
 *
 * A signal outside of a guarded access ends the program with status 1 and a line on stderr.
 * Return: 0, or -1 with errno set.
 */
int access_init(void);

/* access_thread() - make a worker's guard the one of the calling thread; NULL before fork's child checks */
void access_thread(struct worker *w);

/**
 * access_read() - read words of a page
 * @w: the calling thread
 * @page: start of the page
 * @index: which words, in order of the loads
 * @n: how many
 * @word: gets them
 *
 * Return: 0, or the signal that the access raised.
 */
int access_read(struct worker *w, char *page, const uint16_t *index, unsigned int n, uint64_t *word);

/* access_write() - write words of a page, in order; arguments and return value like access_read() */
int access_write(struct worker *w, char *page, const uint16_t *index, unsigned int n,
		 const uint64_t *word);

/**
 * access_fill() - stamp a whole page where others may be reading it
 * @w: the calling thread
 * @page: start of the page
 * @base: from stamp_base()
 * @gen: the generation
 *
 * Return: 0, or the signal that the access raised.
 */
int access_fill(struct worker *w, char *page, uint32_t base, uint32_t gen);

/* access_fault_kind() - the violation that an unexpected signal is */
static inline enum violation_kind access_fault_kind(int signo)
{
	return signo == SIGBUS ? VIOLATION_sigbus : VIOLATION_segv;
}

#endif
