// SPDX-License-Identifier: GPL-2.0
#include "live_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hist.h"
#include "live_fit.h"
#include "live_text.h"
#include "text.h"

#define WIDE	100	/* columns from which on nothing is left out */
/* Below these, of one process or of several, so is what isn't needed to find the region. */
#define NARROW	72
#define NARROW_MANY 79

/* What has a column; of one process the name is in the head. */
struct shown {
	bool waits, max, kind, pid;
	int comm;		/* columns of the process' name; 0: none */
};

static struct shown shown_in(const struct model *m, int columns)
{
	bool one = m->pid, by_max = m->sort == SORT_MAX;

	if (columns >= WIDE)
		return (struct shown){ .waits = true, .max = true, .kind = true, .pid = true, .comm = 12 };
	if (columns < (one ? NARROW : NARROW_MANY))
		return (struct shown){ .waits = !by_max, .max = by_max, .pid = !one };
	if (one)
		return (struct shown){ .waits = true, .max = true, .kind = true };
	return (struct shown){ .waits = !by_max, .max = by_max, .kind = true, .pid = true, .comm = 8 };
}

static void add(char buf[LIVE_ROW_LEN], bool shown, int width, const char *text)
{
	size_t at = strlen(buf);

	if (shown)
		snprintf(buf + at, LIVE_ROW_LEN - at, " %*s", width, text);
}

static void add_name(char buf[LIVE_ROW_LEN], int columns, const char *text)
{
	if (!columns)
		return;
	strcat(buf, " ");
	live_fit__append(buf, LIVE_ROW_LEN, text, columns, true);
}

const char *live_row__head(const struct model *m, int columns, char buf[LIVE_ROW_LEN])
{
	struct shown s = shown_in(m, columns);

	snprintf(buf, LIVE_ROW_LEN, "%8s %5s", "LOST", "SHR");
	add(buf, s.waits, 7, "WAITS");
	add(buf, s.max, 8, "MAX");
	add(buf, s.kind, -9, "KIND");
	add(buf, s.pid, 7, "PID");
	add_name(buf, s.comm, "COMMAND");
	add(buf, true, s.comm == 8 ? 6 : 7, "SIZE");
	add(buf, true, 0, "REGION");
	return buf;
}

/* The kind of wait that cost most time or, if none did, that there was. */
static const char *kind_of(const struct model_region *r)
{
	int most = VT_ZOMBIE;

	for (int k = 0; k < VT_TIMED_KINDS; k++)
		if (r->kinds[k] && (most == VT_ZOMBIE || r->kinds[k]->sum > r->kinds[most]->sum))
			most = k;
	return model__kind_name(most);
}

/* Whether the longest wait was that long, not shorter: of what kind it was may be open. */
static bool max_exact(const struct model_region *r)
{
	bool exact = false;

	for (int k = 0; k < VT_KINDS; k++)
		exact |= r->kinds[k] && r->kinds[k]->max == r->max_ns && r->max_exact[k];
	return exact;
}

/* The name and where it starts, and where it ends if there is room for all of it. */
static void add_region(char buf[LIVE_ROW_LEN], const struct range *r, int columns)
{
	char start[32], end[32];
	int room = columns - live_fit__width(buf) - 1;

	if (r->start == r->end) {
		add(buf, true, 0, live_text__unknown(r));
		return;
	}
	snprintf(start, sizeof(start), " 0x%" PRIx64, r->start);
	snprintf(end, sizeof(end), "-0x%" PRIx64, r->end);
	room -= strlen(start);
	strcat(buf, " ");
	live_fit__append(buf, LIVE_ROW_LEN, r->name, room > 0 ? room : 0, false);
	strcat(buf, start);
	if ((int)strlen(end) <= columns - live_fit__width(buf))
		strcat(buf, end);
}

const char *live_row__region(const struct model *m, const struct model_region *r, int columns, char buf[LIVE_ROW_LEN])
{
	struct shown s = shown_in(m, columns);
	char lost[16], max[18], size[16], number[24];

	snprintf(buf, LIVE_ROW_LEN, "%8s %4.0f%%", text__time(r->fault_ns, lost, sizeof(lost)),
		 m->fault_ns ? 100.0 * r->fault_ns / m->fault_ns : 0);
	snprintf(number, sizeof(number), "%" PRIu64, r->count);
	add(buf, s.waits, 7, number);
	add(buf, s.max, 8, text__max(r->max_ns, max_exact(r), max, sizeof(max)));
	add(buf, s.kind, -9, kind_of(r));
	snprintf(number, sizeof(number), "%" PRIu32, r->tgid);
	add(buf, s.pid, 7, number);
	add_name(buf, s.comm, r->comm[0] ? r->comm : "?");
	add(buf, true, s.comm == 8 ? 6 : 7, r->range.end > r->range.start ?
	    text__size(r->range.end - r->range.start, size, sizeof(size)) : "-");
	add_region(buf, &r->range, columns);
	return buf;
}
