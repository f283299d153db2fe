/* SPDX-License-Identifier: GPL-2.0 */
/* Log2 histograms: slot k counts values in [2^k, 2^(k+1)), zero has its own. */
#ifndef VMALOCKTOP_HIST_H
#define VMALOCKTOP_HIST_H

#include <stdbool.h>
#include <stdint.h>

#include "vmalocktop.h"

/* hist__count() - number of values in @h */
uint64_t hist__count(const struct vt_hist *h);

/* hist__add() - add the values of @from to @to */
void hist__add(struct vt_hist *to, const struct vt_hist *from);

/* hist__add_diff() - the same for differences; exactness of the maxima is as hist__sub() says */
void hist__add_diff(struct vt_hist *to, bool *to_exact, const struct vt_hist *from, bool from_exact);

/**
 * hist__sub() - the values that came between two readings
 * @now: the later one
 * @before: the earlier one
 * @unit: how many units of sum and max make one of the slots
 * @exact: gets whether the maximum of the result is one
 *
 * The maximum is exact when it grew in between, or when sum and slots leave no
 * other choice: of a single value it is the sum.  Otherwise it is an upper
 * bound, the largest that the highest slot in use and the sum admit.
 */
struct vt_hist hist__sub(const struct vt_hist *now, const struct vt_hist *before, uint64_t unit,
			 bool *exact);

/* hist__low(), hist__high() - smallest and largest value that slot @k counts */
uint64_t hist__low(unsigned int k);
uint64_t hist__high(unsigned int k);

/* hist__first(), hist__last() - lowest and highest slot in use; -1 if none is */
int hist__first(const struct vt_hist *h);
int hist__last(const struct vt_hist *h);

#endif
