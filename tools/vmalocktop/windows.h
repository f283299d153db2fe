/* SPDX-License-Identifier: GPL-2.0 */
/* The last few snapshots, for reports about the time since one of them. */
#ifndef VMALOCKTOP_WINDOWS_H
#define VMALOCKTOP_WINDOWS_H

#include "snapshot.h"

#define WINDOWS_MAX	7

struct windows {
	int n;				/* how many are kept, at most WINDOWS_MAX */
	struct snapshot v[WINDOWS_MAX];	/* newest first; .ns 0: none yet */
};

/* windows__add() - keep @s, which is empty then, at the cost of the oldest one */
void windows__add(struct windows *w, struct snapshot *s);

/* windows__before() - the youngest snapshot that is at least @length_ns old at @now_ns; NULL if there is none */
const struct snapshot *windows__before(const struct windows *w, uint64_t now_ns, uint64_t length_ns);

/* windows__free() - release all of them */
void windows__free(struct windows *w);

#endif
