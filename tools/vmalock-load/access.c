// SPDX-License-Identifier: GPL-2.0
#include "access.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stamp.h"

static __thread struct guard *current_guard;

static void handler(int signo, siginfo_t *info, void *context)
{
	struct guard *g = current_guard;
	uintptr_t addr = (uintptr_t)info->si_addr;
	char line[128];
	int len;

	(void)context;
	if (g && g->armed && addr >= g->low && addr < g->high) {
		g->armed = 0;
		g->signo = signo;
		siglongjmp(g->env, 1);
	}
	len = snprintf(line, sizeof(line), "vmalock-load: unexpected %s at %p, code %d\n",
		       signo == SIGBUS ? "SIGBUS" : "SIGSEGV", info->si_addr, info->si_code);
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		_exit(1);
	_exit(1);
}

int access_init(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER };

	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGSEGV, &sa, NULL) || sigaction(SIGBUS, &sa, NULL))
		return -1;
	return 0;
}

void access_thread(struct worker *w)
{
	current_guard = w ? &w->guard : NULL;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void account(struct worker *w, uint64_t start)
{
	uint64_t ns = now_ns() - start;
	unsigned int bucket = ns ? 63 - (unsigned int)__builtin_clzll(ns) : 0;

	w->latency.bucket[bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1]++;
	if (ns > w->latency.max_ns)
		w->latency.max_ns = ns;
}

/* What all guarded accesses have in common. Nothing that changes may live in a variable across it. */
#define GUARDED(w, page, body)							\
do {										\
	(w)->guard.low = (uintptr_t)(page);					\
	(w)->guard.high = (uintptr_t)(page) + (w)->ld->page_size;		\
	if (sigsetjmp((w)->guard.env, 0))					\
		return (w)->guard.signo;					\
	(w)->guard.armed = 1;							\
	atomic_signal_fence(memory_order_seq_cst);				\
	body									\
	atomic_signal_fence(memory_order_seq_cst);				\
	(w)->guard.armed = 0;							\
	return 0;								\
} while (0)

__attribute__((noinline))
static int guarded_read(struct worker *w, const uint64_t *p, const uint16_t *index, unsigned int n,
			uint64_t *word)
{
	GUARDED(w, p, {
		for (unsigned int i = 0; i < n; i++)
			word[i] = __atomic_load_n(p + index[i], __ATOMIC_ACQUIRE);
	});
}

__attribute__((noinline))
static int guarded_write(struct worker *w, uint64_t *p, const uint16_t *index, unsigned int n,
			 const uint64_t *word)
{
	GUARDED(w, p, {
		for (unsigned int i = 0; i < n; i++)
			__atomic_store_n(p + index[i], word[i], __ATOMIC_RELEASE);
	});
}

__attribute__((noinline))
static void fill(uint64_t *p, unsigned int words, uint32_t base, uint32_t gen)
{
	for (unsigned int i = 0; i < words; i++)
		__atomic_store_n(p + i, stamp_word(base, i, gen), __ATOMIC_RELEASE);
}

__attribute__((noinline))
static int guarded_fill(struct worker *w, uint64_t *p, uint32_t base, uint32_t gen)
{
	GUARDED(w, p, {
		fill(p, w->ld->page_words, base, gen);
	});
}

/* Counts an access and, if asked to, times it. */
#define TIMED(w, access)							\
do {										\
	uint64_t start_;							\
	int signo_;								\
										\
	(w)->count.touches++;							\
	if (!(w)->ld->opt.latency || (w)->setup)				\
		return access;							\
	start_ = now_ns();							\
	signo_ = access;							\
	account(w, start_);							\
	return signo_;								\
} while (0)

int access_read(struct worker *w, char *page, const uint16_t *index, unsigned int n, uint64_t *word)
{
	TIMED(w, guarded_read(w, (const uint64_t *)page, index, n, word));
}

int access_write(struct worker *w, char *page, const uint16_t *index, unsigned int n,
		 const uint64_t *word)
{
	TIMED(w, guarded_write(w, (uint64_t *)page, index, n, word));
}

int access_fill(struct worker *w, char *page, uint32_t base, uint32_t gen)
{
	TIMED(w, guarded_fill(w, (uint64_t *)page, base, gen));
}
