/* SPDX-License-Identifier: GPL-2.0 */
/* Strict parsing of numbers given on the command line. */
#ifndef VMALOCK_LOAD_PARSE_H
#define VMALOCK_LOAD_PARSE_H

#include <stdint.h>

/**
 * parse_u64() - parse a decimal number, the whole string and nothing else
 * @s: the text
 * @out: the value; untouched on failure
 *
 * No sign, no blanks, no suffix, no empty string.
 * Return: 0, or -1 on anything else, overflow included.
 */
int parse_u64(const char *s, uint64_t *out);

/**
 * parse_size() - parse a size in bytes
 * @s: a decimal number with an optional binary suffix K, M, G or T (either case)
 * @out: the size in bytes; untouched on failure
 *
 * Return: 0, or -1 on a malformed number or an overflow.
 */
int parse_size(const char *s, uint64_t *out);

/**
 * parse_seconds() - parse a time such as "10" or "1.5"
 * @s: seconds, with up to three decimal places
 * @ms: the time in milliseconds; untouched on failure
 *
 * Return: 0, or -1 on a malformed number or an overflow.
 */
int parse_seconds(const char *s, uint64_t *ms);

#endif
