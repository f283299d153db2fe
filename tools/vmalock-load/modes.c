// SPDX-License-Identifier: GPL-2.0
#include "modes.h"

const struct mode modes[MODE_NR] = {
	[MODE_ANON] = { anon_setup, anon_fault, NULL },
	[MODE_FILE] = { file_setup, file_fault, NULL },
	[MODE_COLD] = { cold_setup, cold_fault, NULL },
	[MODE_REPLACE_SHARED] = { replace_setup, replace_fault, replace_map },
	[MODE_REPLACE_PRIVATE] = { replace_setup, replace_fault, replace_map },
	[MODE_REPLACE_ANON] = { replace_setup, replace_fault, replace_map },
	[MODE_CARVE] = { replace_setup, replace_fault, replace_map },
	[MODE_UNMAP] = { replace_setup, replace_fault, unmap_map },
	[MODE_MPROTECT] = { owned_setup, owned_fault, mprotect_map },
	[MODE_MREMAP] = { owned_setup, owned_fault, mremap_map },
	[MODE_FORK] = { fork_setup, fork_fault, fork_map },
	[MODE_MISC] = { owned_setup, owned_fault, misc_map },
};

void fixed_index(const struct load *ld, uint16_t *index)
{
	unsigned int last = ld->page_words - 1;

	index[0] = 0;
	index[1] = 1;
	index[2] = 63;
	index[3] = 64;
	index[4] = (uint16_t)(last / 2);
	index[5] = (uint16_t)(last / 2 + 1);
	index[6] = (uint16_t)(last - 1);
	index[7] = (uint16_t)last;
}
