// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <unistd.h>

#include "clock.h"
#include "diag.h"

#define MAX_CONNECTIONS		64
/* So many may come at once before the oldest are closed, and there is always room for one more. */
#define CROWDED			(MAX_CONNECTIONS - 8)
#define DEADLINE_NS		10000000000ULL
#define MAX_REQUEST		16384	/* bytes for its line and headers, and for the answer's */

#define POLICY "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
	"connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

struct connection {
	TAILQ_ENTRY(connection) link;	/* oldest first */
	int fd;
	uint64_t since_ns;
	bool dropped;			/* its socket is shut down */
};

struct http {
	struct MHD_Daemon *daemon;
	struct listen_address address;
	bool loopback;
	int fd;
	struct http_answer (*answer)(void *ctx, const struct http_request *r);
	void *ctx;
	TAILQ_HEAD(, connection) connections;
	int n_connections;		/* without those that are dropped */
	uint64_t changes;		/* connections that came or went */
	bool again;			/* some did in the last run */
	struct http_counts counts;
};

struct http_request {
	struct MHD_Connection *connection;
	const char *path;
};

struct http_body {
	struct MHD_Response *response;
	unsigned int references;
	const char *etag;
};

const char *http__handler_name(enum http_handler h)
{
	static const char *const names[HTTP_HANDLERS] = {
		[HTTP_METRICS] = "metrics", [HTTP_API] = "api", [HTTP_PAGE] = "page",
		[HTTP_HEALTHZ] = "healthz", [HTTP_OTHER] = "other",
	};

	return names[h];
}

unsigned int http__status_code(enum http_status s)
{
	static const unsigned int codes[HTTP_STATUSES] = {
		[HTTP_200] = 200, [HTTP_304] = 304, [HTTP_400] = 400, [HTTP_403] = 403,
		[HTTP_404] = 404, [HTTP_405] = 405, [HTTP_503] = 503,
	};

	return codes[s];
}

static struct http_body *body(struct MHD_Response *response, const char *type, const char *etag)
{
	struct http_body *b = response ? calloc(1, sizeof(*b)) : NULL;

	if (!b)
		goto fail;
	b->response = response;
	b->references = 1;
	b->etag = etag;
	if (MHD_add_response_header(response, "Content-Type", type) &&
	    MHD_add_response_header(response, "Connection", "close") &&
	    MHD_add_response_header(response, "Cache-Control", etag ? "no-cache" : "no-store") &&
	    (!etag || MHD_add_response_header(response, "ETag", etag)) &&
	    MHD_add_response_header(response, "Content-Security-Policy", POLICY) &&
	    MHD_add_response_header(response, "Referrer-Policy", "no-referrer") &&
	    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff"))
		return b;
fail:
	if (response)
		MHD_destroy_response(response);
	free(b);
	return NULL;
}

struct http_body *http__body(const char *type, char *data, size_t len)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);

	if (!r)
		free(data);
	return body(r, type, NULL);
}

struct http_body *http__constant(const char *type, const void *data, size_t len, const char *etag)
{
	/* The library doesn't write to what it may not free. */
	return body(MHD_create_response_from_buffer(len, (void *)data, MHD_RESPMEM_PERSISTENT), type,
		    etag);
}

struct http_body *http__text(const char *text)
{
	char *line;
	int n = asprintf(&line, "%s\n", text);

	return n < 0 ? NULL : http__body("text/plain; charset=utf-8", line, n);
}

struct http_body *http__get_body(struct http_body *b)
{
	if (b)
		b->references++;
	return b;
}

void http__put_body(struct http_body *b)
{
	if (!b || --b->references)
		return;
	/* Connections that still send it have references of their own. */
	MHD_destroy_response(b->response);
	free(b);
}

const char *http__path(const struct http_request *r)
{
	return r->path;
}

const char *http__header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *http__arg(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Close @c without waiting for it: the library then sees that nothing more comes or goes. */
static void drop(struct http *h, struct connection *c, uint64_t *count)
{
	const struct linger none = { .l_onoff = 1 };

	/* What isn't sent yet is not to stay in the kernel, either. */
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	shutdown(c->fd, SHUT_RDWR);
	c->dropped = true;
	h->n_connections--;
	++*count;
}

static struct connection *oldest(struct http *h)
{
	struct connection *c;

	TAILQ_FOREACH(c, &h->connections, link)
		if (!c->dropped)
			return c;
	return NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **own,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct connection *c = *own;
	struct http *h = ctx;

	h->changes++;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (!c)
			return;
		TAILQ_REMOVE(&h->connections, c, link);
		h->n_connections -= !c->dropped;
		free(c);
		return;
	}
	c = calloc(1, sizeof(*c));
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (!c || !info) {
		/* The library's own time limit has to do. */
		free(c);
		return;
	}
	c->fd = info->connect_fd;
	c->since_ns = clock__now();
	TAILQ_INSERT_TAIL(&h->connections, c, link);
	*own = c;
	if (++h->n_connections > CROWDED)
		drop(h, oldest(h), &h->counts.evicted);
}

/*
 * Whether the request names this machine as such, as far as that can be told.
 * A page from elsewhere may make its own name mean a loopback address, but
 * then its name is what the browser sends.
 */
