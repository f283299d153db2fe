// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's TCG that counts transfers of cache lines between the CPUs
 * of a guest, by page faults and system calls of a marked region.
 *
 * Options (QEMU: -plugin cacheline.so,NAME=VALUE,...):
 *
 *	facts=FILE	facts about the guest's kernel, from bench/kernel.py
 *	out=FILE	where the report goes
 *	commands=FILE	for bench-guest
 *	results=FILE	from it
 *	command_buffer=ADDRESS, print_buffer=ADDRESS	of bench-guest's symbols
 *	quantum=N	in the region, go on with the next CPU after about N instructions;
 *			0 (default): leave that to QEMU, which does so at PAUSE
 *	seed=N		what those intervals vary by
 *	memory=WHAT	accesses that are looked at: "kernel" (default), "all" (to check the
 *			method with a process of known behaviour), "none" (switches only)
 *
 * For one thread of TCG (-accel tcg,thread=single) only: nothing here is locked.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "events.h"
#include "facts.h"
#include "hooks.h"
#include "lines.h"
#include "mailbox.h"
#include "modes.h"
#include "objects.h"
#include "qemu_plugin_api.h"

#define MAX_COUNTERS	16
#define MAX_PROLOGUE	9	/* bytes of a function that its trampoline stands for: ENDBR, CALL */

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;

static FILE *out;
static uint64_t command_buffer, print_buffer;
static uint64_t quantum, seed, rng = 88172645463325252ULL;
static bool in_region, watch_kernel = true, watch_user;
static unsigned int nr_regions;

/* of the region */
static uint64_t faults, slept, transfers[4], insns[4];	/* the last two by enum mode */
static struct counter {
	char name[48];
	uint64_t count;
} counters[MAX_COUNTERS];
static unsigned int nr_counters;

static int64_t left[LINES_MAX_CPUS];	/* instructions to the next forced switch */

/*
 * A bit of the user data of memory callbacks, the rest of which is the address of the
 * instruction: clear if it is a locked operation.  Addresses of the kernel have it set.
 */
#define PC_PLAIN	(1ULL << 62)

static uint64_t interval(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return quantum / 2 + rng % (quantum + 1);
}

static void access_line(unsigned int cpu, uint64_t addr, uint64_t pc, bool store)
{
	enum transfer transfer = lines_access(cpu, addr >> LINE_SHIFT, store);
	enum mode mode;

	if (!in_region || transfer == TRANSFER_NONE)
		return;
	mode = mode_of(cpu);
	transfers[mode]++;
	if (mode != MODE_OTHER)
		events_add(addr, pc, mode, transfer);
}

static void on_memory(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t addr, void *data)
{
	uint64_t pc = (uint64_t)data, last = addr + (1 << qemu_plugin_mem_size_shift(info)) - 1;
	bool store = qemu_plugin_mem_is_store(info);

	if (!(addr >> 63) && !watch_user)
		return;		/* the process's own data */
	/* TCG splits locked operations in two; the store stands for both */
	if (!store && !(pc & PC_PLAIN))
		return;
	pc = pc >> 63 ? pc | PC_PLAIN : pc & ~PC_PLAIN;
	access_line(cpu, addr, pc, store);
	if (addr >> LINE_SHIFT != last >> LINE_SHIFT)
		access_line(cpu, last, pc, store);
}

static void on_block(unsigned int cpu, void *data)
{
	const struct block *b = data;

	if (b->user)
		mode_user(cpu);
	if (!in_region)
		return;
	if (b->user)
		hooks_lost(cpu);
	else
		hooks_block(cpu, b, mode_depth(cpu));
	insns[mode_of(cpu)] += b->insns;
	if (!quantum)
		return;
	left[cpu] -= b->insns;
	if (left[cpu] < 0) {
		left[cpu] = interval();
		cpu_exit(qemu_get_cpu(cpu));
	}
}

static void on_entry(unsigned int cpu, void *data)
{
	enum mode mode = (enum mode)(uintptr_t)data;

	if (mode_enter(cpu, mode) && in_region)
		faults++;
}

static void on_iret(unsigned int cpu, void *data)
{
	(void)data;
	mode_leave(cpu);
}

static void on_schedule(unsigned int cpu, void *data)
{
	(void)data;
	hooks_lost(cpu);
	if (mode_schedule(cpu) && in_region)
		slept++;
}

