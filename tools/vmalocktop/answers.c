// SPDX-License-Identifier: GPL-2.0
/* What each path is answered with. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../vmalock-load/parse.h"
#include "api_json.h"
#include "clock.h"
#include "exporter_parts.h"
#include "exposition.h"
#include "metrics.h"
#include "pages.h"
#include "recycle.h"

#define MAX_LIMIT	1000	/* entries of a list of a report */

static struct http_answer answer(enum http_handler handler, enum http_status status,
				 struct http_body *body)
{
	return (struct http_answer){ .handler = handler, .status = status, .body = body };
}

static struct http_answer text(enum http_handler handler, enum http_status status, const char *line)
{
	return answer(handler, status, http__text(line));
}

static struct http_answer unreadable(enum http_handler handler)
{
	return text(handler, HTTP_503, "the counters could not be read: see the exporter's messages");
}

static struct http_answer json(char *document)
{
	return answer(HTTP_API, HTTP_200,
		      document ? http__body("application/json", document, strlen(document)) : NULL);
}

static void fill_self(struct exporter *e)
{
	collector__cost(e->source->collector, &e->self.cost);
	recycle__cost(e->source->recycle, &e->self.cost);
	e->self.stats = e->source->env->stats;
	e->self.http = *http__counts(e->http);
	self__read_process(&e->self);
}

/* Metrics of @m, of the exporter alone if that is NULL; NULL when memory is short. */
static struct http_body *write_metrics(struct exporter *e, bool openmetrics, const struct model *m)
{
	const struct metrics_source source = {
		.m = m, .names = collector__names(e->source->collector), .cgroups = &e->cgroups,
		.self = &e->self, .top_vmas = e->source->env->top_vmas, .alive = exporter__alive,
	};
	char *data = NULL;
	size_t len;
	FILE *out;
	bool failed;

	fill_self(e);
	out = open_memstream(&data, &len);
	failed = !out;
	if (out) {
		metrics__write(out, openmetrics, &source);
		failed = ferror(out);
		failed |= fclose(out) != 0;
	}
	if (failed) {
		free(data);
		return NULL;
	}
	return http__body(openmetrics ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT, data, len);
}

/* Metrics of the latest snapshot; NULL when memory is short. */
static struct http_body *make_metrics(struct exporter *e, bool openmetrics)
{
	struct http_body *body;
	struct model m;

	if (exporter__model(e, WINDOW_START, &m))
		return NULL;
	cgroups__update(&e->cgroups, &m);
	body = write_metrics(e, openmetrics, &m);
	model__free(&m);
	return body;
}

static struct http_answer metrics(struct exporter *e, const struct http_request *r)
{
	bool openmetrics = exposition__wants_openmetrics(http__header(r, "Accept"));

	/* A scrape that fails would not have the counter of failures that an alert waits for. */
	if (exporter__refresh(e))
		return answer(HTTP_METRICS, HTTP_200, write_metrics(e, openmetrics, NULL));
	/* Many clients, however slow, share one. */
	if (!e->metrics[openmetrics])
		e->metrics[openmetrics] = make_metrics(e, openmetrics);
	return answer(HTTP_METRICS, HTTP_200, http__get_body(e->metrics[openmetrics]));
}

static struct http_answer healthz(struct exporter *e, const struct http_request *r)
{
	(void)r;
	return e->failing ? unreadable(HTTP_HEALTHZ) : text(HTTP_HEALTHZ, HTTP_200, "ok");
}

static struct http_answer status(struct exporter *e, const struct http_request *r)
{
	struct timespec now;

	(void)r;
	clock_gettime(CLOCK_REALTIME, &now);
	return json(api_json__status(e->source->env, collector__coverage(e->source->collector),
				     &e->self.begun, &now));
}

