/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing JSON, from the first byte to the last: a report of ten thousand VMAs is
 * made each second, and a tree of all its values costs more than everything else.
 *
 * So what is added is text at once.  Adding to an object or array ends those that were
 * added to it before: they can't be added to any more.  There is one document at a
 * time.  When memory was short, json__text() returns nothing.
 */
#ifndef VMALOCKTOP_JSON_PARTS_H
#define VMALOCKTOP_JSON_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* An object or array that hasn't ended. */
struct json;

/* json__new() - begin a document, which is an object; returns that */
struct json *json__new(void);

/* For those below: the length of a key is known where they are called, at compile time. */
void json__put_null(struct json *to, const char *key, size_t n_key);
void json__put_u64(struct json *to, const char *key, size_t n_key, uint64_t v);
void json__put_double(struct json *to, const char *key, size_t n_key, double v);
void json__put_bool(struct json *to, const char *key, size_t n_key, bool v);
void json__put_text(struct json *to, const char *key, size_t n_key, const char *s);
void json__put_address(struct json *to, const char *key, size_t n_key, uint64_t v);
struct json *json__put_object(struct json *to, const char *key, size_t n_key);
struct json *json__put_array(struct json *to, const char *key, size_t n_key);

/* json__add_null() and so on - add a value to object @to */
static inline void json__add_null(struct json *to, const char *key)
{
	json__put_null(to, key, strlen(key));
}

static inline void json__add_u64(struct json *to, const char *key, uint64_t v)
{
	json__put_u64(to, key, strlen(key), v);
}

static inline void json__add_double(struct json *to, const char *key, double v)
{
	json__put_double(to, key, strlen(key), v);
}

static inline void json__add_bool(struct json *to, const char *key, bool v)
{
	json__put_bool(to, key, strlen(key), v);
}

/* json__add_text() - add a text, null if it is empty */
static inline void json__add_text(struct json *to, const char *key, const char *s)
{
	json__put_text(to, key, strlen(key), s);
}

/* json__add_address() - add "0x..." */
static inline void json__add_address(struct json *to, const char *key, uint64_t v)
{
	json__put_address(to, key, strlen(key), v);
}

/* json__object(), json__array() - add an empty one; returns it */
static inline struct json *json__object(struct json *to, const char *key)
{
	return json__put_object(to, key, strlen(key));
}

static inline struct json *json__array(struct json *to, const char *key)
{
	return json__put_array(to, key, strlen(key));
}

/* json__element() - append an empty object to array @to; returns it */
struct json *json__element(struct json *to);

/* json__numbers() - append an array of the @n numbers at @v to array @to */
void json__numbers(struct json *to, const uint64_t *v, int n);

/* json__bounded() - append @v to array @to, in an array that begins with @bounds: "[", numbers and commas, @n bytes */
void json__bounded(struct json *to, const char *bounds, size_t n, uint64_t v);

/* Members of an object, as they were written. */
struct json_part {
	size_t at, n;
};

/**
 * json__begin_part() - what is added to @to from here on is a part
 * json__end_part() - and ends here
 * json__repeat() - add the members of @part to object @to as well
 *
 * Only as long as the document isn't ended.
 */
struct json_part json__begin_part(struct json *to);
void json__end_part(struct json *to, struct json_part *part);
void json__repeat(struct json *to, const struct json_part *part);

/**
 * json__text() - end the document and everything in it
 * @n: gets the number of bytes, without the NUL behind them
 *
 * Return: the document, on one line, until json__new() is called again; NULL when memory was short.
 */
const char *json__text(size_t *n);

#endif
