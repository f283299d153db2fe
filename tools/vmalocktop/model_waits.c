// SPDX-License-Identifier: GPL-2.0
#include "model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int stack_by_loss(const void *a, const void *b)
{
	const struct model_stack *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return stack_key_cmp(&x->key, &y->key);
}

/* What the writer did: the operation that drains, the system call that a fault waits for. */
static void name_writer(char name[NAME_LEN], uint32_t kind, int32_t op, const struct names *names)
{
	char number[NAME_LEN];

	if (kind == VT_DRAIN)
		strcpy(name, names->name[NAMES_OP][op & (NAMES_MAX - 1)]);
	else
		snprintf(name, NAME_LEN, "%s", syscall_name(op, number, sizeof(number)));
}

static int build_stacks(struct model *m, const struct snapshot *now, const struct snapshot *before,
			const struct model_context *ctx)
{
	size_t b = 0;

	if (!now->n_stacks || !ctx->frames)
		return 0;
	m->stacks = calloc(now->n_stacks, sizeof(*m->stacks));
	if (!m->stacks)
		return -1;
	for (size_t i = 0; i < now->n_stacks; i++) {
		const struct stack_row *row = &now->stacks[i];
		const struct vt_stack_key *k = &row->key;
		struct model_stack *s = &m->stacks[m->n_stacks];
		struct vt_blocker old = { 0 };

		while (b < before->n_stacks && stack_key_cmp(&before->stacks[b].key, k) < 0)
			b++;
		if (b < before->n_stacks && !stack_key_cmp(&before->stacks[b].key, k))
			old = before->stacks[b].value;
		if (row->value.count == old.count)
			continue;
		s->key = *k;
		model__clean_comm(s->key.comm);
		model__clean_comm(s->key.who.comm);
		name_writer(s->syscall, k->who.kind, k->who.syscall, ctx->names);
		s->user = ctx->frames(ctx->ctx, k->who.victim_tgid, k->user);
		s->kernel = ctx->frames(ctx->ctx, 0, k->kernel);
		s->blocker_user = ctx->frames(ctx->ctx, k->who.tgid, k->blocker_user);
		s->blocker_kernel = ctx->frames(ctx->ctx, 0, k->blocker_kernel);
		s->count = row->value.count - old.count;
		s->ns = row->value.ns - old.ns;
		m->n_stacks++;
	}
	qsort(m->stacks, m->n_stacks, sizeof(*m->stacks), stack_by_loss);
	return 0;
}

static int build_open(struct model *m, const struct snapshot *now, const struct model_context *ctx)
{
	if (!now->n_open)
		return 0;
	m->open = calloc(now->n_open, sizeof(*m->open));
	if (!m->open)
		return -1;
	for (size_t i = 0; i < now->n_open; i++) {
		struct model_open *o = &m->open[i];
		struct vt_open_wait *w = &o->wait;
		uint64_t start, end;

		*w = now->open[i];
		model__clean_comm(w->comm);
		model__clean_comm(w->blocker.comm);
		o->age_ns = now->ns > w->ns ? now->ns - w->ns : 0;
		if (w->kind == VT_DRAIN)
			name_writer(o->what, w->kind, w->op, ctx->names);
		else if (w->blocker.tid)
			name_writer(o->what, w->kind, w->blocker.syscall, ctx->names);
		/* Which VMA a fault in the queue is about only shows when it has mmap_lock. */
		start = w->end ? w->start : w->address;
		end = w->end ? w->end : w->address + 1;
		if (end > 1)
			o->place = *ctx->place(ctx->ctx, w->mm_tgid, start, end);
	}
	m->n_open = now->n_open;
	return 0;
}

int model_waits__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		       const struct model_context *ctx)
{
	return build_stacks(m, now, before, ctx) || build_open(m, now, ctx) ? -1 : 0;
}
