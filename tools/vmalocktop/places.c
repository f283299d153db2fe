// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "places.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "maps_fetch.h"
#include "program.h"
#include "text.h"

/*
 * Mappings are read about once a second at most, and for half a per cent of a CPU's time: it takes the process'
 * mmap_lock, and with a hundred thousand of them, long.  Of the time in which it waits for the lock a fifth may pass:
 * where that is long, names are wanted most.
 */
#define MIN_PAUSE_MS	900	/* a report a second, which is never quite on time, shall always find them new */
#define PAUSES		200
#define WAIT_PAUSES	4
/* Of a process that hangs, after this time. */
#define HANGS_MS	10000

struct process {
	uint32_t tgid;
	char comm[16];
	uint64_t born;			/* when it started, in ticks since boot; 0: unknown */
	struct ranges maps, regions;
	uint64_t next_ms;		/* when the mappings may be read again, 0: they never were */
	uint64_t readings;		/* how often they were */
	uint64_t snapshots;		/* how many there were by the last time that they were to be */
	uint64_t missed;		/* why the last time they couldn't be, of a process that lives: REGION_...; 0: they could */
};

struct known {
	struct known *next;		/* of those with the same place in the table */
	uint32_t tgid;
	uint64_t start, end;
	uint64_t reading;		/* that the region is of */
	struct place place;
};

struct places {
	char *proc;
	bool explains;
	uint64_t snapshots;		/* how many there were */
	void *processes;		/* a tree of tsearch() */
	struct known **known;		/* a hash table */
	size_t n_known, n_lists;	/* the latter a power of two, or 0 */
};

static int by_tgid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return (x->tgid > y->tgid) - (x->tgid < y->tgid);
}

/* Where in the table the list is that a range is in. */
static struct known **list_of(const struct places *p, uint32_t tgid, uint64_t start, uint64_t end)
{
	uint64_t h = (start ^ end << 20 ^ tgid) * 0x9e3779b97f4a7c15;

	return &p->known[(h ^ h >> 32) & (p->n_lists - 1)];
}

static struct known *find_known(const struct places *p, uint32_t tgid, uint64_t start, uint64_t end)
{
	struct known *k = p->n_lists ? *list_of(p, tgid, start, end) : NULL;

	while (k && (k->start != start || k->end != end || k->tgid != tgid))
		k = k->next;
	return k;
}

/* Make the table larger.  Returns 0, -1 when memory is short. */
static int grow_known(struct places *p)
{
	struct known **old = p->known;
	size_t n_old = p->n_lists, n = n_old ? 2 * n_old : 256;
	struct known **new = calloc(n, sizeof(struct known *));

	if (!new)
		return -1;
	p->known = new;
	p->n_lists = n;
	for (size_t i = 0; i < n_old; i++)
		for (struct known *k = old[i], *next; k; k = next) {
			struct known **list = list_of(p, k->tgid, k->start, k->end);

			next = k->next;
			k->next = *list;
			*list = k;
		}
	free(old);
	return 0;
}

/* Keep @k, which isn't kept yet.  Returns 0, -1 when memory is short. */
static int keep_known(struct places *p, struct known *k)
{
	struct known **list;

	if (p->n_known >= p->n_lists && grow_known(p))
		return -1;
	list = list_of(p, k->tgid, k->start, k->end);
	k->next = *list;
	*list = k;
	p->n_known++;
	return 0;
}

struct places *places__new(const char *proc)
{
	struct places *p = calloc(1, sizeof(*p));

	if (p && proc && !(p->proc = strdup(proc))) {
		free(p);
		return NULL;
	}
	return p;
}

void places__explain(struct places *p)
{
	p->explains = true;
}

void places__snapshot(struct places *p)
{
	p->snapshots++;
}

static void free_process(void *v)
{
	struct process *process = v;

	ranges__free(&process->maps);
	ranges__free(&process->regions);
	free(process);
}

/* To be freed; NULL when memory is short, or nothing is to be read. */
static char *proc_path(const struct places *p, uint32_t tgid, const char *name)
{
	char *path;

	return p->proc && asprintf(&path, "%s/%u/%s", p->proc, tgid, name) >= 0 ? path : NULL;
}

static FILE *open_proc(const struct places *p, uint32_t tgid, const char *name)
{
	char *path = proc_path(p, tgid, name);
	FILE *f = path ? fopen(path, "re") : NULL;

	free(path);
	return f;
}

