// SPDX-License-Identifier: GPL-2.0
#include "coverage.h"

#include "vmalocktop.h"

static const struct {
	const char *name, *text;
} metrics[METRICS] = {
	[METRIC_FAULTS] = { "faults", "page faults" },
	[METRIC_LOOKUPS] = { "lookups", "lookups under RCU: results, walks" },
	[METRIC_REFFREE] = { "reffree", "attempts without a reference" },
	[METRIC_FALLBACKS] = { "fallbacks", "faults that fell back to mmap_lock" },
	[METRIC_REASONS] = { "reasons", "why they did" },
	[METRIC_MMAP_LOCK] = { "mmap_lock", "waits of faults for mmap_lock" },
	[METRIC_BABY] = { "baby", "waits of faults on BABYs" },
	[METRIC_EXCL] = { "excl", "waits of faults on EXCL VMAs" },
	[METRIC_ZOMBIES] = { "zombies", "back-offs from ZOMBIEs" },
	[METRIC_DRAINS] = { "drains", "waits of writers on a VMA's users" },
	[METRIC_LIVES] = { "lives", "lives of BABYs" },
	[METRIC_VMAS] = { "vmas", "which VMA a wait was about" },
	[METRIC_BLOCKERS] = { "blockers", "which writer a fault waited for" },
	[METRIC_STACKS] = { "stacks", "stacks of both" },
	[METRIC_OPEN] = { "open_waits", "waits that haven't ended" },
};

static const enum metric of_kind[VT_KINDS] = {
	[VT_BABY] = METRIC_BABY,
	[VT_EXCL] = METRIC_EXCL,
	[VT_MMAP_LOCK] = METRIC_MMAP_LOCK,
	[VT_DRAIN] = METRIC_DRAINS,
	[VT_LIFE] = METRIC_LIVES,
	[VT_ZOMBIE] = METRIC_ZOMBIES,
};

bool coverage__has(const struct coverage *c, enum metric m)
{
	return !c || c->v[m].grade != ABSENT;
}

bool coverage__exact(const struct coverage *c, enum metric m)
{
	return !c || c->v[m].grade == EXACT;
}

enum metric coverage__wait(unsigned int kind)
{
	return of_kind[kind];
}

const char *metric__name(enum metric m)
{
	return metrics[m].name;
}

const char *grade__name(enum grade g)
{
	static const char *const names[] = {
		[ABSENT] = "absent", [DEGRADED] = "degraded", [EXACT] = "exact",
	};

	return names[g];
}

void coverage__print(FILE *out, const struct coverage *c, const char *kernel)
{
	fprintf(out, "Linux %s\n\n%-36s %-9s %s\n", kernel, "METRIC", "COVERAGE", "FROM, OR WHY NOT");
	for (int m = 0; m < METRICS; m++) {
		const char *source = c->v[m].source, *why = c->v[m].why;

		fprintf(out, "%-36s %-9s %s%s%s\n", metrics[m].text, grade__name(c->v[m].grade),
			source ? source : "", source && why ? ": " : "", why ? why : "");
	}
}
