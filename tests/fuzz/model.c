// SPDX-License-Identifier: GPL-2.0
/* What the pages of one thread must show. */
#include <string.h>

#include "fuzz.h"

uint64_t model_value(const struct model *model, int page)
{
	const struct page *p = &model->pages[page];

	if (!p->mapped || p->prot == MODE_NONE)
		return UNREADABLE;
	if (p->kind == KIND_ANON)
		return p->value;
	return p->own ? p->value : model->file[p->offset];
}

static bool unmapped(const struct model *model, int first, int count)
{
	for (int page = first; page < first + count; page++)
		if (page >= PAGES || model->pages[page].mapped)
			return false;
	return true;
}

/* Could the pages be one VMA? */
static bool uniform(const struct model *model, int first, int count)
{
	const struct page *a = &model->pages[first];

	for (int i = 0; i < count; i++) {
		const struct page *b = &a[i];

		if (!b->mapped || b->kind != a->kind || b->prot != a->prot || b->dontfork != a->dontfork)
			return false;
		if (b->kind != KIND_ANON && b->offset != a->offset + i)
			return false;
	}
	return true;
}

/*
 * mlock() of a private mapping of a file copies its pages at times that would
 * have to be followed: left out.
 */
static bool lockable(const struct model *model, int first, int count)
{
	for (int page = first; page < first + count; page++)
		if (model->pages[page].mapped && model->pages[page].kind == KIND_PRIVATE)
			return false;
	return true;
}

bool model_allows(const struct model *model, const struct op *op)
{
	const struct page *p = &model->pages[op->first];

	switch (op->code) {
	case OP_MOVE:
	case OP_LEAVE:
		return uniform(model, op->first, op->count) &&
		       (op->target + op->count <= op->first || op->first + op->count <= op->target);
	case OP_GROW:
		if (op->target == 0 || !uniform(model, op->first, op->count))
			return false;
		if (p->kind != KIND_ANON && p->offset + op->count + op->target > FILE_PAGES)
			return false;
		return unmapped(model, op->first + op->count, op->target);
	case OP_SHRINK:
		return op->target > 0 && op->target < op->count && uniform(model, op->first, op->count);
	case OP_LOCK:
		return lockable(model, op->first, op->count);
	default:
		return true;
	}
}

void model_unmap(struct model *model, int first, int count)
{
	memset(&model->pages[first], 0, count * sizeof(model->pages[0]));
}

static void map(struct model *model, const struct op *op)
{
	model_unmap(model, op->first, op->count);
	for (int i = 0; i < op->count; i++) {
		struct page *p = &model->pages[op->first + i];

		p->mapped = true;
		p->kind = op->kind;
		p->prot = op->prot;
		p->offset = op->target + i;
	}
}

/* mprotect() stops at the first hole. */
static void protect(struct model *model, const struct op *op)
{
	for (int page = op->first; page < op->first + op->count && model->pages[page].mapped; page++)
		model->pages[page].prot = op->prot;
}

static void forget(struct page *p)
{
	p->own = false;
	p->value = 0;
}

static void move(struct model *model, const struct op *op)
{
	memcpy(&model->pages[op->target], &model->pages[op->first], op->count * sizeof(model->pages[0]));
	if (op->code == OP_MOVE)
		model_unmap(model, op->first, op->count);
	else
		for (int i = 0; i < op->count; i++)
			forget(&model->pages[op->first + i]);
}

static void grow(struct model *model, const struct op *op)
{
	const struct page *last = &model->pages[op->first + op->count - 1];

	for (int i = 1; i <= op->target; i++) {
		struct page *p = &model->pages[op->first + op->count - 1 + i];

		*p = *last;
		p->offset = last->offset + i;
		forget(p);
	}
}

static void advise(struct model *model, const struct op *op)
{
	for (int page = op->first; page < op->first + op->count; page++) {
		struct page *p = &model->pages[page];

		if (p->mapped && (op->advice == ADVICE_DONTFORK || op->advice == ADVICE_DOFORK))
			p->dontfork = op->advice == ADVICE_DONTFORK;
	}
}

void model_apply(struct model *model, const struct op *op)
{
	switch (op->code) {
	case OP_MAP:
		map(model, op);
		break;
	case OP_UNMAP:
		model_unmap(model, op->first, op->count);
		break;
	case OP_PROTECT:
		protect(model, op);
		break;
	case OP_MOVE:
	case OP_LEAVE:
		move(model, op);
		break;
	case OP_GROW:
		grow(model, op);
		break;
	case OP_SHRINK:
		model_unmap(model, op->first + op->target, op->count - op->target);
		break;
	case OP_FORGET:
		for (int i = 0; i < op->count; i++)
			forget(&model->pages[op->first + i]);
		break;
	case OP_PUNCH:
		memset(&model->file[op->first], 0, op->count * sizeof(model->file[0]));
		break;
	case OP_ADVISE:
		advise(model, op);
		break;
	default:
		break;
	}
}

void model_write(struct model *model, int page, uint64_t value)
{
	struct page *p = &model->pages[page];

	if (p->kind == KIND_SHARED) {
		model->file[p->offset] = value;
	} else {
		p->own = true;
		p->value = value;
	}
}