static void read_comm(const struct places *p, struct process *process)
{
	FILE *f = open_proc(p, process->tgid, "comm");
	char comm[64];
	size_t n;

	if (!f)
		return;
	/* The name may have newlines of its own. */
	n = fread(comm, 1, sizeof(process->comm), f);
	if (n) {
		comm[n - 1] = '\0';
		strcpy(process->comm, comm);
		text__clean(process->comm);
	}
	fclose(f);
}

/* When the process with this PID started, 0 if that can't be read. */
static uint64_t read_birth(const struct places *p, uint32_t tgid)
{
	struct program program = { 0 };

	if (p->proc)
		program__read(p->proc, tgid, &program);
	return program.born;
}

/* Processes that aren't needed any more. */
struct unneeded {
	bool (*keep)(void *ctx, uint32_t tgid, uint64_t start, uint64_t end);
	void *ctx;
	void **v;
	size_t n, room;
};

static void note_unneeded(struct unneeded *u, void *node)
{
	if (u->n == u->room) {
		size_t room = u->room ? 2 * u->room : 64;
		void **v = realloc(u->v, room * sizeof(*v));

		/* Short of memory: the next time will do. */
		if (!v)
			return;
		u->v = v;
		u->room = room;
	}
	u->v[u->n++] = node;
}

static void visit_process(const void *node, VISIT which, void *ctx)
{
	struct process *process = *(struct process *const *)node;
	struct unneeded *u = ctx;

	if ((which == postorder || which == leaf) && !u->keep(u->ctx, process->tgid, 0, 0))
		note_unneeded(u, process);
}

/* Forget the names of ranges that aren't needed. */
static void forget_known(struct places *p, bool (*keep)(void *ctx, uint32_t tgid, uint64_t start, uint64_t end), void *ctx)
{
	for (size_t i = 0; i < p->n_lists; i++)
		for (struct known **at = &p->known[i], *k = *at; k; k = *at) {
			if (keep(ctx, k->tgid, k->start, k->end)) {
				at = &k->next;
				continue;
			}
			*at = k->next;
			p->n_known--;
			free(k);
		}
}

static bool none_needed(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	(void)ctx;
	(void)tgid;
	(void)start;
	(void)end;
	return false;
}

void places__free(struct places *p)
{
	if (!p)
		return;
	tdestroy(p->processes, free_process);
	forget_known(p, none_needed, NULL);
	free(p->known);
	free(p->proc);
	free(p);
}

static bool of_another(void *ctx, uint32_t tgid, uint64_t start, uint64_t end)
{
	(void)start;
	(void)end;
	return tgid != *(uint32_t *)ctx;
}

/* What that a reading has failed with @err in errno says of a region. */
static uint64_t unread(int err)
{
	switch (err) {
	case EACCES:
	case EPERM:
		return REGION_FORBIDDEN;
	case ETIMEDOUT:
		return REGION_HANGS;
	default:
		return REGION_UNREAD;
	}
}

/* How long after the beginning of a reading the next one may begin, if that was @cpu_ns of work in @ms. */
static uint64_t pause_ms(uint64_t cpu_ns, uint64_t ms)
{
	uint64_t work = cpu_ns * PAUSES / 1000000, wait = ms * (1 + WAIT_PAUSES), most = work > wait ? work : wait;

	return most > MIN_PAUSE_MS ? most : MIN_PAUSE_MS;
}

/* Read the mappings anew. */
static int read_process(struct places *p, struct process *process)
{
	uint64_t born = read_birth(p, process->tgid), begun = clock__ms(), cpu_ns;
	struct ranges maps = { 0 };
	int err, reason;
	char *path;

	process->next_ms = begun + MIN_PAUSE_MS;
	process->snapshots = p->snapshots;
	/* Another process with the PID of one that is gone has nothing of it. */
	if (born && process->born && born != process->born) {
		ranges__free(&process->maps);
		ranges__free(&process->regions);
		forget_known(p, of_another, &process->tgid);
	}
	if (born)
		process->born = born;
	read_comm(p, process);
	path = proc_path(p, process->tgid, "maps");
	process->missed = REGION_FORBIDDEN;
	if (!path)
		return -1;
	err = maps__fetch(path, &maps, &cpu_ns);
	reason = errno;
	if (err && reason == ETIMEDOUT)
		process->next_ms = clock__ms() + HANGS_MS;
	else
		process->next_ms = begun + pause_ms(cpu_ns, clock__ms() - begun);
	free(path);
	/* Of one that is gone or about to there will never be more to read. */
	process->missed = err && born ? unread(reason) : 0;
	/* A process that is exiting has no mappings: no reason to forget them. */
	if (err || !maps.n || maps__remember(&process->regions, &maps)) {
		ranges__free(&maps);
		return -1;
	}
	ranges__free(&process->maps);
	process->maps = maps;
	process->readings++;
	return 0;
}

