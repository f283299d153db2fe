/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User space's side of the rows that programs keep in mapped arrays, see struct vt_slot_queue and what is before it in
 * bpf/vmalocktop.h.  One thread at a time.
 */
#ifndef VMALOCKTOP_SLOTS_H
#define VMALOCKTOP_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmalocktop.h"

struct slots;
struct vmalocktop;

/* slots__set_room() - how many rows of a kind there can be; before @skel is loaded */
void slots__set_room(struct vmalocktop *skel, enum vt_slots kind, uint32_t room);

/**
 * slots__open() - map what the programs write
 * @skel: loaded, and lives longer
 * @kind: which rows
 *
 * Return: NULL with errno set if that isn't possible.
 */
struct slots *slots__open(const struct vmalocktop *skel, enum vt_slots kind);
void slots__close(struct slots *s);

/**
 * slots__read() - all rows, each the key and right behind it the value, in the order of keys
 * @s: which
 * @more: for how many further rows there shall be room
 * @rows: gets them, to be freed with free(); NULL if there are none and @more is 0
 * @n: gets their number
 *
 * Of a row that is being written each number is one that it had, but not all of them at the same time.
 * Return: 0, -1 with errno set.
 */
int slots__read(struct slots *s, size_t more, void **rows, size_t *n);

/* slots__each() - tell the keys of all rows; @fn may not add or take any */
void slots__each(struct slots *s, void (*fn)(void *ctx, const void *key), void *ctx);

/**
 * slots__take() - delete a row and say what it had counted
 * @s: where from
 * @key: its key
 * @value: gets its value
 *
 * A program that has just looked it up may still add to it, which is lost then.
 * Return: 0; -1 if there is no such row.
 */
int slots__take(struct slots *s, const void *key, void *value);

/* slots__taken() - whether there are rows that were taken, whose place isn't free yet */
bool slots__taken(const struct slots *s);

/* slots__give_back() - make the places of rows that were taken free; every program that ran then has ended */
void slots__give_back(struct slots *s);

#endif
