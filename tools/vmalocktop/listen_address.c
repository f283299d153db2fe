// SPDX-License-Identifier: GPL-2.0
#include "listen_address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../vmalock-load/parse.h"

static int parse_port(const char *text, in_port_t *port)
{
	uint64_t v;

	if (parse_u64(text, &v) || v > UINT16_MAX)
		return -1;
	*port = htons(v);
	return 0;
}

static int parse_v4(struct listen_address *a, const char *host, const char *port)
{
	a->addr.v4.sin_family = AF_INET;
	a->len = sizeof(a->addr.v4);
	return inet_pton(AF_INET, host, &a->addr.v4.sin_addr) == 1 ? parse_port(port, &a->addr.v4.sin_port) : -1;
}

static int parse_brackets(struct listen_address *a, const char *text)
{
	char host[INET6_ADDRSTRLEN];
	const char *end = strchr(text, ']');

	if (!end || end[1] != ':' || end - text - 1 >= (long)sizeof(host))
		return -1;
	snprintf(host, sizeof(host), "%.*s", (int)(end - text - 1), text + 1);
	if (!strchr(host, ':'))
		return parse_v4(a, host, end + 2);
	a->addr.v6.sin6_family = AF_INET6;
	a->len = sizeof(a->addr.v6);
	return inet_pton(AF_INET6, host, &a->addr.v6.sin6_addr) == 1 ?
	       parse_port(end + 2, &a->addr.v6.sin6_port) : -1;
}

int listen_address__parse(struct listen_address *a, const char *text)
{
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN] = "127.0.0.1";

	memset(a, 0, sizeof(*a));
	if (text[0] == '[')
		return parse_brackets(a, text);
	if (colon) {
		if (colon - text >= (long)sizeof(host))
			return -1;
		snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	}
	return parse_v4(a, host, colon ? colon + 1 : text);
}

bool listen_address__loopback(const struct listen_address *a)
{
	const struct in6_addr *v6 = &a->addr.v6.sin6_addr;

	if (a->addr.any.sa_family == AF_INET)
		return ntohl(a->addr.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == IN_LOOPBACKNET);
}

const char *listen_address__url(const struct listen_address *a, char url[LISTEN_URL_LEN])
{
	bool v4 = a->addr.any.sa_family == AF_INET;
	char host[INET6_ADDRSTRLEN] = "?";

	inet_ntop(a->addr.any.sa_family, v4 ? (void *)&a->addr.v4.sin_addr : (void *)&a->addr.v6.sin6_addr,
		  host, sizeof(host));
	snprintf(url, LISTEN_URL_LEN, v4 ? "http://%s:%u/" : "http://[%s]:%u/", host,
		 ntohs(v4 ? a->addr.v4.sin_port : a->addr.v6.sin6_port));
	return url;
}
