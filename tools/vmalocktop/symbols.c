// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "symbols.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "jit_map.h"
#include "maps_fetch.h"
#include "program.h"
#include "root_file.h"
#include "symbol_table.h"
#include "text.h"

/*
 * Whether a process still runs the same program is looked up a few times a second at most. Where a name is missing,
 * whether there is more by now is, once a second: in mappings for half a per cent of a CPU's time, a fifth of the time
 * that the process makes us wait, and the more rarely the longer there was nothing new; in what was compiled for a few
 * per cent.
 */
#define LOOK_MS		200
#define MIN_PAUSE_MS	1000
#define MAX_PAUSE_MS	16000
#define MAPS_PAUSES	200
#define WAIT_PAUSES	5
#define HANGS_MS	10000		/* after which one that hangs is tried again */
#define JIT_PAUSES	50

struct process {
	pid_t pid;
	struct program program;
	Dwfl *dwfl;			/* NULL: can't be read */
	uint64_t maps_hash;		/* of the mappings that dwfl is made of */
	struct jit_map jit;
	uint64_t begun, grown;		/* editions: of the first look at the program, of the last one with more to see */
	uint64_t next_look_ms, next_maps_ms, next_jit_ms;
	uint64_t pause_ms;		/* between looks at mappings that found nothing new */
};

struct symbols {
	char *proc;
	struct symbol_table kernel;
	bool kernel_read;
	void *processes;		/* a tree of tsearch() */
	uint64_t edition;		/* grows whenever more is known of a process */
};

static void read_kernel(struct symbol_table *t)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], name[256], type;
	uint64_t start;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 " %c %255s", &start, &type, name) == 3 && start &&
		    strchr("tTwW", type))
			symbol_table__add(t, start, 0, name);
	fclose(f);
	symbol_table__sort(t);
}

/* Whose files find_elf() opens: libdwfl does so when it first needs them, and passes no process. */
static struct {
	const char *proc;
	pid_t pid;
} finding;

/* Open a module's file as the process sees it, or if that is gone, as we do. */
static int find_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file,
		    Elf **elf)
{
	struct stat st;
	char *root;
	int fd;

	(void)mod;
	(void)data;
	(void)base;
	(void)elf;
	if (name[0] != '/' || asprintf(&root, "%s/%d/root", finding.proc, finding.pid) < 0)
		return -1;
	fd = root_file__open(access(root, F_OK) ? "/" : root, name, &st);
	free(root);
	if (fd >= 0)
		*file = strdup(name);
	return fd;
}

/* Symbol tables are enough: don't go and look for debug information. */
static int find_no_debuginfo(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base,
			     const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)mod;
	(void)data;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)crc;
	(void)found;
	return -1;
}

/* Add the vDSO, which no file has: it is named as a whole. */
static void report_vdso(Dwfl *dwfl, const char *maps)
{
	const char *name = strstr(maps, " [vdso]\n"), *line = name;
	uint64_t start, end;

	while (line && line > maps && line[-1] != '\n')
		line--;
	/* A file may be called so. */
	if (line && !memchr(line, '/', name - line) &&
	    sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2)
		dwfl_report_module(dwfl, "[vdso]", start, end);
}

/* Modules of a process with these @maps, see maps__fetch_files(); NULL if that can't be. */
static Dwfl *make_modules(char *maps)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = find_elf, .find_debuginfo = find_no_debuginfo,
	};
	size_t n = strlen(maps);
	FILE *f = n ? fmemopen(maps, n, "r") : NULL;
	Dwfl *dwfl = f ? dwfl_begin(&callbacks) : NULL;

	if (dwfl && dwfl_linux_proc_maps_report(dwfl, f)) {
		dwfl_end(dwfl);
		dwfl = NULL;
	}
	if (f)
		fclose(f);
	if (!dwfl)
		return NULL;
	report_vdso(dwfl, maps);
	if (dwfl_report_end(dwfl, NULL, NULL)) {
		dwfl_end(dwfl);
		return NULL;
	}
	return dwfl;
}

