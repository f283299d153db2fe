// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "diag.h"
#include "text.h"

/* A name that has been written. */
struct written {
	enum frame_type type;
	uint64_t id, end;
	uint32_t tgid;
	uint64_t hash;			/* of what was written; not a part of the key, as all before is */
};

struct record {
	char *path;
	int fd;
	ZSTD_CStream *zstd;
	struct model_context inner;	/* who knows the names */
	void *written;			/* a tree of tsearch() */
	bool failed;			/* and a message was printed */
};

static void fail(struct record *r, const char *why)
{
	if (!r->failed)
		elog("cannot write the recording %s: %s: is there room on the disk?", r->path, why);
	r->failed = true;
}

static void write_all(struct record *r, const void *data, size_t n)
{
	const char *from = data;

	while (n && !r->failed) {
		ssize_t done = write(r->fd, from, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			fail(r, strerror(errno));
			return;
		}
		from += done;
		n -= done;
	}
}

static void compress(struct record *r, const void *data, size_t n, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = { data, n, 0 };
	char room[1 << 16];
	size_t left;

	do {
		ZSTD_outBuffer out = { room, sizeof(room), 0 };

		left = ZSTD_compressStream2(r->zstd, &out, &in, how);
		if (ZSTD_isError(left)) {
			fail(r, ZSTD_getErrorName(left));
			return;
		}
		write_all(r, room, out.pos);
	} while (!r->failed && (how == ZSTD_e_continue ? in.pos < in.size : left > 0));
}

static void begin_frame(struct record *r, enum frame_type type, size_t length)
{
	struct frame_head head = { .type = type, .length = length };

	compress(r, &head, sizeof(head), ZSTD_e_continue);
}

static void frame(struct record *r, enum frame_type type, const void *data, size_t n)
{
	begin_frame(r, type, n);
	compress(r, data, n, ZSTD_e_continue);
}

static int by_name(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct written, hash));
}

/* Whether that name is new, or another one than was written, by @hash; it counts as written then. */
static bool is_new(struct record *r, enum frame_type type, uint32_t tgid, uint64_t id, uint64_t end, uint64_t hash)
{
	struct written *w = calloc(1, sizeof(*w)), **node;

	if (!w) {
		fail(r, "out of memory");
		return false;
	}
	w->type = type;
	w->tgid = tgid;
	w->id = id;
	w->end = end;
	w->hash = hash;
	node = tsearch(w, &r->written, by_name);
	if (node && *node == w)
		return true;
	free(w);
	if (!node) {
		fail(r, "out of memory");
		return false;
	}
	w = *node;
	if (w->hash == hash)
		return false;
	w->hash = hash;
	return true;
}

static const struct place *place(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	struct record *r = ctx;
	const struct place *p = r->inner.place(r->inner.ctx, tgid, start, end);
	struct recording_place out = { .start = start, .end = end, .tgid = tgid, .place = *p };

	if (is_new(r, FRAME_PLACE, tgid, start, end, 0))
		frame(r, FRAME_PLACE, &out, sizeof(out));
	return p;
}

static void text(struct record *r, enum frame_type type, uint32_t tgid, uint64_t id, const char *s)
{
	struct recording_text head = { .id = id, .tgid = tgid };

	/* A cgroup that has been removed is no longer found: what it was called once stays. */
	if (!is_new(r, type, tgid, id, 0, type == FRAME_FRAMES ? text__hash(s) : 0))
		return;
	begin_frame(r, type, sizeof(head) + strlen(s));
	compress(r, &head, sizeof(head), ZSTD_e_continue);
	compress(r, s, strlen(s), ZSTD_e_continue);
}

static void cgroup(void *ctx, uint64_t id, char *name, size_t len)
{
	struct record *r = ctx;

	r->inner.cgroup(r->inner.ctx, id, name, len);
	text(r, FRAME_CGROUP, 0, id, name);
}

static const char *frames(void *ctx, uint32_t tgid, int32_t id)
{
	struct record *r = ctx;
	const char *s = r->inner.frames(r->inner.ctx, tgid, id);

	/* None, if it is said: the index may have been another stack's. */
	if (id >= 0)
		text(r, FRAME_FRAMES, tgid, id, s ? s : "");
	return s;
}

