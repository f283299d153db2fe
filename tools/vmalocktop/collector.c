// SPDX-License-Identifier: GPL-2.0
#include "collector.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "diag.h"
#include "hooks.h"
#include "maps_read.h"
#include "maps_sweep.h"
#include "privileges.h"
#include "slots.h"
#include "target.h"
#include "vmalocktop.skel.h"

struct collector {
	struct vmalocktop *skel;
	struct slots *slots[VT_SLOTS_KINDS];
	struct names names;
	struct coverage coverage;
	struct bpf_link *open_waits;	/* task iterator; NULL: none */
	int stats_fd;
};

/* Every relocation is a message of level debug. */
static enum libbpf_print_level most_verbose = LIBBPF_INFO;

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level <= most_verbose ? vlogv(fmt, args) : 0;
}

/* Say why libbpf failed, with what can be done. */
static void explain(const char *what, int err)
{
	const char *hint = "run it with -v for the details";

	if (err == -EPERM || err == -EACCES)
		hint = "needs CAP_BPF and CAP_PERFMON, or root; a lockdown or LSM may also forbid it";
	else if (err == -ENOMEM)
		hint = "try a smaller --max-entries";
	elog("cannot %s: %s: %s", what, strerror(-err), hint);
}

/* The options that programs and maps are made for. */
static void configure(struct vmalocktop *skel, const struct env *env)
{
	skel->rodata->vt_filters = (env->n_pids == 1 ? VT_ONE_PROCESS : 0) |
				   (env->n_pids > 1 ? VT_PROCESSES : 0) |
				   (env->tid ? VT_ONE_THREAD : 0) | (env->comm ? VT_ONE_NAME : 0) |
				   (env->cgroup ? VT_CGROUP : 0);
	skel->rodata->vt_tgid = env->n_pids == 1 ? env->pids[0] : 0;
	skel->rodata->vt_tid = env->tid;
	if (env->comm)
		strncpy((char *)skel->rodata->vt_comm, env->comm, VT_COMM_LEN - 1);
	skel->rodata->vt_longer_ns = env->longer_ns;
	skel->rodata->vt_min_vma = env->min_vma;
	skel->rodata->vt_by = env->by;
	skel->rodata->vt_unit_ns = env->milliseconds ? 1000000 : 1000;
	slots__set_room(skel, VT_VMA_SLOTS, env->max_entries);
	/* A VMA may have several. */
	slots__set_room(skel, VT_STALL_SLOTS, 2 * env->max_entries);
	skel->rodata->vt_offsets = env->listening;
	if (env->listening)
		bpf_map__set_max_entries(skel->maps.offsets, 4 * env->max_entries);
	/* What isn't asked for keeps its one entry. */
	if (env->n_pids > 1)
		bpf_map__set_max_entries(skel->maps.pids, env->n_pids);
	if (env->by != VT_BY_VMA)
		bpf_map__set_max_entries(skel->maps.groups, env->max_entries);
	if (!env->stacks)
		return;
	skel->rodata->vt_stacks = true;
	skel->rodata->vt_sample = env->sample;
	bpf_map__set_max_entries(skel->maps.wanted, env->max_entries);
	bpf_map__set_max_entries(skel->maps.stacked, env->max_entries);
	bpf_map__set_max_entries(skel->maps.stacks, env->max_entries);
	bpf_map__set_value_size(skel->maps.stacks, env->max_stack * sizeof(__u64));
}

/* The options that are entries of maps. */
static int fill(struct vmalocktop *skel, const struct env *env)
{
	__u8 one = 1;
	int fd, err;

	for (int i = 0; env->n_pids > 1 && i < env->n_pids; i++) {
		if (bpf_map_update_elem(bpf_map__fd(skel->maps.pids), &env->pids[i], &one, BPF_ANY)) {
			explain("set the filter of processes", -errno);
			return -1;
		}
	}
	if (!env->cgroup)
		return 0;
	fd = target__open_cgroup(env->cgroup);
	if (fd < 0)
		return -1;
	err = bpf_map_update_elem(bpf_map__fd(skel->maps.cgroups), &(__u32){ 0 }, &fd, BPF_ANY);
	if (err)
		elog("cannot watch cgroup %s: %s: give a directory of the cgroup v2 hierarchy",
		     env->cgroup, strerror(errno));
	close(fd);
	return err;
}

/* Returns 0, -1 with errno set. */
static int open_slots(struct collector *c)
{
	for (int kind = 0; kind < VT_SLOTS_KINDS; kind++) {
		c->slots[kind] = slots__open(c->skel, kind);
		if (!c->slots[kind])
			return -1;
	}
	return 0;
}

