/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings whose number changes where the kernel's objects lie.
 */
#ifndef BENCH_LAYOUT_H
#define BENCH_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

/* map_anonymous - private memory without reservation; ends the program with a message if there is none */
void *map_anonymous(size_t size);

/* map_separate - the same, with a gap on either side: a VMA of its own */
char *map_separate(size_t size);

/*
 * vary_layout - map @n % 64 pages separately, so that later VMAs get other places in their slabs
 *
 * Each more moves them on by one object, as far as the slab's free list is in order. Which
 * positions are met has to be measured.
 */
void vary_layout(unsigned int n);

#endif
