/* SPDX-License-Identifier: GPL-2.0 */
/* Small pieces of text that all renderers need. */
#ifndef VMALOCKTOP_TEXT_H
#define VMALOCKTOP_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* text__clean() - put '?' for control characters and bytes that aren't UTF-8, in place */
void text__clean(char *s);

/**
 * text__size() - bytes as people say them: "64.0G", "4.0K", "512B"
 * @bytes: the number
 * @buf: room for it
 * @len: its size
 *
 * Return: @buf.
 */
const char *text__size(uint64_t bytes, char *buf, size_t len);

#endif
