/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files whose pages are in the page cache.
 */
#ifndef BENCH_FILE_H
#define BENCH_FILE_H

#include <stddef.h>

/* file_create - an empty file in memory of @size bytes, without pages; ends the program with a message on failure */
int file_create(size_t size);

/*
 * file_fill - write zeros to @size bytes of @fd from @offset
 *
 * fallocate() isn't enough: its pages are in the page cache, but not up to date until they are
 * used, and until then a fault doesn't map them along with the one that it is for.
 */
void file_fill(int fd, size_t offset, size_t size);

#endif
