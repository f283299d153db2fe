// SPDX-License-Identifier: GPL-2.0
/*
 * Look at words in memory, and compare with what must be there.
 */
#include <inttypes.h>
#include <stdio.h>

#include "hazards.h"

static const struct area *areas;
static unsigned int area_count;

void watch(const struct area *new_areas, unsigned int count)
{
	areas = new_areas;
	area_count = count;
}

static enum access look(const struct area *area, unsigned int block, uint64_t *value)
{
	char *address = area->start + block * area->step;

	*value = 0;
	return area->write ? store(address, block) : load(address, value);
}

static void compare(unsigned int index, unsigned int block, uint64_t state, enum access got, uint64_t value)
{
	uint64_t must_value = 0;
	enum access must = areas[index].expect(state, block, &must_value);

	if (got != must)
		violation("area %u, block %u, state %#" PRIx64 ": %s (value %#" PRIx64 ") instead of %s", index, block,
			  state, access_name(got), value, access_name(must));
	else if (got == DONE && !areas[index].write && value != must_value)
		violation("area %u, block %u, state %#" PRIx64 ": %#" PRIx64 " instead of %#" PRIx64, index, block, state,
			  value, must_value);
}

void watcher(unsigned int self)
{
	unsigned int seed = self + 1;

	while (!stopped()) {
		unsigned int index = pick(&seed, area_count);
		unsigned int block = pick(&seed, areas[index].blocks);
		uint64_t begun = look_begin(self), value, state;
		enum access got = look(&areas[index], block, &value);

		if (look_end(self, begun, &state))
			compare(index, block, state, got, value);
	}
}

void scan(uint64_t state)
{
	uint64_t value;
	enum access got;

	for (unsigned int index = 0; index < area_count && !stopped(); index++) {
		for (unsigned int block = 0; block < areas[index].blocks; block++) {
			got = look(&areas[index], block, &value);
			compare(index, block, state, got, value);
		}
	}
}
