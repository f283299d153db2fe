// SPDX-License-Identifier: GPL-2.0
/* Mappings, their contents, and what /proc/self/maps says about them. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "stimulus.h"

char *map_anon(char *address, size_t pages, int prot)
{
	if (mmap(address, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != address)
		die("mmap: %m");
	return address;
}

void fill(char *address, size_t pages, char value)
{
	memset(address, value, pages * PAGE);
}

bool holds(const char *address, size_t pages, char value)
{
	for (size_t i = 0; i < pages * PAGE; i++)
		if (address[i] != value)
			return false;
	return true;
}

static void each_vma(void (*visit)(unsigned long start, unsigned long end, void *data), void *data)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;

	if (!maps)
		die("/proc/self/maps: %m");
	while (fscanf(maps, "%lx-%lx%*[^\n]", &start, &end) == 2)
		visit(start, end, data);
	fclose(maps);
}

struct question {
	unsigned long start, end, answer;
};

static void count_inside(unsigned long start, unsigned long end, void *data)
{
	struct question *question = data;

	if (start < question->end && end > question->start)
		question->answer++;
}

unsigned long vma_count(const char *start, const char *end)
{
	struct question question = { (unsigned long)start, (unsigned long)end, 0 };

	each_vma(count_inside, &question);
	return question.answer;
}

static void find_start(unsigned long start, unsigned long end, void *data)
{
	struct question *question = data;

	if (start <= question->start && question->start < end)
		question->answer = start;
}

unsigned long vma_start_of(const char *address)
{
	struct question question = { (unsigned long)address, 0, 0 };

	each_vma(find_start, &question);
	return question.answer;
}
