/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lies at an address of the guest's kernel, as far as only its memory can tell.
 */
#ifndef BENCH_OBJECTS_H
#define BENCH_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

struct object {
	char kind[16];		/* "slab", "table", "page" (other pages), "other" (no direct map) */
	char name[48];		/* of the kmem_cache, or "-" */
	uint64_t offset;	/* in the slab object, or in the page */
	uint64_t base;		/* address of the slab object, or of the page */
};

/* guest_read - read @len bytes at @addr of the guest as CPU 0 sees them; false if nothing is mapped */
bool guest_read(uint64_t addr, void *buf, uint64_t len);

/* object_at - find out what lies at @addr now */
void object_at(uint64_t addr, struct object *o);

#endif
