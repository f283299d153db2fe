/* SPDX-License-Identifier: GPL-2.0 */
/* Writing metrics as Prometheus text 0.0.4 or as OpenMetrics 1.0. */
#ifndef VMALOCKTOP_EXPOSITION_H
#define VMALOCKTOP_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "vmalocktop.h"

#define EXPOSITION_TEXT		"text/plain; version=0.0.4; charset=utf-8"
#define EXPOSITION_OPENMETRICS	"application/openmetrics-text; version=1.0.0; charset=utf-8"

enum family_type { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_HISTOGRAM };

struct exposition {
	FILE *out;
	bool openmetrics;
	const char *name;		/* of the family, without "_total" */
	enum family_type type;
};

struct label {
	const char *name, *value;	/* the value is any text */
};

/**
 * exposition__wants_openmetrics() - what a client would rather have
 * @accept: its Accept header; NULL: none
 *
 * Return: true if it takes OpenMetrics, and nothing that we have more gladly.
 */
bool exposition__wants_openmetrics(const char *accept);

/**
 * exposition__family() - begin with metrics of one name
 * @e: what to write to
 * @name: without "_total"
 * @type: of them all
 * @unit: which @name ends with; NULL: none
 * @help: text
 */
void exposition__family(struct exposition *e, const char *name, enum family_type type,
			const char *unit, const char *help);

/* exposition__u64() - a metric of the family; @labels end with one without a name, NULL: none */
void exposition__u64(struct exposition *e, const struct label *labels, uint64_t v);

/* exposition__seconds() - the same of a time in nanoseconds, which is not rounded */
void exposition__seconds(struct exposition *e, const struct label *labels, uint64_t ns);

/**
 * exposition__times() - a histogram of times
 * @e: what to write to, in a family of histograms
 * @labels: as above
 * @h: slots in units of @unit_ns, rounded down, and a sum in nanoseconds
 * @unit_ns: unit of the slots
 */
void exposition__times(struct exposition *e, const struct label *labels, const struct vt_hist *h,
		       uint64_t unit_ns);

/* exposition__numbers() - the same of numbers, up to 63 with a bucket of their own */
void exposition__numbers(struct exposition *e, const struct label *labels, const struct vt_hist *h);

/* exposition__end() - behind the last family */
void exposition__end(struct exposition *e);

#endif
