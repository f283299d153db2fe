// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "replay.h"

#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "reporter.h"
#include "text.h"
#include "unframe.h"

/* A name out of the recording. */
struct known {
	enum frame_type type;
	uint32_t tgid;
	uint64_t id, end;
	struct place place;
	char *text;
};

struct replay {
	struct unframe *in;
	struct recording_options options;
	struct recording_grade grades[METRICS];
	struct coverage coverage;
	struct names names;
	void *known;			/* a tree of tsearch() */
	struct known **next;		/* names that the next snapshot may need, the last one none of */
	size_t n_next;
	struct snapshot before;		/* what it is compared with, if it isn't the last one */
	bool has_before;
	struct reporter reporter;
	struct snapshot pending;	/* read, not printed: it may be the last */
	bool has_pending;
	uint64_t reports;
};

static int by_key(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

static const struct known *find(struct replay *r, struct known key)
{
	struct known **node = tfind(&key, &r->known, by_key);

	return node ? *node : NULL;
}

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	static const struct place nowhere;
	const struct known *k = find(ctx, (struct known){ .type = FRAME_PLACE, .tgid = tgid, .id = start,
							  .end = end });

	return k ? &k->place : &nowhere;
}

static void cgroup(void *ctx, uint64_t id, char *name, size_t len)
{
	const struct known *k = find(ctx, (struct known){ .type = FRAME_CGROUP, .id = id });

	snprintf(name, len, "%s", k ? k->text : "?");
}

static const char *frames(void *ctx, uint32_t tgid, int32_t id)
{
	const struct known *k = find(ctx, (struct known){ .type = FRAME_FRAMES, .tgid = tgid, .id = id });

	return k && k->text[0] ? k->text : NULL;
}

static void free_known(void *v)
{
	struct known *k = v;

	free(k->text);
	free(k);
}

/* Keep a name for the next snapshot; returns 0, -1 when memory is short. */
static int keep(struct replay *r, const struct known *name)
{
	struct known *k = malloc(sizeof(*k)), **more;

	more = k ? realloc(r->next, (r->n_next + 1) * sizeof(*more)) : NULL;
	if (!more) {
		free(k);
		free(name->text);
		return -1;
	}
	*k = *name;
	r->next = more;
	r->next[r->n_next++] = k;
	return 0;
}

/* The snapshot before is printed: names become what the next one calls so. */
static int use_names(struct replay *r)
{
	int err = 0;

	for (size_t i = 0; i < r->n_next; i++) {
		struct known **node = tsearch(r->next[i], &r->known, by_key);

		if (!node) {
			free_known(r->next[i]);
			err = -1;
		} else if (*node != r->next[i]) {
			free_known(*node);
			*node = r->next[i];
		}
	}
	r->n_next = 0;
	return err;
}

/* A text out of the file: ended, and without what could command a terminal. */
static void sane(char *s, size_t room)
{
	s[room - 1] = '\0';
	text__clean(s);
}

static int keep_place(struct replay *r, const struct recording_place *in)
{
	struct known k = { .type = FRAME_PLACE, .tgid = in->tgid, .id = in->start, .end = in->end,
			   .place = in->place };

	sane(k.place.name, sizeof(k.place.name));
	sane(k.place.comm, sizeof(k.place.comm));
	sane(k.place.region.name, sizeof(k.place.region.name));
	return keep(r, &k);
}

static int keep_text(struct replay *r, enum frame_type type, const char *payload)
{
	struct recording_text head;
	struct known k = { .type = type };

	memcpy(&head, payload, sizeof(head));
	k.tgid = head.tgid;
	k.id = type == FRAME_FRAMES ? (uint64_t)(int32_t)head.id : head.id;
	k.text = strdup(payload + sizeof(head));
	if (!k.text)
		return -1;
	text__clean(k.text);
	return keep(r, &k);
}

static int keep_options(struct replay *r, const struct recording_options *in)
{
	r->options = *in;
	sane(r->options.command, sizeof(r->options.command));
	sane(r->options.scope, sizeof(r->options.scope));
	strcpy(r->reporter.scope, r->options.scope);
	if (in->by > VT_BY_OP || (in->unit_ns != 1000 && in->unit_ns != 1000000))
		return -1;
	r->reporter.context.by = in->by;
	r->reporter.context.unit_ns = in->unit_ns;
	r->reporter.before.ns = in->begun_ns;
	banner("Replaying \"%s\".", r->options.command);
	return 0;
}

