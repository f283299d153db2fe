/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The format of recordings: a header, then a zstd stream of frames, each a
 * type and a length before its payload.  The stream is flushed after every
 * snapshot, so that a file that was cut is good up to there; a recording that
 * was closed properly ends with a frame of type FRAME_END.
 *
 * Numbers are in the byte order of the machine that recorded; the header has
 * the sizes of what is stored as it lies in memory.
 */
#ifndef VMALOCKTOP_RECORDING_H
#define VMALOCKTOP_RECORDING_H

#include <stdint.h>

#include "coverage.h"
#include "env.h"
#include "maps.h"
#include "names.h"
#include "places.h"
#include "snapshot.h"

#define RECORDING_MAGIC		"vmalock\n"
#define RECORDING_VERSION	7
#define RECORDING_MAX_FRAME	(1U << 30)

struct recording_header {
	char magic[8];
	uint32_t version;
	uint32_t counters, hists, vma, group, blocker, stack, open, place, names;
};

enum frame_type {
	FRAME_END,
	FRAME_OPTIONS,		/* struct recording_options */
	FRAME_COVERAGE,		/* METRICS times struct recording_grade */
	FRAME_NAMES,		/* struct names */
	FRAME_PLACE,		/* struct recording_place: before the first snapshot that needs it; so are the next two */
	FRAME_FRAMES,		/* struct recording_text and the frames of a stack, instead of what was said before */
	FRAME_CGROUP,		/* struct recording_text, of which id counts, and a path */
	FRAME_SNAPSHOT,		/* struct recording_snapshot and its rows */
	FRAME_BEFORE,		/* likewise: what the next snapshot is compared with, if it isn't the last one */
};

struct frame_head {
	uint32_t type, length;
};

/* The options of the run that a replay can't choose anew. */
struct recording_options {
	uint64_t begun_ns, unit_ns;
	uint32_t by, pid;
	char scope[SCOPE_LEN];	/* see env__scope() */
	char command[1024];	/* for people */
};

struct recording_grade {
	uint32_t grade;
	char source[124], why[128];	/* empty: none */
};

struct recording_place {
	uint64_t start, end;
	uint32_t tgid, zero;
	struct place place;
};

struct recording_text {
	uint64_t id;
	uint32_t tgid, zero;
};

struct recording_snapshot {
	uint64_t ns, seconds, nanoseconds, missed;
	uint64_t n_vmas, n_groups, n_blockers, n_stacks, n_open;
	struct vt_counters counters;
	struct vt_hist hists[VT_HISTS];
};

/* recording__header() - what this program writes, and can read */
static inline struct recording_header recording__header(void)
{
	return (struct recording_header){
		.magic = { 'v', 'm', 'a', 'l', 'o', 'c', 'k', '\n' }, .version = RECORDING_VERSION,
		.counters = sizeof(struct vt_counters), .hists = sizeof(struct vt_hist) * VT_HISTS,
		.vma = sizeof(struct vma_row), .group = sizeof(struct group_row),
		.blocker = sizeof(struct blocker_row), .stack = sizeof(struct stack_row),
		.open = sizeof(struct vt_open_wait), .place = sizeof(struct recording_place),
		.names = sizeof(struct names),
	};
}

#endif
