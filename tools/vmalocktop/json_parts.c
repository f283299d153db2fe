// SPDX-License-Identifier: GPL-2.0
#include "json_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH	16
#define MAX_DIGITS	20

struct json {
	bool array;
	bool any;		/* it has something in it */
};

/* The document; its memory serves the next one, too. */
static struct {
	char *text;
	size_t n, room;
	struct json open[MAX_DEPTH];	/* from the outermost on */
	unsigned int depth;
	bool failed;
} doc;

/* Make the document's memory larger, by @n bytes at least.  Returns whether it could be. */
static bool grow(size_t n)
{
	size_t room = 2 * doc.room + n + 4096;
	char *more = doc.failed ? NULL : realloc(doc.text, room);

	if (!more) {
		doc.failed = true;
		return false;
	}
	doc.text = more;
	doc.room = room;
	return true;
}

/* Where the next @n bytes go, NULL when there is no room for them. */
static inline char *room_for(size_t n)
{
	return doc.room - doc.n < n && !grow(n) ? NULL : doc.text + doc.n;
}

static inline void put(const char *s, size_t n)
{
	char *to = room_for(n);

	if (!to)
		return;
	memcpy(to, s, n);
	doc.n += n;
}

static inline void put_char(char c)
{
	char *to = room_for(1);

	if (!to)
		return;
	*to = c;
	doc.n++;
}

/* Two digits at a time; room is made and memory copied by a constant number of bytes, which takes no loop. */
static void put_u64(uint64_t v)
{
	static const char pairs[] =
		"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
		"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
	char digits[2 * MAX_DIGITS], *end = digits + MAX_DIGITS, *at = end, *to = room_for(MAX_DIGITS);

	if (v < 10) {
		if (to) {
			*to = '0' + v;
			doc.n++;
		}
		return;
	}
	while (v >= 10) {
		at -= 2;
		memcpy(at, pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v || at == end)
		*--at = '0' + v;
	if (!to)
		return;
	memcpy(to, at, MAX_DIGITS);
	doc.n += end - at;
}

/* Whether JSON has @c as it is. */
static inline bool plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

/* The letter that stands for @c behind a backslash, 0 if none does. */
static char escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void put_text(const char *s)
{
	const char *from = s;
	char code[8];

	put_char('"');
	for (; *s; s++) {
		char letter;

		if (plain(*s))
			continue;
		letter = escape(*s);
		put(from, s - from);
		from = s + 1;
		snprintf(code, sizeof(code), letter ? "\\%c" : "\\u%04x", letter ? letter : *s);
		put(code, strlen(code));
	}
	put(from, s - from);
	put_char('"');
}

/* End the innermost objects and arrays until @depth are left. */
static void end_to(unsigned int depth)
{
	while (doc.depth > depth)
		put_char(doc.open[--doc.depth].array ? ']' : '}');
}

/* Go on in @to, with @key, of @n bytes, if that is an object. */
static inline void next(struct json *to, const char *key, size_t n)
{
	char *at;

	end_to(to - doc.open + 1);
	at = room_for(n + 4);
	if (!at)
		return;
	if (to->any)
		*at++ = ',';
	to->any = true;
	if (!to->array) {
		*at++ = '"';
		memcpy(at, key, n);
		at += n;
		*at++ = '"';
		*at++ = ':';
	}
	doc.n = at - doc.text;
}

static struct json *begin(bool array)
{
	struct json *o = &doc.open[doc.depth];

	if (doc.depth == MAX_DEPTH)
		abort();	/* no document that we write is so deep */
	doc.depth++;
	*o = (struct json){ .array = array };
	put_char(array ? '[' : '{');
	return o;
}

struct json *json__new(void)
{
	doc.n = 0;
	doc.depth = 0;
	doc.failed = false;
	return begin(false);
}

void json__put_null(struct json *to, const char *key, size_t n_key)
{
	next(to, key, n_key);
	put("null", 4);
}

void json__put_u64(struct json *to, const char *key, size_t n_key, uint64_t v)
{
	next(to, key, n_key);
	put_u64(v);
}

void json__put_double(struct json *to, const char *key, size_t n_key, double v)
{
	char digits[32];

	/* So that what is read is what was written, and is no whole number's type. */
	snprintf(digits, sizeof(digits), "%.17g", v);
	if (!strpbrk(digits, ".en"))
		strcat(digits, ".0");
	next(to, key, n_key);
	put(digits, strlen(digits));
}

void json__put_bool(struct json *to, const char *key, size_t n_key, bool v)
{
	next(to, key, n_key);
	put(v ? "true" : "false", v ? 4 : 5);
}

void json__put_text(struct json *to, const char *key, size_t n_key, const char *s)
{
	if (!s[0]) {
		json__put_null(to, key, n_key);
		return;
	}
	next(to, key, n_key);
	put_text(s);
}

void json__put_address(struct json *to, const char *key, size_t n_key, uint64_t v)
{
	char hex[20], *at = hex + sizeof(hex);

	*--at = '"';
	do {
		*--at = "0123456789abcdef"[v % 16];
		v /= 16;
	} while (v);
	*--at = 'x';
	*--at = '0';
	next(to, key, n_key);
	put_char('"');
	put(at, hex + sizeof(hex) - at);
}

struct json *json__put_object(struct json *to, const char *key, size_t n_key)
{
	next(to, key, n_key);
	return begin(false);
}

struct json *json__put_array(struct json *to, const char *key, size_t n_key)
{
	next(to, key, n_key);
	return begin(true);
}

struct json *json__element(struct json *to)
{
	next(to, NULL, 0);
	return begin(false);
}

void json__numbers(struct json *to, const uint64_t *v, int n)
{
	next(to, NULL, 0);
	put_char('[');
	for (int i = 0; i < n; i++) {
		if (i)
			put_char(',');
		put_u64(v[i]);
	}
	put_char(']');
}

void json__bounded(struct json *to, const char *bounds, size_t n, uint64_t v)
{
	next(to, NULL, 0);
	put(bounds, n);
	put_u64(v);
	put_char(']');
}

struct json_part json__begin_part(struct json *to)
{
	end_to(to - doc.open + 1);
	/* Behind the comma that there will be. */
	return (struct json_part){ .at = doc.n + to->any };
}

void json__end_part(struct json *to, struct json_part *part)
{
	end_to(to - doc.open + 1);
	part->n = doc.n - part->at;
}

void json__repeat(struct json *to, const struct json_part *part)
{
	end_to(to - doc.open + 1);
	if (to->any)
		put_char(',');
	to->any = true;
	/* The part may move when there isn't room. */
	if (room_for(part->n))
		put(doc.text + part->at, part->n);
}

const char *json__text(size_t *n)
{
	end_to(0);
	*n = doc.n;
	put_char('\0');
	return doc.failed ? NULL : doc.text;
}
