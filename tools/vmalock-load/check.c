// SPDX-License-Identifier: GPL-2.0
#include "check.h"

#include "stamp.h"

static bool found(struct finding *f, enum violation_kind kind, unsigned int index, uint64_t word,
		  uint32_t want)
{
	f->kind = kind;
	f->index = index;
	f->word = word;
	f->want = want;
	return false;
}

bool check_generation(const struct gen_window *win, uint32_t base, const uint16_t *index,
		      const uint64_t *word, unsigned int n, uint32_t *newest, struct finding *f)
{
	/* No replacement can have been under way at any time of the read: all words are of one generation. */
	bool stable = win->committed == win->started;
	uint32_t floor = win->seen > win->committed ? win->seen : win->committed;
	uint32_t first = 0;

	*newest = 0;
	f->kind = VIOLATION_NONE;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t gen;

		switch (stamp_decode(word[i], base, index[i], &gen)) {
		case STAMP_BAD:
			return found(f, VIOLATION_torn, index[i], word[i], floor);
		case STAMP_ZERO:
			if (!win->zero_ok)
				return found(f, VIOLATION_torn, index[i], word[i], floor);
			continue;
		case STAMP_VALID:
			break;
		}
		gen &= STAMP_GEN_MASK;
		if (stable && first && gen != first)
			return found(f, VIOLATION_torn, index[i], word[i], first);
		if (!first)
			first = gen;
		if (gen > *newest)
			*newest = gen;
	}

	for (unsigned int i = 0; i < n; i++) {
		uint32_t gen = 0;

		if (stamp_decode(word[i], base, index[i], &gen) != STAMP_VALID) {
			/* Fully written and nothing newer begun: there are no zeroes left. */
			if (win->stamped && win->stamped == win->started)
				return found(f, VIOLATION_lost_write, index[i], word[i], win->stamped);
			continue;
		}
		if ((gen & STAMP_GEN_MASK) > win->started)
			return found(f, VIOLATION_future, index[i], word[i], win->started);
		if ((gen & STAMP_GEN_MASK) < floor)
			return found(f, VIOLATION_generation_back, index[i], word[i], floor);
		floor = gen & STAMP_GEN_MASK;
		if (win->copied && !index[i] && floor == win->stamped && !(gen & STAMP_COPIED))
			return found(f, VIOLATION_lost_write, index[i], word[i], floor);
	}
	return true;
}

bool check_owned(uint32_t committed, uint32_t started, uint32_t base, const uint16_t *index,
		 const uint64_t *word, unsigned int n, struct finding *f)
{
	f->kind = VIOLATION_NONE;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t round = 0;

		if (stamp_decode(word[i], base, index[i], &round) == STAMP_BAD)
			return found(f, started ? VIOLATION_torn : VIOLATION_not_zero, index[i],
				     word[i], started);
		if (round < committed)
			return found(f, VIOLATION_lost_write, index[i], word[i], committed);
		if (round > started)
			return found(f, started ? VIOLATION_future : VIOLATION_not_zero, index[i],
				     word[i], started);
	}
	return true;
}

enum access_verdict access_judge(uint32_t before, uint32_t view, uint32_t after, bool upper,
				 uint32_t want, bool faulted)
{
	bool allowed = (upper ? view >> VIEW_HALF_SHIFT : view) & want;

	if (!access_stable(before, after))
		return faulted ? ACCESS_EXPECTED_FAULT : ACCESS_GOOD;
	if (faulted)
		return allowed ? ACCESS_BAD_FAULT : ACCESS_EXPECTED_FAULT;
	return allowed ? ACCESS_GOOD : ACCESS_BAD_SUCCESS;
}
