// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement of mappings: replace-shared, replace-private, replace-anon, carve and unmap.
 *
 * A mapper gives each new mapping of a slot the next generation. It writes the generation to the file that
 * has rested longest, publishes it as started, maps it, publishes it as committed; private and anonymous
 * pages are then written in place and published as stamped. What the readers may see is in check.c.
 */
#include "modes.h"

#include <sys/mman.h>
#include <unistd.h>

#include "access.h"
#include "pool.h"
#include "region.h"
#include "slot_access.h"
#include "stamp.h"

#define SAMPLES 6

/* Is this generation of this mode anonymous memory? */
static bool is_anon(enum mode_id mode, uint32_t gen)
{
	return mode == MODE_REPLACE_ANON || (mode == MODE_CARVE && gen & 1);
}

static int file_of(const struct slot *s, uint32_t gen)
{
	return s->fd[(s->mode == MODE_CARVE ? gen / 2 : gen) % POOL_FILES];
}

static bool map_range(struct worker *w, struct slot *s, uint32_t gen, int extra)
{
	bool anon = is_anon(s->mode, gen);
	int prot = PROT_READ, flags = extra;

	if (anon || s->mode == MODE_REPLACE_PRIVATE) {
		prot |= PROT_WRITE;
		flags |= MAP_PRIVATE | MAP_NORESERVE;
	} else {
		flags |= MAP_SHARED;
	}
	if (anon)
		flags |= MAP_ANONYMOUS;
	if (mmap(s->home[0], s->len, prot, flags, anon ? -1 : file_of(s, gen), 0) != s->home[0]) {
		load_error(w->ld, "mmap of slot %u (%s)", s->id, mode_name(s->mode));
		return false;
	}
	if ((extra & MAP_FIXED_NOREPLACE) == MAP_FIXED_NOREPLACE)
		w->count.mmap_gap++;
	else
		w->count.mmap_fixed_replacements++;
	return true;
}

/* Writes to the pages of a mapping that has just been made. */
static void stamp_pages(struct worker *w, struct slot *s, uint32_t gen)
{
	bool anon = is_anon(s->mode, gen);
	static const uint16_t first = 0;

	for (unsigned int i = 0; i < s->pages; i++) {
		char *page = slot_page(s, 0, i);
		uint32_t base = stamp_base(s->id, i);
		uint64_t word = stamp_word(base, 0, gen | STAMP_COPIED);
		int signo;

		if (anon)
			signo = access_fill(w, page, base, gen);
		else if (i & 1)
			signo = access_write(w, page, &first, 1, &word);
		else
			continue;
		if (signo)
			load_violation(w, access_fault_kind(signo), "mode=%s slot=%u page=%u addr=%p access=write "
				       "gen=%u", mode_name(s->mode), s->id, i, (void *)page, gen);
	}
}

/* Breaks the promise that the readers rely on, if a test asked for it. */
static void plant_before(struct worker *w, struct slot *s)
{
	if (s->mode != MODE_REPLACE_ANON && s->mode != MODE_CARVE && plant_now(w, VIOLATION_future)) {
		pool_write(w, s, file_of(s, s->gen), s->gen + 1, 0);
		plant_linger();
	}
}

static void plant_after(struct worker *w, struct slot *s)
{
	if (s->mode == MODE_CARVE)
		return;
	if (plant_now(w, VIOLATION_segv)) {
		w->count.munmaps++;
		munmap(s->home[0], s->len);
		plant_linger();
		map_range(w, s, s->gen, MAP_FIXED_NOREPLACE);
	}
	if (s->mode == MODE_REPLACE_ANON)
		return;
	if (plant_now(w, VIOLATION_generation_back) && s->gen > 1) {
		map_range(w, s, s->gen - 1, MAP_FIXED);
		plant_linger();
	}
	if (plant_now(w, VIOLATION_torn)) {
		pool_write(w, s, file_of(s, s->gen), s->gen - 1, w->ld->page_words / 2);
		plant_linger();
	}
	if (plant_now(w, VIOLATION_sigbus)) {
		if (ftruncate(file_of(s, s->gen), 0))
			load_error(w->ld, "ftruncate");
		plant_linger();
		if (ftruncate(file_of(s, s->gen), (off_t)s->len))
			load_error(w->ld, "ftruncate");
		pool_write(w, s, file_of(s, s->gen), s->gen, 0);
	}
}

