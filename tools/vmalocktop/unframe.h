/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the frames of a recording, which anybody may have written. */
#ifndef VMALOCKTOP_UNFRAME_H
#define VMALOCKTOP_UNFRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "recording.h"

struct unframe;

/* unframe__open() - NULL after a message: no recording, or of another version */
struct unframe *unframe__open(const char *path);
void unframe__close(struct unframe *u);

/**
 * unframe__next() - the next frame
 * @u: the recording
 * @head: gets its type and length
 *
 * Return: its payload and a 0 behind it, until the next call; NULL when the
 * file ends or can't be read on.
 */
void *unframe__next(struct unframe *u, struct frame_head *head);

/* unframe__ended() - whether the stream ends here, as it was written */
bool unframe__ended(struct unframe *u);

/* unframe__snapshot() - the snapshot in a payload; -1 when it isn't one or memory is short */
int unframe__snapshot(const void *payload, size_t length, struct snapshot *s);

#endif
