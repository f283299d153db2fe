/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reserved address space:
 *
 *   | giant VMA: fork pages, common windows, lower windows, carve slots, upper windows | cells |
 *
 * The giant VMA is anonymous, readable and writable; nothing of it is charged. Each cell holds one slot
 * with room for two homes and for its neighbours.
 */
#ifndef VMALOCK_LOAD_REGION_H
#define VMALOCK_LOAD_REGION_H

#include "load.h"

#define REGION_HEAD_SIZE (64ul << 20)	/* fork pages at the start of the giant VMA */

/**
 * region_reserve() - reserve opt.size bytes and make the giant VMA
 * @ld: the program; region, giant, cells and carve are filled in
 *
 * Return: 0, or -1 after a message on stderr.
 */
int region_reserve(struct load *ld);

/* region_name() - give a range of the giant VMA its name; counted on @w; returns 0 or -1 with errno set */
int region_name(struct worker *w, void *addr, size_t len);

/**
 * region_slots() - make the slots of a mode, opt.slots of them, not yet mapped
 * @ld: the program
 * @mode: the mode; ld->slots[mode] is filled in
 * @spread: every other slot has its pages spread over SPREAD_SIZE bytes
 * @always_gap: holes around the slots, whatever --slot-layout says
 *
 * The slots of MODE_CARVE are parts of the giant VMA, the others' homes are PROT_NONE or holes.
 * Return: 0, or -1 after a message on stderr.
 */
int region_slots(struct load *ld, enum mode_id mode, bool spread, bool always_gap);

/**
 * region_open_gaps() - unmap what lies around the slots that have holes around them
 * @ld: the program
 *
 * To be called when everything else is set up, threads included: a later mmap() that lets the kernel choose
 * the address may land in one of the holes.
 * Return: 0, or -1 after a message on stderr.
 */
int region_open_gaps(struct load *ld);

/**
 * region_window() - a part of the giant VMA that one faulting thread has for itself
 * @ld: the program
 * @id: the thread
 * @pos: which of its REGION_WINDOWS windows
 */
#define REGION_WINDOWS 64
char *region_window(const struct load *ld, unsigned int id, unsigned int pos);

/* region_common() - start of a window that all faulting threads share page by page; as many as windows */
#define REGION_COMMON_WINDOWS 16
char *region_common(const struct load *ld, unsigned int pos);

#endif
