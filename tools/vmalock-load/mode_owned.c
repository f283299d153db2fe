// SPDX-License-Identifier: GPL-2.0
/*
 * Slots whose data must survive what is done to the mapping: mprotect, mremap, misc.
 *
 * Each page belongs to one faulting thread, which writes round after round into it; the others read along.
 * A round is published as started before its first word is written, as committed after its last.
 */
#include "modes.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "pool.h"
#include "region.h"
#include "slot_access.h"
#include "stamp.h"

/* Younger than the headers that this may be built with. */
#ifndef MADV_COLD
#define MADV_COLD		20
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#define MADV_POPULATE_WRITE	23
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

#define STACK_PAGES 16

int owned_setup(struct load *ld, enum mode_id id)
{
	if (region_slots(ld, id, id == MODE_MREMAP, id != MODE_MPROTECT))
		return -1;
	for (unsigned int i = 0; i < ld->slots[id].nr; i++) {
		struct slot *s = ld->slots[id].slot + i;
		int flags = MAP_FIXED | MAP_NORESERVE;
		int fd = -1;

		/* Shared and anonymous in turn, small and spread ones alike. */
		s->anon = !(i / 2 & 1);
		s->owned = calloc(s->pages, sizeof(*s->owned));
		if (!s->owned)
			return load_error(ld, "no memory for the slots");
		if (!s->anon) {
			fd = pool_file(ld, s->len, false);
			if (fd < 0)
				return -1;
		}
		flags |= s->anon ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
		if (mmap(s->home[0], s->len, PROT_READ | PROT_WRITE, flags, fd, 0) != s->home[0])
			return load_error(ld, "mmap of slot %u (%s)", s->id, mode_name(id));
		if (fd >= 0)
			close(fd);
		s->mapped = true;
		s->current_view = view_make(VIEW_R | VIEW_W, VIEW_R | VIEW_W, 0);
		s->view = s->current_view;
	}
	return 0;
}

static void write_round(struct worker *w, struct slot *s, unsigned int page)
{
	struct owned_page *own = s->owned + page;
	uint32_t round = own->pending ? own->pending : atomic_load(&own->committed) + 1;
	uint32_t base = stamp_base(s->id, page);
	uint16_t index[FIXED_WORDS];
	uint64_t word[FIXED_WORDS];
	struct slot_access a;

	if (round == STAMP_GEN_MASK)
		return;
	if (own->pending)
		w->count.retries++;
	fixed_index(w->ld, index);
	for (unsigned int i = 0; i < FIXED_WORDS; i++)
		word[i] = stamp_word(base, index[i], round);
	atomic_store(&own->started, round);
	own->pending = round;
	slot_sample(s, page, &a);
	if (!slot_judge(w, s, page, &a, VIEW_W, access_write(w, a.page, index, FIXED_WORDS, word)))
		return;
	/* While the slot moves, a part may have been written where it was. */
	if (s->mode == MODE_MREMAP && !a.stable)
		return;
	own->pending = 0;
	atomic_store(&own->committed, round);
}

void owned_fault(struct worker *w, enum mode_id id)
{
	struct slot *s = ld_slot(w, id);
	unsigned int page = load_below(w, s->pages), faulters = w->ld->nr_faulters;
	uint64_t random = load_random(w), word[FIXED_WORDS];
	uint16_t index[FIXED_WORDS];
	struct owned_page *own;
	struct slot_access a;
	struct finding f;
	uint32_t committed, started;
	bool mine;
	int signo;

	/* Half of the accesses to pages of its own. */
	if (random & 1 && w->id < s->pages)
		page = w->id + faulters * (unsigned int)((random >> 8) % ((s->pages - w->id - 1) / faulters + 1));
	mine = page % faulters == w->id;
	own = s->owned + page;

	fixed_index(w->ld, index);
	committed = atomic_load(&own->committed);
	slot_sample(s, page, &a);
	/* Now and then look at the home where it is not: nothing may be there. */
	if (id == MODE_MREMAP && !(random & 0x3f0)) {
		unsigned int other = !(a.view & VIEW_HOME);

		a.page = slot_page(s, other, page);
		a.view = view_make(0, 0, other);
		slot_judge(w, s, page, &a, VIEW_R, access_read(w, a.page, index, 1, word));
		return;
	}
	signo = access_read(w, a.page, index, FIXED_WORDS, word);
	if (slot_judge(w, s, page, &a, VIEW_R, signo) && (id != MODE_MREMAP || a.stable)) {
		started = atomic_load(&own->started);
		w->count.verified_pages++;
		if (!check_owned(committed, started, stamp_base(s->id, page), index, word, FIXED_WORDS, &f))
			load_violation(w, f.kind, "mode=%s slot=%u page=%u addr=%p word=%u value=%#llx "
				       "round=%u want=%u committed=%u started=%u", mode_name(id), s->id, page,
				       (void *)a.page, f.index, (unsigned long long)f.word,
				       (uint32_t)f.word, f.want, committed, started);
	}
	if (mine)
		write_round(w, s, page);
	/* Let shared pages fault again; what they hold doesn't change by that. */
	if (!s->anon && !(random >> 40 & 31)) {
		w->count.madvises++;
		madvise(slot_page(s, !!(a.view & VIEW_HOME), 0), s->len, MADV_DONTNEED);
	}
}

