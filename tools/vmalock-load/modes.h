/* SPDX-License-Identifier: GPL-2.0 */
/* What the modes do; see struct mode for the three kinds of function, modes.c for who does what. */
#ifndef VMALOCK_LOAD_MODES_H
#define VMALOCK_LOAD_MODES_H

#include "load.h"

int replace_setup(struct load *ld, enum mode_id id);
void replace_fault(struct worker *w, enum mode_id id);
void replace_map(struct worker *w, struct slot *s);
void unmap_map(struct worker *w, struct slot *s);

int owned_setup(struct load *ld, enum mode_id id);
void owned_fault(struct worker *w, enum mode_id id);
void mprotect_map(struct worker *w, struct slot *s);
void mremap_map(struct worker *w, struct slot *s);
void misc_map(struct worker *w, struct slot *s);

int anon_setup(struct load *ld, enum mode_id id);
void anon_fault(struct worker *w, enum mode_id id);

int file_setup(struct load *ld, enum mode_id id);
void file_fault(struct worker *w, enum mode_id id);
int cold_setup(struct load *ld, enum mode_id id);
void cold_fault(struct worker *w, enum mode_id id);

int fork_setup(struct load *ld, enum mode_id id);
void fork_fault(struct worker *w, enum mode_id id);
void fork_map(struct worker *w, struct slot *s);

/* ld_slot() - a random slot of a mode that has slots */
static inline struct slot *ld_slot(struct worker *w, enum mode_id id)
{
	const struct slot_set *set = &w->ld->slots[id];

	return set->slot + load_below(w, set->nr);
}

/* Words of a page that are written and read where whole pages would cost too much. */
#define FIXED_WORDS 8
void fixed_index(const struct load *ld, uint16_t *index);

#endif
