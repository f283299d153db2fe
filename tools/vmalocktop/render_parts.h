/* SPDX-License-Identifier: GPL-2.0 */
/* What both text renderers print. */
#ifndef VMALOCKTOP_RENDER_PARTS_H
#define VMALOCKTOP_RENDER_PARTS_H

#include <stdio.h>
#include <time.h>

#include "model.h"

#define RANGE_LEN 192
#define LOST_LEN 160
#define MAX_REGIONS 10

/* render__head() - what the report is about, on one line */
void render__head(FILE *out, const struct model *m, const struct timespec *when);

/* render__verdict() - whether VMA locks cost faults time, and who is to blame, on one line */
void render__verdict(FILE *out, const struct model *m);

/* render__funnel() - what became of faults, step by step */
void render__funnel(FILE *out, const struct model *m);

/* render__region_hists() - the histograms of a region */
void render__region_hists(FILE *out, const struct model *m, const struct model_region *r);

/* render__tail() - what is missing from the report, and what watching costs if that was asked for */
void render__tail(FILE *out, const struct model *m);

/* render__lost() - what one of m->lost or m->lost_now means, and what can be done, on one line; returns @buf */
const char *render__lost(const struct named_count *c, char buf[LOST_LEN]);

/* render__range() - "NAME 64.0G 0x...-0x..."; returns @buf */
const char *render__range(const struct range *r, char buf[RANGE_LEN]);

/* render__vma() - the range of a VMA and its mapping's name; returns @buf */
const char *render__vma(const struct model_vma *v, char buf[RANGE_LEN]);

/* render__unit() - "usecs" or "msecs" */
const char *render__unit(const struct model *m);

#endif