static uint64_t longest(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * Read the mappings of @p.  Returns whether there are other files than before.
 *
 * libdwfl's own way would read /proc/PID/maps and mem here, where a process that hangs would make us hang, too.
 */
static bool read_modules(const struct symbols *s, struct process *p)
{
	uint64_t begun = clock__ms(), cpu_ns, hash;
	char *path, *maps = NULL;
	bool hangs, other;
	Dwfl *dwfl;

	if (asprintf(&path, "%s/%d/maps", s->proc, p->pid) < 0)
		return false;
	hangs = maps__fetch_files(path, &maps, &cpu_ns) && errno == ETIMEDOUT;
	free(path);
	hash = maps ? text__hash(maps) : 0;
	other = maps && hash != p->maps_hash;
	/* Of a process that is exiting there are no mappings any more. */
	dwfl = other ? make_modules(maps) : NULL;
	free(maps);
	if (dwfl) {
		if (p->dwfl)
			dwfl_end(p->dwfl);
		p->dwfl = dwfl;
		p->maps_hash = hash;
	}
	p->pause_ms = dwfl || !p->pause_ms ? MIN_PAUSE_MS : 2 * p->pause_ms;
	if (p->pause_ms > MAX_PAUSE_MS)
		p->pause_ms = MAX_PAUSE_MS;
	p->next_maps_ms = hangs ? clock__ms() + HANGS_MS :
		begun + longest(p->pause_ms, longest(cpu_ns * MAPS_PAUSES / 1000000, (clock__ms() - begun) * WAIT_PAUSES));
	return dwfl;
}

static bool read_compiled(const struct symbols *s, struct process *p)
{
	uint64_t begun = clock__ms();
	bool other = jit_map__refresh(&p->jit, s->proc, p->pid);

	p->next_jit_ms = begun + longest(MIN_PAUSE_MS, (clock__ms() - begun) * JIT_PAUSES);
	return other;
}

/* Look whether there are more names, where it is time to.  Returns whether there may be. */
static bool look_for_more(struct symbols *s, struct process *p)
{
	bool more = clock__ms() >= p->next_maps_ms && read_modules(s, p);

	more |= clock__ms() >= p->next_jit_ms && read_compiled(s, p);
	if (more)
		p->grown = ++s->edition;
	return more;
}

static void forget(struct process *p)
{
	if (p->dwfl)
		dwfl_end(p->dwfl);
	p->dwfl = NULL;
	p->maps_hash = 0;
	p->pause_ms = 0;
	jit_map__free(&p->jit);
}

/* Look whether @p is still what it was, if it is time to.  What is known of one that is gone stays. */
static void look(struct symbols *s, struct process *p)
{
	struct program now;
	bool same;

	if (clock__ms() < p->next_look_ms)
		return;
	p->next_look_ms = clock__ms() + LOOK_MS;
	program__read(s->proc, p->pid, &now);
	same = p->begun && program__same(&p->program, &now);
	if (!same || now.code)
		p->program = now;
	if (same)
		return;
	forget(p);
	read_modules(s, p);
	read_compiled(s, p);
	p->begun = p->grown = ++s->edition;
}

static int by_pid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static struct process *process_of(struct symbols *s, pid_t pid)
{
	struct process key = { .pid = pid }, *new, **node = tfind(&key, &s->processes, by_pid);

	if (node) {
		look(s, *node);
		return *node;
	}
	new = calloc(1, sizeof(*new));
	if (!new)
		return NULL;
	new->pid = pid;
	node = tsearch(new, &s->processes, by_pid);
	if (!node) {
		free(new);
		return NULL;
	}
	look(s, new);
	return new;
}

struct symbols *symbols__new(const char *proc)
{
	struct symbols *s = calloc(1, sizeof(*s));

	if (s && !(s->proc = strdup(proc))) {
		free(s);
		return NULL;
	}
	return s;
}

static void free_process(void *v)
{
	struct process *p = v;

	forget(p);
	free(p);
}

void symbols__free(struct symbols *s)
{
	if (!s)
		return;
	tdestroy(s->processes, free_process);
	symbol_table__free(&s->kernel);
	free(s->proc);
	free(s);
}

void symbols__retain(struct symbols *s, const pid_t *pids, size_t n)
{
	void *kept = NULL;

	for (size_t i = 0; i < n; i++) {
		struct process key = { .pid = pids[i] }, **node = tfind(&key, &s->processes, by_pid), *p;

		if (!node)
			continue;
		p = *node;
		tdelete(p, &s->processes, by_pid);
		if (!tsearch(p, &kept, by_pid))
			free_process(p);
	}
	tdestroy(s->processes, free_process);
	s->processes = kept;
}

/* The name of @address, "[module]" in @room if only that is known, NULL if nothing is. */
static const char *find_name(const struct process *p, uint64_t address, char room[SYMBOL_LEN])
{
	Dwfl_Module *mod = p->dwfl ? dwfl_addrmodule(p->dwfl, address) : NULL;
	const char *name = mod ? dwfl_module_addrname(mod, address) : NULL, *file;

	if (!name)
		name = symbol_table__find(&p->jit.table, address);
	if (name || !mod)
		return name;
	file = dwfl_module_info(mod, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	if (!file)
		return NULL;
	snprintf(room, SYMBOL_LEN, file[0] == '[' ? "%s" : "[%s]",
		 strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
	return room;
}

static const char *user_name(struct symbols *s, pid_t pid, uint64_t address, char room[SYMBOL_LEN])
{
	struct process *p = process_of(s, pid);
	const char *name;

	if (!p)
		return NULL;
	finding.proc = s->proc;
	finding.pid = pid;
	name = find_name(p, address, room);
	return name || !look_for_more(s, p) ? name : find_name(p, address, room);
}

uint64_t symbols__edition(const struct symbols *s)
{
	return s->edition;
}

bool symbols__more(struct symbols *s, pid_t pid, uint64_t since)
{
	struct process key = { .pid = pid }, **node = tfind(&key, &s->processes, by_pid);

	if (!node)
		return false;
	look(s, *node);
	if ((*node)->begun > since)
		return false;
	look_for_more(s, *node);
	return (*node)->grown > since;
}

const char *symbols__name(struct symbols *s, pid_t pid, uint64_t address, char buf[SYMBOL_LEN])
{
	char room[SYMBOL_LEN];
	const char *name;

	if (pid) {
		name = user_name(s, pid, address, room);
	} else {
		if (!s->kernel_read)
			read_kernel(&s->kernel);
		s->kernel_read = true;
		name = symbol_table__find(&s->kernel, address);
	}
	snprintf(buf, SYMBOL_LEN, "%s", name ? name : SYMBOL_UNKNOWN);
	text__clean(buf);
	return buf;
}
