// SPDX-License-Identifier: GPL-2.0
#include "pages.h"

#include <string.h>

/* Made by embed. */
extern const struct page_file page_files[];
extern const size_t n_page_files;

const struct page_file *pages__find(const char *path)
{
	const char *name = strcmp(path, "/") ? path + 1 : "index.html";

	for (size_t i = 0; path[0] == '/' && i < n_page_files; i++)
		if (!strcmp(page_files[i].name, name))
			return &page_files[i];
	return NULL;
}

const char *pages__type(const struct page_file *f)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".txt", "text/plain; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".map", "application/json" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".ico", "image/x-icon" },
		{ ".woff2", "font/woff2" },
	};
	const char *dot = strrchr(f->name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(dot, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}
