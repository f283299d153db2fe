/* SPDX-License-Identifier: GPL-2.0 */
/* Files that slots map. */
#ifndef VMALOCK_LOAD_POOL_H
#define VMALOCK_LOAD_POOL_H

#include "load.h"

/**
 * pool_file() - make an unlinked file of a given size
 * @ld: the program
 * @len: its size in bytes; the file is sparse
 * @on_disk: make it in --file-dir, else in memory
 *
 * Return: the descriptor, or -1 after a message on stderr.
 */
int pool_file(struct load *ld, size_t len, bool on_disk);

/**
 * pool_open() - make the generation files of a slot
 * @ld: the program
 * @s: the slot; fd is filled in
 *
 * Return: 0, or -1 after a message on stderr.
 */
int pool_open(struct load *ld, struct slot *s);

/**
 * pool_write() - write a generation to a file that isn't mapped anywhere
 * @w: the calling mapper; its buffer is used
 * @s: the slot that the pages belong to
 * @fd: the file
 * @gen: the generation
 * @from: first word of each page to write; 0 except to corrupt pages on purpose
 *
 * Return: 0, or -1 after a message on stderr.
 */
int pool_write(struct worker *w, const struct slot *s, int fd, uint32_t gen, unsigned int from);

#endif
