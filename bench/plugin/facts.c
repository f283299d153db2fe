// SPDX-License-Identifier: GPL-2.0
/*
 * Facts about the guest's kernel.  Lines of the file:
 *
 *	const NAME VALUE	a member of struct facts
 *	role ROLE ADDRESS NAME
 *	skip START END		code whose memory accesses aren't looked at
 *
 * Numbers are hexadecimal.
 */
#include "facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROLES	256
#define MAX_SKIPS	32

struct facts facts;

static const struct {
	const char *name;
	uint64_t *value;
} constants[] = {
	{ "page_offset", &facts.page_offset },
	{ "vmemmap", &facts.vmemmap },
	{ "page_size", &facts.page_size },
	{ "page_type", &facts.page_type },
	{ "page_head", &facts.page_head },
	{ "type_slab", &facts.type_slab },
	{ "type_table", &facts.type_table },
	{ "slab_cache", &facts.slab_cache },
	{ "cache_name", &facts.cache_name },
	{ "cache_size", &facts.cache_size },
	{ "per_cpu_offset", &facts.per_cpu_offset },
	{ "node_data", &facts.node_data },
	{ "text_end", &facts.text_end },
};

static const struct {
	const char *name;
	enum role role;
} role_names[] = {
	{ "fault", ROLE_FAULT },
	{ "syscall", ROLE_SYSCALL },
	{ "other", ROLE_OTHER },
	{ "schedule", ROLE_SCHEDULE },
	{ "count", ROLE_COUNT },
	{ "hook", ROLE_HOOK },
};

static struct {
	uint64_t pc;
	enum role role;
	char name[48];
} roles[MAX_ROLES];
static unsigned int nr_roles;

static struct {
	uint64_t start, end;
} skips[MAX_SKIPS];
static unsigned int nr_skips;

static bool add_constant(const char *line)
{
	char name[48];
	uint64_t value;

	if (sscanf(line, "const %47s %" SCNx64, name, &value) != 2)
		return false;
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++) {
		if (!strcmp(name, constants[i].name)) {
			*constants[i].value = value;
			return true;
		}
	}
	return false;
}

static bool add_role(const char *line)
{
	char role[48];

	if (nr_roles == MAX_ROLES ||
	    sscanf(line, "role %47s %" SCNx64 " %47s", role, &roles[nr_roles].pc,
		   roles[nr_roles].name) != 3)
		return false;
	for (size_t i = 0; i < sizeof(role_names) / sizeof(*role_names); i++) {
		if (!strcmp(role, role_names[i].name)) {
			roles[nr_roles++].role = role_names[i].role;
			return true;
		}
	}
	return false;
}

static bool add_skip(const char *line)
{
	if (nr_skips == MAX_SKIPS ||
	    sscanf(line, "skip %" SCNx64 " %" SCNx64, &skips[nr_skips].start,
		   &skips[nr_skips].end) != 2)
		return false;
	nr_skips++;
	return true;
}

void facts_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file) {
		fprintf(stderr, "cacheline: cannot open %s: %m\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), file)) {
		if (!add_constant(line) && !add_role(line) && !add_skip(line)) {
			fprintf(stderr, "cacheline: %s: cannot use the line: %s", path, line);
			exit(1);
		}
	}
	fclose(file);
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++) {
		if (!*constants[i].value && strcmp(constants[i].name, "cache_name") &&
		    strcmp(constants[i].name, "slab_cache")) {
			fprintf(stderr, "cacheline: %s: no %s\n", path, constants[i].name);
			exit(1);
		}
	}
}

enum role facts_role(uint64_t pc, const char **name)
{
	for (unsigned int i = 0; i < nr_roles; i++) {
		if (roles[i].pc == pc) {
			*name = roles[i].name;
			return roles[i].role;
		}
	}
	return ROLE_NONE;
}

bool facts_skipped(uint64_t pc)
{
	for (unsigned int i = 0; i < nr_skips; i++)
		if (pc >= skips[i].start && pc < skips[i].end)
			return true;
	return false;
}
