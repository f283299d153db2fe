/* SPDX-License-Identifier: GPL-2.0 */
/* Writing a recording. */
#ifndef VMALOCKTOP_RECORD_H
#define VMALOCKTOP_RECORD_H

#include "model.h"
#include "recording.h"

struct record;

/**
 * record__open() - begin a recording
 * @path: of the file, which is overwritten
 * @options: of the run
 * @coverage: of the running kernel
 * @context: how names are found: its functions are replaced by those that also record what they say
 *
 * Return: the recording, NULL after a message.
 */
struct record *record__open(const char *path, const struct recording_options *options,
			    const struct coverage *coverage, struct model_context *context);

/**
 * record__snapshot() - append a snapshot that a model has been built of
 *
 * When it returns, it survives what becomes of this process.
 * Return: 0, -1 after a message.
 */
int record__snapshot(struct record *r, const struct snapshot *s);

/**
 * record__before() - append what the next snapshot is compared with
 * @r: the recording
 * @s: the last snapshot as it is after rows of it were given up
 *
 * Return: 0, -1 after a message.
 */
int record__before(struct record *r, const struct snapshot *s);

/* record__forget_stacks() - indices of stacks have become others': write their frames anew where they are used */
void record__forget_stacks(struct record *r);

/**
 * record__close() - end the recording and free it
 * @r: the recording; NULL: nothing is done
 * @complete: whether all that was to be recorded has been
 *
 * Return: 0, -1 after a message.
 */
int record__close(struct record *r, bool complete);

#endif
