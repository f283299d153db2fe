// SPDX-License-Identifier: GPL-2.0
#include "reporter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "diag.h"
#include "render.h"
#include "render_parts.h"

int reporter__build(struct reporter *r, const struct snapshot *before, const struct snapshot *now, bool last,
		    struct model *m)
{
	const struct env *env = r->env;

	if (model__build(m, before, now, &r->context)) {
		elog("out of memory: free some and try again, or give a smaller --max-entries");
		return -1;
	}
	m->last = last;
	m->coverage = r->coverage;
	if (!env->replay)
		env__scope(env, r->scope);
	m->scope = r->scope;
	if (env->n_pids == 1) {
		m->pid = env->pids[0];
		strcpy(m->comm, r->context.place(r->context.ctx, m->pid, 0, 0)->comm);
	}
	return 0;
}

int reporter__model(struct reporter *r, struct snapshot *now, bool last, struct model *m)
{
	if (reporter__build(r, &r->before, now, last, m)) {
		snapshot__free(now);
		return -1;
	}
	snapshot__free(&r->before);
	r->before = *now;
	return 0;
}

int reporter__flush(struct reporter *r)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	r->closed = errno == EPIPE;
	if (!r->closed)
		elog("cannot write the report: %s: where does stdout go?", strerror(errno));
	return -1;
}

/* Some formats have no place for what is missing in them. */
static void complain(const struct model *m)
{
	char text[LOST_LEN];

	for (int i = 0; i < m->lost_now.n; i++) {
		const char *cause = m->lost_now.v[i].name;
		const struct named_count all = { .name = cause, .count = counts__get(&m->lost, cause) };

		if (all.count)
			wlog("%s", render__lost(&all, text));
	}
}

int reporter__print(struct reporter *r, const struct model *m)
{
	const struct timespec *when = &r->before.when;
	const struct env *env = r->env;

	switch (env->output) {
	case OUTPUT_JSON:
		if (render__json(stdout, m, when)) {
			elog("out of memory: free some and try again");
			return -1;
		}
		break;
	case OUTPUT_HIST:
		render__hist(stdout, m, env->timestamps ? when : NULL);
		break;
	case OUTPUT_CSV:
		render__csv(stdout, m, when, !env->no_header && !r->reported);
		break;
	case OUTPUT_FOLDED:
		render__folded(stdout, m);
		break;
	case OUTPUT_TEXT:
	case OUTPUT_LIVE:
		render__text(stdout, m, env->timestamps ? when : NULL);
		break;
	}
	r->reported = true;
	if (m->last && (env->output == OUTPUT_CSV || env->output == OUTPUT_FOLDED))
		complain(m);
	return reporter__flush(r);
}

void reporter__free(struct reporter *r)
{
	snapshot__free(&r->before);
}
