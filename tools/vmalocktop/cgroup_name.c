// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "cgroup_name.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "text.h"

#define FILEID_KERNFS	0xfe		/* include/linux/exportfs.h; the handle is the 64-bit number */

/* Where cgroup v2 is mounted: below it when the host has v1, too. */
static const char *mount_point(void)
{
	static const char hybrid[] = "/sys/fs/cgroup/unified";
	struct statfs fs;

	return !statfs(hybrid, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC ? hybrid : "/sys/fs/cgroup";
}

void cgroup_name(uint64_t id, char *name, size_t len)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char link[64], path[PATH_MAX];
	const char *top = mount_point();
	int mount = open(top, O_RDONLY | O_CLOEXEC), fd;
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
	if (n < (ssize_t)strlen(top)) {
		snprintf(name, len, "cgroup %" PRIu64, id);
		return;
	}
	path[n] = '\0';
	snprintf(name, len, "%s", path[strlen(top)] ? path + strlen(top) : "/");
	text__clean(name);
}