static void close_slots(struct collector *c)
{
	for (int kind = 0; kind < VT_SLOTS_KINDS; kind++)
		slots__close(c->slots[kind]);
}

static int load(struct collector *c, const struct env *env)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int err;

	if (!btf) {
		elog("cannot read the kernel's types: %s: vmalocktop needs /sys/kernel/btf/vmlinux "
		     "(CONFIG_DEBUG_INFO_BTF)", strerror(errno));
		return -1;
	}
	c->skel = vmalocktop__open();
	if (!c->skel) {
		explain("open the BPF programs", -errno);
		btf__free(btf);
		return -1;
	}
	if (names__load(&c->names, btf) < NAMES_OF)
		vlog("some names of values are missing in the kernel's BTF; numbers are shown");
	err = privileges__may_trace() ? hooks__choose(c->skel, btf, env->stacks, &c->coverage) : -1;
	btf__free(btf);
	if (err)
		return -1;
	configure(c->skel, env);
	err = vmalocktop__load(c->skel);
	if (err) {
		explain("load the BPF programs", err);
		return -1;
	}
	if (open_slots(c)) {
		explain("map the BPF maps", -errno);
		return -1;
	}
	return fill(c->skel, env);
}

struct collector *collector__open(const struct env *env)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (!c) {
		elog("out of memory: free some and try again");
		return NULL;
	}
	c->stats_fd = -1;
	if (env->verbose > 1)
		most_verbose = LIBBPF_DEBUG;
	libbpf_set_print(print_libbpf);
	if (load(c, env))
		goto fail;
	if (env->stats) {
		c->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
		if (c->stats_fd < 0)
			wlog("run times are not counted: %s: they need CAP_SYS_ADMIN", strerror(errno));
	}
	return c;
fail:
	collector__close(c);
	return NULL;
}

struct collector *collector__of(struct vmalocktop *skel)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->skel = skel;
	c->stats_fd = -1;
	if (!open_slots(c))
		return c;
	close_slots(c);
	free(c);
	return NULL;
}

void collector__leave(struct collector *c, pid_t pid)
{
	bpf_map_delete_elem(bpf_map__fd(c->skel->maps.pids), &pid);
}

const struct names *collector__names(const struct collector *c)
{
	return &c->names;
}

const struct coverage *collector__coverage(const struct collector *c)
{
	return &c->coverage;
}

