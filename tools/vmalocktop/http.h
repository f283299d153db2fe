/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An HTTP server that nobody can make wait, or grow: one thread, which the caller
 * lends it; a bounded number of connections, each for one small request and
 * with a deadline.  Knows nothing about what it serves.
 */
#ifndef VMALOCKTOP_HTTP_H
#define VMALOCKTOP_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "listen_address.h"

struct http;
struct http_request;		/* one that is being answered */
struct http_body;		/* what it is answered with */

/* What a request was for; labels of a metric. */
enum http_handler { HTTP_METRICS, HTTP_API, HTTP_PAGE, HTTP_HEALTHZ, HTTP_OTHER, HTTP_HANDLERS };

/* Status codes that are given, in the order of the counters. */
enum http_status { HTTP_200, HTTP_304, HTTP_400, HTTP_403, HTTP_404, HTTP_405, HTTP_503, HTTP_STATUSES };

struct http_answer {
	enum http_handler handler;
	enum http_status status;
	struct http_body *body;	/* the server releases a reference to it; NULL: memory was short */
};

struct http_counts {
	uint64_t requests[HTTP_HANDLERS][HTTP_STATUSES];
	uint64_t deadline;	/* connections closed because they took too long */
	uint64_t evicted;	/* because there were too many */
};

/**
 * http__open() - begin to listen
 * @at: address and port
 * @answer: called with each GET and HEAD
 * @ctx: passed to @answer
 *
 * Return: the server; NULL after a message.
 */
struct http *http__open(const struct listen_address *at,
			struct http_answer (*answer)(void *ctx, const struct http_request *r), void *ctx);
void http__close(struct http *h);

/* http__address() - where it listens: the port that it was given for port 0 */
const struct listen_address *http__address(const struct http *h);

/* http__fd() - what becomes readable when http__run() has something to do */
int http__fd(const struct http *h);

/* http__timeout() - nanoseconds until http__run() wants to be called even if not */
uint64_t http__timeout(const struct http *h);

/* http__run() - do what can be done without waiting */
void http__run(struct http *h);

const struct http_counts *http__counts(const struct http *h);

/* http__path(), http__header() - of a request; the latter NULL if it has none such */
const char *http__path(const struct http_request *r);
const char *http__header(const struct http_request *r, const char *name);

/* http__arg() - a parameter behind the "?", NULL if it has none such */
const char *http__arg(const struct http_request *r, const char *name);

/**
 * http__body() - make a body
 * @type: its media type
 * @data: allocated with malloc(), belongs to the body
 * @len: its length
 *
 * Return: with one reference; NULL when memory is short (@data is freed).
 */
struct http_body *http__body(const char *type, char *data, size_t len);

/* http__constant() - the same of data that lives on; @etag, in quotes, tells its versions apart */
struct http_body *http__constant(const char *type, const void *data, size_t len, const char *etag);

/* http__text() - the same of a line of text */
struct http_body *http__text(const char *text);

/* http__get_body(), http__put_body() - take and release a reference; the latter also of NULL */
struct http_body *http__get_body(struct http_body *b);
void http__put_body(struct http_body *b);

/* http__handler_name(), http__status_code() - "metrics", 200 */
const char *http__handler_name(enum http_handler h);
unsigned int http__status_code(enum http_status s);

#endif
