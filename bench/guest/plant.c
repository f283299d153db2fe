// SPDX-License-Identifier: GPL-2.0
/*
 * An atomic counter in the path of page faults, as a mistake would be: a BPF
 * program that increments the only element of an array at each one.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "io.h"

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

void plant_command(const char *what)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	};
	int fd = bpf(BPF_MAP_CREATE, &map);
	struct bpf_insn program[] = {
		/* r1 = address of the element */
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = fd },
		{ 0 },
		/* r2 = 1; lock *(u64 *)r1 += r2; return 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_2, .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(*program),
		.license = (uintptr_t)"GPL",
	};
	union bpf_attr attach = { .raw_tracepoint.name = (uintptr_t)"page_fault_user" };

	if (strcmp(what, "atomic")) {
		errno = EINVAL;
		fail("plant %s", what);
	}
	if (fd < 0)
		fail("cannot create a BPF map");
	attach.raw_tracepoint.prog_fd = bpf(BPF_PROG_LOAD, &load);
	if ((int)attach.raw_tracepoint.prog_fd < 0)
		fail("cannot load a BPF program");
	if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attach) < 0)
		fail("cannot attach to page_fault_user");
}
