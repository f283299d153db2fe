/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened between two snapshots, arranged as people ask for it.  Pure:
 * no BPF, no /proc.  All that renderers see.
 */
#ifndef VMALOCKTOP_MODEL_H
#define VMALOCKTOP_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "cost.h"
#include "coverage.h"
#include "maps.h"
#include "names.h"
#include "places.h"
#include "snapshot.h"

/* What rankings are sorted by: time that faults lost, or all waits' total, count, average, maximum. */
enum sort { SORT_LOST, SORT_TOTAL, SORT_COUNT, SORT_AVG, SORT_MAX };

struct named_count {
	const char *name;		/* of static or of struct names' storage */
	uint64_t count;
};

struct counts {
	struct named_count v[NAMES_MAX];
	int n;				/* up to the last one that a name or a count is known of */
	uint64_t total;
};

/* Something that begins and ends. */
struct timed {
	uint64_t begun, ended, failed;
	uint64_t open;			/* begun and not ended up to now, whenever it began */
	struct vt_hist hist;		/* those whose beginning and end were seen */
	bool max_exact;			/* hist.max is no upper bound; likewise below */
};

struct model_drain {
	const char *op;
	struct vt_hist hist;
	bool max_exact;
};

/* Waits of one kind on one VMA, or on a hole between VMAs. */
struct model_vma {
	uint32_t tgid;
	uint32_t kind;			/* enum vt_kind */
	uint64_t start, end;		/* 0: all that were not kept apart */
	bool unmapped;			/* nothing was mapped there when a fault that had waited looked */
	uint64_t count;
	struct vt_hist hist;		/* of VT_ZOMBIE: nothing but zeros */
	bool max_exact;
	const struct place *place;	/* one of the model's */
};

/* Waits on all VMAs within one region. */
struct model_region {
	uint32_t tgid;
	struct range range;		/* start == end: not known to be in any */
	char comm[16];
	uint64_t fault_ns;		/* that faults have waited */
	uint64_t count;			/* of waits of all kinds, of which back-offs are none */
	uint64_t total_ns, max_ns;	/* likewise */
	const struct vt_hist *kinds[VT_KINDS]; /* of the model's; NULL: no waits */
	bool max_exact[VT_KINDS];
	size_t first, n;		/* its VMAs */
};

/* Waits of one kind on one VMA behind a thread in one system call. */
struct model_stall {
	struct vt_blocker_key key;
	uint64_t start, end;		/* of the VMA */
	uint64_t region;		/* start of the region that it is in, as of a region: unknown ones are told apart there */
	uint64_t count, ns;
	uint64_t arg0, arg1;		/* of the blocker's last such system call */
};

/* Waits of one kind and one process behind a thread in one system call. */
struct model_blocker {
	struct vt_blocker_key key;
	char syscall[NAME_LEN];
	uint64_t count, ns;
	uint64_t arg0, arg1;		/* of its last such system call: usually address and length */
};

/* All waits behind a thread in one system call. */
struct model_blame {
	uint64_t count, ns;
	size_t first, n;		/* its blockers, of which the first says who it is */
};

/* A text of any length. */
struct model_text {
	struct model_text *next;
	char s[];
};

/* All waits of a process, thread, cgroup or operation. */
struct model_group {
	struct vt_group_key key;	/* of one of its rows */
	const char *name;		/* one of the model's; of cgroups a path, which may be long */
	uint64_t fault_ns, count;	/* as of a region */
	struct vt_hist kinds[VT_KINDS];
	bool max_exact[VT_KINDS];
};

/* Waits with the stacks of both sides: frames, outermost first, divided by ";"; NULL: none. */
struct model_stack {
	struct vt_stack_key key;
	char syscall[NAME_LEN];		/* of the blocker; of a drain the writer's operation */
	const char *user, *kernel, *blocker_user, *blocker_kernel; /* live as the context says */
	uint64_t count, ns;
};

/* A wait that hasn't ended. */
struct model_open {
	struct vt_open_wait wait;
	uint64_t age_ns;
	char what[NAME_LEN];		/* of a drain the operation, else the blocker's system call */
	struct place place;
};

struct model {
	/* what the report is about */
	uint64_t elapsed_ns;
	uint64_t unit_ns;		/* of the histograms of times */
	uint32_t pid;			/* 0: all processes, or several */
	bool only;			/* of all processes that are watched, see model__only() */
	const char *scope;		/* what else limits it, as "thread 4712"; NULL or empty: nothing */
	enum vt_by by;
	enum sort sort;
	char comm[16];
	bool last;

	const struct coverage *coverage; /* what of it is known; NULL: all */

