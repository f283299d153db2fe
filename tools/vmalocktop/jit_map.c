// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "jit_map.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "root_file.h"

/* The PID that a process has in its own namespace, and whose files it makes.  Returns 0, -1 if that can't be read. */
static int read_status(const char *proc, pid_t pid, pid_t *own_pid, uid_t *uid)
{
	char *path, line[256];
	bool known = false;
	FILE *f;

	if (asprintf(&path, "%s/%d/status", proc, pid) < 0)
		return -1;
	f = fopen(path, "re");
	free(path);
	if (!f)
		return -1;
	*own_pid = pid;
	while (fgets(line, sizeof(line), f)) {
		char *last = strrchr(line, '\t');

		/* real, effective, saved, and of the file system */
		if (sscanf(line, "Uid: %*u %*u %*u %u", uid) == 1)
			known = true;
		else if (!strncmp(line, "NSpid:", 6) && last)
			*own_pid = atoi(last);
	}
	fclose(f);
	return known ? 0 : -1;
}

/* Whether nothing has been written to it since. */
static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The end of the file @fd as a text of @n bytes, to be freed; NULL when it can't be read. */
static char *read_text(int fd, off_t size, size_t *n)
{
	off_t from = size > JIT_MAP_MAX_BYTES ? size - JIT_MAP_MAX_BYTES : 0;
	size_t room = size - from;
	char *text = malloc(room + 1);
	ssize_t got = 1;

	/* Not beyond the size that it had: it may grow as we read. */
	for (*n = 0; text && got > 0 && *n < room; *n += got > 0 ? got : 0)
		got = pread(fd, text + *n, room - *n, from + *n);
	if (text && got < 0) {
		free(text);
		return NULL;
	}
	if (text)
		text[*n] = '\0';
	return text;
}

/* Where the last lines begin, as many as are taken; if @cut, the first one has no beginning. */
static char *last_lines(char *text, size_t n, bool cut)
{
	char *at = text + n;

	for (size_t i = 0; i <= JIT_MAP_MAX_SYMBOLS; i++) {
		char *before = memrchr(text, '\n', at - text);

		if (!before)
			return cut ? at : text;
		at = before;
	}
	return at + 1;
}

/* Lines that aren't understood have no name. */
static void parse(struct symbol_table *t, char *text, char *end)
{
	char *next;

	for (char *line = text; line < end; line = next) {
		uint64_t start, size;
		char *name;

		next = memchr(line, '\n', end - line);
		next = next ? next + 1 : end;
		if (next[-1] == '\n')
			next[-1] = '\0';
		start = strtoull(line, &name, 16);
		if (name == line || *name != ' ')
			continue;
		line = name + 1;
		size = strtoull(line, &name, 16);
		if (name == line || *name != ' ')
			continue;
		name += strspn(name, " ");
		if (*name)
			symbol_table__add(t, start, start + size, name);
	}
}

static bool believed(const struct stat *st, uid_t uid)
{
	return !st->st_uid || st->st_uid == uid;
}

bool jit_map__refresh(struct jit_map *map, const char *proc, pid_t pid)
{
	char *root, path[64], *text = NULL;
	struct stat st;
	pid_t own_pid;
	uid_t uid;
	size_t n;
	int fd;

	if (read_status(proc, pid, &own_pid, &uid) || asprintf(&root, "%s/%d/root", proc, pid) < 0)
		return false;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", own_pid);
	fd = root_file__open(root, path, &st);
	free(root);
	if (fd < 0)
		return false;
	if (believed(&st, uid) && !same(&st, &map->read))
		text = read_text(fd, st.st_size, &n);
	close(fd);
	if (!text)
		return false;
	jit_map__free(map);
	map->read = st;
	parse(&map->table, last_lines(text, n, st.st_size > JIT_MAP_MAX_BYTES), text + n);
	symbol_table__sort(&map->table);
	free(text);
	return true;
}

void jit_map__free(struct jit_map *map)
{
	symbol_table__free(&map->table);
	map->read = (struct stat){ 0 };
}
