// SPDX-License-Identifier: GPL-2.0
#include "collector.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "diag.h"
#include "hooks.h"
#include "hist.h"
#include "vmalocktop.skel.h"

struct collector {
	struct vmalocktop *skel;
	struct names names;
	struct coverage coverage;
	int cpus;
	int stats_fd;
	void *percpu;			/* room for one value of each CPU */
};

/* Every relocation is a message of level debug. */
static enum libbpf_print_level most_verbose = LIBBPF_INFO;

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level <= most_verbose ? vlogv(fmt, args) : 0;
}

/* Whether this process may load tracing programs; a message if not. */
static bool may_trace(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uint64_t caps = 0, need = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;

	if (!syscall(SYS_capget, &head, data))
		caps = data[0].effective | (uint64_t)data[1].effective << 32;
	if (caps & 1ULL << CAP_SYS_ADMIN || (caps & need) == need)
		return true;
	elog("needs CAP_BPF and CAP_PERFMON, or root: run it with sudo, or once "
	     "\"setcap cap_bpf,cap_perfmon=ep vmalocktop\" and start it again");
	return false;
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
	err = may_trace() ? hooks__choose(c->skel, btf, &c->coverage) : -1;
	btf__free(btf);
	if (err)
		return -1;

	c->skel->rodata->vt_tgid = env->pid;
	c->skel->rodata->vt_unit_ns = env->milliseconds ? 1000000 : 1000;
	bpf_map__set_max_entries(c->skel->maps.vmas, env->max_entries);
	bpf_map__set_max_entries(c->skel->maps.blockers, env->max_entries);
	err = vmalocktop__load(c->skel);
	if (err)
		explain("load the BPF programs", err);
	return err ? -1 : 0;
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
	c->cpus = libbpf_num_possible_cpus();
	if (c->cpus < 1) {
		elog("cannot count the CPUs: %s: is /sys mounted?", strerror(-c->cpus));
		goto fail;
	}
	/* The largest value; the kernel rounds each CPU's up to 8 bytes. */
	c->percpu = calloc(c->cpus, sizeof(struct vt_counters) > sizeof(struct vt_hist) ?
			   sizeof(struct vt_counters) : sizeof(struct vt_hist));
	if (!c->percpu) {
		elog("out of memory: free some and try again");
		goto fail;
	}
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
	__atomic_store_n(&c->skel->bss->vt_open, 1, __ATOMIC_SEQ_CST);
	return 0;
}

void collector__stop(struct collector *c)
{
	struct timespec grace = { .tv_nsec = 100 * 1000 * 1000 };

	__atomic_store_n(&c->skel->bss->vt_open, 0, __ATOMIC_SEQ_CST);
	/*
	 * A program that saw the gate open runs with preemption disabled.  This
	 * membarrier command is the kernel's synchronize_rcu(), which waits for
	 * all such; it isn't offered under nohz_full.
	 */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&grace, NULL);
}

void collector__close(struct collector *c)
{
	if (!c)
		return;
	if (c->stats_fd >= 0)
		close(c->stats_fd);
	vmalocktop__destroy(c->skel);
	free(c->percpu);
	free(c);
}

static int read_counters(struct collector *c, struct vt_counters *sum)
{
	const struct vt_counters *v = c->percpu;
	__u64 *to = (__u64 *)sum;
	__u32 key = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(c->skel->maps.counters), &key, c->percpu))
		return -1;
	for (int cpu = 0; cpu < c->cpus; cpu++) {
		const __u64 *from = (const __u64 *)&v[cpu];

		for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
			to[i] += from[i];
	}
	return 0;
}

static int read_hists(struct collector *c, struct vt_hist *hists)
{
	const struct vt_hist *v = c->percpu;

	for (__u32 id = 0; id < VT_HISTS; id++) {
		if (bpf_map_lookup_elem(bpf_map__fd(c->skel->maps.hists), &id, c->percpu))
			return -1;
		for (int cpu = 0; cpu < c->cpus; cpu++)
			hist__add(&hists[id], &v[cpu]);
	}
	return 0;
}

/*
 * All entries of a hash, in which nothing is ever deleted: as rows of @size
 * bytes, the value following the key.  Returns how many, -1 on failure.
 */
static ssize_t read_hash(const struct bpf_map *map, void **rows, size_t n, size_t size)
{
	size_t key_size = bpf_map__key_size(map), room = n + bpf_map__max_entries(map);
	char key[64], *out = realloc(*rows, room * size);
	int err;

	if (!out)
		return -1;
	*rows = out;
	for (err = bpf_map_get_next_key(bpf_map__fd(map), NULL, key); !err && n < room;
	     err = bpf_map_get_next_key(bpf_map__fd(map), key, key)) {
		memcpy(out + n * size, key, key_size);
		if (bpf_map_lookup_elem(bpf_map__fd(map), key, out + n * size + key_size))
			return -1;
		n++;
	}
	return err && err != -ENOENT ? -1 : (ssize_t)n;
}

static int read_missed(struct collector *c, uint64_t *missed)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, c->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) < 0)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			return -1;
		*missed += info.recursion_misses;
	}
	return 0;
}

void collector__each_vma(struct collector *c, void (*fn)(void *ctx, const struct vt_vma_key *key),
			 void *ctx)
{
	int fd = bpf_map__fd(c->skel->maps.vmas);
	struct vt_vma_key key;
	int err;

	for (err = bpf_map_get_next_key(fd, NULL, &key); !err;
	     err = bpf_map_get_next_key(fd, &key, &key))
		fn(ctx, &key);
}

int collector__read(struct collector *c, struct snapshot *s)
{
	void *vmas = NULL, *blockers = NULL;
	struct timespec t;
	ssize_t n;
	int err;

	memset(s, 0, sizeof(*s));
	clock_gettime(CLOCK_MONOTONIC, &t);
	clock_gettime(CLOCK_REALTIME, &s->when);
	s->ns = t.tv_sec * 1000000000ULL + t.tv_nsec;
	err = read_counters(c, &s->counters) || read_hists(c, s->hists) ||
	      read_missed(c, &s->missed);
	if (!err) {
		n = read_hash(c->skel->maps.vmas, &vmas, 0, sizeof(struct vma_row));
		if (n >= 0)
			n = read_hash(c->skel->maps.rest, &vmas, n, sizeof(struct vma_row));
		s->vmas = vmas;
		s->n_vmas = n < 0 ? 0 : n;
		err = n < 0;
	}
	if (!err) {
		n = read_hash(c->skel->maps.blockers, &blockers, 0, sizeof(struct blocker_row));
		s->blockers = blockers;
		s->n_blockers = n < 0 ? 0 : n;
		err = n < 0;
	}
	if (err) {
		elog("cannot read the BPF maps: %s: try a smaller --max-entries", strerror(errno));
		snapshot__free(s);
		return -1;
	}
	snapshot__sort(s);
	return 0;
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

	*cost = (struct cost){ 0 };
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
