/* SPDX-License-Identifier: GPL-2.0 */
/* Ways to show a report.  They know nothing but the model. */
#ifndef VMALOCKTOP_RENDER_H
#define VMALOCKTOP_RENDER_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "model.h"

struct json;

/**
 * render__text() - tables: the funnel, the waits, VMAs and blockers by lost time
 * @out: where to
 * @m: the report
 * @when: its time of day; NULL: not shown
 */
void render__text(FILE *out, const struct model *m, const struct timespec *when);

/* render__hist() - histograms of everything that has one; arguments as above */
void render__hist(FILE *out, const struct model *m, const struct timespec *when);

/**
 * render__json() - one object on one line, as JSON_SCHEMA.md says
 * @out: where to
 * @m: the report
 * @when: its time of day
 *
 * Return: 0, -1 when memory is short (nothing was written).
 */
int render__json(FILE *out, const struct model *m, const struct timespec *when);

/* render__json_into() - the same as members of @o, which json__new() has made; see json__text() */
void render__json_into(struct json *o, const struct model *m, const struct timespec *when);

/**
 * render__csv() - a line per row of the ranking and kind, and line of names before if @header
 * @out: where to
 * @m: the report
 * @when: its time of day
 */
void render__csv(FILE *out, const struct model *m, const struct timespec *when, bool header);

/* render__folded() - stacks of both sides and microseconds, a line each, for flame graphs */
void render__folded(FILE *out, const struct model *m);

#endif
