// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of /proc/PID/stat, the number of words behind the name's ")" up to each. */
#define BORN	20
#define CODE	24
#define STACK	26

/* The number that is the word @n of @text, 0 if there is none. */
static uint64_t word(const char *text, int n)
{
	uint64_t v;

	for (int i = 0; text && i < n; i++)
		text = strchr(text + 1, ' ');
	return text && sscanf(text, "%" SCNu64, &v) == 1 ? v : 0;
}

int program__read(const char *proc, pid_t pid, struct program *p)
{
	char *path, line[1024], *at;
	FILE *f = NULL;
	size_t n;

	*p = (struct program){ 0 };
	if (asprintf(&path, "%s/%d/stat", proc, pid) >= 0) {
		f = fopen(path, "re");
		free(path);
	}
	if (!f)
		return -1;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	/* The name is in parentheses and may have some, too. */
	at = strrchr(line, ')');
	p->born = word(at, BORN);
	p->code = word(at, CODE);
	p->stack = word(at, STACK);
	/* What the kernel says instead to who may not know. */
	if (p->code == 1)
		p->code = 0;
	return p->born ? 0 : -1;
}

bool program__same(const struct program *a, const struct program *b)
{
	if (a->born && b->born && a->born != b->born)
		return false;
	return !a->code || !b->code || (a->code == b->code && a->stack == b->stack);
}
