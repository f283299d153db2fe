// SPDX-License-Identifier: GPL-2.0
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../vmalock-load/parse.h"

/* Length of the UTF-8 sequence at @s, 0 if there is none. */
static int sequence(const unsigned char *s)
{
	uint32_t c;
	int n;

	if (s[0] >= 0x20 && s[0] < 0x7f)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2, c = s[0] & 0x1f;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3, c = s[0] & 0x0f;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4, c = s[0] & 0x07;
	else
		return 0;
	for (int i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	/* Overlong forms, surrogates, C1 control characters, beyond Unicode. */
	if ((n == 2 && c < 0xa0) || (n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)))
		return 0;
	return n;
}

void text__clean(char *s)
{
	while (*s) {
		int n = sequence((unsigned char *)s);

		if (n)
			s += n;
		else
			*s++ = '?';
	}
}

int text__bytes(const char *s, int *characters)
{
	int n = 0, bytes = 0;

	while (n < *characters && s[bytes]) {
		int one = sequence((const unsigned char *)s + bytes);

		bytes += one ? one : 1;
		n++;
	}
	*characters = n;
	return bytes;
}

/* FNV-1a. */
uint64_t text__hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h;
}

/* Inside of a UTF-8 sequence. */
static bool inside(const char *s)
{
	return (*s & 0xc0) == 0x80;
}

const char *text__fit(const char *s, char *buf, size_t len)
{
	static const char gap[] = "...";
	size_t n = strlen(s), head = len / 4, tail = len - sizeof(gap) - head;
	const char *end = s + n;

	if (n < len)
		return s;
	end -= tail;
	while (head && inside(s + head))
		head--;
	while (inside(end))
		end++;
	snprintf(buf, len, "%.*s%s%s", (int)head, s, gap, end);
	return buf;
}

const char *text__size(uint64_t bytes, char *buf, size_t len)
{
	static const char units[] = "BKMGTPE";
	double v = bytes;
	int u = 0;

	while (v >= 1024 && units[u + 1]) {
		v /= 1024;
		u++;
	}
	snprintf(buf, len, u ? "%.1f%c" : "%.0f%c", v, units[u]);
	return buf;
}

const char *text__time(double ns, char *buf, size_t len)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" }, { 1, "ns" } };
	double v;
	int u = 0;

	if (ns <= 0) {
		snprintf(buf, len, "0");
		return buf;
	}
	/* What would be rounded up to 1000 takes the next unit. */
	while (u < 3 && ns < 0.9995 * units[u].ns)
		u++;
	v = ns / units[u].ns;
	snprintf(buf, len, "%.*f%s", u == 3 ? 0 : v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, units[u].name);
	return buf;
}

const char *text__max(double ns, bool exact, char *buf, size_t len)
{
	char max[16];

	snprintf(buf, len, "%s%s", exact ? "" : "<=", text__time(ns, max, sizeof(max)));
	return buf;
}

const char *text__stamp(const struct timespec *when, char buf[STAMP_LEN])
{
	size_t n = 0;
	struct tm tm;

	if (gmtime_r(&when->tv_sec, &tm))
		n = strftime(buf, STAMP_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, STAMP_LEN - n, ".%03ldZ", when->tv_nsec / 1000000);
	return buf;
}

int text__parse_time(const char *s, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
	size_t digits = strspn(s, "0123456789");
	char number[24];
	uint64_t v;

	if (!digits || digits >= sizeof(number))
		return -1;
	memcpy(number, s, digits);
	number[digits] = '\0';
	if (parse_u64(number, &v))
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s + digits, units[i].name))
			continue;
		if (v > UINT64_MAX / units[i].ns)
			return -1;
		*ns = v * units[i].ns;
		return 0;
	}
	return -1;
}
