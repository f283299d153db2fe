// SPDX-License-Identifier: GPL-2.0
#include "live_view.h"

#include <inttypes.h>
#include <limits.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

#include "live_fit.h"
#include "live_open.h"
#include "live_row.h"
#include "live_text.h"
#include "live_writers.h"
#include "text.h"

#define HEAD_LINES	4
#define SCOPE		100		/* columns, at most, for what is watched */
#define OPEN_LINES	4		/* at most, at the bottom */
#define WRITERS		3		/* at most, below the table, if there is room for so many rows of it: */
#define TABLE_LINES	5

static const char *const sorts[] = { "lost", "total", "count", "avg", "max" };

/* A line of text at row @y, cut at the right edge, which is marked; the rest of the row is empty. */
static void put(int y, const char *text)
{
	int bytes = live_fit__bytes(text, COLS);

	if (y < 0 || y >= LINES)
		return;
	move(y, 0);
	clrtoeol();
	addnstr(text, bytes);
	if (bytes >= 0)
		addstr(live_fit__mark());
}

/* One line of what is printed to @line, which is closed: without its newline. */
static void put_printed(int y, FILE *line, char **text)
{
	if (!line)
		return;
	fclose(line);
	(*text)[strcspn(*text, "\n")] = '\0';
	put(y, *text);
	free(*text);
}

static void head(const struct live_view *v, const struct model *m)
{
	char line[256 + MB_LEN_MAX * SCOPE], clock[16] = "", *text;
	FILE *f;
	size_t n;
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%T", &tm);
	if (m->pid)
		snprintf(line, sizeof(line), "vmalocktop %s  PID %" PRIu32 " (%s)%s", clock, m->pid,
			 m->comm[0] ? m->comm : "?", m->only ? " alone, P: all" : "");
	else
		snprintf(line, sizeof(line), "vmalocktop %s", clock);
	if (m->scope && m->scope[0]) {
		strcat(line, "  ");
		live_fit__append(line, sizeof(line), m->scope, SCOPE, false);
	}
	snprintf(line + strlen(line), sizeof(line) - strlen(line), "  %s %.*f s  by %s%s",
		 v->whole ? "all" : "last", m->elapsed_ns < 9950000000ULL, m->elapsed_ns / 1e9, sorts[v->sort],
		 v->paused ? "  PAUSED" : "");
	attron(A_BOLD);
	put(0, line);
	attroff(A_BOLD);
	if (m->fault_ns || m->n_open)
		attron(COLOR_PAIR(COLOR_HOT));
	if ((f = open_memstream(&text, &n)))
		live_text__verdict(f, m, v->whole);
	put_printed(1, f, &text);
	if ((f = open_memstream(&text, &n)))
		live_writers__blame(f, m);
	put_printed(2, f, &text);
	attroff(COLOR_PAIR(COLOR_HOT));
	if ((f = open_memstream(&text, &n)))
		live_text__rates(f, m);
	put_printed(3, f, &text);
}

/* The row that was selected may be another one in new data. */
static void follow(struct live_view *v, const struct model *m)
{
	if (v->fresh && v->tgid && (v->moved || v->page == PAGE_REGION)) {
		const struct model_region *r = live_text__find(m, v->tgid, v->start);

		if (r) {
			v->selected = r - m->regions;
			v->start = r->range.start;
		}
	}
	if (v->selected >= (int)m->n_regions)
		v->selected = (int)m->n_regions - 1;
	if (v->selected < 0)
		v->selected = 0;
}

static void remember(struct live_view *v, const struct model *m)
{
	if (v->page != PAGE_TOP || !m->n_regions)
		return;
	v->tgid = m->regions[v->selected].tgid;
	v->start = m->regions[v->selected].range.start;
}

/* The table between rows @top and @bottom, which is excluded. */
static void table(const struct live_view *v, const struct model *m, int top, int bottom)
{
	int rows = bottom - top - 1, first = 0;
	char line[LIVE_ROW_LEN];

	attron(COLOR_PAIR(COLOR_HEAD) | A_BOLD);
	put(top, live_row__head(m, COLS, line));
	attroff(COLOR_PAIR(COLOR_HEAD) | A_BOLD);
	if (v->selected >= rows)
		first = v->selected - rows + 1;
	for (int i = 0; i < rows && first + i < (int)m->n_regions; i++) {
		attr_t shown = first + i == v->selected ? A_REVERSE : 0;

		attron(shown);
		put(top + 1 + i, live_row__region(m, &m->regions[first + i], COLS, line));
		attroff(shown);
	}
	if (!m->n_regions)
		put(top + 1, v->whole ? "no waits" : "no waits in these seconds; press a for all since tracing began");
}

static int count_lines(const char *text)
{
	int lines = 0;

	for (const char *c = text; c && *c; c++)
		lines += *c == '\n';
	return lines;
}

