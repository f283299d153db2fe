// SPDX-License-Identifier: GPL-2.0
/*
 * What lies at an address of the guest's kernel.  The direct map leads to the
 * struct page, a slab's struct page to its kmem_cache.
 */
#include "objects.h"

#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "qemu_plugin_api.h"

#define DIRECT_MAP_MAX	(1ULL << 46)	/* more than any guest here has */
#define PAGE_SHIFT	12

bool guest_read(uint64_t addr, void *buf, uint64_t len)
{
	return !cpu_memory_rw_debug(qemu_get_cpu(0), addr, buf, len, false);
}

static bool read_u64(uint64_t addr, uint64_t *value)
{
	return guest_read(addr, value, sizeof(*value));
}

static bool slab_object(uint64_t addr, uint64_t page, uint64_t pfn, struct object *o)
{
	uint64_t cache, name, start = facts.page_offset + (pfn << PAGE_SHIFT);
	uint32_t size;

	if (!read_u64(page + facts.slab_cache, &cache) ||
	    !read_u64(cache + facts.cache_name, &name) ||
	    !guest_read(cache + facts.cache_size, &size, sizeof(size)) || !size ||
	    !guest_read(name, o->name, sizeof(o->name) - 1))
		return false;
	strcpy(o->kind, "slab");
	o->offset = (addr - start) % size;
	o->base = addr - o->offset;
	return true;
}

void object_at(uint64_t addr, struct object *o)
{
	uint64_t pfn = (addr - facts.page_offset) >> PAGE_SHIFT, page, head;
	uint32_t type;

	memset(o, 0, sizeof(*o));
	strcpy(o->kind, "other");
	strcpy(o->name, "-");
	o->base = addr >> PAGE_SHIFT << PAGE_SHIFT;
	o->offset = addr - o->base;
	if (addr < facts.page_offset || addr - facts.page_offset >= DIRECT_MAP_MAX)
		return;
	page = facts.vmemmap + pfn * facts.page_size;
	if (!read_u64(page + facts.page_head, &head))
		return;
	if (head & 1) {
		page = head - 1;
		pfn = (page - facts.vmemmap) / facts.page_size;
	}
	if (!guest_read(page + facts.page_type, &type, sizeof(type)))
		return;
	strcpy(o->kind, "page");
	if (type >> 24 == facts.type_table)
		strcpy(o->kind, "table");
	else if (type >> 24 == facts.type_slab && !slab_object(addr, page, pfn, o))
		strcpy(o->name, "-");
}
