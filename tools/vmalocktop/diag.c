// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include <stdio.h>

static bool verbose;
static void (*divert)(const char *line);

static void line(const char *prefix, const char *fmt, va_list args)
{
	char text[1024], whole[1088];

	vsnprintf(text, sizeof(text), fmt, args);
	snprintf(whole, sizeof(whole), "%s%s", prefix, text);
	if (divert)
		divert(whole);
	else
		/* One write, so that lines of several programs on one terminal don't mix. */
		fprintf(stderr, "%s\n", whole);
}

void diag_verbose(bool on)
{
	verbose = on;
}

void diag_divert(void (*to)(const char *line))
{
	divert = to;
}

#define LINE(prefix)				\
	do {					\
		va_list args;			\
						\
		va_start(args, fmt);		\
		line(prefix, fmt, args);	\
		va_end(args);			\
	} while (0)

void elog(const char *fmt, ...)
{
	LINE("vmalocktop: ");
}

void wlog(const char *fmt, ...)
{
	LINE("vmalocktop: warning: ");
}

void banner(const char *fmt, ...)
{
	LINE("");
}

void vlog(const char *fmt, ...)
{
	if (verbose)
		LINE("vmalocktop: ");
}

int vlogv(const char *fmt, va_list args)
{
	return verbose && !divert ? vfprintf(stderr, fmt, args) : 0;
}
