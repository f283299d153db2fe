/* SPDX-License-Identifier: GPL-2.0 */
/* Where to listen: "[ADDR:]PORT". */
#ifndef VMALOCKTOP_LISTEN_ADDRESS_H
#define VMALOCKTOP_LISTEN_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

struct listen_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} addr;
	socklen_t len;
};

#define LISTEN_URL_LEN 80

/**
 * listen_address__parse() - read what --listen is given
 * @a: gets it
 * @text: "PORT", "ADDR:PORT" or "[ADDR]:PORT", with a numeric address, in brackets of either
 *	  family; without one it is 127.0.0.1; port 0 is any that is free
 *
 * Return: 0, -1 if it is none of these.
 */
int listen_address__parse(struct listen_address *a, const char *text);

/* listen_address__loopback() - whether only this machine can connect */
bool listen_address__loopback(const struct listen_address *a);

/* listen_address__url() - "http://ADDR:PORT/"; returns @url */
const char *listen_address__url(const struct listen_address *a, char url[LISTEN_URL_LEN]);

#endif
