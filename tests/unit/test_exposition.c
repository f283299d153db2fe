// SPDX-License-Identifier: GPL-2.0
/* Metrics as text: what Prometheus reads. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"
#include "hist.h"

#define SECONDS(ns) ((ns) / 1000000000), ((ns) % 1000000000)

static char *text;
static size_t len;

static struct exposition begin(bool openmetrics)
{
	return (struct exposition){ .out = open_memstream(&text, &len), .openmetrics = openmetrics };
}

static const char *end(struct exposition *e)
{
	fclose(e->out);
	return text;
}

static int free_text(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	return 0;
}

/* Number in the bucket of @le seconds, as written; -1 if there is none such. */
static long in_bucket(const char *le)
{
	char what[64];
	const char *at;

	snprintf(what, sizeof(what), "_bucket{le=\"%s\"} ", le);
	at = strstr(text, what);
	return at ? atol(at + strlen(what)) : -1;
}

/* A histogram that has counted one time as the programs do. */
static struct vt_hist one_time(uint64_t ns)
{
	struct vt_hist h = { .sum = ns, .max = ns };
	uint64_t us = ns / 1000;

	if (us)
		h.slots[63 - __builtin_clzll(us)]++;
	else
		h.zero++;
	return h;
}

/* Each bucket has exactly the times that are at most its bound, also those next to it. */
static void bounds_are_inclusive_and_exact(void **state)
{
	uint64_t le = 999;

	(void)state;
	for (int k = 0; k < 28; k++, le = 2 * le + 1) {
		const uint64_t times[] = { le - 1, le, le + 1, le + 2 };

		for (int i = 0; i < 4; i++) {
			struct exposition e = begin(false);
			struct vt_hist h = one_time(times[i]);
			char bound[32];

			exposition__family(&e, "t_seconds", FAMILY_HISTOGRAM, "seconds", "T.");
			exposition__times(&e, NULL, &h, 1000);
			end(&e);
			snprintf(bound, sizeof(bound), "%llu.%09llu", SECONDS((unsigned long long)le));
			assert_int_equal(in_bucket(bound), times[i] <= le);
			assert_int_equal(in_bucket("+Inf"), 1);
			free_text(NULL);
		}
	}
}

static void a_histogram_of_times(void **state)
{
	struct vt_hist h = { .zero = 1, .slots[0] = 2, .slots[3] = 4, .slots[30] = 8, .sum = 12345678901 };
	struct exposition e = begin(false);

	(void)state;
	exposition__family(&e, "t_seconds", FAMILY_HISTOGRAM, "seconds", "T.");
	exposition__times(&e, (struct label[]){ { "op", "mmap" }, { NULL, NULL } }, &h, 1000);
	end(&e);
	assert_non_null(strstr(text, "# TYPE t_seconds histogram\n# HELP t_seconds T.\n"
				     "t_seconds_bucket{op=\"mmap\",le=\"0.000000999\"} 1\n"
				     "t_seconds_bucket{op=\"mmap\",le=\"0.000001999\"} 3\n"
				     "t_seconds_bucket{op=\"mmap\",le=\"0.000003999\"} 3\n"));
	assert_non_null(strstr(text, "le=\"0.000007999\"} 3\nt_seconds_bucket{op=\"mmap\",le=\"0.000015999\"} 7\n"));
	/* Beyond the last bucket, and yet counted. */
	assert_non_null(strstr(text, "le=\"134.217727999\"} 7\nt_seconds_bucket{op=\"mmap\",le=\"+Inf\"} 15\n"
				     "t_seconds_count{op=\"mmap\"} 15\nt_seconds_sum{op=\"mmap\"} 12.345678901\n"));
}

static void a_histogram_of_numbers(void **state)
{
	struct vt_hist h = { .slots[0] = 5, .slots[1] = 2, .slots[6] = 1, .sum = 75 };
	struct exposition e = begin(false);

	(void)state;
	exposition__family(&e, "walks", FAMILY_HISTOGRAM, NULL, "W.");
	exposition__numbers(&e, NULL, &h);
	end(&e);
	assert_non_null(strstr(text, "walks_bucket{le=\"1.0\"} 5\nwalks_bucket{le=\"3.0\"} 7\n"));
	assert_non_null(strstr(text, "walks_bucket{le=\"63.0\"} 7\nwalks_bucket{le=\"+Inf\"} 8\n"
				     "walks_count 8\nwalks_sum 75\n"));
}

static void names_and_units(void **state)
{
	struct exposition e = begin(false);

	(void)state;
	exposition__family(&e, "c_seconds", FAMILY_COUNTER, "seconds", "C.");
	exposition__seconds(&e, NULL, 1000000001);
	exposition__end(&e);
	assert_string_equal(end(&e), "# TYPE c_seconds_total counter\n# HELP c_seconds_total C.\n"
				     "c_seconds_total 1.000000001\n");
	free_text(NULL);
	e = begin(true);
	exposition__family(&e, "c_seconds", FAMILY_COUNTER, "seconds", "C.");
	exposition__seconds(&e, NULL, 1000000001);
	exposition__family(&e, "g", FAMILY_GAUGE, NULL, "G.");
	exposition__u64(&e, NULL, UINT64_MAX);
	exposition__end(&e);
	assert_string_equal(end(&e), "# TYPE c_seconds counter\n# UNIT c_seconds seconds\n# HELP c_seconds C.\n"
				     "c_seconds_total 1.000000001\n"
				     "# TYPE g gauge\n# HELP g G.\ng 18446744073709551615\n# EOF\n");
}

static void values_of_labels_are_escaped(void **state)
{
	struct exposition e = begin(false);

	(void)state;
	exposition__family(&e, "g", FAMILY_GAUGE, NULL, "G.");
	exposition__u64(&e, (struct label[]){ { "a", "\"} 1\nevil{x=\"" }, { "b", "c:\\" }, { NULL, NULL } }, 7);
	end(&e);
	assert_non_null(strstr(text, "\ng{a=\"\\\"} 1\\nevil{x=\\\"\",b=\"c:\\\\\"} 7\n"));
}

static void clients_choose(void **state)
{
	(void)state;
	assert_false(exposition__wants_openmetrics(NULL));
	assert_false(exposition__wants_openmetrics("*/*"));
	assert_false(exposition__wants_openmetrics("text/plain;version=0.0.4"));
	assert_true(exposition__wants_openmetrics("application/openmetrics-text"));
	/* as Prometheus 2.42 asks, and 2.49 */
	assert_true(exposition__wants_openmetrics("application/openmetrics-text;version=1.0.0,application/"
						  "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;"
						  "q=0.5,*/*;q=0.1"));
	assert_false(exposition__wants_openmetrics("text/plain;version=0.0.4,application/openmetrics-text;q=0.5"));
	assert_false(exposition__wants_openmetrics("application/openmetrics-text;q=0"));
	assert_false(exposition__wants_openmetrics("application/openmetrics-text;q=0,text/plain"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(bounds_are_inclusive_and_exact, free_text),
		cmocka_unit_test_teardown(a_histogram_of_times, free_text),
		cmocka_unit_test_teardown(a_histogram_of_numbers, free_text),
		cmocka_unit_test_teardown(names_and_units, free_text),
		cmocka_unit_test_teardown(values_of_labels_are_escaped, free_text),
		cmocka_unit_test(clients_choose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
