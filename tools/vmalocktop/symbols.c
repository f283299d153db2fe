// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "symbols.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* A table as in /proc/kallsyms and perf's maps; sorted. */
struct symbol {
	uint64_t start, end;		/* end 0: up to the next one */
	char *name;
};

struct table {
	struct symbol *v;
	size_t n, room;
};

struct process {
	pid_t pid;
	Dwfl *dwfl;			/* NULL: can't be read */
	struct table jit;
};

struct symbols {
	struct table kernel;
	bool kernel_read;
	void *processes;		/* a tree of tsearch() */
};

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* Add a symbol; what finds no memory has no name. */
static void add(struct table *t, uint64_t start, uint64_t end, const char *name)
{
	char *copy = strdup(name);

	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 1024;
		struct symbol *v = realloc(t->v, room * sizeof(*v));

		if (!v) {
			free(copy);
			return;
		}
		t->v = v;
		t->room = room;
	}
	if (copy)
		t->v[t->n++] = (struct symbol){ start, end, copy };
}

static void sort(struct table *t)
{
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_start);
}

static const char *find(const struct table *t, uint64_t address)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->v[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || (t->v[low - 1].end && address >= t->v[low - 1].end))
		return NULL;
	return t->v[low - 1].name;
}

static void free_table(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].name);
	free(t->v);
}

static void read_kernel(struct table *t)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], name[256], type;
	uint64_t start;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 " %c %255s", &start, &type, name) == 3 && start &&
		    strchr("tTwW", type))
			add(t, start, 0, name);
	fclose(f);
	sort(t);
}

/* The PID that a process has in its own namespace. */
static pid_t own_pid(pid_t pid)
{
	char path[64], line[256], *last;
	pid_t own = pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return pid;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "NSpid:", 6))
			continue;
		last = strrchr(line, '\t');
		own = last ? atoi(last) : pid;
		break;
	}
	fclose(f);
	return own;
}

static void read_jit(struct process *p)
{
	char path[128], line[512];
	uint64_t start, size;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/root/tmp/perf-%d.map", p->pid, own_pid(p->pid));
	f = fopen(path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		int at = 0;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %n", &start, &size, &at) == 2 && at)
			add(&p->jit, start, start + size, line + at);
	}
	fclose(f);
	sort(&p->jit);
}

/* Whose files find_elf() opens: libdwfl does so when it first needs them, and passes no process. */
static pid_t finding;

/* Open a module's file as the process sees it; what isn't a file (the vDSO) is for libdwfl. */
static int find_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file,
		    Elf **elf)
{
	char *path;
	int fd;

	if (name[0] == '/' && asprintf(&path, "/proc/%d/root%s", finding, name) >= 0) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			*file = path;
			return fd;
		}
		free(path);
	}
	return dwfl_linux_proc_find_elf(mod, data, name, base, file, elf);
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

static Dwfl *read_process(pid_t pid)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = find_elf, .find_debuginfo = find_no_debuginfo,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl)
		return NULL;
	if (dwfl_linux_proc_report(dwfl, pid) || dwfl_report_end(dwfl, NULL, NULL)) {
		dwfl_end(dwfl);
		return NULL;
	}
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
	new->dwfl = read_process(pid);
	read_jit(new);
	return new;
}

struct symbols *symbols__new(void)
{
	return calloc(1, sizeof(struct symbols));
}

static void free_process(void *v)
{
	struct process *p = v;

	if (p->dwfl)
		dwfl_end(p->dwfl);
	free_table(&p->jit);
	free(p);
}

void symbols__free(struct symbols *s)
{
	if (!s)
		return;
	tdestroy(s->processes, free_process);
	free_table(&s->kernel);
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

	finding = pid;
	name = mod ? dwfl_module_addrname(mod, address) : NULL;
	if (!name && p)
		name = find(&p->jit, address);
	if (name || !mod)
		return name;
	file = dwfl_module_info(mod, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	if (!file)
		return NULL;
	snprintf(module, SYMBOL_LEN, "[%s]", strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
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
		name = find(&s->kernel, address);
	}
	snprintf(buf, SYMBOL_LEN, "%s", name ? name : "[unknown]");
	text__clean(buf);
	return buf;
}