/* Put parameter @name, a number up to @max, into @v, which keeps its value without one.  0, -1 if it is wrong. */
static int number(const struct http_request *r, const char *name, uint64_t max, uint64_t *v)
{
	const char *arg = http__arg(r, name);
	uint64_t n;

	if (!arg)
		return 0;
	if (parse_u64(arg, &n) || n > max)
		return -1;
	*v = n;
	return 0;
}

/* Likewise an address, "0x..." */
static int address(const struct http_request *r, const char *name, uint64_t *v)
{
	const char *arg = http__arg(r, name);

	if (!arg || strncmp(arg, "0x", 2) || strlen(arg) > 18 || !arg[2] ||
	    arg[2 + strspn(arg + 2, "0123456789abcdefABCDEF")])
		return -1;
	*v = strtoull(arg, NULL, 16);
	return 0;
}

static struct http_answer report(struct exporter *e, const struct http_request *r)
{
	struct api_limits limits = { .regions = 50, .vmas = 100, .blockers = 100 };
	const char *name = http__arg(r, "window");
	struct http_answer a;
	struct model m;

	if (!name)
		name = "recent";
	if (strcmp(name, "recent") && strcmp(name, "start"))
		return text(HTTP_API, HTTP_400, "window: recent or start");
	if (number(r, "regions", MAX_LIMIT, &limits.regions) || number(r, "vmas", MAX_LIMIT, &limits.vmas) ||
	    number(r, "blockers", MAX_LIMIT, &limits.blockers))
		return text(HTTP_API, HTTP_400, "regions, vmas, blockers: a number up to 1000");
	if (exporter__refresh(e) ||
	    exporter__model(e, strcmp(name, "recent") ? WINDOW_START : WINDOW_RECENT, &m))
		return unreadable(HTTP_API);
	fill_self(e);
	m.cost = &e->self.cost;
	a = json(api_json__report(&m, &e->latest.when, name, history__seq(e->history), &limits));
	model__free(&m);
	return a;
}

static struct http_answer history(struct exporter *e, const struct http_request *r)
{
	uint64_t after = 0;

	if (number(r, "after", UINT64_MAX, &after))
		return text(HTTP_API, HTTP_400, "after: a number");
	return json(api_json__history(e->history, after, e->source->context->unit_ns,
				      collector__coverage(e->source->collector)));
}

static struct http_answer offsets(struct exporter *e, const struct http_request *r)
{
	uint64_t pid = 0, start, end, after = 0;
	const struct offset_region *region;
	struct offset_row *rows;
	size_t n;

	if (number(r, "pid", INT_MAX, &pid) || !pid || address(r, "start", &start) ||
	    address(r, "end", &end) || start >= end || number(r, "after", UINT64_MAX, &after))
		return text(HTTP_API, HTTP_400, "pid, start, end: a region as in /api/report; after: a number");
	if (collector__read_offsets(e->source->collector, &rows, &n))
		return unreadable(HTTP_API);
	region = offsets__follow(e->offsets, pid, start, end, rows, n, history__seq(e->history),
				 clock__now());
	free(rows);
	return region ? json(api_json__offsets(region, after)) : answer(HTTP_API, HTTP_503, NULL);
}

struct http_answer exporter__answer(void *ctx, const struct http_request *r)
{
	static const struct {
		const char *path;
		struct http_answer (*answer)(struct exporter *e, const struct http_request *r);
	} paths[] = {
		{ "/metrics", metrics },
		{ "/healthz", healthz },
		{ "/api/status", status },
		{ "/api/report", report },
		{ "/api/history", history },
		{ "/api/offsets", offsets },
	};
	const char *path = http__path(r);
	const struct page_file *f;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!strcmp(path, paths[i].path))
			return paths[i].answer(ctx, r);
	f = pages__find(path);
	if (f)
		return answer(HTTP_PAGE, HTTP_200, http__constant(pages__type(f), f->data, f->len, f->etag));
	return text(HTTP_OTHER, HTTP_404, "there is nothing here: try / or /metrics");
}
