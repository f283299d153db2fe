// SPDX-License-Identifier: GPL-2.0
#include "stamp.h"

void stamp_fill(uint64_t *page, size_t words, uint32_t base, uint32_t gen)
{
	for (size_t i = 0; i < words; i++)
		page[i] = stamp_word(base, (unsigned int)i, gen);
}
