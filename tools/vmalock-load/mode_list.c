// SPDX-License-Identifier: GPL-2.0
#include "mode_list.h"

#include <stdbool.h>
#include <string.h>

static const char *const names[MODE_NR] = {
#define X(id, name, text) [MODE_##id] = name,
	LOAD_MODES(X)
#undef X
};

const char *mode_name(enum mode_id mode)
{
	return names[mode];
}

static bool is(const char *s, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(s, name, len);
}

static unsigned int one(const char *s, size_t len)
{
	if (is(s, len, "all"))
		return ((1u << MODE_NR) - 1) & ~(1u << MODE_COLD);
	if (is(s, len, "replace"))
		return 1u << MODE_REPLACE_SHARED;
	for (unsigned int i = 0; i < MODE_NR; i++)
		if (is(s, len, names[i]))
			return 1u << i;
	return 0;
}

int mode_parse(const char *list, unsigned int *modes, const char **bad, int *bad_len)
{
	unsigned int all = 0;

	for (;;) {
		size_t len = strcspn(list, ",");
		unsigned int bits = one(list, len);

		if (!bits) {
			*bad = list;
			*bad_len = (int)len;
			return -1;
		}
		all |= bits;
		if (!list[len])
			break;
		list += len + 1;
	}
	*modes = all;
	return 0;
}
