// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "live.h"

#include <inttypes.h>
#include <locale.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "diag.h"
#include "live_text.h"
#include "live_view.h"

#define ESCAPE 27

/* The message that came last, for the line at the bottom. */
static char message[256];

static void keep_message(const char *line)
{
	snprintf(message, sizeof(message), "%s", line);
}

static void start_screen(void)
{
	setlocale(LC_CTYPE, "");
	initscr();
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	if (!getenv("NO_COLOR") && has_colors() && start_color() == OK) {
		use_default_colors();
		init_pair(COLOR_HOT, COLOR_RED, -1);
		init_pair(COLOR_HEAD, COLOR_CYAN, -1);
	}
}

static void new_page(struct live_view *v, enum page page)
{
	v->page = page;
	v->scroll = 0;
}

/* Show the process of the selected region alone, or all again. */
static void one_process(struct live_view *v, const struct model *m)
{
	if (m->pid && !m->only) {
		v->note = "one process is all that is watched";
	} else if (v->only || m->n_regions) {
		v->only = v->only ? 0 : v->tgid;
		v->stale = true;
	} else {
		v->note = "no process to choose: the table is empty";
	}
}

/* What a key does; false: quit. */
static bool key(struct live_view *v, const struct model *m, int c)
{
	int page = LINES > 4 ? LINES - 4 : 1;
	int *at = v->page == PAGE_TOP ? &v->selected : v->page == PAGE_WRITERS ? &v->writer : &v->scroll, was = *at;

	v->note = NULL;
	switch (c) {
	case 'q':
		return false;
	case KEY_UP:
	case 'k':
		--*at;
		break;
	case KEY_DOWN:
	case 'j':
		++*at;
		break;
	case KEY_PPAGE:
		*at -= page;
		break;
	case KEY_NPAGE:
	case ' ':
		*at += page;
		break;
	case KEY_HOME:
	case 'g':
		*at = 0;
		break;
	case KEY_END:
	case 'G':
		*at = 1 << 20;
		break;
	case '\r':
	case '\n':
	case KEY_ENTER:
	case KEY_RIGHT:
		if (v->page == PAGE_WRITERS && m->n_stalls)
			new_page(v, PAGE_WRITER);
		else if (v->page == PAGE_TOP && m->n_regions)
			new_page(v, PAGE_REGION);
		else if (v->page == PAGE_TOP)
			v->note = "nothing to look into: the table is empty";
		break;
	case ESCAPE:
	case KEY_LEFT:
	case KEY_BACKSPACE:
	case 127:
		new_page(v, v->page == PAGE_WRITER ? PAGE_WRITERS : PAGE_TOP);
		break;
	case 'P':
		one_process(v, m);
		break;
	case 'w':
		new_page(v, PAGE_WRITERS);
		break;
	case 'o':
		new_page(v, PAGE_OPEN);
		break;
	case 'f':
		new_page(v, PAGE_FUNNEL);
		break;
	case '?':
	case 'h':
	case KEY_F(1):
		new_page(v, PAGE_HELP);
		break;
	case 's':
		v->sort = (v->sort + 1) % (SORT_MAX + 1);
		v->stale = true;
		break;
	case 'a':
		v->whole = !v->whole;
		v->stale = true;
		break;
	case 'p':
		v->paused = !v->paused;
		break;
	}
	if (at == &v->selected && *at != was)
		v->moved = *at > 0;
	/* Until a row is chosen, the first one is. */
	if (at == &v->writer && *at != was)
		v->writer_chosen = *at > 0;
	return true;
}

/*
 * Sleep until @due, or less, and handle one key: what the next one is about is
 * only known when the screen is drawn.  Returns false when the view is to close.
 */
static bool next_key(struct live_view *v, const struct live_source *source, const struct model *m,
		     unsigned long long due)
{
	unsigned long long now = clock__now();
	/* One may have been read along with the last one. */
	int c = getch();

	/* What else ends the view does so while keys come without end, too. */
	if (!source->sleep(source->ctx, c == ERR && due > now ? due - now : 0))
		return false;
	if (c == ERR)
		c = getch();
	return c == ERR || key(v, m, c);
}

static int read_model(const struct live_view *v, const struct live_source *source, struct model *m)
{
	if (source->read(source->ctx, v->whole, v->sort, m))
		return -1;
	if (v->only)
		model__only(m, v->only);
	return 0;
}

static int loop(struct live_view *v, const struct live_source *source, unsigned long long interval_ns)
{
	unsigned long long due = clock__now() + interval_ns, now;
	struct model m, next;
	bool more = true;

	if (read_model(v, source, &m))
		return -1;
	while (more) {
		live_view__draw(v, &m, message);
		more = next_key(v, source, &m, due);
		now = clock__now();
		if (!more || (now < due && !v->stale))
			continue;
		if (now >= due)
			due = now + interval_ns;
		/* A new order, or a longer time, need no new interval. */
		if (v->paused && !v->stale)
			continue;
		v->stale = false;
		if (read_model(v, source, &next)) {
			model__free(&m);
			return -1;
		}
		model__free(&m);
		m = next;
		v->fresh = true;
	}
	model__free(&m);
	return 0;
}

int live__run(const struct live_source *source, unsigned long long interval_ns, enum sort sort)
{
	struct live_view view = { .sort = sort };
	int err;

	message[0] = '\0';
	start_screen();
	diag_divert(keep_message);
	err = loop(&view, source, interval_ns);
	endwin();
	diag_divert(NULL);
	if (message[0])
		banner("%s", message);
	return err;
}
