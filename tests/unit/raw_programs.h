/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF programs of vmalocktop, loaded as raw tracepoint programs: these can
 * be run with made-up arguments.  To be included after cmocka.h.
 */
#ifndef RAW_PROGRAMS_H
#define RAW_PROGRAMS_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "slots.h"
#include "vmalocktop.h"
#include "vmalocktop.skel.h"

static int silent(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

/* As vmalocktop__open(), after moving the programs to sections of another type. */
static struct vmalocktop *open_as_raw(void)
{
	static const char from[] = "tp_btf/", to[] = "raw_tp/";
	struct vmalocktop *skel = calloc(1, sizeof(*skel));
	char *data, *end, *at;

	assert_int_equal(vmalocktop__create_skeleton(skel), 0);
	data = malloc(skel->skeleton->data_sz);
	end = data + skel->skeleton->data_sz;
	memcpy(data, skel->skeleton->data, skel->skeleton->data_sz);
	for (at = data; (at = memmem(at, end - at, from, sizeof(from) - 1)); at += sizeof(to) - 1)
		memcpy(at, to, sizeof(to) - 1);
	skel->skeleton->data = data;
	assert_int_equal(bpf_object__open_skeleton(skel->skeleton, NULL), 0);
	free(data);
	return skel;
}

/* All programs that have such a form, not loaded yet; @tgid 0: they count all processes. */
static struct vmalocktop *open_for(uint32_t tgid, uint32_t max_entries)
{
	struct vmalocktop *skel = open_as_raw();
	struct bpf_program *prog;

	/* There is no raw form of the others. */
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT);
	skel->rodata->vt_filters = tgid ? VT_ONE_PROCESS : 0;
	skel->rodata->vt_tgid = tgid;
	slots__set_room(skel, VT_VMA_SLOTS, max_entries);
	slots__set_room(skel, VT_STALL_SLOTS, max_entries);
	return skel;
}

static void load_opened(struct vmalocktop *skel)
{
	assert_int_equal(vmalocktop__load(skel), 0);
	skel->bss->vt_open = 1;
}

/* How many entries a map has. */
static int entries(const struct bpf_map *map)
{
	char key[256];
	int n = 0;

	assert_true(bpf_map__key_size(map) <= sizeof(key));
	for (int err = bpf_map_get_next_key(bpf_map__fd(map), NULL, key); !err;
	     err = bpf_map_get_next_key(bpf_map__fd(map), key, key))
		n++;
	return n;
}

#endif
