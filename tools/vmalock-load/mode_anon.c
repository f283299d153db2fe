// SPDX-License-Identifier: GPL-2.0
/*
 * First touch of anonymous pages of the giant VMA. Each faulting thread walks through windows: touches each
 * page, writes and drops some at random, checks all, drops the window and goes to another one. Some windows
 * are its own, some it shares page by page with all the others, so that they meet in the page tables.
 */
#include "modes.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "access.h"
#include "check.h"
#include "region.h"
#include "stamp.h"

#define SPACE 0x40000000u	/* the tags of these pages differ from those of all slots */

enum phase { TOUCH, RANDOM, VERIFY };

static void next_window(struct worker *w)
{
	struct anon_walk *walk = &w->anon;
	unsigned int random = load_below(w, 1u << 16);

	if (random & 3) {
		walk->base = region_window(w->ld, w->id, random >> 2 & (REGION_WINDOWS - 1));
		walk->stride = w->ld->page_size;
	} else {
		walk->base = region_common(w->ld, random >> 2 & (REGION_COMMON_WINDOWS - 1)) +
			     w->id * w->ld->page_size;
		walk->stride = w->ld->nr_faulters * w->ld->page_size;
	}
	walk->phase = TOUCH;
	walk->pos = 0;
}

int anon_setup(struct load *ld, enum mode_id id)
{
	(void)id;
	for (unsigned int i = 0; i < ld->nr_faulters; i++) {
		struct anon_walk *walk = &ld->worker[i].anon;

		walk->pages = (unsigned int)(ld->opt.touch_window / ld->page_size);
		walk->space = SPACE + i;
		walk->round = calloc(walk->pages, sizeof(*walk->round));
		if (!walk->round)
			return load_error(ld, "no memory for the windows");
		next_window(ld->worker + i);
	}
	return 0;
}

static char *page_at(const struct anon_walk *walk, unsigned int page)
{
	return walk->base + page * walk->stride;
}

static void fault_violation(struct worker *w, unsigned int page, int signo, const char *what)
{
	load_violation(w, access_fault_kind(signo), "mode=anon page=%u addr=%p access=%s", page,
		       (void *)page_at(&w->anon, page), what);
}

static void verify(struct worker *w, unsigned int page)
{
	struct anon_walk *walk = &w->anon;
	uint32_t round = walk->round[page];
	uint16_t index[FIXED_WORDS];
	uint64_t word[FIXED_WORDS];
	struct finding f;
	int signo;

	fixed_index(w->ld, index);
	signo = access_read(w, page_at(walk, page), index, FIXED_WORDS, word);
	if (signo) {
		fault_violation(w, page, signo, "read");
		return;
	}
	w->count.verified_pages++;
	if (!check_owned(round, round, stamp_base(walk->space, page), index, word, FIXED_WORDS, &f))
		load_violation(w, f.kind, "mode=anon page=%u addr=%p word=%u value=%#llx round=%u want=%u", page,
			       (void *)page_at(walk, page), f.index, (unsigned long long)f.word,
			       (uint32_t)f.word, f.want);
}

static void write_page(struct worker *w, unsigned int page)
{
	struct anon_walk *walk = &w->anon;
	uint32_t round = (walk->last_round + 1) & STAMP_GEN_MASK;
	uint32_t base = stamp_base(walk->space, page);
	uint16_t index[FIXED_WORDS];
	uint64_t word[FIXED_WORDS];
	int signo;

	if (!round)
		round = 1;
	walk->last_round = round;
	fixed_index(w->ld, index);
	for (unsigned int i = 0; i < FIXED_WORDS; i++)
		word[i] = stamp_word(base, index[i], round);
	signo = access_write(w, page_at(walk, page), index, FIXED_WORDS, word);
	if (signo)
		fault_violation(w, page, signo, "write");
	else
		walk->round[page] = round;
	if (plant_now(w, VIOLATION_lost_write))
		madvise(page_at(walk, page), w->ld->page_size, MADV_DONTNEED);
}

static void drop(struct worker *w, unsigned int page, unsigned int n)
{
	struct anon_walk *walk = &w->anon;
	bool contiguous = walk->stride == w->ld->page_size;
	unsigned int calls = contiguous ? 1 : n;

	for (unsigned int i = 0; i < calls; i++) {
		w->count.madvises++;
		if (madvise(page_at(walk, page + i), (contiguous ? n : 1) * w->ld->page_size, MADV_DONTNEED))
			load_error(w->ld, "MADV_DONTNEED in the giant VMA");
	}
	for (unsigned int i = 0; i < n; i++)
		walk->round[page + i] = 0;
}

/* One of: write and read back, drop some pages, read. */
static void random_op(struct worker *w)
{
	struct anon_walk *walk = &w->anon;
	unsigned int page = load_below(w, walk->pages), random = load_below(w, 32);

	if (random >= 16) {
		verify(w, page);
		write_page(w, page);
	} else if (!random) {
		unsigned int n = 1 + load_below(w, 8);

		if (n > walk->pages - page)
			n = walk->pages - page;
		drop(w, page, n);
		if (plant_now(w, VIOLATION_not_zero)) {
			write_page(w, page);
			walk->round[page] = 0;
		}
		verify(w, page + load_below(w, n));
		return;
	}
	verify(w, page);
}

void anon_fault(struct worker *w, enum mode_id id)
{
	struct anon_walk *walk = &w->anon;

	(void)id;
	switch ((enum phase)walk->phase) {
	case TOUCH: {
		unsigned int random = load_below(w, 4);

		/* The zero page only, the zero page and then a write, or a write at once. */
		if (random & 1)
			verify(w, walk->pos);
		if (random != 1)
			write_page(w, walk->pos);
		if (++walk->pos < walk->pages)
			return;
		break;
	}
	case RANDOM:
		random_op(w);
		if (++walk->pos < walk->pages / 4)
			return;
		break;
	case VERIFY:
		verify(w, walk->pos);
		if (++walk->pos < walk->pages)
			return;
		drop(w, 0, walk->pages);
		next_window(w);
		return;
	}
	walk->phase++;
	walk->pos = 0;
}