	/* the funnel */
	uint64_t faults;
	uint64_t lookups;		/* where they are known: = faults, but for those of kernel mode, which fall back at once */
	uint64_t rewalked;		/* of lookups: walked more than once */
	struct counts results;		/* of lookups */
	struct counts reffree;		/* attempts without a reference, by outcome */
	uint64_t reffree_pages;		/* page-table entries that they set */
	struct counts fallbacks;	/* by reason; some of them without a lookup */
	struct counts backoffs;		/* by place */
	struct vt_hist walks;		/* of all lookups; sum and max count walks */
	bool walks_max_exact;
	struct timed timed[VT_TIMED_KINDS];
	struct model_drain drains[VT_OPS]; /* only those that happened */
	int n_drains;

	/* is it VMA locks at all? */
	uint64_t fault_ns;		/* that faults have waited, of the waits that ended */
	uint64_t fault_open;		/* faults that wait still */

	/* who lost time: most time of faults first */
	struct model_region *regions;
	size_t n_regions;
	struct model_vma *vmas;		/* region by region */
	size_t n_vmas;
	struct place *places;		/* of the VMAs */
	struct vt_hist *sums;		/* of regions that have several VMAs with waits of one kind */

	/* who caused it: most time first */
	struct model_blame *blames;
	size_t n_blames;
	struct model_blocker *blockers;	/* blame by blame */
	size_t n_blockers;
	struct model_stall *stalls;	/* the same VMA by VMA, most time first; only if the context asks for it */
	size_t n_stalls;
	struct counts no_blocker;

	/* sums by what by says, unless that is VT_BY_VMA */
	struct model_group *groups;
	size_t n_groups;
	struct model_text *group_names;

	struct model_stack *stacks;	/* most time first */
	size_t n_stacks;

	struct model_open *open;	/* what hasn't ended, oldest first */
	size_t n_open;

	uint64_t left_out;		/* waits that the options keep out of all rankings */

	/* what isn't in the above; since the start, not since the last report */
	struct counts lost;

	/* the same since the last report, without the next two */
	struct counts lost_now;
	uint64_t waits_before;		/* that ended, and had begun before the tracing did */
	uint64_t births_before;		/* likewise BABYs that have grown */

	/* since the start, too; NULL: not asked for */
	const struct cost *cost;
};

/* What building a model needs besides the counts. */
struct model_context {
	const struct names *names;	/* must live as long as the model */
	uint64_t unit_ns;		/* of the histograms of times */
	enum vt_by by;
	enum sort sort;
	bool stalls;			/* blockers VMA by VMA, too */
	void *ctx;			/* passed to the following */
	/* says where a VMA lies, see places__get() */
	const struct place *(*place)(void *ctx, uint32_t tgid, uint64_t start, uint64_t end);
	/* puts a cgroup's path into @name */
	void (*cgroup)(void *ctx, uint64_t id, char *name, size_t len);
	/* the frames of stack @id, see struct model_stack; @tgid 0: of the kernel; may be NULL */
	const char *(*frames)(void *ctx, uint32_t tgid, int32_t id);
};

/**
 * model__build() - make a report of two snapshots
 * @m: gets it
 * @before: the earlier one; for the beginning all zero but the time
 * @now: the later one; both are sorted
 * @ctx: names and how to sort
 *
 * Return: 0, -1 when memory is short.
 */
int model__build(struct model *m, const struct snapshot *before, const struct snapshot *now,
		 const struct model_context *ctx);

/* model__free() - release what model__build() has allocated */
void model__free(struct model *m);

/**
 * model__only() - leave what is about one process
 * @m: a report about all, or several; else nothing is done
 * @tgid: the process
 *
 * Regions, writers, stacks, open waits, and the time that faults lost in them are the process' then; groups, the funnel
 * and what else is counted for all stay what they are.
 */
void model__only(struct model *m, uint32_t tgid);

/* model__kind_name() - "baby", "excl", "mmap_lock", "drain", "life" or "zombie" */
const char *model__kind_name(uint32_t kind);

/* model__by_name() - "vma", "process", "thread", "cgroup" or "op" */
const char *model__by_name(enum vt_by by);

/* model__call_has_range() - whether a system call's first arguments are an address and a length */
bool model__call_has_range(const char *syscall);

/* model__has_waits() - whether anything began, ended or is open */
bool model__has_waits(const struct model *m);

/* model__stalled() - how many threads stood waiting, on average over the time of the report */
double model__stalled(const struct model *m);

/* model__share() - the part of m->fault_ns that was lost behind @b, 0 to 1 */
double model__share(const struct model *m, const struct model_blame *b);

/* model__is_fault() - whether waits of @kind are those of faults */
bool model__is_fault(uint32_t kind);

/* counts__add() - append a count */
void counts__add(struct counts *c, const char *name, uint64_t n);

/* counts__get() - the count named @name, 0 if there is none */
uint64_t counts__get(const struct counts *c, const char *name);

#endif
