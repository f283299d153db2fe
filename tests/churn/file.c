// SPDX-License-Identifier: GPL-2.0
/*
 * Actor "truncate": makes files short for a moment. What they had there is 0 then, until somebody signs it again.
 */
#include <unistd.h>

#include "churn.h"
#include "region.h"

void do_truncate(struct job *job)
{
	while (alive()) {
		unsigned int file = pick(&job->seed, FILES);
		size_t page = pick(&job->seed, REGION_PAGES);
		uint64_t value = origin(page, FROM_FILE(file));

		if (ftruncate(region_files[file], page * PAGE + pick(&job->seed, PAGE)))
			die("ftruncate: %m");
		usleep(pick(&job->seed, 300));
		if (ftruncate(region_files[file], REGION_PAGES * PAGE))
			die("ftruncate: %m");
		if (pwrite(region_files[file], &value, sizeof(value), page * PAGE) != sizeof(value))
			die("pwrite: %m");
		count_one(job);
	}
}