static void write_coverage(struct record *r, const struct coverage *c)
{
	struct recording_grade grades[METRICS] = { 0 };

	for (int m = 0; m < METRICS; m++) {
		grades[m].grade = c->v[m].grade;
		if (c->v[m].source)
			strncpy(grades[m].source, c->v[m].source, sizeof(grades[m].source) - 1);
		if (c->v[m].why)
			strncpy(grades[m].why, c->v[m].why, sizeof(grades[m].why) - 1);
	}
	frame(r, FRAME_COVERAGE, grades, sizeof(grades));
}

struct record *record__open(const char *path, const struct recording_options *options,
			    const struct coverage *coverage, struct model_context *context)
{
	struct recording_header header = recording__header();
	struct record *r = calloc(1, sizeof(*r));

	if (!r || !(r->path = strdup(path)) || !(r->zstd = ZSTD_createCStream())) {
		elog("out of memory: free some and try again");
		if (r)
			free(r->path);
		free(r);
		return NULL;
	}
	ZSTD_CCtx_setParameter(r->zstd, ZSTD_c_compressionLevel, 3);
	ZSTD_CCtx_setParameter(r->zstd, ZSTD_c_checksumFlag, 1);
	/* Names and addresses of others' memory: for the owner alone. */
	r->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (r->fd < 0) {
		elog("cannot create %s: %s: give a path that you may write to", path, strerror(errno));
		r->failed = true;
		record__close(r, false);
		return NULL;
	}
	r->inner = *context;
	context->ctx = r;
	context->place = place;
	context->cgroup = cgroup;
	context->frames = r->inner.frames ? frames : NULL;
	write_all(r, &header, sizeof(header));
	frame(r, FRAME_OPTIONS, options, sizeof(*options));
	write_coverage(r, coverage);
	frame(r, FRAME_NAMES, context->names, sizeof(*context->names));
	compress(r, NULL, 0, ZSTD_e_flush);
	return r;
}

static int write_snapshot(struct record *r, enum frame_type type, const struct snapshot *s)
{
	struct recording_snapshot fixed = {
		.ns = s->ns, .seconds = s->when.tv_sec, .nanoseconds = s->when.tv_nsec,
		.missed = s->missed, .n_vmas = s->n_vmas, .n_groups = s->n_groups,
		.n_blockers = s->n_blockers, .n_stacks = s->n_stacks, .n_open = s->n_open,
		.counters = s->counters,
	};
	const struct {
		const void *data;
		size_t n;
	} parts[] = {
		{ &fixed, sizeof(fixed) },
		{ s->vmas, s->n_vmas * sizeof(*s->vmas) },
		{ s->groups, s->n_groups * sizeof(*s->groups) },
		{ s->blockers, s->n_blockers * sizeof(*s->blockers) },
		{ s->stacks, s->n_stacks * sizeof(*s->stacks) },
		{ s->open, s->n_open * sizeof(*s->open) },
	};
	size_t length = 0;

	memcpy(fixed.hists, s->hists, sizeof(fixed.hists));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		length += parts[i].n;
	begin_frame(r, type, length);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		compress(r, parts[i].data, parts[i].n, ZSTD_e_continue);
	compress(r, NULL, 0, ZSTD_e_flush);
	return r->failed ? -1 : 0;
}

int record__snapshot(struct record *r, const struct snapshot *s)
{
	return write_snapshot(r, FRAME_SNAPSHOT, s);
}

int record__before(struct record *r, const struct snapshot *s)
{
	return write_snapshot(r, FRAME_BEFORE, s);
}

void record__forget_stacks(struct record *r)
{
	void *rest = NULL;

	while (r->written) {
		struct written *w = *(struct written **)r->written;

		tdelete(w, &r->written, by_name);
		if (w->type == FRAME_FRAMES || !tsearch(w, &rest, by_name))
			free(w);
	}
	r->written = rest;
}

int record__close(struct record *r, bool complete)
{
	int err;

	if (!r)
		return 0;
	if (complete && !r->failed) {
		begin_frame(r, FRAME_END, 0);
		compress(r, NULL, 0, ZSTD_e_end);
	}
	if (r->fd >= 0 && close(r->fd))
		fail(r, strerror(errno));
	err = r->failed ? -1 : 0;
	ZSTD_freeCStream(r->zstd);
	tdestroy(r->written, free);
	free(r->path);
	free(r);
	return err;
}
