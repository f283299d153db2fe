/* SPDX-License-Identifier: GPL-2.0 */
/* From snapshots to what is printed: the part of a run that doesn't care where they come from. */
#ifndef VMALOCKTOP_REPORTER_H
#define VMALOCKTOP_REPORTER_H

#include <stdbool.h>

#include "env.h"
#include "model.h"

struct reporter {
	const struct env *env;
	struct model_context context;
	const struct coverage *coverage;
	char scope[SCOPE_LEN];		/* see env__scope() */
	struct snapshot before;		/* what the last report ended with */
	bool reported;			/* something has been printed */
	bool closed;			/* nobody reads our output any more */
};

/**
 * reporter__build() - what came between two snapshots
 * @r: the reporter
 * @before: the earlier one
 * @now: the later one
 * @last: whether no other report follows
 * @m: gets the model; to be freed with model__free()
 *
 * Return: 0, -1 after a message.
 */
int reporter__build(struct reporter *r, const struct snapshot *before, const struct snapshot *now, bool last,
		    struct model *m);

/**
 * reporter__model() - what came since the last report, which now ends with @now
 * @r: the reporter
 * @now: the newest snapshot; belongs to @r afterwards
 * @last: whether no other report follows
 * @m: gets the model; to be freed with model__free()
 *
 * Return: 0, -1 after a message (@now is freed).
 */
int reporter__model(struct reporter *r, struct snapshot *now, bool last, struct model *m);

/**
 * reporter__print() - print a report as the options say
 * @r: the reporter
 * @m: of reporter__model()
 *
 * Return: 0, -1 after a message or when r->closed says why.
 */
int reporter__print(struct reporter *r, const struct model *m);

/* reporter__flush() - likewise for what else has been written to stdout */
int reporter__flush(struct reporter *r);

void reporter__free(struct reporter *r);

#endif
