/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Which processes, threads and waits the options let through. */
#ifndef FILTER_BPF_H
#define FILTER_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_helpers.h>

#include "vmalocktop.h"

/* Only this process (initial PID namespace); 0: all of them, or those in pids. */
const volatile __u32 vt_tgid;
const volatile bool vt_in_pids;
/* Only this thread; 0: all. */
const volatile __u32 vt_tid;
/* Only threads of this name; empty: all. */
const volatile char vt_comm[VT_COMM_LEN];
/* Only threads in the cgroup cgroups[0], or below. */
const volatile bool vt_in_cgroup;
/* Rankings, blockers and stacks: only waits of so long, on VMAs of that size. */
const volatile __u64 vt_longer_ns;
const volatile __u64 vt_min_vma;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} pids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cgroups SEC(".maps");

static __always_inline bool other_comm(void)
{
	char comm[VT_COMM_LEN] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	for (int i = 0; i < VT_COMM_LEN; i++) {
		if (comm[i] != vt_comm[i])
			return true;
		if (!comm[i])
			break;
	}
	return false;
}

/* Whether what the current task does with the mm of process @tgid isn't asked for. */
static __always_inline bool filtered(__u32 tgid)
{
	if (vt_tgid && tgid != vt_tgid)
		return true;
	if (vt_in_pids && !bpf_map_lookup_elem(&pids, &tgid))
		return true;
	if (vt_tid && (__u32)bpf_get_current_pid_tgid() != vt_tid)
		return true;
	if (vt_in_cgroup && bpf_current_task_under_cgroup(&cgroups, 0) != 1)
		return true;
	return vt_comm[0] && other_comm();
}

/* Whether a wait goes into the rankings. */
static __always_inline bool ranked(__u64 start, __u64 end, __u64 ns)
{
	return ns >= vt_longer_ns && end - start >= vt_min_vma;
}

#endif
