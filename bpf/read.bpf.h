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
 * @member of what the number or pointer @ptr points to; 0 if that can't be read.
 *
 * After the cast it is a single load, which the kernel recovers from if it
 * faults; a helper takes near a hundred instructions.
 */
#define READ(ptr, member) ({							\
	typeof(ptr) _ptr = (ptr);						\
	vt_can_cast ?								\
		((typeof(ptr))bpf_rdonly_cast(_ptr, bpf_core_type_id_kernel(typeof(*_ptr))))->member : \
		BPF_CORE_READ(_ptr, member);					\
})

#endif