int collector__start(struct collector *c)
{
	int err = vmalocktop__attach(c->skel);

	if (err) {
		explain("attach to the trace events", err);
		return -1;
	}
	c->open_waits = c->skel->links.open_waits;
	c->skel->links.open_waits = NULL;
	__atomic_store_n(&c->skel->bss->vt_open, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/*
 * Until all programs that run now have ended: they do so in an RCU section.  This membarrier command is the kernel's
 * synchronize_rcu(); it isn't offered under nohz_full.
 */
static void wait_for_programs(void)
{
	struct timespec grace = { .tv_nsec = 100 * 1000 * 1000 };

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&grace, NULL);
}

void collector__stop(struct collector *c)
{
	__atomic_store_n(&c->skel->bss->vt_open, 0, __ATOMIC_SEQ_CST);
	/* Those that saw the gate open. */
	wait_for_programs();
}

void collector__close(struct collector *c)
{
	if (!c)
		return;
	if (c->stats_fd >= 0)
		close(c->stats_fd);
	bpf_link__destroy(c->open_waits);
	close_slots(c);
	vmalocktop__destroy(c->skel);
	free(c);
}

/* 0 if @err is, else -1 after a message. */
static int read_result(int err)
{
	if (!err)
		return 0;
	elog("cannot read the BPF maps: %s: try a smaller --max-entries", strerror(errno));
	return -1;
}

/* Make places free that rows were taken from since the last time. */
static void give_back(struct collector *c)
{
	bool any = false;

	for (int kind = 0; kind < VT_SLOTS_KINDS; kind++)
		any |= slots__taken(c->slots[kind]);
	if (!any)
		return;
	wait_for_programs();
	for (int kind = 0; kind < VT_SLOTS_KINDS; kind++)
		slots__give_back(c->slots[kind]);
}

int collector__read(struct collector *c, struct snapshot *s)
{
	give_back(c);
	return read_result(maps_read__snapshot(c->skel, c->slots, c->open_waits, s));
}

int collector__read_counts(struct collector *c, struct snapshot *s)
{
	return read_result(maps_read__counts(c->skel, s));
}

int collector__read_offsets(struct collector *c, struct offset_row **rows, size_t *n)
{
	*rows = NULL;
	*n = 0;
	return read_result(maps_read__offsets(c->skel, rows, n));
}

static const struct bpf_map *map_of(const struct collector *c, enum collector_map map)
{
	const struct bpf_map *const maps[COLLECTOR_MAPS] = {
		[MAP_VMAS] = c->skel->maps.vmas,
		[MAP_REST] = c->skel->maps.rest,
		[MAP_GROUPS] = c->skel->maps.groups,
		[MAP_BLOCKERS] = c->skel->maps.blockers,
		[MAP_STACKED] = c->skel->maps.stacked,
		[MAP_OFFSETS] = c->skel->maps.offsets,
	};

	return maps[map];
}

const char *collector__map_name(enum collector_map map)
{
	static const char *const names[COLLECTOR_MAPS] = {
		[MAP_VMAS] = "vmas", [MAP_REST] = "rest", [MAP_GROUPS] = "groups",
		[MAP_BLOCKERS] = "blockers", [MAP_STACKED] = "stacked", [MAP_OFFSETS] = "offsets",
	};

	return names[map];
}

uint64_t collector__room(const struct collector *c, enum collector_map map)
{
	return bpf_map__max_entries(map_of(c, map));
}

void collector__retire_offset(struct collector *c, const struct vt_offset_key *key)
{
	/* Another's entry is never touched, and one that is gone needs nothing. */
	bpf_map_delete_elem(bpf_map__fd(c->skel->maps.offsets), key);
}

int collector__take(struct collector *c, enum collector_map map, const void *key, void *value)
{
	if (map == MAP_VMAS || map == MAP_BLOCKERS)
		return slots__take(c->slots[map == MAP_VMAS ? VT_VMA_SLOTS : VT_STALL_SLOTS], key, value);
	return bpf_map_lookup_and_delete_elem(bpf_map__fd(map_of(c, map)), key, value) ? -1 : 0;
}

int collector__stack(struct collector *c, int32_t id, uint64_t *frames, int n)
{
	const struct bpf_map *map = c->skel->maps.stacks;
	uint64_t all[128] = { 0 };
	__u32 key = id;
	int found = 0;

	if (id < 0 || bpf_map_lookup_elem(bpf_map__fd(map), &key, all))
		return 0;
	while (found < n && all[found]) {
		frames[found] = all[found];
		found++;
	}
	return found;
}

int collector__sweep_stacks(struct collector *c, struct stack_row **rows, size_t *n)
{
	int deleted = maps_sweep__stacks(c->skel, rows, n);

	if (deleted < 0)
		vlog("no room can be made for new stacks: %s", strerror(errno));
	return deleted;
}

size_t collector__n_stacks(const struct collector *c)
{
	return maps_sweep__count(c->skel);
}

uint64_t collector__stack_room(const struct collector *c)
{
	return bpf_map__max_entries(c->skel->maps.stacks);
}

void collector__each_vma(struct collector *c, void (*fn)(void *ctx, const void *key), void *ctx)
{
	slots__each(c->slots[VT_VMA_SLOTS], fn, ctx);
}

void collector__each_stack(struct collector *c,
			   void (*fn)(void *ctx, const struct vt_stack_key *key), void *ctx)
{
	int fd = bpf_map__fd(c->skel->maps.stacked);
	struct vt_stack_key key;
	int err;

	for (err = bpf_map_get_next_key(fd, NULL, &key); !err;
	     err = bpf_map_get_next_key(fd, &key, &key))
		fn(ctx, &key);
}

/* What the kernel says that a map takes, 0 if it doesn't. */
static uint64_t map_bytes(int fd)
{
	unsigned long long bytes = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	fclose(f);
	return bytes;
}

void collector__cost(struct collector *c, struct cost *cost)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	struct rusage usage;
	struct timespec t;

	*cost = (struct cost){ 0 };
	if (!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t))
		cost->cpu_ns = t.tv_sec * 1000000000ULL + t.tv_nsec;
	if (!getrusage(RUSAGE_SELF, &usage))
		cost->max_rss_bytes = usage.ru_maxrss * 1024ULL;
	cost->thread_bytes = bpf_map__value_size(c->skel->maps.tasks);
	bpf_object__for_each_map(map, c->skel->obj) {
		if (cost->n_maps == sizeof(cost->maps) / sizeof(cost->maps[0]))
			break;
		cost->maps[cost->n_maps++] = (struct map_cost){
			.name = bpf_map__name(map), .bytes = map_bytes(bpf_map__fd(map)),
		};
	}
	bpf_object__for_each_program(prog, c->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (cost->n_progs == sizeof(cost->progs) / sizeof(cost->progs[0]))
			break;
		if (bpf_program__fd(prog) < 0)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			continue;
		cost->progs[cost->n_progs++] = (struct prog_cost){
			.name = bpf_program__name(prog), .runs = info.run_cnt, .ns = info.run_time_ns,
		};
	}
}
