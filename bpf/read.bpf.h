/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Reading the kernel's memory at addresses that may not be what they look like. */
#ifndef READ_BPF_H
#define READ_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Whether the kernel has bpf_rdonly_cast() (Linux 6.2). */
const volatile bool vt_can_cast;

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/*
 * Reading takes two steps, and whether the kernel @can cast, a constant: MAY_READ() makes
 * something of a number or pointer that READ() then takes members of, 0 if they can't
 * be read.
 *
 * After the cast a member is a single load, which the kernel recovers from if it
 * faults; a helper takes near a hundred instructions.  One cast does for all
 * members, and one test of vt_can_cast for all casts: hand it on.
 */
#define MAY_READ(can, ptr) ({							\
	typeof(ptr) _ptr = (ptr);						\
	(can) ? (typeof(ptr))bpf_rdonly_cast(_ptr, bpf_core_type_id_kernel(typeof(*_ptr))) : _ptr; \
})
#define READ(can, ptr, member)							\
	((can) ? (ptr)->member : BPF_CORE_READ(ptr, member))

#endif
