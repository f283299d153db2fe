// SPDX-License-Identifier: GPL-2.0
#include "names.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "vmalocktop.h"

/* Each enum and the prefix that its values share: VMA_OP_MMAP is "mmap". */
static const struct {
	const char *type, *prefix;
} enums[NAMES_OF] = {
	[NAMES_RESULT] = { "vma_lookup_result", "VMA_LOOKUP_" },
	[NAMES_OP] = { "vma_write_op", "VMA_OP_" },
	[NAMES_PLACE] = { "vma_zombie_where", "VMA_ZOMBIE_" },
	[NAMES_REASON] = { "vma_fallback_reason", "VMA_FALLBACK_" },
	[NAMES_OUTCOME] = { "vma_map_pages_outcome", "VMA_MAP_" },
};

static const struct {
	int nr;
	const char *name;
} syscalls[] = {
#define SYSCALL(nr, name) { nr, name },
#include "syscall_table.h"
#undef SYSCALL
	/* Those about memory that headers this is built with may not have yet: the same number everywhere. */
	{ 451, "cachestat" }, { 453, "map_shadow_stack" }, { 454, "futex_wake" }, { 455, "futex_wait" },
	{ 456, "futex_requeue" }, { 462, "mseal" },
};

static void set_name(char *to, const char *from, const char *prefix)
{
	size_t n = strlen(prefix), i;

	if (!strncmp(from, prefix, n))
		from += n;
	for (i = 0; from[i] && i < NAME_LEN - 1; i++)
		to[i] = tolower((unsigned char)from[i]);
	to[i] = '\0';
}

int names__load(struct names *names, const struct btf *btf)
{
	int found = 0;

	for (int of = 0; of < NAMES_OF; of++) {
		const struct btf_type *t;
		const struct btf_enum *e;
		int id;

		for (int v = 0; v < NAMES_MAX; v++)
			snprintf(names->name[of][v], NAME_LEN, "%d", v);
		id = btf ? btf__find_by_name_kind(btf, enums[of].type, BTF_KIND_ENUM) : -1;
		if (id < 0)
			continue;
		found++;
		t = btf__type_by_id(btf, id);
		e = btf_enum(t);
		for (int i = 0; i < btf_vlen(t); i++) {
			if (e[i].val >= 0 && e[i].val < NAMES_MAX)
				set_name(names->name[of][e[i].val],
					 btf__name_by_offset(btf, e[i].name_off),
					 enums[of].prefix);
		}
	}
	return found;
}

int names__find(const struct names *names, enum names_of of, const char *name)
{
	for (int v = 0; v < NAMES_MAX; v++)
		if (!strcmp(names->name[of][v], name))
			return v;
	return -1;
}

const char *syscall_name(int nr, char *buf, size_t len)
{
	if (nr == -1)
		return "-";
	if (nr > 0 && nr & VT_COMPAT_CALL) {
		snprintf(buf, len, "compat syscall %d", nr & ~VT_COMPAT_CALL);
		return buf;
	}
	for (size_t i = 0; i < sizeof(syscalls) / sizeof(syscalls[0]); i++)
		if (syscalls[i].nr == nr)
			return syscalls[i].name;
	snprintf(buf, len, "%d", nr);
	return buf;
}
