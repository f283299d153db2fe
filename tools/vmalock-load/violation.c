// SPDX-License-Identifier: GPL-2.0
/* Reporting what went wrong while the threads run: no stdio, no allocation. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define MAX_PRINTED 10

static _Atomic unsigned int printed;

static void put(const char *line, size_t len)
{
	while (len) {
		ssize_t n = write(STDERR_FILENO, line, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			line += n;
			len -= (size_t)n;
		}
	}
}

static size_t limited(int len, size_t used, size_t size)
{
	if (len > 0)
		used += (size_t)len;
	return used < size - 2 ? used : size - 2;
}

int load_error(struct load *ld, const char *fmt, ...)
{
	int err = errno;
	char line[512];
	size_t used;
	va_list ap;

	if (!atomic_exchange(&ld->failed, true)) {
		used = limited(snprintf(line, sizeof(line), "vmalock-load: "), 0, sizeof(line));
		va_start(ap, fmt);
		used = limited(vsnprintf(line + used, sizeof(line) - used, fmt, ap), used, sizeof(line));
		va_end(ap);
		if (err)
			used = limited(snprintf(line + used, sizeof(line) - used, ": %s",
						strerrordesc_np(err)), used, sizeof(line));
		line[used++] = '\n';
		put(line, used);
	}
	atomic_store(&ld->stop, true);
	return -1;
}

void load_violation(struct worker *w, enum violation_kind kind, const char *fmt, ...)
{
	extern struct load load_state;
	char line[512];
	size_t used;
	va_list ap;

	atomic_fetch_add(&load_state.violations[kind], 1);
	/* A planted fault may show as another kind at first. */
	if (load_state.opt.stop_on_violation &&
	    (load_state.opt.plant == VIOLATION_NONE || load_state.opt.plant == kind))
		atomic_store(&load_state.stop, true);
	if (atomic_load(&printed) >= MAX_PRINTED || atomic_fetch_add(&printed, 1) >= MAX_PRINTED)
		return;
	used = limited(snprintf(line, sizeof(line), "violation %s: ", violation_name(kind)), 0, sizeof(line));
	va_start(ap, fmt);
	used = limited(vsnprintf(line + used, sizeof(line) - used, fmt, ap), used, sizeof(line));
	va_end(ap);
	if (w)
		used = limited(snprintf(line + used, sizeof(line) - used, " thread=%s/%u",
					w->setup ? "setup" : w->mapper ? "mapper" : "faulter", w->id),
			       used, sizeof(line));
	line[used++] = '\n';
	put(line, used);
}

bool plant_now(struct worker *w, enum violation_kind kind)
{
	return __builtin_expect(w->ld->opt.plant == kind, 0) && !w->setup && !(load_random(w) & 15);
}

void plant_linger(void)
{
	nanosleep(&(struct timespec) { .tv_nsec = 3000000 }, NULL);
}