static bool names_us(const struct http *h, const char *host)
{
	char name[INET6_ADDRSTRLEN + 1];
	struct in6_addr addr;
	size_t n;

	if (!h->loopback || !host)
		return true;
	if (host[0] == '[') {
		n = strcspn(++host, "]");
	} else {
		n = strcspn(host, ":");
	}
	if (n >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)n, host);
	return !strcasecmp(name, "localhost") || inet_pton(AF_INET, name, &addr) == 1 ||
	       inet_pton(AF_INET6, name, &addr) == 1;
}

static struct http_answer error(enum http_status status, const char *text)
{
	return (struct http_answer){
		.handler = HTTP_OTHER, .status = status, .body = http__text(text),
	};
}

/* The client has what it would be given. */
static bool unchanged(const struct http_request *r, const struct http_answer *a)
{
	const char *has = http__header(r, "If-None-Match");

	return a->status == HTTP_200 && a->body && a->body->etag && has && !strcmp(has, a->body->etag);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *data_len, void **own)
{
	const struct http_request r = { .connection = connection, .path = url };
	struct http *h = ctx;
	struct http_answer a;
	enum MHD_Result result = MHD_NO;

	(void)version;
	(void)data;
	(void)data_len;
	(void)own;
	if (!names_us(h, http__header(&r, "Host")))
		a = error(HTTP_403, "vmalocktop listens for this machine only: ask by its address, or as localhost");
	else if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		a = error(HTTP_405, "only GET and HEAD");
	else
		a = h->answer(h->ctx, &r);
	if (unchanged(&r, &a)) {
		struct http_body *empty = http__constant("text/plain", "", 0, a.body->etag);

		http__put_body(a.body);
		a.body = empty;
		a.status = HTTP_304;
	}
	if (!a.body)
		return MHD_NO;
	if (a.status != HTTP_405 || MHD_get_response_header(a.body->response, "Allow") ||
	    MHD_add_response_header(a.body->response, "Allow", "GET, HEAD"))
		result = MHD_queue_response(connection, http__status_code(a.status), a.body->response);
	http__put_body(a.body);
	if (result == MHD_YES)
		h->counts.requests[a.handler][a.status]++;
	return result;
}

/* A socket that listens at @at, which gets the port that was chosen; -1 after a message. */
static int listen_at(struct listen_address *at)
{
	int fd = socket(at->addr.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
	char url[LISTEN_URL_LEN];

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !bind(fd, &at->addr.any, at->len) && !listen(fd, SOMAXCONN) &&
	    !getsockname(fd, &at->addr.any, &at->len))
		return fd;
	elog("cannot listen on %s: %s: give another port, or an address of this machine",
	     listen_address__url(at, url), strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

struct http *http__open(const struct listen_address *at,
			struct http_answer (*answer)(void *ctx, const struct http_request *r), void *ctx)
{
	struct http *h = calloc(1, sizeof(*h));
	const union MHD_DaemonInfo *info;

	if (!h) {
		elog("out of memory: free some and try again");
		return NULL;
	}
	h->address = *at;
	h->loopback = listen_address__loopback(at);
	h->answer = answer;
	h->ctx = ctx;
	TAILQ_INIT(&h->connections);
	h->fd = listen_at(&h->address);
	if (h->fd < 0)
		goto fail;
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, h,
				     MHD_OPTION_LISTEN_SOCKET, h->fd,
				     MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MAX_CONNECTIONS,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MAX_REQUEST,
				     MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)(DEADLINE_NS / 1000000000),
				     MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
				     MHD_OPTION_END);
	if (!h->daemon) {
		elog("cannot start the HTTP server: %s: is the limit of open files (ulimit -n) too low?",
		     strerror(errno));
		close(h->fd);
		goto fail;
	}
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	h->fd = info->epoll_fd;
	return h;
fail:
	free(h);
	return NULL;
}

void http__close(struct http *h)
{
	if (!h)
		return;
	MHD_stop_daemon(h->daemon);
	free(h);
}

const struct listen_address *http__address(const struct http *h)
{
	return &h->address;
}

int http__fd(const struct http *h)
{
	return h->fd;
}

uint64_t http__timeout(const struct http *h)
{
	struct connection *first = oldest((struct http *)h);
	uint64_t ns = UINT64_MAX, now = clock__now();
	MHD_UNSIGNED_LONG_LONG ms;

	if (h->again)
		return 0;
	if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
		ns = ms * 1000000;
	if (first) {
		uint64_t due = first->since_ns + DEADLINE_NS, left = due > now ? due - now : 0;

		if (left < ns)
			ns = left;
	}
	return ns;
}

void http__run(struct http *h)
{
	uint64_t now = clock__now(), changes = h->changes;
	struct connection *c;

	while ((c = oldest(h)) && now >= c->since_ns + DEADLINE_NS)
		drop(h, c, &h->counts.deadline);
	MHD_run(h->daemon);
	/* The library looks for more connections only when it is called with room for them. */
	h->again = h->changes != changes;
}

const struct http_counts *http__counts(const struct http *h)
{
	return &h->counts;
}
