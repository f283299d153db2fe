// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "live_fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

const char *live_fit__mark(void)
{
	wchar_t wide;

	return mbtowc(&wide, "…", sizeof("…")) == (int)strlen("…") ? "…" : ">";
}

/* The character at @text: its bytes, at least 1, and columns. */
static int character(const char *text, int *columns)
{
	wchar_t wide;
	int n = mbtowc(&wide, text, MB_CUR_MAX);

	*columns = 1;
	if (n < 1)
		return 1;
	if (wcwidth(wide) >= 0)
		*columns = wcwidth(wide);
	return n;
}

int live_fit__width(const char *text)
{
	int width = 0, columns;

	for (; *text; width += columns)
		text += character(text, &columns);
	return width;
}

int live_fit__bytes(const char *text, int columns)
{
	int width = 0, fits = 0, one;

	for (int at = 0; text[at];) {
		int n = character(text + at, &one);

		width += one;
		if (width > columns)
			return fits;
		at += n;
		if (width < columns)
			fits = at;
	}
	return -1;
}

void live_fit__append(char *line, size_t len, const char *text, int columns, int pad)
{
	int bytes = live_fit__bytes(text, columns);
	size_t at = strlen(line);

	if (bytes < 0)
		snprintf(line + at, len - at, "%s", text);
	else
		snprintf(line + at, len - at, "%.*s%s", bytes, text, columns > 0 ? live_fit__mark() : "");
	if (!pad)
		return;
	for (int width = live_fit__width(line + at); width < columns && strlen(line) + 1 < len; width++)
		strcat(line, " ");
}
