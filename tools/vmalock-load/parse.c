// SPDX-License-Identifier: GPL-2.0
#include "parse.h"

#include <stddef.h>

/* Digits at @s into @out; returns the first character after them, NULL on none or overflow. */
static const char *digits(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return NULL;
	}
	*out = v;
	return s;
}

int parse_u64(const char *s, uint64_t *out)
{
	uint64_t v;

	s = digits(s, &v);
	if (!s || *s)
		return -1;
	*out = v;
	return 0;
}

int parse_size(const char *s, uint64_t *out)
{
	unsigned int shift = 0;
	uint64_t v;

	s = digits(s, &v);
	if (!s)
		return -1;
	switch (*s) {
	case '\0':
		*out = v;
		return 0;
	case 'k': case 'K':
		shift = 10;
		break;
	case 'm': case 'M':
		shift = 20;
		break;
	case 'g': case 'G':
		shift = 30;
		break;
	case 't': case 'T':
		shift = 40;
		break;
	default:
		return -1;
	}
	if (s[1] || v > UINT64_MAX >> shift)
		return -1;
	*out = v << shift;
	return 0;
}

int parse_seconds(const char *s, uint64_t *ms)
{
	uint64_t whole, unit = 100, frac = 0;

	s = digits(s, &whole);
	if (!s || whole > UINT64_MAX / 1000 - 1)
		return -1;
	if (*s == '.') {
		if (!*++s)
			return -1;
		for (; *s >= '0' && *s <= '9'; s++, unit /= 10) {
			if (!unit)
				return -1;
			frac += unit * (uint64_t)(*s - '0');
		}
	}
	if (*s)
		return -1;
	*ms = whole * 1000 + frac;
	return 0;
}
