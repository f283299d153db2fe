/* SPDX-License-Identifier: GPL-2.0 */
/* The files of the live page, which are a part of the program. */
#ifndef VMALOCKTOP_PAGES_H
#define VMALOCKTOP_PAGES_H

#include <stddef.h>

struct page_file {
	const char *name;
	const char *etag;
	const void *data;
	size_t len;
};

/**
 * pages__find() - the file that a path asks for
 * @path: "/name"; "/" is index.html
 *
 * Return: NULL if there is none.
 */
const struct page_file *pages__find(const char *path);

/* pages__type() - the media type of a file */
const char *pages__type(const struct page_file *f);

#endif