/* Only faults call what is counted, and they may have slept before, which ends MODE_FAULT. */
static void on_counted(unsigned int cpu, void *data)
{
	struct counter *c = data;

	(void)cpu;
	if (in_region)
		c->count++;
}

static void report_event(const struct event *e, void *arg)
{
	struct object o;

	(void)arg;
	object_at(e->addr, &o);
	fprintf(out, "event\t%" PRIu64 "\t%u\t%u\t%" PRIx64 "\t%" PRIx64 "\t%s\t%s\t%" PRIu64 "\n",
		e->count, e->mode, e->type, e->pc, e->addr, o.kind, o.name, o.offset);
}

/* What the addresses of per-CPU data and of the node's data mean. */
static void report_bases(void)
{
	uint64_t value;

	for (int cpu = 0; cpu < LINES_MAX_CPUS && qemu_get_cpu(cpu); cpu++)
		if (guest_read(facts.per_cpu_offset + cpu * 8, &value, sizeof(value)))
			fprintf(out, "percpu\t%d\t%" PRIx64 "\n", cpu, value);
	if (guest_read(facts.node_data, &value, sizeof(value)))
		fprintf(out, "node\t0\t%" PRIx64 "\n", value);
}

static void on_region_begin(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (!nr_regions)
		report_bases();
	events_reset();
	hooks_reset();
	memset(transfers, 0, sizeof(transfers));
	memset(insns, 0, sizeof(insns));
	faults = slept = 0;
	for (unsigned int i = 0; i < nr_counters; i++)
		counters[i].count = 0;
	for (unsigned int i = 0; quantum && i < LINES_MAX_CPUS; i++)
		left[i] = interval();
	in_region = true;
}

static void report_count(const char *name, uint64_t count)
{
	fprintf(out, "count\t%s\t%" PRIu64 "\n", name, count);
}

static void report_hook(const char *name, uint64_t calls, uint64_t insns)
{
	fprintf(out, "hook\t%s\t%" PRIu64 "\t%" PRIu64 "\n", name, calls, insns);
}

static void on_region_end(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	in_region = false;
	fprintf(out, "region\t%u\n", nr_regions++);
	report_count("faults", faults);
	report_count("slept", slept);
	report_count("transfers_user", transfers[MODE_USER]);
	report_count("transfers_fault", transfers[MODE_FAULT]);
	report_count("transfers_syscall", transfers[MODE_SYSCALL]);
	report_count("transfers_other", transfers[MODE_OTHER]);
	report_count("insns_fault", insns[MODE_FAULT]);
	for (unsigned int i = 0; i < nr_counters; i++)
		report_count(counters[i].name, counters[i].count);
	hooks_for_each(report_hook);
	events_for_each(report_event, NULL);
	fputs("end\n", out);
	fflush(out);
}

/* counter - the counter of executions of @name, which may be translated many times */
static struct counter *counter(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_counters; i++)
		if (!strcmp(counters[i].name, name))
			return &counters[i];
	if (i == MAX_COUNTERS) {
		fprintf(stderr, "cacheline: more than %d functions to count\n", MAX_COUNTERS);
		exit(1);
	}
	snprintf(counters[i].name, sizeof(counters[i].name), "%s", name);
	nr_counters++;
	return &counters[i];
}

static void watch_memory(struct qemu_plugin_insn *insn, uint64_t pc)
{
	bool locked = decode_locked(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));
	uint64_t data = locked ? pc & ~PC_PLAIN : pc | PC_PLAIN;

	qemu_plugin_register_vcpu_mem_cb(insn, on_memory, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, (void *)data);
}

static void on_commands(unsigned int cpu, void *data)
{
	(void)data;
	mailbox_give(cpu, command_buffer);
}

static void on_print(unsigned int cpu, void *data)
{
	(void)data;
	mailbox_take(cpu, print_buffer);
}

static void translate_user(struct qemu_plugin_insn *insn)
{
	static const qemu_plugin_vcpu_udata_cb_t callbacks[] = {
		[MARKER_BEGIN] = on_region_begin,
		[MARKER_END] = on_region_end,
		[MARKER_COMMANDS] = on_commands,
		[MARKER_PRINT] = on_print,
	};
	enum marker marker = decode_marker(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));

	if (watch_user)
		watch_memory(insn, qemu_plugin_insn_vaddr(insn));
	if (marker != MARKER_NONE)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, callbacks[marker],
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
}

