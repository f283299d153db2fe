// SPDX-License-Identifier: GPL-2.0
#include "json_parts.h"

#include <inttypes.h>
#include <stdio.h>

static bool failed;

static struct json_object *made(struct json_object *o)
{
	if (!o)
		failed = true;
	return o;
}

struct json_object *json__new(void)
{
	failed = false;
	return made(json_object_new_object());
}

void json__add(struct json_object *to, const char *key, struct json_object *o)
{
	if (json_object_object_add(to, key, o))
		failed = true;
}

void json__add_u64(struct json_object *to, const char *key, uint64_t v)
{
	json__add(to, key, made(json_object_new_uint64(v)));
}

void json__add_double(struct json_object *to, const char *key, double v)
{
	json__add(to, key, made(json_object_new_double(v)));
}

void json__add_bool(struct json_object *to, const char *key, bool v)
{
	json__add(to, key, made(json_object_new_boolean(v)));
}

void json__add_text(struct json_object *to, const char *key, const char *s)
{
	json__add(to, key, s[0] ? made(json_object_new_string(s)) : NULL);
}

void json__add_address(struct json_object *to, const char *key, uint64_t v)
{
	char hex[24];

	snprintf(hex, sizeof(hex), "0x%" PRIx64, v);
	json__add_text(to, key, hex);
}

struct json_object *json__object(struct json_object *to, const char *key)
{
	struct json_object *o = made(json_object_new_object());

	json__add(to, key, o);
	return o;
}

struct json_object *json__array(struct json_object *to, const char *key)
{
	struct json_object *o = made(json_object_new_array());

	json__add(to, key, o);
	return o;
}

struct json_object *json__element(struct json_object *to)
{
	struct json_object *o = made(json_object_new_object());

	if (json_object_array_add(to, o))
		failed = true;
	return o;
}

void json__numbers(struct json_object *to, const uint64_t *v, int n)
{
	struct json_object *o = made(json_object_new_array());

	if (json_object_array_add(to, o))
		failed = true;
	for (int i = 0; i < n; i++)
		if (json_object_array_add(o, made(json_object_new_uint64(v[i]))))
			failed = true;
}

const char *json__text(struct json_object *o)
{
	return failed ? NULL : json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE);
}
