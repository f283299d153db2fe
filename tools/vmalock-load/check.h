/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules that decide whether what a thread read, or the signal it took, is allowed. Pure functions:
 * no shared state, no side effects; the callers sample the shared words in the order that each rule states.
 */
#ifndef VMALOCK_LOAD_CHECK_H
#define VMALOCK_LOAD_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "violation_kinds.h"

/* What a rule found; meaningful only if kind isn't VIOLATION_NONE. */
struct finding {
	enum violation_kind kind;
	unsigned int index;	/* word of the page */
	uint64_t word;		/* what was read there */
	uint32_t want;		/* generation that it should have been (at least, or at most for "future") */
};

/*
 * What is known about a slot around a read. Sampled BEFORE the first load from the page: seen, committed,
 * stamped. Sampled AFTER the last one: started.
 */
struct gen_window {
	uint32_t seen;		/* newest generation that any thread has read */
	uint32_t committed;	/* newest generation whose mmap() had returned */
	uint32_t stamped;	/* newest generation whose pages were all written (after mapping or before) */
	uint32_t started;	/* newest generation whose mmap() may have begun */
	bool zero_ok;		/* some generations are anonymous memory that starts as zeroes */
	bool copied;		/* the mapper marks word 0 of this page STAMP_COPIED before "stamped" */
};

/**
 * check_generation() - judge words read from a slot whose mapping is being replaced
 * @win: the samples around the read
 * @base: tag of the page, from stamp_base()
 * @index: which words were read, in the order of the loads
 * @word: what was read
 * @n: how many
 * @newest: gets the newest generation among them, 0 if there was none
 * @f: gets the finding
 *
 * Return: true if everything is as promised, else false and @f is filled in.
 */
bool check_generation(const struct gen_window *win, uint32_t base, const uint16_t *index,
		      const uint64_t *word, unsigned int n, uint32_t *newest, struct finding *f);

/**
 * check_owned() - judge words read from a page that one thread writes, round after round
 * @committed: last round completely written, sampled before the read
 * @started: last round begun, sampled after the read
 * @base: tag of the page, from stamp_base()
 * @index: which words were read
 * @word: what was read
 * @n: how many
 * @f: gets the finding
 *
 * For the owner itself both are the last round that it wrote.
 * Return: true if everything is as promised, else false and @f is filled in.
 */
bool check_owned(uint32_t committed, uint32_t started, uint32_t base, const uint16_t *index,
		 const uint64_t *word, unsigned int n, struct finding *f);

/* The state of a slot that the mapper publishes: a sequence (odd while it is changing) and a view. */
#define VIEW_R		1u
#define VIEW_W		2u
#define VIEW_HALF_SHIFT	2	/* the upper half of the slot has protections of its own */
#define VIEW_HOME	0x10u	/* set: the slot is at its second home */

/* view_make() - view with protections for the lower and upper half, at home 0 or 1 */
static inline uint32_t view_make(uint32_t lower, uint32_t upper, unsigned int home)
{
	return lower | upper << VIEW_HALF_SHIFT | (home ? VIEW_HOME : 0);
}

enum access_verdict {
	ACCESS_GOOD,		/* it succeeded, as it may */
	ACCESS_EXPECTED_FAULT,	/* it faulted, as it may */
	ACCESS_BAD_FAULT,	/* it faulted though the range was mapped all the time */
	ACCESS_BAD_SUCCESS,	/* it succeeded though the range forbade it all the time */
};

/* access_stable() - was the slot left alone between the two samples of its sequence? */
static inline bool access_stable(uint32_t before, uint32_t after)
{
	return !(before & 1) && before == after;
}

/**
 * access_judge() - was it right that an access succeeded or faulted?
 * @before: the slot's sequence, sampled before the view and the access
 * @view: the slot's view, sampled between
 * @after: the slot's sequence, sampled after the access
 * @upper: the access was to the upper half
 * @want: VIEW_R or VIEW_W
 * @faulted: the access raised SIGSEGV
 */
enum access_verdict access_judge(uint32_t before, uint32_t view, uint32_t after, bool upper,
				 uint32_t want, bool faulted);

/**
 * check_snapshot() - is a pair of pages in a child what one moment of the parent could have been?
 * @first: the page that the parent writes first
 * @second: the page that it then writes with the same value
 */
static inline bool check_snapshot(uint64_t first, uint64_t second)
{
	return first >= second && first - second <= 1;
}

#endif