/* The first @lines lines of @text from row @top on, the first one as a heading if @heading. */
static void put_lines(int top, char *text, int lines, bool heading)
{
	char *line;

	for (int i = 0; i < lines && (line = strsep(&text, "\n")); i++) {
		attr_t shown = heading && !i ? COLOR_PAIR(COLOR_HEAD) | A_BOLD : 0;

		attron(shown);
		put(top + i, line);
		attroff(shown);
	}
}

/* The first writers, as many as leave room for the table at @top, right above row @bottom; the row where they begin. */
static int writers(const struct model *m, int top, int bottom)
{
	char *text = NULL;
	int lines = 0;

	for (int n = WRITERS; n > 0; n--) {
		free(text);
		text = live_text__writers(m, n);
		lines = count_lines(text);
		if (bottom - lines - top >= TABLE_LINES)
			break;
	}
	if (!lines || bottom - lines - top < TABLE_LINES) {
		free(text);
		return bottom;
	}
	put_lines(bottom - lines, text, lines, true);
	free(text);
	return bottom - lines - 1;
}

static void top_page(const struct live_view *v, const struct model *m)
{
	char *open = live_open__lines(m, OPEN_LINES);
	int lines = count_lines(open), bottom = LINES - 1 - lines;

	if (bottom > HEAD_LINES + 3) {
		table(v, m, HEAD_LINES + 1, writers(m, HEAD_LINES + 1, bottom));
		attron(COLOR_PAIR(COLOR_HOT));
		put_lines(bottom, open, lines, false);
		attroff(COLOR_PAIR(COLOR_HOT));
	} else {
		table(v, m, HEAD_LINES + 1, LINES - 1);
	}
	free(open);
}

/* The writer that is selected, in new data, too.  Returns on which line of the page it is; -1: there is none. */
static int follow_writer(struct live_view *v, const struct model *m)
{
	int row = v->fresh && v->writer_chosen ? live_writers__find(m, LIVE_WRITERS, &v->chosen) : -1, line;

	if (row >= 0)
		v->writer = row;
	if (v->writer < 0)
		v->writer = 0;
	for (; !live_writers__row(m, v->writer, LIVE_WRITERS, &v->chosen, &line); v->writer--)
		if (!v->writer)
			return -1;
	return line;
}

/* A page of text, scrolled. */
static void text_page(struct live_view *v, const struct model *m)
{
	int rows = LINES - HEAD_LINES - 2, lines, selected = v->page == PAGE_WRITERS ? follow_writer(v, m) : -1;
	char *text, *rest, *line;

	text = live_text__page(v, m);
	if (!text)
		return;
	v->lines = lines = count_lines(text);
	v->rows = rows;
	/* The row that is selected has two lines. */
	if (selected >= 0 && v->scroll < selected + 2 - rows)
		v->scroll = selected + 2 - rows;
	if (selected >= 0 && v->scroll > (v->writer ? selected : 0))
		v->scroll = v->writer ? selected : 0;
	if (v->scroll > lines - rows)
		v->scroll = lines - rows;
	if (v->scroll < 0)
		v->scroll = 0;
	rest = text;
	for (int i = 0; (line = strsep(&rest, "\n")) && i < v->scroll + rows; i++)
		if (i >= v->scroll) {
			attr_t shown = i == selected ? A_REVERSE : 0;

			attron(shown);
			put(HEAD_LINES + 1 + i - v->scroll, line);
			attroff(shown);
		}
	free(text);
}

/* The keys, as many as there is room for, those first that cannot be guessed from the screen. */
static void footer(const struct live_view *v)
{
	const char *all = v->whole ? "a recent" : "a all";
	const char *const top[] = {
		"q quit", "? help", all, "s sort", "Enter look into", "w writers", "o open", "f funnel", "P one process",
		NULL,
	};
	const char *const page[] = { "Esc back", "q quit", all, "f funnel", "w writers", "o open", NULL };
	const char *const list[] = { "Esc back", "q quit", all, "Enter look into", "f funnel", "o open", NULL };
	const char *const *keys = v->page == PAGE_TOP ? top : v->page == PAGE_WRITERS ? list : page;
	int n = 0;
	char line[256] = "", more[48] = "";

	if (v->page != PAGE_TOP && v->lines > v->rows)
		snprintf(more, sizeof(more), "line %d of %d", v->scroll + 1, v->lines);
	while (keys[n])
		n++;
	for (int i = 0; i <= n; i++) {
		const char *next = i < n ? keys[i] : more;

		if (next[0] && strlen(line) + 2 + strlen(next) <= (size_t)COLS)
			sprintf(line + strlen(line), "%s%s", i ? "  " : "", next);
		else if (i < n)
			break;
	}
	put(LINES - 1, line);
}

void live_view__draw(struct live_view *v, const struct model *m, const char *message)
{
	erase();
	follow(v, m);
	remember(v, m);
	head(v, m);
	if (v->page == PAGE_TOP)
		top_page(v, m);
	else
		text_page(v, m);
	v->fresh = false;
	attron(A_DIM);
	if (message[0] || v->note)
		put(LINES - 1, message[0] ? message : v->note);
	else
		footer(v);
	attroff(A_DIM);
	refresh();
}
