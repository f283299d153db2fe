// SPDX-License-Identifier: GPL-2.0
#include "report.h"

#include <inttypes.h>

uint64_t report_violations(const struct report *r)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < VIOLATION_NR; i++)
		n += r->violations[i];
	return n;
}

uint64_t report_percentile(const struct latency *l, unsigned int permille)
{
	uint64_t all = 0, sum = 0;

	for (unsigned int i = 0; i < LATENCY_BUCKETS; i++)
		all += l->bucket[i];
	for (unsigned int i = 0; i < LATENCY_BUCKETS && all; i++) {
		sum += l->bucket[i];
		if (sum >= all - all / 1000 * (1000 - permille) - all % 1000 * (1000 - permille) / 1000) {
			uint64_t end = 2ull << i;

			return end < l->max_ns ? end : l->max_ns;
		}
	}
	return l->max_ns;
}

static const char *status(const struct report *r)
{
	return report_violations(r) ? "violation" : r->failed ? "error" : "ok";
}

static void json_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

void report_json(FILE *out, const struct report *r)
{
	const char *separator = "";

	fprintf(out, "{\"program\":\"vmalock-load\",\"version\":\"%s\",\"status\":\"%s\",\"complete\":%s,"
		"\"pid\":%ld,\"seed\":%" PRIu64 ",\"size\":%" PRIu64 ",\"giant_start\":%" PRIu64
		",\"giant_len\":%" PRIu64 ",\"name\":", LOAD_VERSION, status(r),
		r->complete ? "true" : "false", r->pid, r->opt->seed, r->opt->size, r->giant_start,
		r->giant_len);
	json_string(out, r->named ? r->opt->name : "");
	fprintf(out, ",\"faulters\":%u,\"mappers\":%u,\"modes\":[", r->faulters, r->mappers);
	for (unsigned int i = 0; i < MODE_NR; i++)
		if (r->opt->modes & 1u << i) {
			fprintf(out, "%s\"%s\"", separator, mode_name((enum mode_id)i));
			separator = ",";
		}
	fprintf(out, "],\"elapsed_ms\":%" PRIu64 ",\"counts\":{", r->elapsed_ms);
	separator = "";
#define X(name, text)								\
	fprintf(out, "%s\"" #name "\":%" PRIu64, separator, r->count.name);	\
	separator = ",";
	LOAD_COUNTERS(X)
#undef X
	fprintf(out, "},\"violations\":{\"total\":%" PRIu64, report_violations(r));
	for (unsigned int i = 0; i < VIOLATION_NR; i++)
		fprintf(out, ",\"%s\":%" PRIu64, violation_name(i), r->violations[i]);
	putc('}', out);
	if (r->opt->latency) {
		fprintf(out, ",\"latency_ns\":{\"p50\":%" PRIu64 ",\"p99\":%" PRIu64 ",\"p999\":%" PRIu64
			",\"max\":%" PRIu64 ",\"log2_buckets\":[", report_percentile(&r->latency, 500),
			report_percentile(&r->latency, 990), report_percentile(&r->latency, 999),
			r->latency.max_ns);
		for (unsigned int i = 0; i < LATENCY_BUCKETS; i++)
			fprintf(out, "%s%" PRIu64, i ? "," : "", r->latency.bucket[i]);
		fputs("]}", out);
	}
	fputs("}\n", out);
}

void report_text(FILE *out, const struct report *r)
{
	const char *separator = "";
	uint64_t violations = report_violations(r);

	fprintf(out, "vmalock-load: %" PRIu64 ".%" PRIu64 "G at %#" PRIx64 "%s%s%s, %u faulting and %u mapping "
		"threads, modes ", r->giant_len >> 30, (r->giant_len >> 20 & 1023) * 10 / 1024,
		r->giant_start, r->named ? " [anon:" : "", r->named ? r->opt->name : "",
		r->named ? "]" : "", r->faulters, r->mappers);
	for (unsigned int i = 0; i < MODE_NR; i++)
		if (r->opt->modes & 1u << i) {
			fprintf(out, "%s%s", separator, mode_name((enum mode_id)i));
			separator = ",";
		}
	fprintf(out, "\n%" PRIu64 ".%03" PRIu64 " s%s\n", r->elapsed_ms / 1000, r->elapsed_ms % 1000,
		r->complete ? "" : ", incomplete: a thread is stuck");
#define X(name, text)								\
	if (r->count.name)							\
		fprintf(out, "  %-24s %14" PRIu64 " %12.0f /s\n", #name, r->count.name,	\
			(double)r->count.name * 1000 / (double)(r->elapsed_ms ? r->elapsed_ms : 1));
	LOAD_COUNTERS(X)
#undef X
	if (r->opt->latency)
		fprintf(out, "  page access below, ns: 50%% %" PRIu64 ", 99%% %" PRIu64 ", 99.9%% %" PRIu64
			", all %" PRIu64 "\n", report_percentile(&r->latency, 500),
			report_percentile(&r->latency, 990), report_percentile(&r->latency, 999),
			r->latency.max_ns);
	fprintf(out, "violations: %" PRIu64 "\n", violations);
	for (unsigned int i = 0; i < VIOLATION_NR; i++)
		if (r->violations[i])
			fprintf(out, "  %-24s %14" PRIu64 "\n", violation_name(i), r->violations[i]);
}
