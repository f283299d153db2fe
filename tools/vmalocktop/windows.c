// SPDX-License-Identifier: GPL-2.0
#include "windows.h"

#include <string.h>

void windows__add(struct windows *w, struct snapshot *s)
{
	snapshot__free(&w->v[w->n - 1]);
	memmove(&w->v[1], &w->v[0], (w->n - 1) * sizeof(w->v[0]));
	w->v[0] = *s;
	memset(s, 0, sizeof(*s));
}

const struct snapshot *windows__before(const struct windows *w, uint64_t now_ns, uint64_t length_ns)
{
	for (int i = 0; i < w->n; i++)
		if (w->v[i].ns && now_ns - w->v[i].ns >= length_ns)
			return &w->v[i];
	return NULL;
}

void windows__free(struct windows *w)
{
	for (int i = 0; i < w->n; i++)
		snapshot__free(&w->v[i]);
}
