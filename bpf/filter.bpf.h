/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Which processes, threads and waits the options let through. */
#ifndef FILTER_BPF_H
#define FILTER_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_helpers.h>

#include "vmalocktop.h"

/* Which of the following apply: bits of enum vt_filter. */
const volatile __u32 vt_filters;
/* VT_ONE_PROCESS: only this one (initial PID namespace). */
const volatile __u32 vt_tgid;
/* VT_ONE_THREAD: only this one. */
const volatile __u32 vt_tid;
/* VT_ONE_NAME: only threads called so. */
const volatile char vt_comm[VT_COMM_LEN];
/* Rankings, blockers and stacks: only waits of so long, on VMAs of that size. */
const volatile __u64 vt_longer_ns;
const volatile __u64 vt_min_vma;

/* VT_PROCESSES: only these. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} pids SEC(".maps");

/* VT_CGROUP: only threads in this one, or below. */
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

/*
 * Whether what the current task does with the mm of process @tgid isn't asked for.
 *
 * When no filter is, a single load is left of all this: the verifier drops the rest.
 */
static __always_inline bool filtered(__u32 tgid)
{
	__u32 by = vt_filters;

	if (!by)
		return false;
	if (by & VT_ONE_PROCESS && tgid != vt_tgid)
		return true;
	if (by & VT_PROCESSES && !bpf_map_lookup_elem(&pids, &tgid))
		return true;
	if (by & VT_ONE_THREAD && (__u32)bpf_get_current_pid_tgid() != vt_tid)
		return true;
	if (by & VT_CGROUP && bpf_current_task_under_cgroup(&cgroups, 0) != 1)
		return true;
	return by & VT_ONE_NAME && other_comm();
}

/* The same of its own process' mm. */
static __always_inline bool self_filtered(void)
{
	return vt_filters && filtered(bpf_get_current_pid_tgid() >> 32);
}

/* Whether a wait goes into the rankings. */
static __always_inline bool ranked(__u64 start, __u64 end, __u64 ns)
{
	return ns >= vt_longer_ns && end - start >= vt_min_vma;
}

#endif
