// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "root_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Find @path without opening it: only what may be done with its name may be done with this descriptor. */
static int find(const char *root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int at = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;

	if (at < 0)
		return -1;
	fd = syscall(SYS_openat2, at, path, &how, sizeof(how));
	close(at);
	return fd;
}

int root_file__open(const char *root, const char *path, struct stat *st)
{
	int found = find(root, path), fd = -1;
	char link[64];

	if (found < 0)
		return -1;
	if (!fstat(found, st)) {
		errno = S_ISLNK(st->st_mode) ? ELOOP : EINVAL;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", found);
		if (S_ISREG(st->st_mode))
			fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	}
	close(found);
	return fd;
}
