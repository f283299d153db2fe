/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ranges that events tell about are called.  Looked up while the
 * process lives, kept for the report.  Reading /proc/PID/maps takes that
 * process' mmap_lock for reading, so it is read only when there is a range
 * that has no name yet, at most once a second, and more seldom if it takes long.
 */
#ifndef VMALOCKTOP_PLACES_H
#define VMALOCKTOP_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "maps.h"

/* Where a region that isn't known starts and ends, if places__explain() was called. */
enum {
	REGION_UNMAPPED,		/* nothing is mapped there any more */
	REGION_UNREAD,			/* the mappings have not been read since */
	REGION_OTHERS,			/* of a process alone: all ranges that aren't kept apart */
	REGION_FORBIDDEN,		/* the mappings may not be read */
	REGION_HANGS,			/* reading them took too long */
	REGION_REASONS,
};

/* Where a VMA lies. */
struct place {
	char name[MAP_NAME_LEN];	/* of the mapping; empty: unknown */
	struct range region;		/* that it is a part of; start == end: unknown */
	char comm[16];			/* of the process; empty: unknown */
};

struct places;

/* places__new() - a cache that reads below @proc ("/proc"), NULL: nothing; NULL when memory is short */
struct places *places__new(const char *proc);
void places__free(struct places *p);

/* places__explain() - have regions that aren't known say why; else they all start and end at 0 */
void places__explain(struct places *p);

/*
 * places__snapshot() - what is asked for from here on is from a snapshot that was taken before: where a reading
 * from now on finds nothing, nothing is mapped any more, however soon the next one may be
 */
void places__snapshot(struct places *p);

/* places__catch_up() - read a process' mappings if they may be read again */
void places__catch_up(struct places *p, uint32_t tgid);

/**
 * places__refresh() - read a process' mappings now
 * @p: the cache
 * @tgid: the process
 *
 * What was known of a process that is gone stays.
 * Return: 0, -1 when nothing could be read.
 */
int places__refresh(struct places *p, uint32_t tgid);

/**
 * places__get() - where the VMA [start, end) of a process lies
 * @p: the cache
 * @tgid: the process
 * @start: of the VMA; 0 with @end 0 asks for the process alone
 * @end: of the VMA
 *
 * Decided at the first call for these arguments, later calls say the same; but
 * the region grows with what it is a part of, and a single address, [start, start + 1), and what has no name yet, is looked up
 * each time, and the result only lives until the next such call.
 * Reads the mappings if they may be read again.
 * Return: never NULL.
 */
const struct place *places__get(struct places *p, uint32_t tgid, uint64_t start, uint64_t end);

/**
 * places__retain() - forget what isn't needed any more
 * @p: the cache
 * @keep: whether a VMA, or with @start and @end 0 a process, is needed
 * @ctx: passed to @keep
 */
void places__retain(struct places *p,
		    bool (*keep)(void *ctx, uint32_t tgid, uint64_t start, uint64_t end), void *ctx);

#endif
