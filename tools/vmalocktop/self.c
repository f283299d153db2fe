// SPDX-License-Identifier: GPL-2.0
#include "self.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void self__read_process(struct self *self)
{
	FILE *f = fopen("/proc/self/statm", "re");
	DIR *fds = opendir("/proc/self/fd");
	uint64_t pages;

	self->rss_bytes = self->open_fds = 0;
	if (f) {
		if (fscanf(f, "%*u %" SCNu64, &pages) == 1)
			self->rss_bytes = pages * sysconf(_SC_PAGESIZE);
		fclose(f);
	}
	if (fds) {
		for (const struct dirent *d = readdir(fds); d; d = readdir(fds))
			self->open_fds += d->d_name[0] != '.';
		/* The directory itself was one of them. */
		self->open_fds--;
		closedir(fds);
	}
}
