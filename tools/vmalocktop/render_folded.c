// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>
#include <string.h>

/* A frame of our own: without what divides frames, and lines from their weight. */
static void frame(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(*s == ';' ? ':' : *s, out);
}

static void frames(FILE *out, const char *s)
{
	if (s)
		fprintf(out, ";%s", s);
}

/*
 * The waiter's stack down to its wait, then what it waited for, then the
 * writer's stack down to where it let go.
 */
static void line(FILE *out, const struct model_stack *s)
{
	const struct vt_blocker_key *who = &s->key.who;
	uint64_t us = (s->ns + 500) / 1000;

	frame(out, s->key.comm);
	frames(out, s->user);
	frames(out, s->kernel);
	fprintf(out, ";[%s wait]", model__kind_name(who->kind));
	if (who->kind == VT_DRAIN) {
		fprintf(out, ";[in %s]", s->syscall);
	} else if (!who->tid && !strcmp(who->comm, "(others)")) {
		fprintf(out, ";[others]");
	} else if (!who->tid) {
		fprintf(out, ";[blocker unknown]");
	} else {
		fputc(';', out);
		frame(out, who->comm);
		fprintf(out, " (tid %" PRIu32 ");[%s]", who->tid, s->syscall);
		frames(out, s->blocker_user);
		frames(out, s->blocker_kernel);
	}
	fprintf(out, " %" PRIu64 "\n", us ? us : 1);
}

void render__folded(FILE *out, const struct model *m)
{
	for (size_t i = 0; i < m->n_stacks; i++)
		line(out, &m->stacks[i]);
}
