// SPDX-License-Identifier: GPL-2.0
/*
 * Files whose pages are in the page cache.
 */
#include "file.h"

#include <sys/mman.h>
#include <unistd.h>

#include "io.h"

int file_create(size_t size)
{
	int fd = memfd_create("bench", 0);

	if (fd < 0 || ftruncate(fd, size))
		fail("cannot make a file of %zu bytes", size);
	return fd;
}

void file_fill(int fd, size_t offset, size_t size)
{
	static const char zeros[1 << 16];

	while (size) {
		ssize_t n = pwrite(fd, zeros, size < sizeof(zeros) ? size : sizeof(zeros), offset);

		if (n <= 0)
			fail("cannot write %zu bytes to a file", size);
		offset += n;
		size -= n;
	}
}
