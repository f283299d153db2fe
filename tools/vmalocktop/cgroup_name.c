// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "cgroup_name.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

#define MOUNT		"/sys/fs/cgroup"
#define FILEID_KERNFS	0xfe		/* include/linux/exportfs.h; the handle is the 64-bit number */

void cgroup_name(uint64_t id, char *name, size_t len)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char link[64], path[PATH_MAX];
	int mount = open(MOUNT, O_RDONLY | O_CLOEXEC), fd;
	ssize_t n = -1;

	memcpy(h.handle.f_handle, &id, sizeof(id));
	fd = mount < 0 ? -1 : open_by_handle_at(mount, &h.handle, O_PATH | O_CLOEXEC);
	if (fd >= 0) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		close(fd);
	}
	if (mount >= 0)
		close(mount);
	if (n < (ssize_t)strlen(MOUNT)) {
		snprintf(name, len, "cgroup %" PRIu64, id);
		return;
	}
	path[n] = '\0';
	snprintf(name, len, "%s", path[strlen(MOUNT)] ? path + strlen(MOUNT) : "/");
	text__clean(name);
}
