// SPDX-License-Identifier: GPL-2.0
#include "privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "diag.h"

#define BIT(cap)	(1ULL << (cap))

static struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };

bool privileges__may_trace(void)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uint64_t caps = 0, need = BIT(CAP_BPF) | BIT(CAP_PERFMON);

	if (!syscall(SYS_capget, &head, data))
		caps = data[0].effective | (uint64_t)data[1].effective << 32;
	if (caps & BIT(CAP_SYS_ADMIN) || (caps & need) == need)
		return true;
	elog("needs CAP_BPF and CAP_PERFMON, or root: run it with sudo, or once "
	     "\"setcap cap_bpf,cap_perfmon=ep vmalocktop\" and start it again");
	return false;
}

void privileges__drop(bool keep_bpf)
{
	uint64_t keep = BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_SYSLOG);
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, data)) {
		wlog("privileges are kept: capget: %s", strerror(errno));
		return;
	}
	if (!(data[0].permitted & BIT(CAP_SYS_PTRACE)))
		keep |= BIT(CAP_PERFMON);
	if (keep_bpf)
		keep |= BIT(CAP_BPF) | BIT(CAP_SYS_ADMIN);
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(keep >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_capset, &head, data))
		wlog("privileges are kept: capset: %s", strerror(errno));
}