static int keep_coverage(struct replay *r, const struct recording_grade *in)
{
	memcpy(r->grades, in, sizeof(r->grades));
	for (int m = 0; m < METRICS; m++) {
		struct recording_grade *g = &r->grades[m];

		sane(g->source, sizeof(g->source));
		sane(g->why, sizeof(g->why));
		if (g->grade > EXACT)
			return -1;
		r->coverage.v[m].grade = g->grade;
		r->coverage.v[m].source = g->source[0] ? g->source : NULL;
		r->coverage.v[m].why = g->why[0] ? g->why : NULL;
	}
	return 0;
}

static void keep_names(struct replay *r, const struct names *in)
{
	r->names = *in;
	for (int of = 0; of < NAMES_OF; of++)
		for (int v = 0; v < NAMES_MAX; v++)
			sane(r->names.name[of][v], NAME_LEN);
}

/* Print the snapshot that was read before.  Returns 0, -1 as reporter__print() does. */
static int print_pending(struct replay *r, bool last)
{
	struct model m;
	int err;

	if (!r->has_pending)
		return 0;
	r->has_pending = false;
	if (reporter__model(&r->reporter, &r->pending, last, &m))
		return -1;
	if (!m.pid && r->options.pid) {
		m.pid = r->options.pid;
		strcpy(m.comm, place(r, m.pid, 0, 0)->comm);
	}
	err = reporter__print(&r->reporter, &m);
	model__free(&m);
	r->reports++;
	return err;
}

/* Compare the next snapshot with what was recorded for that. */
static void use_before(struct replay *r)
{
	if (!r->has_before)
		return;
	snapshot__free(&r->reporter.before);
	r->reporter.before = r->before;
	memset(&r->before, 0, sizeof(r->before));
	r->has_before = false;
}

enum step { GOES_ON, AT_END, BROKEN, FAILED };

static enum step take(struct replay *r, const struct frame_head *head, const void *payload)
{
	switch (head->type) {
	case FRAME_END:
		return unframe__ended(r->in) ? AT_END : BROKEN;
	case FRAME_OPTIONS:
		return head->length == sizeof(r->options) && !keep_options(r, payload) ? GOES_ON : BROKEN;
	case FRAME_COVERAGE:
		return head->length == sizeof(r->grades) && !keep_coverage(r, payload) ? GOES_ON : BROKEN;
	case FRAME_NAMES:
		if (head->length != sizeof(r->names))
			return BROKEN;
		keep_names(r, payload);
		return GOES_ON;
	case FRAME_PLACE:
		return head->length == sizeof(struct recording_place) && !keep_place(r, payload) ?
			GOES_ON : BROKEN;
	case FRAME_CGROUP:
	case FRAME_FRAMES:
		return head->length >= sizeof(struct recording_text) &&
			!keep_text(r, head->type, payload) ? GOES_ON : BROKEN;
	case FRAME_SNAPSHOT:
		if (print_pending(r, false))
			return FAILED;
		if (unframe__snapshot(payload, head->length, &r->pending))
			return BROKEN;
		r->has_pending = true;
		use_before(r);
		return use_names(r) ? BROKEN : GOES_ON;
	case FRAME_BEFORE:
		snapshot__free(&r->before);
		r->has_before = !unframe__snapshot(payload, head->length, &r->before);
		return r->has_before ? GOES_ON : BROKEN;
	default:
		return BROKEN;
	}
}

static int run(struct replay *r, const char *path)
{
	enum step step = GOES_ON;
	struct frame_head head;
	const void *payload;

	while (step == GOES_ON) {
		payload = unframe__next(r->in, &head);
		step = payload ? take(r, &head, payload) : BROKEN;
	}
	if (step == FAILED || print_pending(r, true))
		return -1;
	if (step == BROKEN && !r->reports) {
		elog("%s has no report that could be read: was it cut right after its beginning?", path);
		return -1;
	}
	if (step == BROKEN)
		wlog("the recording is incomplete: it was cut or is damaged after its report %llu",
		     (unsigned long long)r->reports);
	return 0;
}

int replay__run(const struct env *env)
{
	struct replay r = { .reporter.env = env };
	int err = -1;

	signal(SIGPIPE, SIG_IGN);
	r.reporter.coverage = &r.coverage;
	r.reporter.context = (struct model_context){
		.names = &r.names, .unit_ns = 1000, .sort = env->sort, .ctx = &r, .place = place,
		.cgroup = cgroup, .frames = frames,
	};
	r.in = unframe__open(env->replay);
	if (r.in)
		err = run(&r, env->replay);
	unframe__close(r.in);
	if (r.has_pending)
		snapshot__free(&r.pending);
	snapshot__free(&r.before);
	for (size_t i = 0; i < r.n_next; i++)
		free_known(r.next[i]);
	free(r.next);
	reporter__free(&r.reporter);
	tdestroy(r.known, free_known);
	return err && !r.reporter.closed;
}
