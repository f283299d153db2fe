// SPDX-License-Identifier: GPL-2.0
/* vmalock-load's report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report.h"

static struct options opt = {
	.size = 64ull << 30, .seed = 5, .modes = 1u << MODE_ANON | 1u << MODE_CARVE, .name = "a \"b\\c\"\n\x80",
};

static struct report sample(void)
{
	return (struct report) {
		.opt = &opt, .faulters = 4, .mappers = 2, .pid = 77, .giant_start = 0x200000,
		.giant_len = 63ull << 30, .named = true, .complete = true, .elapsed_ms = 1500,
		.count = { .fault_ops = 10, .mmap_fixed_replacements = 3 },
	};
}

static char *render(void (*how)(FILE *, const struct report *), const struct report *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	how(f, r);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

static void json(void **state)
{
	struct report r = sample();
	char *text;

	(void)state;
	text = render(report_json, &r);
	contains(text, "{\"program\":\"vmalock-load\",\"version\":\"");
	contains(text, "\"status\":\"ok\",\"complete\":true,\"pid\":77,\"seed\":5,\"size\":68719476736,");
	contains(text, "\"name\":\"a \\\"b\\\\c\\\"\\u000a\\u0080\",");
	contains(text, "\"modes\":[\"anon\",\"carve\"],\"elapsed_ms\":1500,\"counts\":{\"fault_ops\":10,");
	contains(text, "\"mmap_fixed_replacements\":3,");
	contains(text, "\"violations\":{\"total\":0,\"generation_back\":0,");
	assert_null(strstr(text, "latency"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}

static void json_bad(void **state)
{
	struct report r = sample();
	char *text;

	(void)state;
	r.violations[VIOLATION_torn] = 2;
	r.violations[VIOLATION_stall] = 1;
	r.failed = true;
	r.complete = false;
	r.named = false;
	opt.latency = true;
	text = render(report_json, &r);
	opt.latency = false;
	assert_int_equal(report_violations(&r), 3);
	contains(text, "\"status\":\"violation\",\"complete\":false");
	contains(text, "\"name\":\"\"");
	contains(text, "\"violations\":{\"total\":3,");
	contains(text, "\"torn\":2,");
	contains(text, "\"stall\":1}");
	contains(text, "\"latency_ns\":{\"p50\":0,");
	free(text);

	memset(r.violations, 0, sizeof(r.violations));
	text = render(report_json, &r);
	contains(text, "\"status\":\"error\"");
	free(text);
}

static void text(void **state)
{
	struct report r = sample();
	char *out;

	(void)state;
	opt.name = "giant";
	out = render(report_text, &r);
	contains(out, "63.0G at 0x200000 [anon:giant], 4 faulting and 2 mapping threads, modes anon,carve\n");
	contains(out, "1.500 s\n");
	contains(out, "mmap_fixed_replacements               3            2 /s\n");
	contains(out, "violations: 0\n");
	assert_null(strstr(out, "munmaps"));
	free(out);
}

static void percentiles(void **state)
{
	struct latency l = { .max_ns = 5000 };

	(void)state;
	assert_int_equal(report_percentile(&(struct latency) { 0 }, 500), 0);
	l.bucket[5] = 990;	/* below 64 */
	l.bucket[8] = 9;	/* below 512 */
	l.bucket[12] = 1;	/* up to the maximum */
	assert_int_equal(report_percentile(&l, 500), 64);
	assert_int_equal(report_percentile(&l, 990), 64);
	assert_int_equal(report_percentile(&l, 999), 512);
	assert_int_equal(report_percentile(&l, 1000), 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json),
		cmocka_unit_test(json_bad),
		cmocka_unit_test(text),
		cmocka_unit_test(percentiles),
	};

	return cmocka_run_group_tests_name("load_report", tests, NULL, NULL);
}
