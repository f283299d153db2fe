// SPDX-License-Identifier: GPL-2.0
#include "live_window.h"

#define LENGTH_NS	(15 * 1000000000ULL)

void live_window__init(struct live_window *w, uint64_t interval_ns)
{
	*w = (struct live_window){ .kept.n = WINDOWS_MAX, .length_ns = LENGTH_NS };
	/* Screens are never quite on time: one that is early is kept, too, and all span the length even so. */
	w->step_ns = LENGTH_NS / (WINDOWS_MAX - 2) * 9 / 10;
	/* Likewise the last one will do. */
	if (interval_ns > w->length_ns)
		w->length_ns = interval_ns / 2;
}

const struct snapshot *live_window__before(const struct live_window *w, uint64_t now_ns)
{
	return windows__before(&w->kept, now_ns, w->length_ns);
}

void live_window__keep(struct live_window *w, struct snapshot *now)
{
	if (now->ns - w->kept.v[0].ns >= w->step_ns)
		windows__add(&w->kept, now);
	else
		snapshot__free(now);
}

void live_window__free(struct live_window *w)
{
	windows__free(&w->kept);
}
