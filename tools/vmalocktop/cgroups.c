// SPDX-License-Identifier: GPL-2.0
#include "cgroups.h"

#include <stdlib.h>
#include <string.h>

#include "hist.h"

/* One that has been removed has no path. */
static bool removed(const struct model_group *g)
{
	return g->name[0] != '/';
}

/* Index of @name, of the first free place if it has none; CGROUPS_MAX: there is none. */
static size_t place(const struct cgroups *c, const char *name)
{
	size_t free = CGROUPS_MAX;

	for (size_t i = 0; i < CGROUPS_MAX; i++) {
		if (!c->v[i].name)
			free = free == CGROUPS_MAX ? i : free;
		else if (!strcmp(c->v[i].name, name))
			return i;
	}
	return free;
}

static void forget_removed(struct cgroups *c, const struct model *m)
{
	bool here[CGROUPS_MAX] = { false };

	for (size_t i = 0; i < m->n_groups; i++) {
		size_t at = removed(&m->groups[i]) ? CGROUPS_MAX : place(c, m->groups[i].name);

		if (at < CGROUPS_MAX)
			here[at] = true;
	}
	for (size_t i = 0; i < CGROUPS_MAX; i++) {
		if (!here[i]) {
			free(c->v[i].name);
			c->v[i].name = NULL;
		}
		memset(c->v[i].count, 0, sizeof(c->v[i].count));
		memset(c->v[i].ns, 0, sizeof(c->v[i].ns));
	}
}

/* The place of @name, a free one if need be; CGROUPS_MAX: it gets none. */
static size_t place_for(struct cgroups *c, const char *name)
{
	size_t at = strlen(name) <= CGROUP_LABEL_MAX ? place(c, name) : CGROUPS_MAX;

	if (at < CGROUPS_MAX && !c->v[at].name && !(c->v[at].name = strdup(name)))
		return CGROUPS_MAX;
	return at;
}

void cgroups__update(struct cgroups *c, const struct model *m)
{
	forget_removed(c, m);
	c->unlisted = 0;
	for (size_t i = 0; i < m->n_groups; i++) {
		const struct model_group *g = &m->groups[i];
		size_t at = removed(g) ? CGROUPS_MAX : place_for(c, g->name);

		if (at == CGROUPS_MAX) {
			c->unlisted += !removed(g);
			continue;
		}
		for (int k = 0; k < VT_KINDS; k++) {
			c->v[at].count[k] += hist__count(&g->kinds[k]);
			c->v[at].ns[k] += g->kinds[k].sum;
		}
	}
}

void cgroups__clear(struct cgroups *c)
{
	for (size_t i = 0; i < CGROUPS_MAX; i++)
		free(c->v[i].name);
	memset(c, 0, sizeof(*c));
}
