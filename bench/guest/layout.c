// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings whose number changes where the kernel's objects lie.
 */
#include "layout.h"

#include <sys/mman.h>

#include "bench.h"
#include "io.h"

#define GAP	(2UL << 20)

void *map_anonymous(size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		fail("cannot map %zu bytes", size);
	return map;
}

char *map_separate(size_t size)
{
	char *map = map_anonymous(size + 2 * GAP);

	if (munmap(map, GAP) || munmap(map + GAP + size, GAP))
		fail("cannot unmap");
	return map + GAP;
}

void vary_layout(unsigned int n)
{
	for (n %= 64; n; n--)
		map_separate(PAGE);
}