static void translate_entry(struct qemu_plugin_insn *insn, uint64_t pc)
{
	const char *name;
	qemu_plugin_vcpu_udata_cb_t cb = on_entry;
	void *data = NULL;

	switch (facts_role(pc, &name)) {
	case ROLE_NONE:
	case ROLE_HOOK:		/* see describe() */
		return;
	case ROLE_FAULT:
		data = (void *)MODE_FAULT;
		break;
	case ROLE_SYSCALL:
		data = (void *)MODE_SYSCALL;
		break;
	case ROLE_OTHER:
		data = (void *)MODE_OTHER;
		break;
	case ROLE_SCHEDULE:
		cb = on_schedule;
		break;
	case ROLE_COUNT:
		cb = on_counted;
		data = counter(name);
		break;
	}
	qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_NO_REGS, data);
}

static void translate_kernel(struct qemu_plugin_insn *insn, uint64_t pc)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	translate_entry(insn, pc);
	if (decode_iret(code, size))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_iret, QEMU_PLUGIN_CB_NO_REGS, NULL);
	if (watch_kernel && !facts_skipped(pc))
		watch_memory(insn, pc);
}

/* describe - what hooks_block() wants to know of a block; QEMU may execute it whenever it likes */
static struct block *describe(struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, n - 1);
	struct block *b = calloc(1, sizeof(*b));
	const char *name;
	enum role role;

	if (!b) {
		fputs("cacheline: no memory\n", stderr);
		exit(1);
	}
	b->start = qemu_plugin_tb_vaddr(tb);
	b->end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
	b->insns = n;
	b->user = !(b->start >> 63);
	if (b->user)
		return b;
	b->bpf = b->start >= facts.text_end;
	b->returns = decode_ret(qemu_plugin_insn_data(last), qemu_plugin_insn_size(last));
	role = facts_role(b->start, &name);
	if (role == ROLE_HOOK)
		b->hook = hooks_of(name);
	for (uint64_t pc = b->start; !b->body && b->start - pc <= MAX_PROLOGUE; pc--)
		b->body = facts_role(pc, &name) == ROLE_COUNT;
	return b;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct block *b = describe(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, b);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (b->user)
			translate_user(insn);
		else
			translate_kernel(insn, qemu_plugin_insn_vaddr(insn));
	}
}

struct options {
	const char *facts, *out, *commands, *results, *memory;
};

/* read_option - note @arg, NAME=VALUE; false if no option is called so */
static bool read_option(const char *arg, struct options *o)
{
	const struct {
		const char *name;
		const char **text;
		uint64_t *number;
	} all[] = {
		{ "facts", &o->facts, NULL },
		{ "out", &o->out, NULL },
		{ "commands", &o->commands, NULL },
		{ "results", &o->results, NULL },
		{ "memory", &o->memory, NULL },
		{ "command_buffer", NULL, &command_buffer },
		{ "print_buffer", NULL, &print_buffer },
		{ "quantum", NULL, &quantum },
		{ "seed", NULL, &seed },
	};
	size_t n = strcspn(arg, "=");

	for (size_t i = 0; arg[n] && i < sizeof(all) / sizeof(*all); i++) {
		if (strlen(all[i].name) != n || strncmp(arg, all[i].name, n))
			continue;
		if (all[i].text)
			*all[i].text = arg + n + 1;
		else
			*all[i].number = strtoull(arg + n + 1, NULL, 0);
		return true;
	}
	return false;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	struct options o = { .memory = "kernel" };

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!read_option(argv[i], &o)) {
			fprintf(stderr, "cacheline: unknown option %s\n", argv[i]);
			return 2;
		}
	}
	if (!o.facts || !o.out || !o.commands || !o.results || !command_buffer || !print_buffer) {
		fputs("cacheline: needed are the options facts, out, commands, results, command_buffer and print_buffer\n",
		      stderr);
		return 2;
	}
	rng += seed * 0x9e3779b97f4a7c15ULL;
	watch_kernel = strcmp(o.memory, "none");
	watch_user = !strcmp(o.memory, "all");
	facts_read(o.facts);
	mailbox_open(o.commands, o.results);
	out = fopen(o.out, "w");
	if (!out) {
		fprintf(stderr, "cacheline: cannot write %s: %m\n", o.out);
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
