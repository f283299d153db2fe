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

/* An object or array that hasn't ended. */
struct json;

/* json__new() - begin a document, which is an object; returns that */
struct json *json__new(void);

/* json__add_null() and so on - add a value to object @to */
void json__add_null(struct json *to, const char *key);
void json__add_u64(struct json *to, const char *key, uint64_t v);
void json__add_double(struct json *to, const char *key, double v);
void json__add_bool(struct json *to, const char *key, bool v);

/* json__add_text() - add a text, null if it is empty */
void json__add_text(struct json *to, const char *key, const char *s);

/* json__add_address() - add "0x..." */
void json__add_address(struct json *to, const char *key, uint64_t v);

/* json__object(), json__array() - add an empty one; returns it */
struct json *json__object(struct json *to, const char *key);
struct json *json__array(struct json *to, const char *key);

/* json__element() - append an empty object to array @to; returns it */
struct json *json__element(struct json *to);

/* json__numbers() - append an array of the @n numbers at @v to array @to */
void json__numbers(struct json *to, const uint64_t *v, int n);

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
