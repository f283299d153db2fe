/* SPDX-License-Identifier: GPL-2.0 */
/* The command line. */
#ifndef VMALOCK_LOAD_OPTIONS_H
#define VMALOCK_LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "mode_list.h"
#include "violation_kinds.h"

#define LOAD_VERSION "1.0"

/* Where the neighbours of a slot are: protected guard ranges, holes, or both kinds in turn. */
enum slot_layout { LAYOUT_MIXED, LAYOUT_GUARD, LAYOUT_GAP };

struct options {
	uint64_t size;			/* bytes of the giant region */
	uint64_t touch_window;		/* bytes that each faulter works on at a time */
	uint64_t cold_size;		/* bytes of the file that is read cold */
	uint64_t seed;
	uint64_t ops;			/* per thread; 0: until the time is up */
	uint64_t duration_ms;
	uint64_t stall_limit_ms;
	unsigned int faulters;
	unsigned int mappers;
	unsigned int slots;		/* per mode; replaced by the default if 0 is left */
	unsigned int slot_pages;
	unsigned int modes;		/* bits 1 << MODE_... */
	enum slot_layout layout;
	enum violation_kind plant;	/* VIOLATION_NONE: be honest */
	const char *file_dir;		/* NULL: none */
	const char *name;		/* of the giant VMA; empty: none */
	bool shared_slots;
	bool disk_pools;
	bool thp;
	bool latency;
	bool json;
	bool wait_start;
	bool wait_end;
	bool stop_on_violation;
};

/**
 * options_parse() - fill in the options from the command line
 * @opt: gets the options
 * @argc: as given to main()
 * @argv: as given to main()
 *
 * Doesn't return on --help and --version (exit status 0) or wrong usage (one line on stderr, status 2).
 */
void options_parse(struct options *opt, int argc, char **argv);

#endif
