// SPDX-License-Identifier: GPL-2.0
#include "unframe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "diag.h"

struct unframe {
	FILE *file;
	ZSTD_DStream *zstd;
	char in[1 << 16];
	ZSTD_inBuffer buffer;
	size_t hint;		/* 0: the stream has ended, whole and with the right checksum */
	char *payload;
};

struct unframe *unframe__open(const char *path)
{
	struct recording_header header, ours = recording__header();
	struct unframe *u = calloc(1, sizeof(*u));

	if (!u || !(u->zstd = ZSTD_createDStream())) {
		elog("out of memory: free some and try again");
		free(u);
		return NULL;
	}
	u->buffer.src = u->in;
	u->hint = 1;
	u->file = fopen(path, "re");
	if (!u->file)
		elog("cannot open %s: %s: give a file that --record has written", path, strerror(errno));
	else if (fread(&header, sizeof(header), 1, u->file) != 1 ||
		 memcmp(header.magic, ours.magic, sizeof(header.magic)))
		elog("%s is no recording: give a file that --record has written", path);
	else if (memcmp(&header, &ours, sizeof(header)))
		elog("%s is of another version: replay it with the vmalocktop that recorded it", path);
	else
		return u;
	unframe__close(u);
	return NULL;
}

void unframe__close(struct unframe *u)
{
	if (!u)
		return;
	if (u->file)
		fclose(u->file);
	ZSTD_freeDStream(u->zstd);
	free(u->payload);
	free(u);
}

/* Decompress some more.  Returns false when nothing came and nothing will. */
static bool decompress(struct unframe *u, ZSTD_outBuffer *out)
{
	size_t before = out->pos;

	if (u->buffer.pos == u->buffer.size) {
		u->buffer.size = fread(u->in, 1, sizeof(u->in), u->file);
		u->buffer.pos = 0;
	}
	u->hint = ZSTD_decompressStream(u->zstd, out, &u->buffer);
	return !ZSTD_isError(u->hint) &&
	       (out->pos > before || u->buffer.pos < u->buffer.size || !feof(u->file));
}

/* Decompress @n bytes; false when there are fewer. */
static bool take(struct unframe *u, void *to, size_t n)
{
	ZSTD_outBuffer out = { to, n, 0 };

	while (out.pos < out.size && decompress(u, &out))
		;
	return out.pos == out.size;
}

bool unframe__ended(struct unframe *u)
{
	ZSTD_outBuffer none = { &none, 0, 0 };

	while (u->hint && decompress(u, &none))
		;
	return !u->hint;
}

void *unframe__next(struct unframe *u, struct frame_head *head)
{
	free(u->payload);
	u->payload = NULL;
	if (!take(u, head, sizeof(*head)) || head->length > RECORDING_MAX_FRAME)
		return NULL;
	u->payload = malloc(head->length + 1);
	if (!u->payload || !take(u, u->payload, head->length))
		return NULL;
	u->payload[head->length] = '\0';
	return u->payload;
}

/* Copy @n rows of @size bytes from *@from on, which has *@left bytes. */
static void *rows(const char **from, size_t *left, uint64_t n, size_t size, bool *err)
{
	void *copy;

	if (!n || *err)
		return NULL;
	if (n > *left / size) {
		*err = true;
		return NULL;
	}
	copy = malloc(n * size);
	if (!copy) {
		*err = true;
		return NULL;
	}
	memcpy(copy, *from, n * size);
	*from += n * size;
	*left -= n * size;
	return copy;
}

int unframe__snapshot(const void *payload, size_t length, struct snapshot *s)
{
	struct recording_snapshot fixed;
	const char *from = payload;
	bool err = false;

	memset(s, 0, sizeof(*s));
	if (length < sizeof(fixed))
		return -1;
	memcpy(&fixed, from, sizeof(fixed));
	from += sizeof(fixed);
	length -= sizeof(fixed);
	s->ns = fixed.ns;
	s->when = (struct timespec){ .tv_sec = fixed.seconds, .tv_nsec = fixed.nanoseconds % 1000000000 };
	s->missed = fixed.missed;
	s->counters = fixed.counters;
	memcpy(s->hists, fixed.hists, sizeof(s->hists));
	s->vmas = rows(&from, &length, fixed.n_vmas, sizeof(*s->vmas), &err);
	s->groups = rows(&from, &length, fixed.n_groups, sizeof(*s->groups), &err);
	s->blockers = rows(&from, &length, fixed.n_blockers, sizeof(*s->blockers), &err);
	s->stacks = rows(&from, &length, fixed.n_stacks, sizeof(*s->stacks), &err);
	s->open = rows(&from, &length, fixed.n_open, sizeof(*s->open), &err);
	if (err || length) {
		snapshot__free(s);
		return -1;
	}
	s->n_vmas = fixed.n_vmas;
	s->n_groups = fixed.n_groups;
	s->n_blockers = fixed.n_blockers;
	s->n_stacks = fixed.n_stacks;
	s->n_open = fixed.n_open;
	/* It was, but who knows. */
	snapshot__sort(s);
	return 0;
}