/* The entry for @tgid, without mappings if it is new; NULL when memory is short. */
static struct process *process_of(struct places *p, uint32_t tgid)
{
	struct process key = { .tgid = tgid }, *new;
	struct process **node = tfind(&key, &p->processes, by_tgid);

	if (node)
		return *node;
	new = calloc(1, sizeof(*new));
	if (!new)
		return NULL;
	new->tgid = tgid;
	node = tsearch(new, &p->processes, by_tgid);
	if (!node)
		free(new);
	return node ? *node : NULL;
}

int places__refresh(struct places *p, uint32_t tgid)
{
	struct process *process = process_of(p, tgid);

	return process ? read_process(p, process) : -1;
}

void places__catch_up(struct places *p, uint32_t tgid)
{
	struct process *process = process_of(p, tgid);

	if (process && clock__ms() >= process->next_ms)
		read_process(p, process);
}

/* The region may have grown since: what was a part of the smaller one is one of the larger. */
static void follow(const struct places *p, struct known *known)
{
	const struct process key = { .tgid = known->tgid };
	struct process *const *node = tfind(&key, &p->processes, by_tgid);
	struct range *old = &known->place.region;
	const struct range *r;

	if (!node || known->reading == (*node)->readings || old->start == old->end)
		return;
	known->reading = (*node)->readings;
	r = maps__find(&(*node)->regions, old->start, old->end);
	if (r && r->start <= old->start && r->end >= old->end && !strcmp(r->name, old->name))
		*old = *r;
}

static void locate(struct place *place, const struct process *process, uint64_t start, uint64_t end)
{
	const struct range *r;

	strcpy(place->comm, process->comm);
	r = maps__find(&process->maps, start, end);
	if (r)
		strcpy(place->name, r->name);
	r = maps__find(&process->regions, start, end);
	if (!r)
		return;
	place->region = *r;
	if (!place->name[0])
		strcpy(place->name, r->name);
}

const struct place *places__get(struct places *p, uint32_t tgid, uint64_t start, uint64_t end)
{
	static const struct place nowhere;
	struct known *known = find_known(p, tgid, start, end);
	static struct place once;
	struct process *process;
	bool late;

	if (known) {
		follow(p, known);
		return &known->place;
	}
	process = process_of(p, tgid);
	if (!process)
		return &nowhere;
	/* Where one is gone the others aren't looked for again, in the same snapshot. */
	late = !p->snapshots || process->snapshots != p->snapshots;
	if (late && clock__ms() >= process->next_ms) {
		read_process(p, process);
		late = false;
	}
	late |= !!process->missed;
	once = nowhere;
	locate(&once, process, start, end);
	if (p->explains && once.region.start == once.region.end)
		once.region.start = once.region.end = !end ? REGION_OTHERS : !late ? REGION_UNMAPPED :
			process->missed ? process->missed : REGION_UNREAD;
	/* Addresses are too many to be kept; and what has no name yet may get one. */
	if (end - start == 1 || (end && late && !once.name[0]))
		return &once;
	known = calloc(1, sizeof(*known));
	if (!known)
		return &nowhere;
	*known = (struct known){
		.tgid = tgid, .start = start, .end = end, .reading = process->readings, .place = once,
	};
	if (keep_known(p, known)) {
		free(known);
		return &nowhere;
	}
	return &known->place;
}

void places__retain(struct places *p,
		    bool (*keep)(void *ctx, uint32_t tgid, uint64_t start, uint64_t end), void *ctx)
{
	struct unneeded processes = { .keep = keep, .ctx = ctx };

	twalk_r(p->processes, visit_process, &processes);
	for (size_t i = 0; i < processes.n; i++) {
		tdelete(processes.v[i], &p->processes, by_tgid);
		free_process(processes.v[i]);
	}
	free(processes.v);
	forget_known(p, keep, ctx);
}