void mprotect_map(struct worker *w, struct slot *s)
{
	static const unsigned char view_of[8] = {
		VIEW_R, VIEW_R, VIEW_R, VIEW_R | VIEW_W, VIEW_R | VIEW_W, VIEW_R | VIEW_W, VIEW_R | VIEW_W, 0,
	};
	unsigned int random = load_below(w, 64);
	uint32_t want = view_of[random & 7], lower, upper;
	bool planted = plant_now(w, VIOLATION_prot);
	size_t half = s->pages / 2 * s->stride, from = 0, len = s->len;
	int prot = (want & VIEW_R ? PROT_READ : 0) | (want & VIEW_W ? PROT_WRITE : 0);

	lower = s->current_view & (VIEW_R | VIEW_W);
	upper = s->current_view >> VIEW_HALF_SHIFT & (VIEW_R | VIEW_W);
	/* Whole slots, and halves, which split and merge. */
	if (!(random & 32)) {
		lower = want;
		upper = want;
	} else if (random & 16) {
		from = half;
		len -= half;
		upper = want;
	} else {
		len = half;
		lower = want;
	}
	slot_begin_change(s);
	if (planted) {
		lower = 0;
		upper = 0;
	} else {
		w->count.mprotects++;
		if (mprotect(s->home[0] + from, len, prot)) {
			load_error(w->ld, "mprotect of slot %u", s->id);
			return;
		}
	}
	slot_end_change(s, view_make(lower, upper, 0));
	if (planted)
		plant_linger();
}

void mremap_map(struct worker *w, struct slot *s)
{
	unsigned int home = !!(s->current_view & VIEW_HOME), other = !home;
	bool leave = s->anon && !load_below(w, 8);
	void *p;

	slot_begin_change(s);
	w->count.mremaps++;
	p = mremap(s->home[home], s->len, s->len,
		   MREMAP_MAYMOVE | MREMAP_FIXED | (leave ? MREMAP_DONTUNMAP : 0), s->home[other]);
	if (p != s->home[other]) {
		load_error(w->ld, "mremap of slot %u", s->id);
		return;
	}
	if (leave) {
		w->count.munmaps++;
		if (munmap(s->home[home], s->len)) {
			load_error(w->ld, "munmap of slot %u", s->id);
			return;
		}
	}
	slot_end_change(s, view_make(VIEW_R | VIEW_W, VIEW_R | VIEW_W, other));
}

/* Lets a mapping that grows down grow by a page, and makes a new one when it is big enough. */
static void grow_stack(struct worker *w, struct slot *s)
{
	static const uint16_t index = 0;
	size_t size = w->ld->page_size;
	char *top = s->home[1] + SPREAD_SIZE, *page;
	uint64_t word;
	int signo;

	if (s->step == STACK_PAGES) {
		w->count.munmaps++;
		munmap(top - STACK_PAGES * size, STACK_PAGES * size);
		s->step = 0;
	}
	page = top - ++s->step * size;
	if (s->step == 1) {
		w->count.mmap_gap++;
		if (mmap(page, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN |
			 MAP_FIXED_NOREPLACE, -1, 0) != page) {
			load_error(w->ld, "mmap of a stack");
			return;
		}
	}
	signo = access_read(w, page, &index, 1, &word);
	if (signo) {
		load_violation(w, access_fault_kind(signo), "mode=misc slot=%u stack addr=%p", s->id,
			       (void *)page);
		s->step--;
		if (!s->step)
			munmap(page, size);
		return;
	}
	if (word)
		load_violation(w, VIOLATION_not_zero, "mode=misc slot=%u stack addr=%p value=%#llx", s->id,
			       (void *)page, (unsigned long long)word);
	word = s->id + 1;
	access_write(w, page, &index, 1, &word);
}

/* The program itself doesn't move its break while the threads run. */
static void move_break(struct worker *w)
{
	static _Atomic bool moving;
	long end;

	if (atomic_exchange(&moving, true))
		return;
	end = syscall(SYS_brk, 0);
	w->count.brks += 3;
	if (syscall(SYS_brk, end + (long)w->ld->page_size) == end)
		w->count.refused++;
	syscall(SYS_brk, end);
	atomic_store(&moving, false);
}

void misc_map(struct worker *w, struct slot *s)
{
	static const int advice[] = {
		MADV_NOHUGEPAGE, MADV_HUGEPAGE, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_COLD,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_SEQUENTIAL, MADV_NORMAL, MADV_WILLNEED,
		MADV_DONTDUMP, MADV_DODUMP,
	};
	unsigned int random = load_below(w, 64), op = load_below(w, 16);
	size_t half = s->pages / 2 * s->stride, len = s->len;
	char *start = s->home[0];
	int ret = 0;

	if (random & 1) {
		len = half;
		if (random & 2)
			start += half;
	}
	switch (op) {
	case 0:
		grow_stack(w, s);
		break;
	case 1:
		move_break(w);
		break;
	case 2:
		w->count.mlocks++;
		ret = random & 4 ? mlock(start, len) : (int)syscall(SYS_mlock2, start, len, 1 /* ONFAULT */);
		break;
	case 3:
		w->count.mlocks++;
		ret = munlock(start, len);
		break;
	default:
		w->count.madvises++;
		ret = madvise(start, len, advice[op - 4]);
		break;
	}
	if (ret)
		w->count.refused++;
}
