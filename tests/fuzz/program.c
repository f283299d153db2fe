// SPDX-License-Identifier: GPL-2.0
/* Programs: at random, from text, as text. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char *const op_names[OP_CODES] = {
	[OP_MAP] = "map", [OP_UNMAP] = "unmap", [OP_PROTECT] = "protect", [OP_MOVE] = "move",
	[OP_LEAVE] = "leave", [OP_GROW] = "grow", [OP_SHRINK] = "shrink", [OP_FORGET] = "forget",
	[OP_ADVISE] = "advise", [OP_PUNCH] = "punch", [OP_WRITE] = "write", [OP_LOCK] = "lock",
	[OP_UNLOCK] = "unlock", [OP_FORK] = "fork",
};
/* how often of 100 */
static const int op_weights[OP_CODES] = {
	[OP_MAP] = 25, [OP_UNMAP] = 7, [OP_PROTECT] = 14, [OP_MOVE] = 6, [OP_LEAVE] = 2, [OP_GROW] = 2,
	[OP_SHRINK] = 2, [OP_FORGET] = 8, [OP_ADVISE] = 8, [OP_PUNCH] = 2, [OP_WRITE] = 17, [OP_LOCK] = 3,
	[OP_UNLOCK] = 3, [OP_FORK] = 1,
};
static const char *const kind_names[KINDS] = { "anon", "private", "shared" };
static const char *const prot_names[MODES] = { "none", "r", "rw" };
static const char *const advice_names[ADVICES] = {
	"cold", "pageout", "willneed", "hugepage", "nohugepage", "populate", "dontfork", "dofork",
};

static int below(unsigned int *seed, int n)
{
	return rand_r(seed) % n;
}

/* Mostly few pages, sometimes many, now and then all. */
static int some_pages(unsigned int *seed)
{
	switch (below(seed, 16)) {
	case 0:
		return PAGES;
	case 1: case 2: case 3:
		return 1 + below(seed, PAGES);
	default:
		return 1 + below(seed, 16);
	}
}

static void generate_op(struct op *op, unsigned int *seed)
{
	int at = below(seed, 100);

	memset(op, 0, sizeof(*op));
	op->thread = below(seed, THREADS);
	while (at >= op_weights[op->code])
		at -= op_weights[op->code++];
	op->count = some_pages(seed);
	op->first = below(seed, PAGES - op->count + 1);
	op->kind = below(seed, KINDS);
	op->prot = below(seed, 8) ? MODE_READ + (below(seed, 4) != 0) : MODE_NONE;
	op->advice = below(seed, ADVICES);
	op->target = below(seed, op->code == OP_GROW || op->code == OP_SHRINK ? 16 : PAGES - op->count + 1);
}

void program_generate(struct program *program, unsigned int seed, int ops)
{
	program->n = ops;
	program->ops = calloc(ops, sizeof(*program->ops));
	for (int i = 0; i < ops; i++) {
		generate_op(&program->ops[i], &seed);
		program->ops[i].line = i + 1;
	}
}

void op_print(const struct op *op, FILE *to)
{
	fprintf(to, "%d %s %d %d", op->thread, op_names[op->code], op->first, op->count);
	if (op->code == OP_MAP)
		fprintf(to, " %s", kind_names[op->kind]);
	if (op->code == OP_MAP || op->code == OP_PROTECT)
		fprintf(to, " %s", prot_names[op->prot]);
	if (op->code == OP_ADVISE)
		fprintf(to, " %s", advice_names[op->advice]);
	if (op->code == OP_MAP || (op->code >= OP_MOVE && op->code <= OP_SHRINK))
		fprintf(to, " %d", op->target);
	fputc('\n', to);
}

void program_print(const struct program *program, FILE *to)
{
	for (int i = 0; i < program->n; i++)
		op_print(&program->ops[i], to);
}

/* Index of the next word of *text among names, or -1. */
static int word(char **text, const char *const *names, int n)
{
	const char *next = strtok_r(NULL, " \t\n", text);

	for (int i = 0; next && i < n; i++)
		if (!strcmp(next, names[i]))
			return i;
	return -1;
}

/* The next word as a number up to max, or -1. */
static int numeral(char *first, char **text, int max)
{
	const char *next = strtok_r(first, " \t\n", text);
	char *end;
	long value;

	if (!next || *next < '0' || *next > '9')
		return -1;
	value = strtol(next, &end, 10);
	return *end || value > max ? -1 : value;
}

static bool read_op(struct op *op, char *line)
{
	char *text;
	int code, choice;

	memset(op, 0, sizeof(*op));
	op->thread = numeral(line, &text, THREADS - 1);
	code = word(&text, op_names, OP_CODES);
	op->first = numeral(NULL, &text, PAGES - 1);
	op->count = numeral(NULL, &text, PAGES);
	if (op->thread < 0 || code < 0 || op->first < 0 || op->count < 1 || op->first + op->count > PAGES)
		return false;
	op->code = code;
	if (op->code == OP_MAP) {
		choice = word(&text, kind_names, KINDS);
		if (choice < 0)
			return false;
		op->kind = choice;
	}
	if (op->code == OP_MAP || op->code == OP_PROTECT) {
		choice = word(&text, prot_names, MODES);
		if (choice < 0)
			return false;
		op->prot = choice;
	}
	if (op->code == OP_ADVISE) {
		choice = word(&text, advice_names, ADVICES);
		if (choice < 0)
			return false;
		op->advice = choice;
	}
	if (op->code == OP_MAP || (op->code >= OP_MOVE && op->code <= OP_SHRINK)) {
		op->target = numeral(NULL, &text, PAGES);
		if (op->target < 0 || (op->code <= OP_LEAVE && op->target + op->count > PAGES))
			return false;
	}
	return !strtok_r(NULL, " \t\n", &text);
}

bool program_read(struct program *program, const char *path)
{
	FILE *from = fopen(path, "r");
	char text[256];
	int line = 0;
	bool good = true;

	program->n = 0;
	program->ops = calloc(MAX_OPS, sizeof(*program->ops));
	if (!from) {
		fprintf(stderr, "fuzz: cannot read %s: %m\n", path);
		return false;
	}
	while (good && fgets(text, sizeof(text), from)) {
		line++;
		if (text[0] == '#' || text[0] == '\n')
			continue;
		good = program->n < MAX_OPS && read_op(&program->ops[program->n], text);
		program->ops[program->n++].line = line;
	}
	fclose(from);
	if (!good)
		fprintf(stderr, "fuzz: %s:%d: no operation: see tests/fuzz/fuzz.h\n", path, line);
	return good;
}
