// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "symbols.h"

#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jit_map.h"
#include "maps_fetch.h"
#include "root_file.h"
#include "symbol_table.h"
#include "text.h"

struct process {
	pid_t pid;
	Dwfl *dwfl;			/* NULL: can't be read */
	struct jit_map jit;
};

struct symbols {
	char *proc;
	struct symbol_table kernel;
	bool kernel_read;
	void *processes;		/* a tree of tsearch() */
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

/* libdwfl's own way would read /proc/PID/maps and mem here, where a process that hangs would make us hang, too. */
static Dwfl *read_process(const struct symbols *s, pid_t pid)
{
	char *path, *maps = NULL;
	uint64_t cpu_ns;
	Dwfl *dwfl;

	if (asprintf(&path, "%s/%d/maps", s->proc, pid) < 0)
		return NULL;
	maps__fetch_files(path, &maps, &cpu_ns);
	free(path);
	dwfl = maps ? make_modules(maps) : NULL;
	free(maps);
	return dwfl;
}

static int by_pid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static struct process *process_of(struct symbols *s, pid_t pid)
{
	struct process key = { .pid = pid }, *new, **node = tfind(&key, &s->processes, by_pid);

	if (node)
		return *node;
	new = calloc(1, sizeof(*new));
	if (!new)
		return NULL;
	new->pid = pid;
	node = tsearch(new, &s->processes, by_pid);
	if (!node) {
		free(new);
		return NULL;
	}
	new->dwfl = read_process(s, pid);
	jit_map__refresh(&new->jit, s->proc, pid);
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

	if (p->dwfl)
		dwfl_end(p->dwfl);
	jit_map__free(&p->jit);
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

static const char *user_name(struct symbols *s, pid_t pid, uint64_t address, char module[SYMBOL_LEN])
{
	struct process *p = process_of(s, pid);
	Dwfl_Module *mod = p && p->dwfl ? dwfl_addrmodule(p->dwfl, address) : NULL;
	const char *name, *file;

	finding.proc = s->proc;
	finding.pid = pid;
	name = mod ? dwfl_module_addrname(mod, address) : NULL;
	if (!name && p)
		name = symbol_table__find(&p->jit.table, address);
	if (name || !mod)
		return name;
	file = dwfl_module_info(mod, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	if (!file)
		return NULL;
	snprintf(module, SYMBOL_LEN, file[0] == '[' ? "%s" : "[%s]",
		 strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
	return module;
}

const char *symbols__name(struct symbols *s, pid_t pid, uint64_t address, char buf[SYMBOL_LEN])
{
	char module[SYMBOL_LEN];
	const char *name;

	if (pid) {
		name = user_name(s, pid, address, module);
	} else {
		if (!s->kernel_read)
			read_kernel(&s->kernel);
		s->kernel_read = true;
		name = symbol_table__find(&s->kernel, address);
	}
	snprintf(buf, SYMBOL_LEN, "%s", name ? name : "[unknown]");
	text__clean(buf);
	return buf;
}
