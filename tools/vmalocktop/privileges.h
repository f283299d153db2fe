/* SPDX-License-Identifier: GPL-2.0 */
/* Capabilities: those that tracing needs, and what is left of them afterwards. */
#ifndef VMALOCKTOP_PRIVILEGES_H
#define VMALOCKTOP_PRIVILEGES_H

#include <stdbool.h>

/* privileges__may_trace() - whether this process may load tracing programs; a message if not */
bool privileges__may_trace(void);

/**
 * privileges__drop() - give up, for good, all that isn't needed once everything is open
 * @keep_bpf: the kernel is so old (before 5.19) that maps can't be read without
 *
 * Stay, if they are there: what it takes to name mappings and functions of
 * other users' processes (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH) and of the kernel
 * (CAP_SYSLOG); CAP_PERFMON, by which newer kernels let mappings be read, if there
 * is no CAP_SYS_PTRACE. Programs that this one might start get nothing.
 */
void privileges__drop(bool keep_bpf);

#endif
