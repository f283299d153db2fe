// SPDX-License-Identifier: GPL-2.0
#include "live_view.h"

#include <inttypes.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "live_text.h"
#include "text.h"

#define HEAD_LINES	3
#define OPEN_LINES	4		/* at most, below the table */

static const char *const sorts[] = { "lost", "total", "count", "avg", "max" };

/* A line of text at row @y, cut off at the right edge; the rest of the row is empty. */
static void put(int y, const char *text)
{
	if (y < 0 || y >= LINES)
		return;
	move(y, 0);
	clrtoeol();
	addnstr(text, COLS);
}

/* One line of what prints more: without its newline. */
static void put_printed(int y, void (*print)(FILE *, const struct model *), const struct model *m)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return;
	print(f, m);
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	put(y, text);
	free(text);
}

static void head(const struct live_view *v, const struct model *m)
{
	char line[256], clock[16] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%T", &tm);
	if (m->pid)
		snprintf(line, sizeof(line), "vmalocktop %s  PID %" PRIu32 " (%s)", clock, m->pid,
			 m->comm[0] ? m->comm : "?");
	else
		snprintf(line, sizeof(line), "vmalocktop %s", clock);
	if (m->scope && m->scope[0])
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "  %.100s", m->scope);
	snprintf(line + strlen(line), sizeof(line) - strlen(line), "  %s %.1fs  by %s%s",
		 v->whole ? "all" : "last", m->elapsed_ns / 1e9, sorts[v->sort],
		 v->paused ? "  PAUSED" : "");
	attron(A_BOLD);
	put(0, line);
	attroff(A_BOLD);
	if (m->fault_ns || m->fault_open)
		attron(COLOR_PAIR(COLOR_HOT));
	put_printed(1, live_text__verdict, m);
	attroff(COLOR_PAIR(COLOR_HOT));
	put_printed(2, live_text__rates, m);
}

/* The row that was selected may be another one now. */
static void follow(struct live_view *v, const struct model *m)
{
	if (v->start)
		for (size_t i = 0; i < m->n_regions; i++)
			if (m->regions[i].tgid == v->tgid && m->regions[i].range.start == v->start &&
			    v->page == PAGE_REGION)
				v->selected = i;
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

static void row(int y, const struct model *m, const struct model_region *r, bool selected)
{
	char line[512], lost[16], max[16], size[16];
	uint64_t n = 0, most = 0;

	for (int k = 0; k < VT_KINDS; k++) {
		n += hist__count(&r->kinds[k]);
		if (r->kinds[k].max > most)
			most = r->kinds[k].max;
	}
	snprintf(line, sizeof(line), "%8s %4.0f%% %7" PRIu64 " %8s %7" PRIu32 " %-12.12s %7s %s",
		 text__time(r->fault_ns, lost, sizeof(lost)),
		 m->fault_ns ? 100.0 * r->fault_ns / m->fault_ns : 0, n,
		 text__time(most, max, sizeof(max)), r->tgid, r->comm[0] ? r->comm : "?",
		 r->range.end > r->range.start ?
		 text__size(r->range.end - r->range.start, size, sizeof(size)) : "-",
		 r->range.end > r->range.start ? r->range.name : "(unknown)");
	if (r->range.end > r->range.start)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), " 0x%" PRIx64 "-0x%" PRIx64,
			 r->range.start, r->range.end);
	if (selected)
		attron(A_REVERSE);
	put(y, line);
	attroff(A_REVERSE);
}

/* The table between rows @top and @bottom, which is excluded. */
static void table(const struct live_view *v, const struct model *m, int top, int bottom)
{
	int rows = bottom - top - 1, first = 0;

	attron(COLOR_PAIR(COLOR_HEAD) | A_BOLD);
	put(top, "    LOST   SHR   WAITS      MAX     PID COMMAND         SIZE REGION");
	attroff(COLOR_PAIR(COLOR_HEAD) | A_BOLD);
	if (v->selected >= rows)
		first = v->selected - rows + 1;
	for (int i = 0; i < rows && first + i < (int)m->n_regions; i++)
		row(top + 1 + i, m, &m->regions[first + i], first + i == v->selected);
	if (!m->n_regions)
		put(top + 1, "no waits");
}

static void top_page(const struct live_view *v, const struct model *m)
{
	int open = m->n_open < OPEN_LINES ? m->n_open : OPEN_LINES, bottom = LINES - 1 - open;
	char line[256];

	table(v, m, HEAD_LINES + 1, bottom > HEAD_LINES + 3 ? bottom : LINES - 1);
	if (bottom <= HEAD_LINES + 3)
		return;
	for (int i = 0; i < open; i++) {
		attron(COLOR_PAIR(COLOR_HOT));
		put(bottom + i, live_text__open(&m->open[i], line, sizeof(line)));
		attroff(COLOR_PAIR(COLOR_HOT));
	}
}

/* A page of text, scrolled. */
static void text_page(struct live_view *v, const struct model *m)
{
	int rows = LINES - HEAD_LINES - 2, lines = 0;
	char *text, *rest, *line;

	text = live_text__page(v->page, m, v->tgid, v->start);
	if (!text)
		return;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	if (v->scroll > lines - rows)
		v->scroll = lines - rows;
	if (v->scroll < 0)
		v->scroll = 0;
	rest = text;
	for (int i = 0; (line = strsep(&rest, "\n")) && i < v->scroll + rows; i++)
		if (i >= v->scroll)
			put(HEAD_LINES + 1 + i - v->scroll, line);
	free(text);
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
	attron(A_DIM);
	put(LINES - 1, message[0] ? message : v->page == PAGE_TOP ?
	    "q quit  ? help  Enter look into  w writers  o open  f funnel  s sort  a all" :
	    "Esc back  q quit  arrows scroll");
	attroff(A_DIM);
	refresh();
}
