// SPDX-License-Identifier: GPL-2.0
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stamp.h"

int pool_file(struct load *ld, size_t len, bool on_disk)
{
	int fd;

	if (on_disk) {
		fd = open(ld->opt.file_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fd < 0)
			return load_error(ld, "cannot make an unnamed file in --file-dir %s",
					  ld->opt.file_dir);
	} else {
		fd = memfd_create("vmalock-load", MFD_CLOEXEC);
		if (fd < 0)
			return load_error(ld, "memfd_create");
	}
	if (ftruncate(fd, (off_t)len)) {
		load_error(ld, "cannot make a sparse file of %zuM", len >> 20);
		close(fd);
		return -1;
	}
	return fd;
}

int pool_open(struct load *ld, struct slot *s)
{
	for (unsigned int i = 0; i < POOL_FILES; i++) {
		s->fd[i] = pool_file(ld, s->len, ld->opt.disk_pools);
		if (s->fd[i] < 0)
			return -1;
	}
	return 0;
}

static int write_all(struct load *ld, int fd, const void *data, size_t len, size_t offset)
{
	ssize_t n;

	do {
		n = pwrite(fd, data, len, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return load_error(ld, "cannot write a generation file");
	if ((size_t)n != len) {
		errno = ENOSPC;
		return load_error(ld, "cannot write a generation file");
	}
	return 0;
}

int pool_write(struct worker *w, const struct slot *s, int fd, uint32_t gen, unsigned int from)
{
	struct load *ld = w->ld;
	size_t skip = from * sizeof(uint64_t);

	for (unsigned int i = 0; i < s->pages; i++)
		stamp_fill(w->buffer + i * ld->page_words, ld->page_words, stamp_base(s->id, i), gen);
	if (s->stride == ld->page_size && !from)
		return write_all(ld, fd, w->buffer, s->pages * ld->page_size, 0);
	for (unsigned int i = 0; i < s->pages; i++)
		if (write_all(ld, fd, (char *)w->buffer + i * ld->page_size + skip, ld->page_size - skip,
			      i * s->stride + skip))
			return -1;
	return 0;
}
