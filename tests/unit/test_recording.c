// SPDX-License-Identifier: GPL-2.0
/* Recordings of runs in which rows were given up and indices of stacks were used again. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "record.h"
#include "replay.h"

enum { ID = 5 };

static const char *now_called;		/* what stack ID is at the moment */
static char path[] = "/tmp/test_recording.XXXXXX";
static struct record *record;
static struct model_context context;
static struct coverage coverage;
static struct names names;

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	static const struct place nowhere;

	(void)ctx;
	(void)tgid;
	(void)start;
	(void)end;
	return &nowhere;
}

static void cgroup(void *ctx, uint64_t id, char *name, size_t len)
{
	(void)ctx;
	(void)id;
	snprintf(name, len, "/");
}

static const char *frames(void *ctx, uint32_t tgid, int32_t id)
{
	(void)ctx;
	return tgid && id == ID ? now_called : NULL;
}

static int setup(void **state)
{
	const struct recording_options options = { .unit_ns = 1000 };
	int fd;

	(void)state;
	strcpy(strrchr(path, '.'), ".XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	context = (struct model_context){
		.names = &names, .unit_ns = 1000, .place = place, .cgroup = cgroup, .frames = frames,
	};
	record = record__open(path, &options, &coverage, &context);
	assert_non_null(record);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static struct stack_row row(const char *comm, int32_t id, uint64_t count)
{
	struct stack_row r = {
		.key = { .who = { .victim_tgid = 1, .kind = VT_BABY }, .user = id, .kernel = -1,
			 .blocker_user = -1, .blocker_kernel = -1 },
		.value = { .count = count, .ns = count * 1000 },
	};

	strcpy(r.key.comm, comm);
	return r;
}

/* Record what a report sees that finds these @n rows of stacks, sorted. */
static void report(uint64_t ns, struct stack_row *rows, size_t n)
{
	struct snapshot before = { 0 }, s = { .ns = ns, .stacks = rows, .n_stacks = n };
	struct model m;

	assert_int_equal(model__build(&m, &before, &s, &context), 0);
	model__free(&m);
	assert_int_equal(record__snapshot(record, &s), 0);
}

/* What a replay as folded stacks prints; to be freed with free(). */
static char *replayed(void)
{
	const struct env env = { .replay = path, .output = OUTPUT_FOLDED };
	int saved = dup(STDOUT_FILENO), err;
	FILE *out = tmpfile();
	char *text = calloc(1, 4096);

	assert_true(saved >= 0 && out && text);
	assert_int_equal(record__close(record, true), 0);
	fflush(stdout);
	assert_true(dup2(fileno(out), STDOUT_FILENO) >= 0);
	err = replay__run(&env);
	fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	assert_int_equal(err, 0);
	rewind(out);
	assert_true(fread(text, 1, 4095, out) < 4095);
	fclose(out);
	return text;
}

/* What is replayed of a report for each of @called, which the stack is called then; @forget: it is another stack. */
static char *called_in_turn(const char *const *called, int n, bool forget)
{
	for (int i = 0; i < n; i++) {
		struct stack_row r = row("a", ID, 1 + i);

		now_called = called[i];
		if (forget)
			record__forget_stacks(record);
		report(1000000 * (i + 1), &r, 1);
	}
	return replayed();
}

/* Each report has the stack that the index had in it, also the first again, and one that can't be read. */
static void an_index_used_again(void **state)
{
	static const char *const called[] = { "main;old", "main;new", "main;old", NULL };
	char *text = called_in_turn(called, 4, true);

	(void)state;
	assert_string_equal(text, "a;main;old;[baby wait];[blocker unknown] 1\n"
				  "a;main;new;[baby wait];[blocker unknown] 1\n"
				  "a;main;old;[baby wait];[blocker unknown] 1\n"
				  "a;[baby wait];[blocker unknown] 1\n");
	free(text);
}

/* A stack whose names were found later, and in the end not, is in each report as it was then. */
static void a_stack_with_other_names(void **state)
{
	static const char *const called[] = { "main;[unknown]", "main;later", "main;later", "main;[unknown]" };
	char *text = called_in_turn(called, 4, false);

	(void)state;
	assert_string_equal(text, "a;main;[unknown];[baby wait];[blocker unknown] 1\n"
				  "a;main;later;[baby wait];[blocker unknown] 1\n"
				  "a;main;later;[baby wait];[blocker unknown] 1\n"
				  "a;main;[unknown];[baby wait];[blocker unknown] 1\n");
	free(text);
}

/* What has been reported of a row isn't reported once more of the others that it was added to. */
static void rows_given_up(void **state)
{
	struct stack_row first[] = { row("a", -1, 7), row("b", -1, 1) };
	struct stack_row moved[] = { row("(others)", -1, 7), row("a", -1, 0), row("b", -1, 1) };
	struct stack_row second[] = { row("(others)", -1, 7), row("b", -1, 3) };
	struct snapshot before = { .ns = 1000000, .stacks = moved, .n_stacks = 3 };
	char *text;

	(void)state;
	report(1000000, first, 2);
	assert_int_equal(record__before(record, &before), 0);
	report(2000000, second, 2);
	report(3000000, second, 2);
	text = replayed();
	assert_string_equal(text, "a;[baby wait];[blocker unknown] 7\n"
				  "b;[baby wait];[blocker unknown] 1\n"
				  "b;[baby wait];[blocker unknown] 2\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_index_used_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stack_with_other_names, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_given_up, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
