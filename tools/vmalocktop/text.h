/* SPDX-License-Identifier: GPL-2.0 */
/* Small pieces of text that all renderers need. */
#ifndef VMALOCKTOP_TEXT_H
#define VMALOCKTOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* text__clean() - put '?' for control characters and bytes that aren't UTF-8, in place */
void text__clean(char *s);

/* text__hash() - a number that differs if texts do, but for one in 2^64 */
uint64_t text__hash(const char *s);

/**
 * text__bytes() - how many bytes the first characters of a text take
 * @s: it, clean
 * @characters: how many; gets how many there are, if that is less
 *
 * Return: the bytes, at most all of @s.
 */
int text__bytes(const char *s, int *characters);

/**
 * text__fit() - a text as it fits a column
 * @s: the text
 * @buf: room for it
 * @len: its size, at least 40; that of the column is one less
 *
 * Of what is too long the middle is left out: names of containers are told apart at their end.
 * Return: @s if it fits, else @buf.
 */
const char *text__fit(const char *s, char *buf, size_t len);

/**
 * text__size() - bytes as people say them: "64.0G", "4.0K", "512B"
 * @bytes: the number
 * @buf: room for it
 * @len: its size
 *
 * Return: @buf.
 */
const char *text__size(uint64_t bytes, char *buf, size_t len);

/**
 * text__time() - a time as people say it: "1.50s", "12.3ms", "4.50us", "0"
 * @ns: in nanoseconds
 * @buf: room for it
 * @len: its size
 *
 * Three digits, at least; never more than 9 bytes below 10 days.
 * Return: @buf.
 */
const char *text__time(double ns, char *buf, size_t len);

#define STAMP_LEN 40

/* text__stamp() - a moment as programs say it, in UTC: "2026-01-31T23:59:59.999Z"; returns @buf */
const char *text__stamp(const struct timespec *when, char buf[STAMP_LEN]);

/* text__max() - the same for a maximum, which is an upper bound only, "<=12.3ms", unless @exact */
const char *text__max(double ns, bool exact, char *buf, size_t len);

/**
 * text__parse_time() - parse a time with its unit, such as "500us"
 * @s: a decimal number followed by ns, us, ms or s
 * @ns: the time; untouched on failure
 *
 * Return: 0, or -1 on anything else, overflow included.
 */
int text__parse_time(const char *s, uint64_t *ns);

#endif
