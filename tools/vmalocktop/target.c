// SPDX-License-Identifier: GPL-2.0
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "diag.h"

/* Inode of the initial PID namespace: PROC_PID_INIT_INO in the kernel. */
#define INIT_PID_NS 0xEFFFFFFCU

/* The process that thread @tid belongs to, 0 if it is gone. */
static int process_of(pid_t tid)
{
	char path[64], line[128];
	int tgid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	fclose(f);
	return tgid;
}

bool target__root_pids(void)
{
	struct stat ns;

	return stat("/proc/self/ns/pid", &ns) || ns.st_ino == INIT_PID_NS;
}

int target__open(pid_t pid)
{
	int tgid = process_of(pid), fd;

	if (tgid && tgid != pid) {
		elog("%d is a thread of process %d: use -p %d", pid, tgid, tgid);
		return -1;
	}
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		if (errno == ESRCH)
			elog("no such process: %d: give the PID of a running one, as ps -e shows them",
			     pid);
		else
			elog("cannot watch process %d: %s: vmalocktop needs Linux 5.3 or newer", pid,
			     strerror(errno));
		return -1;
	}
	if (!target__root_pids()) {
		elog("-p doesn't work in a PID namespace yet: run vmalocktop in the initial one, "
		     "with the PID that the process has there");
		close(fd);
		return -1;
	}
	return fd;
}

int target__open_cgroup(const char *path)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		elog("cannot open cgroup %s: %s: give its directory, such as "
		     "/sys/fs/cgroup/system.slice", path, strerror(errno));
		return -1;
	}
	if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return fd;
	elog("%s is not a cgroup v2: give a directory such as /sys/fs/cgroup/system.slice", path);
	close(fd);
	return -1;
}

bool target__is_thread(pid_t tid)
{
	if (!process_of(tid)) {
		elog("no such thread: %d: give the TID of a running one, as ps -eL shows them", tid);
		return false;
	}
	if (target__root_pids())
		return true;
	elog("-t doesn't work in a PID namespace yet: run vmalocktop in the initial one, "
	     "with the TID that the thread has there");
	return false;
}