/* Maps the next generation; @extra is MAP_FIXED over a mapping or MAP_FIXED_NOREPLACE into a hole. */
static bool map_generation(struct worker *w, struct slot *s, int extra)
{
	uint32_t gen = s->gen + 1;
	bool anon = is_anon(s->mode, gen);

	if (!anon && pool_write(w, s, file_of(s, gen), gen, 0))
		return false;
	atomic_store(&s->started, gen);
	if (!map_range(w, s, gen, extra | (load_random(w) & 7 ? 0 : MAP_POPULATE)))
		return false;
	atomic_store(&s->committed, gen);
	s->gen = gen;
	/* The name makes it mergeable with the rest of the giant VMA again. */
	if (anon && s->mode == MODE_CARVE && w->ld->named && region_name(w, s->home[0], s->len))
		w->count.refused++;
	if (anon || s->mode == MODE_REPLACE_PRIVATE) {
		/* Leave some generations unwritten, so that zero pages and clean pages are replaced too. */
		if (!(load_random(w) & 3))
			return true;
		stamp_pages(w, s, gen);
	}
	atomic_store(&s->stamped, gen);
	return true;
}

void replace_map(struct worker *w, struct slot *s)
{
	plant_before(w, s);
	if (map_generation(w, s, MAP_FIXED))
		plant_after(w, s);
}

void unmap_map(struct worker *w, struct slot *s)
{
	bool mapped = s->current_view;

	if (mapped)
		plant_before(w, s);
	slot_begin_change(s);
	if (mapped) {
		w->count.munmaps++;
		if (munmap(s->home[0], s->len)) {
			load_error(w->ld, "munmap of slot %u", s->id);
			return;
		}
		/* Sometimes leave the hole for a while. */
		if (load_random(w) & 1) {
			slot_end_change(s, 0);
			return;
		}
	}
	if (!map_generation(w, s, MAP_FIXED_NOREPLACE))
		return;
	slot_end_change(s, view_make(VIEW_R, VIEW_R, 0));
	plant_after(w, s);
}

int replace_setup(struct load *ld, enum mode_id id)
{
	if (region_slots(ld, id, true, false))
		return -1;
	for (unsigned int i = 0; i < ld->slots[id].nr; i++) {
		struct slot *s = ld->slots[id].slot + i;

		if (id != MODE_REPLACE_ANON && pool_open(ld, s))
			return -1;
		/* Over what was reserved. The counters of the setup are dropped. */
		if (!map_generation(&ld->setup, s, MAP_FIXED))
			return -1;
		s->mapped = true;
		s->current_view = view_make(VIEW_R, VIEW_R, 0);
		s->view = s->current_view;
	}
	return 0;
}

static void raise_to(_Atomic uint32_t *p, uint32_t v)
{
	uint32_t old = atomic_load(p);

	while (old < v && !atomic_compare_exchange_weak(p, &old, v))
		;
}

void replace_fault(struct worker *w, enum mode_id id)
{
	struct slot *s = ld_slot(w, id);
	unsigned int page = load_below(w, s->pages), words = w->ld->page_words;
	uint64_t random = load_random(w), word[SAMPLES];
	uint16_t index[SAMPLES] = {
		0, (uint16_t)(random >> 8) % (words / 2), (uint16_t)(words / 2 - 1),
		(uint16_t)(words / 2), (uint16_t)(words / 2 + (random >> 24) % (words / 2)),
		(uint16_t)(words - 1),
	};
	struct slot_access a;
	struct gen_window win;
	struct finding f;
	uint32_t newest;
	int signo;

	if (random & 1)
		for (unsigned int i = 0; i < SAMPLES / 2; i++) {
			uint16_t other = index[i];

			index[i] = index[SAMPLES - 1 - i];
			index[SAMPLES - 1 - i] = other;
		}
	win.seen = atomic_load(&s->seen);
	win.committed = atomic_load(&s->committed);
	win.stamped = atomic_load(&s->stamped);
	win.zero_ok = id == MODE_REPLACE_ANON || id == MODE_CARVE;
	win.copied = id == MODE_REPLACE_PRIVATE && page & 1;
	slot_sample(s, page, &a);
	/* A known hole costs a signal each time: look now and then only. */
	if (!a.view && random & 0xf0)
		return;
	signo = access_read(w, a.page, index, SAMPLES, word);
	if (!slot_judge(w, s, page, &a, VIEW_R, signo))
		return;
	win.started = atomic_load(&s->started);
	w->count.verified_pages++;
	if (!check_generation(&win, stamp_base(s->id, page), index, word, SAMPLES, &newest, &f))
		load_violation(w, f.kind, "mode=%s slot=%u page=%u addr=%p word=%u value=%#llx gen=%u want=%u "
			       "seen=%u committed=%u stamped=%u started=%u", mode_name(id), s->id, page,
			       (void *)a.page, f.index, (unsigned long long)f.word,
			       (uint32_t)f.word & STAMP_GEN_MASK, f.want, win.seen, win.committed,
			       win.stamped, win.started);
	else if (newest > win.seen)
		raise_to(&s->seen, newest);

	/* Let the pages of a file fault again; what it holds doesn't change by that. */
	if ((id == MODE_REPLACE_SHARED || id == MODE_UNMAP) && !(random >> 40 & 63)) {
		w->count.madvises++;
		madvise(s->home[0], s->len, MADV_DONTNEED);
	}
}
