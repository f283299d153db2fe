/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mappings of a process as /proc/PID/maps lists them, and the regions
 * that people think of: the giant mapping that replacements have since cut
 * into pieces is still one region.
 */
#ifndef VMALOCKTOP_MAPS_H
#define VMALOCKTOP_MAPS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAP_NAME_LEN 96

/* A range of addresses [start, end) and its name; "[anon]" if it has none. */
struct range {
	uint64_t start;
	uint64_t end;
	char name[MAP_NAME_LEN];
};

/* Sorted by start, without overlaps. */
struct ranges {
	struct range *v;
	size_t n, room;
};

/**
 * maps__parse() - read mappings
 * @file: text as in /proc/PID/maps
 * @maps: gets them; empty before
 *
 * A name longer than there is room for loses its beginning.
 * Return: 0, -1 when a line isn't understood, reading fails or memory is short.
 */
int maps__parse(FILE *file, struct ranges *maps);

/**
 * maps__regions() - join pieces into regions
 * @maps: mappings, sorted
 * @regions: gets them, sorted; empty before
 *
 * Adjacent pieces of one name are a region.  So are pieces of one name with
 * others in between, if nothing in between is unmapped and the pieces are at
 * least half of the whole; except for unnamed ones, which may be anything.
 * Return: 0, -1 when memory is short.
 */
int maps__regions(const struct ranges *maps, struct ranges *regions);

/**
 * maps__remember() - keep regions over time
 * @kept: the regions known so far; sorted, changed
 * @maps: the newest mappings
 *
 * A region that is known stays as large as it was seen while at least half of
 * it is mapped, whatever becomes of its pieces.  New and larger ones are added.
 * Return: 0, -1 when memory is short (@kept is as before).
 */
int maps__remember(struct ranges *kept, const struct ranges *maps);

/* maps__find() - the range that [start, end) has most of itself in; NULL if there is none */
const struct range *maps__find(const struct ranges *ranges, uint64_t start, uint64_t end);

/* ranges__free() - release what @r points to; it is empty then */
void ranges__free(struct ranges *r);

#endif
