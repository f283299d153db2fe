/* SPDX-License-Identifier: GPL-2.0 */
/* Text that has to fit into columns of a terminal: what is cut is marked, for an address without its end looks valid. */
#ifndef VMALOCKTOP_LIVE_FIT_H
#define VMALOCKTOP_LIVE_FIT_H

#include <stddef.h>

/* live_fit__mark() - what stands for what was cut; one column wide in the locale */
const char *live_fit__mark(void);

/* live_fit__width() - how many columns @text takes */
int live_fit__width(const char *text);

/**
 * live_fit__bytes() - how much of a text to show
 * @text: in the locale's encoding, without control characters
 * @columns: there are
 *
 * Return: how many bytes leave room for the mark; -1: all of @text fits.
 */
int live_fit__bytes(const char *text, int columns);

/* live_fit__append() - add @text to @line, which has room for @len bytes, cut to @columns, and padded if @pad */
void live_fit__append(char *line, size_t len, const char *text, int columns, int pad);

#endif
