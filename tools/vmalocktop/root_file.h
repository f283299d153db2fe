/* SPDX-License-Identifier: GPL-2.0 */
/* Opening files of processes that nobody trusts. */
#ifndef VMALOCKTOP_ROOT_FILE_H
#define VMALOCKTOP_ROOT_FILE_H

#include <sys/stat.h>

/**
 * root_file__open() - open a regular file for reading, as those do who live below a root
 * @root: their root directory, as /proc/PID/root
 * @path: of the file, for them; symbolic links lead nowhere out of the root, and the last part must not be one
 * @st: gets what it is
 *
 * What isn't a regular file, as a FIFO, which would make us wait, or a device, is not even opened.
 * Return: a descriptor; -1 with errno set, ELOOP or EINVAL if it is something else.
 */
int root_file__open(const char *root, const char *path, struct stat *st);

#endif
