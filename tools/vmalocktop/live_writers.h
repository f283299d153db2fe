/* SPDX-License-Identifier: GPL-2.0 */
/* The texts of the live view about who stalls faults. */
#ifndef VMALOCKTOP_LIVE_WRITERS_H
#define VMALOCKTOP_LIVE_WRITERS_H

#include <stdbool.h>
#include <stdio.h>

#include "model.h"

/* A thread in a system call. */
struct live_writer {
	uint32_t tgid, tid;
	int32_t syscall;
};

/* live_writers__blame() - behind which process faults lost most of their time, on one line */
void live_writers__blame(FILE *out, const struct model *m);

/**
 * live_writers__table() - the threads that stalled faults, with their system calls; most time first
 * @out: gets it; nothing if there are none
 * @m: the data
 * @tgid: whose faults; 0: everybody's
 * @start: of the region that the faults were in, if @tgid isn't 0
 * @max: threads; if there are more, their number follows
 *
 * A writer has a row for each kind of wait, and for each process that it stalled.
 */
void live_writers__table(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, size_t max);

/**
 * live_writers__row() - a row of the table of everybody's faults
 * @m: the data
 * @row: which, from 0 on
 * @max: as for the table
 * @writer: gets whose it is
 * @line: gets on which line of the table it is, from 0 on
 *
 * Return: whether there is such a row.
 */
bool live_writers__row(const struct model *m, int row, size_t max, struct live_writer *writer, int *line);

/* live_writers__find() - the first row of @writer in that table; -1: none */
int live_writers__find(const struct model *m, size_t max, const struct live_writer *writer);

/* live_writers__one() - whom a writer stalled, and where */
void live_writers__one(FILE *out, const struct model *m, const struct live_writer *writer);

#endif
