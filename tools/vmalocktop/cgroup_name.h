/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMALOCKTOP_CGROUP_NAME_H
#define VMALOCKTOP_CGROUP_NAME_H

#include <stddef.h>
#include <stdint.h>

/**
 * cgroup_name() - the path of a cgroup below /sys/fs/cgroup
 * @id: as the kernel numbers it
 * @name: gets the path, or "cgroup ID" if it is gone or can't be looked up
 * @len: room in @name
 *
 * Looking it up needs CAP_DAC_READ_SEARCH.
 */
void cgroup_name(uint64_t id, char *name, size_t len);

#endif
