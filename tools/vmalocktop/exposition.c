// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "exposition.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"

#define NS_PER_S	UINT64_C(1000000000)
#define TIME_SLOTS	27	/* with a bucket of their own: up to 134 s in microseconds */
#define NUMBER_SLOTS	6
#define LE_LEN		32

/* Quality of @type in an Accept header, in thousandths; 0: not taken. */
static int quality(const char *accept, const char *type)
{
	const char *at = strcasestr(accept, type), *q, *end;

	if (!at)
		return 0;
	end = at + strcspn(at, ",");
	q = strstr(at, ";q=");
	return !q || q > end ? 1000 : (int)(strtod(q + 3, NULL) * 1000);
}

bool exposition__wants_openmetrics(const char *accept)
{
	int open, text;

	if (!accept)
		return false;
	open = quality(accept, "application/openmetrics-text");
	text = quality(accept, "text/plain");
	return open && open >= text;
}

void exposition__family(struct exposition *e, const char *name, enum family_type type,
			const char *unit, const char *help)
{
	static const char *const types[] = {
		[FAMILY_COUNTER] = "counter", [FAMILY_GAUGE] = "gauge", [FAMILY_HISTOGRAM] = "histogram",
	};
	const char *suffix = type == FAMILY_COUNTER && !e->openmetrics ? "_total" : "";

	e->name = name;
	e->type = type;
	fprintf(e->out, "# TYPE %s%s %s\n", name, suffix, types[type]);
	if (e->openmetrics && unit)
		fprintf(e->out, "# UNIT %s %s\n", name, unit);
	fprintf(e->out, "# HELP %s%s %s\n", name, suffix, help);
}

static void escaped(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '\\' || *value == '"')
			putc('\\', out);
		putc(*value, out);
	}
}

/* Name and labels, of which @le is one unless NULL. */
static void series(struct exposition *e, const char *suffix, const struct label *labels, const char *le)
{
	const char *before = "{";

	fprintf(e->out, "%s%s", e->name, suffix);
	for (; labels && labels->name; labels++) {
		fprintf(e->out, "%s%s=\"", before, labels->name);
		escaped(e->out, labels->value);
		putc('"', e->out);
		before = ",";
	}
	if (le) {
		fprintf(e->out, "%sle=\"%s\"", before, le);
		before = ",";
	}
	fputs(*before == ',' ? "} " : " ", e->out);
}

static const char *suffix(const struct exposition *e)
{
	return e->type == FAMILY_COUNTER ? "_total" : "";
}

void exposition__u64(struct exposition *e, const struct label *labels, uint64_t v)
{
	series(e, suffix(e), labels, NULL);
	fprintf(e->out, "%" PRIu64 "\n", v);
}

static void seconds(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%09" PRIu64 "\n", ns / NS_PER_S, ns % NS_PER_S);
}

void exposition__seconds(struct exposition *e, const struct label *labels, uint64_t ns)
{
	series(e, suffix(e), labels, NULL);
	seconds(e->out, ns);
}

/* The largest time that is less than @n units, in seconds. */
static void time_le(char le[LE_LEN], uint64_t n, uint64_t unit_ns)
{
	uint64_t ns = n * unit_ns - 1;

	snprintf(le, LE_LEN, "%" PRIu64 ".%09" PRIu64, ns / NS_PER_S, ns % NS_PER_S);
}

static void bucket(struct exposition *e, const struct label *labels, const char *le, uint64_t n)
{
	series(e, "_bucket", labels, le);
	fprintf(e->out, "%" PRIu64 "\n", n);
}

/* Ends a histogram, whose number of values is that of its last bucket. */
static void finish(struct exposition *e, const struct label *labels, const struct vt_hist *h)
{
	bucket(e, labels, "+Inf", hist__count(h));
	series(e, "_count", labels, NULL);
	fprintf(e->out, "%" PRIu64 "\n", hist__count(h));
	series(e, "_sum", labels, NULL);
}

void exposition__times(struct exposition *e, const struct label *labels, const struct vt_hist *h,
		       uint64_t unit_ns)
{
	uint64_t n = h->zero;
	char le[LE_LEN];

	time_le(le, 1, unit_ns);
	bucket(e, labels, le, n);
	for (unsigned int k = 0; k < TIME_SLOTS; k++) {
		n += h->slots[k];
		time_le(le, hist__high(k) + 1, unit_ns);
		bucket(e, labels, le, n);
	}
	finish(e, labels, h);
	seconds(e->out, h->sum);
}

void exposition__numbers(struct exposition *e, const struct label *labels, const struct vt_hist *h)
{
	uint64_t n = h->zero;
	char le[LE_LEN];

	for (unsigned int k = 0; k < NUMBER_SLOTS; k++) {
		n += h->slots[k];
		snprintf(le, sizeof(le), "%" PRIu64 ".0", hist__high(k));
		bucket(e, labels, le, n);
	}
	finish(e, labels, h);
	fprintf(e->out, "%" PRIu64 "\n", (uint64_t)h->sum);
}

void exposition__end(struct exposition *e)
{
	if (e->openmetrics)
		fputs("# EOF\n", e->out);
}
