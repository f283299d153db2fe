/* SPDX-License-Identifier: GPL-2.0 */
/* The BPF programs: load, attach, read, detach. */
#ifndef VMALOCKTOP_COLLECTOR_H
#define VMALOCKTOP_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cost.h"
#include "coverage.h"
#include "env.h"
#include "names.h"
#include "snapshot.h"

struct collector;
struct vmalocktop;

/**
 * collector__open() - load the programs, nothing is traced yet
 * @env: the options that limit and scale what is collected
 *
 * Each metric is taken from the best hook that the kernel has for it.
 * Return: the collector; NULL after a message that says why not: privileges
 * are missing, or this kernel has nothing to attach to.
 */
struct collector *collector__open(const struct env *env);

/**
 * collector__of() - a collector of programs that were loaded without one
 * @skel: loaded; belongs to the collector from here on
 *
 * For tests, which run the programs one by one.
 * Return: the collector; NULL when memory is short.
 */
struct collector *collector__of(struct vmalocktop *skel);

/* collector__names() - names of the events' values on this kernel; live as long as @c */
const struct names *collector__names(const struct collector *c);

/* collector__coverage() - what is known on this kernel; lives as long as @c */
const struct coverage *collector__coverage(const struct collector *c);

/**
 * collector__start() - attach, then count from one instant on
 * Return: 0, -1 after a message.
 */
int collector__start(struct collector *c);

/* collector__leave() - one of several processes that are watched has ended: its PID may become another's */
void collector__leave(struct collector *c, pid_t pid);

/**
 * collector__read() - take a snapshot
 * @c: the collector
 * @s: gets it, sorted; to be freed with snapshot__free()
 *
 * While the programs run, counters that belong together may differ by what
 * happens during the reading; after collector__stop() all agree.
 * Return: 0, -1 after a message.
 */
int collector__read(struct collector *c, struct snapshot *s);

/* collector__read_counts() - likewise, but no rows: what is counted for the whole system */
int collector__read_counts(struct collector *c, struct snapshot *s);

/**
 * collector__read_offsets() - where faults have waited; needs env->listening
 * @c: the collector
 * @rows: gets them, in no order; to be freed with free()
 * @n: gets their number
 *
 * Return: 0, -1 after a message.
 */
int collector__read_offsets(struct collector *c, struct offset_row **rows, size_t *n);

/* Hashes that grow with what is watched. */
enum collector_map { MAP_VMAS, MAP_REST, MAP_GROUPS, MAP_BLOCKERS, MAP_STACKED, MAP_OFFSETS, COLLECTOR_MAPS };

/* collector__map_name() - as bpftool shows it */
const char *collector__map_name(enum collector_map map);

/* collector__room() - how many entries a map can have */
uint64_t collector__room(const struct collector *c, enum collector_map map);

/**
 * collector__retire_offset() - delete a row that collector__read_offsets() has given
 * @c: the collector
 * @key: its key
 *
 * What it has counted since it was read is gone with it.
 */
void collector__retire_offset(struct collector *c, const struct vt_offset_key *key);

/**
 * collector__take() - delete an entry and say what it had counted
 * @c: the collector
 * @map: where from
 * @key: as in the map's rows
 * @value: gets its value
 *
 * Return: 0; -1 if there is no such entry.
 */
int collector__take(struct collector *c, enum collector_map map, const void *key, void *value);

/**
 * collector__stack() - the addresses of a stack
 * @c: the collector
 * @id: as in struct vt_stack_key; negative: none
 * @frames: gets them, innermost first
 * @n: room in @frames
 *
 * Return: how many there are.
 */
int collector__stack(struct collector *c, int32_t id, uint64_t *frames, int n);

/**
 * collector__sweep_stacks() - make room for new stacks, see maps_sweep__stacks()
 * @c: the collector
 * @rows: gets the rows that are left; to be freed with free()
 * @n: gets their number
 *
 * Return: how many stacks were deleted; -1 if the kernel can't do that safely,
 * or memory is short: then the old ones stay.
 */
int collector__sweep_stacks(struct collector *c, struct stack_row **rows, size_t *n);

/* collector__n_stacks() - how many stacks have a place, of collector__stack_room() */
size_t collector__n_stacks(const struct collector *c);
uint64_t collector__stack_room(const struct collector *c);

/**
 * collector__each_vma() - tell the keys of all VMAs that have had waits
 * @c: the collector
 * @fn: called with each, a struct vt_vma_key
 * @ctx: passed to @fn
 *
 * Cheaper than a snapshot.
 */
void collector__each_vma(struct collector *c, void (*fn)(void *ctx, const void *key), void *ctx);

/* collector__each_stack() - likewise of all combinations of stacks */
void collector__each_stack(struct collector *c,
			   void (*fn)(void *ctx, const struct vt_stack_key *key), void *ctx);

/* collector__stop() - stop counting; when it returns, no program is still at work */
void collector__stop(struct collector *c);

/* collector__close() - detach and release everything */
void collector__close(struct collector *c);

/* collector__cost() - what watching has cost so far; run times need env->stats */
void collector__cost(struct collector *c, struct cost *cost);

#endif
