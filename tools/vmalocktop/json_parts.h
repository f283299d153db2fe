/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building JSON with json-c, whose functions return NULL when memory is short
 * and take NULL for JSON's null.  Such a document would be wrong without a sign,
 * so the functions here note it, and json__text() then returns nothing.
 */
#ifndef VMALOCKTOP_JSON_PARTS_H
#define VMALOCKTOP_JSON_PARTS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* json__new() - the object that a document is; forgets failures of an earlier one */
struct json_object *json__new(void);

/* json__add() - add @o, NULL for null, to object @to, which owns it from then on */
void json__add(struct json_object *to, const char *key, struct json_object *o);

/* json__add_u64() and so on - add a new value */
void json__add_u64(struct json_object *to, const char *key, uint64_t v);
void json__add_double(struct json_object *to, const char *key, double v);
void json__add_bool(struct json_object *to, const char *key, bool v);

/* json__add_text() - add a text, null if it is empty */
void json__add_text(struct json_object *to, const char *key, const char *s);

/* json__add_address() - add "0x..." */
void json__add_address(struct json_object *to, const char *key, uint64_t v);

/* json__object(), json__array() - add an empty one; returns it */
struct json_object *json__object(struct json_object *to, const char *key);
struct json_object *json__array(struct json_object *to, const char *key);

/* json__element() - append an empty object to array @to; returns it */
struct json_object *json__element(struct json_object *to);

/* json__numbers() - append an array of the @n numbers at @v to array @to */
void json__numbers(struct json_object *to, const uint64_t *v, int n);

/**
 * json__text() - the document, on one line
 * @o: made with json__new()
 *
 * Return: lives as long as @o; NULL when memory was short.
 */
const char *json__text(struct json_object *o);

#endif
