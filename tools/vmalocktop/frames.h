/* SPDX-License-Identifier: GPL-2.0 */
/* Stacks as text, resolved once, and again where names were missing, and kept as long as rows refer to them. */
#ifndef VMALOCKTOP_FRAMES_H
#define VMALOCKTOP_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snapshot.h"

struct frames;

/* frames__read_fn() - fills in up to @n addresses of stack @id, innermost first; returns how many */
typedef int (*frames__read_fn)(void *ctx, int32_t id, uint64_t *addresses, int n);

/* frames__new() - stacks are read with @read, which @ctx is passed to; NULL when memory is short */
struct frames *frames__new(frames__read_fn read, void *ctx);
void frames__free(struct frames *f);

/**
 * frames__get() - the frames of a stack
 * @f: the cache
 * @pid: whose stack it is; 0: the kernel's
 * @id: of the stack; negative: none
 *
 * Return: names from the outermost to the innermost, ";" in between and none
 * within; lives until frames__retain().  NULL when there is no stack or no memory.
 */
const char *frames__get(struct frames *f, pid_t pid, int32_t id);

/**
 * frames__retain() - forget all stacks but those of some rows
 * @f: the cache
 * @rows: that are left; any other index may be another stack's by now
 * @n: how many
 */
void frames__retain(struct frames *f, const struct stack_row *rows, size_t n);

#endif
