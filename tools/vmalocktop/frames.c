// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "frames.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "symbols.h"

#define MAX_FRAMES 127

struct known {
	pid_t pid;
	int32_t id;
	char *text;
	bool lacks;			/* a function has no name */
	uint64_t edition;		/* of the symbols that it was resolved with */
};

/* What a stack was before more names were known. */
struct old {
	struct old *next;
	char *text;
};

struct frames {
	frames__read_fn read;
	void *ctx;
	struct symbols *symbols;
	void *known;			/* a tree of tsearch() */
	struct old *old;
};

static int by_key(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

struct frames *frames__new(frames__read_fn read, void *ctx)
{
	struct frames *f = calloc(1, sizeof(*f));

	if (f && !(f->symbols = symbols__new("/proc"))) {
		free(f);
		return NULL;
	}
	if (f) {
		f->read = read;
		f->ctx = ctx;
	}
	return f;
}

static void free_known(void *v)
{
	struct known *k = v;

	free(k->text);
	free(k);
}

static void free_old(struct frames *f)
{
	while (f->old) {
		struct old *old = f->old;

		f->old = old->next;
		free(old->text);
		free(old);
	}
}

void frames__free(struct frames *f)
{
	if (!f)
		return;
	free_old(f);
	tdestroy(f->known, free_known);
	symbols__free(f->symbols);
	free(f);
}

/* Whether a function of the kernel is there only because we trace. */
static bool is_ours(const char *name)
{
	static const char *const prefixes[] = {
		"bpf_prog_", "bpf_trace_run", "__bpf_trace_", "__traceiter_", "bpf_get_stack",
		"bpf_trampoline_", "__bpf_prog_", "__mmap_lock_do_trace_",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* Index of the innermost frame that isn't our own work. */
static int innermost(struct frames *f, pid_t pid, const uint64_t *addresses, int n)
{
	char name[SYMBOL_LEN];
	int i = 0;

	while (!pid && i < n - 1 && is_ours(symbols__name(f->symbols, pid, addresses[i] - 1, name)))
		i++;
	return i;
}

static char *resolve(struct frames *f, pid_t pid, int32_t id, bool *lacks)
{
	uint64_t addresses[MAX_FRAMES];
	int n = f->read(f->ctx, id, addresses, MAX_FRAMES);
	char *text = n > 0 ? malloc(n * SYMBOL_LEN) : NULL, *to = text;
	int last = innermost(f, pid, addresses, n);

	*lacks = false;
	for (int i = n - 1; text && i >= last; i--) {
		char name[SYMBOL_LEN];

		/* All but the innermost are return addresses, maybe beyond the end of the caller. */
		symbols__name(f->symbols, pid, i || !pid ? addresses[i] - 1 : addresses[i], name);
		*lacks |= !strcmp(name, SYMBOL_UNKNOWN);
		for (char *c = name; *c; c++)
			if (*c == ';')
				*c = ':';
		to = stpcpy(to, name);
		if (i > last)
			*to++ = ';';
	}
	return text;
}

/* Resolve again what lacks names, if there are more by now; what it was lives on, for somebody may still have it. */
static void complete(struct frames *f, struct known *k)
{
	struct old *old;
	bool lacks;
	char *text;

	if (!symbols__more(f->symbols, k->pid, k->edition))
		return;
	text = resolve(f, k->pid, k->id, &lacks);
	old = text && strcmp(text, k->text) ? malloc(sizeof(*old)) : NULL;
	k->edition = symbols__edition(f->symbols);
	if (!old) {
		free(text);
		return;
	}
	*old = (struct old){ f->old, k->text };
	f->old = old;
	k->text = text;
	k->lacks = lacks;
}

const char *frames__get(struct frames *f, pid_t pid, int32_t id)
{
	struct known key = { .pid = pid, .id = id }, *new, **node = tfind(&key, &f->known, by_key);

	if (id < 0)
		return NULL;
	if (node) {
		if ((*node)->lacks)
			complete(f, *node);
		return (*node)->text;
	}
	new = malloc(sizeof(*new));
	if (!new)
		return NULL;
	*new = key;
	new->text = resolve(f, pid, id, &new->lacks);
	new->edition = symbols__edition(f->symbols);
	node = tsearch(new, &f->known, by_key);
	if (!node) {
		free_known(new);
		return NULL;
	}
	return new->text;
}

/* Move what is known of a stack to the tree @kept. */
static void keep(struct frames *f, void **kept, pid_t pid, int32_t id)
{
	struct known key = { .pid = pid, .id = id }, **node = tfind(&key, &f->known, by_key), *k;

	if (!node)
		return;
	k = *node;
	tdelete(k, &f->known, by_key);
	if (!tsearch(k, kept, by_key))
		free_known(k);
}

void frames__retain(struct frames *f, const struct stack_row *rows, size_t n)
{
	pid_t *pids = calloc(2 * n + 1, sizeof(*pids));
	void *kept = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct vt_stack_key *k = &rows[i].key;

		keep(f, &kept, k->who.victim_tgid, k->user);
		keep(f, &kept, 0, k->kernel);
		keep(f, &kept, k->who.tgid, k->blocker_user);
		keep(f, &kept, 0, k->blocker_kernel);
		if (pids) {
			pids[2 * i] = k->who.victim_tgid;
			pids[2 * i + 1] = k->who.tgid;
		}
	}
	tdestroy(f->known, free_known);
	f->known = kept;
	free_old(f);
	/* Nothing wrong comes of knowing more processes. */
	if (pids)
		symbols__retain(f->symbols, pids, 2 * n);
	free(pids);
}
