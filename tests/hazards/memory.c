// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings and files.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hazards.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif
#define PM_PRESENT	(1ULL << 63)

char *reserve(size_t size)
{
	char *start = mmap(NULL, size + 2 * TABLE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		die("cannot reserve address space: %m");
	return (char *)(((uintptr_t)start + TABLE - 1) & ~(TABLE - 1));
}

void map_at(void *address, size_t pages, int prot, int flags, int fd, size_t first_page)
{
	if (fd < 0)
		flags |= MAP_ANONYMOUS | (flags & MAP_SHARED ? 0 : MAP_PRIVATE);
	if (mmap(address, pages * PAGE, prot, flags | MAP_FIXED, fd, first_page * PAGE) != address)
		die("mmap: %m");
}

void unmap_at(void *address, size_t pages)
{
	map_at(address, pages, PROT_NONE, MAP_NORESERVE, -1, 0);
}

void drop_pages(void *address, size_t pages)
{
	if (madvise(address, pages * PAGE, MADV_DONTNEED))
		die("MADV_DONTNEED: %m");
}

void need_huge_pages(void)
{
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK))
		skip("only on a kernel with CONFIG_TRANSPARENT_HUGEPAGE");
}

void collapse(void *address)
{
	if (madvise(address, TABLE, MADV_COLLAPSE) && errno != EAGAIN && errno != EINVAL && errno != EBUSY &&
	    errno != ENOMEM)
		die("MADV_COLLAPSE: %m");
}

int new_file(const char *dir, size_t pages)
{
	int fd = dir ? open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : memfd_create("hazards", MFD_CLOEXEC);

	if (fd < 0)
		die("cannot create a file in %s: %m", dir ? dir : "memory");
	if (ftruncate(fd, pages * PAGE))
		die("ftruncate: %m");
	return fd;
}

int unmappable_file(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0UL);

	if (fd < 0)
		die("perf_event_open: %m");
	return fd;
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s: %m", path);
	close(fd);
}

void fill_page(int fd, size_t number, uint64_t value)
{
	char page[PAGE];

	memset(page, 0, sizeof(page));
	memcpy(page, &value, sizeof(value));
	if (pwrite(fd, page, PAGE, number * PAGE) != (ssize_t)PAGE)
		die("pwrite: %m");
}

size_t present_pages(int pid, const void *address, size_t pages)
{
	uint64_t entries[512];
	char path[64];
	size_t count = 0;
	int fd;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	else
		strcpy(path, "/proc/self/pagemap");
	if (pages > 512)
		die("present_pages: %zu pages are too many", pages);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %m", path);
	if (pread(fd, entries, pages * 8, (uintptr_t)address / PAGE * 8) != (ssize_t)(pages * 8))
		die("%s: %m", path);
	close(fd);
	for (size_t i = 0; i < pages; i++)
		count += !!(entries[i] & PM_PRESENT);
	return count;
}

int new_userfaultfd(uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (uffd < 0)
		die("userfaultfd: %m");
	if (ioctl(uffd, UFFDIO_API, &api))
		die("UFFDIO_API: %m");
	return uffd;
}
