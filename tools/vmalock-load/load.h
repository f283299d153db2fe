/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of vmalock-load share: the threads, the slots and the state of the program. */
#ifndef VMALOCK_LOAD_LOAD_H
#define VMALOCK_LOAD_LOAD_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"
#include "options.h"

#define POOL_FILES	4	/* generation files per slot: a file rests for three generations */
#define CELL_SIZE	(16ul << 20)	/* address space that belongs to a slot */
#define CARVE_CELL_SIZE	(4ul << 20)
#define SPREAD_SIZE	(4ul << 20)	/* length of a slot whose pages are spread over several tables */

struct load;
struct worker;

/* A page of a slot that exactly one faulting thread writes. */
struct owned_page {
	_Atomic uint32_t started;	/* last round begun */
	_Atomic uint32_t committed;	/* last round completely written */
	uint32_t pending;		/* owner only: round to repeat after a fault, or 0 */
};

/* A range whose mapping the mappers change. */
struct slot {
	unsigned int id;
	enum mode_id mode;
	char *home[2];		/* where it can be mapped; most slots have one home only */
	size_t len;		/* bytes mapped */
	size_t stride;		/* bytes from one used page to the next */
	unsigned int pages;	/* pages used */
	bool gap;		/* holes around it rather than PROT_NONE */
	bool mapped;		/* at its first home, when the threads start */
	bool anon;		/* owned pages: anonymous rather than shared memory */
	struct owned_page *owned;
	int fd[POOL_FILES];	/* generation files, -1 if unused */

	/* The mapper that holds the slot only. */
	uint32_t gen;
	uint32_t current_view;
	unsigned int step;

	/* Published by the mapper, see check.h. */
	_Alignas(64) _Atomic uint32_t seq;
	_Atomic uint32_t view;
	_Atomic uint32_t started;
	_Atomic uint32_t committed;
	_Atomic uint32_t stamped;
	/* Published by the readers. */
	_Alignas(64) _Atomic uint32_t seen;
	_Alignas(64) _Atomic bool busy;
};

/* The slots of one mode. */
struct slot_set {
	struct slot *slot;
	unsigned int nr;
};

/* Guarded access, see access.h. */
struct guard {
	sigjmp_buf env;
	uintptr_t low, high;	/* where a signal is expected */
	volatile sig_atomic_t armed;
	volatile sig_atomic_t signo;
};

/* A faulting thread's position in its anonymous memory, see mode_anon.c. */
struct anon_walk {
	char *base;
	size_t stride;
	uint32_t space;
	uint32_t *round;	/* what each page holds */
	uint32_t last_round;
	unsigned int pages, pos, phase;
};

struct worker {
	struct load *ld;
	unsigned int id;	/* among the faulters or among the mappers */
	bool mapper;
	bool setup;		/* not a thread: the counters of the setup are dropped */
	pthread_t thread;
	uint64_t rng;
	_Atomic uint64_t progress;
	_Atomic bool parked;
	struct counters count;
	struct latency latency;
	struct guard guard;
	struct anon_walk anon;
	uint64_t fork_value;
	uint64_t *buffer;	/* a slot's worth of pages, mappers only */
	struct slot **own;	/* slots that this mapper may take */
	unsigned int nr_own;
} __attribute__((aligned(64)));

/* One mode: what it prepares and what the two kinds of threads do in it. */
struct mode {
	/* Prepares everything; returns 0, or -1 after a message on stderr. */
	int (*setup)(struct load *ld, enum mode_id id);
	/* One operation of a faulting thread. */
	void (*fault)(struct worker *w, enum mode_id id);
	/* One operation of a mapping thread that holds the slot; NULL: none. */
	void (*map)(struct worker *w, struct slot *slot);
};

struct load {
	struct options opt;
	size_t page_size;
	unsigned int page_words;
	struct slot_set slots[MODE_NR];
	unsigned int next_slot_id;

	/* The giant region, see region.h. */
	char *region, *giant, *cells, *carve;
	size_t giant_len;
	unsigned int cells_used, carves_used;
	bool named;

	struct worker *worker;		/* faulters first, then mappers */
	unsigned int nr_workers, nr_faulters, nr_mappers;
	struct worker setup;

	_Atomic bool stop;
	_Atomic bool failed;		/* a runtime error was reported */
	_Atomic uint64_t violations[VIOLATION_NR];
};

extern const struct mode modes[MODE_NR];

/* load_random() - next number of a thread's generator (xorshift64*) */
static inline uint64_t load_random(struct worker *w)
{
	uint64_t x = w->rng;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	w->rng = x;
	return x * 0x2545f4914f6cdd1dull >> 16;
}

/* load_below() - a random number below n; n must not be 0 */
static inline unsigned int load_below(struct worker *w, unsigned int n)
{
	return (unsigned int)(load_random(w) % n);
}

/* slot_page() - where a page of a slot is at a home */
static inline char *slot_page(const struct slot *s, unsigned int home, unsigned int page)
{
	return s->home[home] + (size_t)page * s->stride;
}

/* slot_upper() - does a page belong to the upper half of its slot? */
static inline bool slot_upper(const struct slot *s, unsigned int page)
{
	return page >= s->pages / 2;
}

/**
 * load_error() - report a runtime error and end the run
 * @ld: the program
 * @fmt: what failed; the text of errno is appended if it isn't 0
 *
 * May be called by any thread. Return: -1.
 */
__attribute__((format(printf, 2, 3)))
int load_error(struct load *ld, const char *fmt, ...);

/**
 * load_violation() - count a violation; the first ten are also printed, one line each
 * @w: the thread that found it, NULL for the main thread
 * @kind: what was broken
 * @fmt: the circumstances
 *
 * Allocates nothing. May be called by any thread.
 */
__attribute__((format(printf, 3, 4)))
void load_violation(struct worker *w, enum violation_kind kind, const char *fmt, ...);

/* plant_now() - shall this thread break its promise now? True once in a while if this kind is planted */
bool plant_now(struct worker *w, enum violation_kind kind);

/* plant_linger() - leave the others some time to notice */
void plant_linger(void);

#endif
