// SPDX-License-Identifier: GPL-2.0
#include "hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "diag.h"
#include "vmalocktop.skel.h"

#define SERIES "only kernels with the vma_lock series have "

/* The arguments of a trace event, without the one that all have; -1 if there is no such event. */
static int event_args(const struct btf *btf, const char *name)
{
	const struct btf_type *t;
	char type[128];
	int id;

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -1;
	t = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	t = t && btf_is_ptr(t) ? btf__type_by_id(btf, t->type) : NULL;
	return t && btf_is_func_proto(t) && btf_vlen(t) ? btf_vlen(t) - 1 : -1;
}

/* Whether the kernel lets programs attach to the entry of function @name. */
static bool can_fentry(const struct btf *btf, const char *name)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC), prog, link;

	if (id < 0)
		return false;
	opts.attach_btf_id = id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "vt_probe", "GPL", insns, 2, &opts);
	if (prog < 0)
		return false;
	link = bpf_raw_tracepoint_open(NULL, prog);
	if (link >= 0)
		close(link);
	close(prog);
	return link >= 0;
}

/* Whether a struct or union has a member, maybe in an unnamed one within. */
static bool has_member_within(const struct btf *btf, const struct btf_type *t, const char *member)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *name = btf__name_by_offset(btf, m->name_off);
		const struct btf_type *inner = *name ? NULL : btf__type_by_id(btf, m->type);

		if (!strcmp(name, member))
			return true;
		if (inner && btf_is_composite(inner) && has_member_within(btf, inner, member))
			return true;
	}
	return false;
}

static bool has_member(const struct btf *btf, const char *type, const char *member)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id >= 0 && has_member_within(btf, btf__type_by_id(btf, id), member);
}

/* Whether faults may do without mmap_lock at all. */
static bool per_vma_locks(const struct btf *btf)
{
	return btf__find_by_name_kind(btf, "lock_vma_under_rcu", BTF_KIND_FUNC) >= 0;
}

static void set(struct coverage *c, enum metric m, const char *source, const char *why)
{
	c->v[m].grade = !source ? ABSENT : why ? DEGRADED : EXACT;
	c->v[m].source = source;
	c->v[m].why = why;
}

/* A metric that a single one of the series' events is for. */
static void of_series(struct coverage *c, enum metric m, const struct bpf_program *prog,
		      const char *source, const char *why)
{
	bool have = bpf_program__autoload(prog);

	set(c, m, have ? source : NULL, have ? NULL : why);
}

/* Load @prog only if the kernel has its trace event. */
static bool want_event(struct bpf_program *prog, const struct btf *btf, bool wanted)
{
	const char *event = strchr(bpf_program__section_name(prog), '/') + 1;
	bool have = wanted && event_args(btf, event) >= 0;

	bpf_program__set_autoload(prog, have);
	return have;
}

/* Faults, and those that fell back, where the series' events don't say it.  @locking: it is seen from within. */
static void choose_stock(struct vmalocktop *skel, const struct btf *btf, bool locking, struct coverage *c)
{
	bool faults = want_event(skel->progs.page_fault_user, btf, !coverage__has(c, METRIC_FAULTS));
	/* Without lock_mm_and_find_vma() it only tells addresses. */
	bool kernel = want_event(skel->progs.page_fault_kernel, btf, faults) && locking;
	bool wanted = !coverage__has(c, METRIC_FALLBACKS);
	bool path = event_args(btf, "mmap_lock_start_locking") > 2;
	bool event = want_event(skel->progs.start_locking_new, btf, wanted && !locking && !path);

	event |= want_event(skel->progs.start_locking_path, btf, wanted && !locking && path);
	skel->rodata->vt_count_locking = wanted && locking;
	if (kernel)
		set(c, METRIC_FAULTS, "exceptions:page_fault_user, _kernel", NULL);
	else if (faults)
		set(c, METRIC_FAULTS, "exceptions:page_fault_user", "from user mode only");
	if (wanted && locking)
		set(c, METRIC_FALLBACKS, "fentry lock_mm_and_find_vma",
		    "one that slept is told from the next by its instruction only");
	else if (event)
		set(c, METRIC_FALLBACKS, "mmap_lock:mmap_lock_start_locking",
		    "from user mode only; one that slept is told from the next by its instruction");
	if (wanted && !per_vma_locks(btf))
		set(c, METRIC_REASONS, NULL, "no per-VMA locks here (Linux 6.4): all faults take mmap_lock");
}

/* Waits of faults for mmap_lock.  Returns whether they are seen. */
static bool choose_queue(struct vmalocktop *skel, const struct btf *btf, bool locking, struct coverage *c)
{
	bool queue = event_args(btf, "contention_begin") >= 0 && event_args(btf, "contention_end") >= 0;

	want_event(skel->progs.contention_begin, btf, queue);
	want_event(skel->progs.contention_end, btf, queue);
	if (!queue)
		set(c, METRIC_MMAP_LOCK, NULL, "needs lock:contention_begin (Linux 5.19)");
	else if (locking)
		set(c, METRIC_MMAP_LOCK, "lock:contention_begin, _end within lock_mm_and_find_vma", NULL);
	else
		set(c, METRIC_MMAP_LOCK, "lock:contention_begin, _end",
		    "from user mode only: lock_mm_and_find_vma can't be hooked here");
	return queue;
}

/* The writers that faults, @waits of which are seen, wait for. */
static void choose_blockers(const struct btf *btf, bool waits, struct coverage *c)
{
	static const char source[] = "owner or first queued writer of mmap_lock when a wait begins";

	if (!waits)
		set(c, METRIC_BLOCKERS, NULL, "no waits here");
	else if (!has_member(btf, "rw_semaphore", "owner"))
		set(c, METRIC_BLOCKERS, NULL, "an rwsem has no owner under PREEMPT_RT");
	else if (has_member(btf, "mm_struct", "mm_lock_seq"))
		set(c, METRIC_BLOCKERS, source, NULL);
	else
		set(c, METRIC_BLOCKERS, source,
		    "one that unlocks and locks again just then may be shown in its next system call");
}

/* Stacks, of @waits that are seen at all.  Writers give theirs when they unlock or downgrade. */
static void choose_stacks(struct vmalocktop *skel, const struct btf *btf, bool waits, bool wanted,
			  struct coverage *c)
{
	bool path = event_args(btf, "mmap_lock_released") > 2;
	bool released, acquired;

	released = want_event(skel->progs.released_new, btf, wanted && !path);
	released |= want_event(skel->progs.released_path, btf, wanted && path);
	acquired = want_event(skel->progs.acquired_new, btf, wanted && !path);
	acquired |= want_event(skel->progs.acquired_path, btf, wanted && path);
	if (!waits)
		set(c, METRIC_STACKS, NULL, "no waits here");
	else if (!wanted)
		set(c, METRIC_STACKS, NULL, "not asked for: --folded or --stacks");
	else if (released && acquired)
		set(c, METRIC_STACKS, "the waiter's at its end; the writer's at mmap_lock_released", NULL);
	else
		set(c, METRIC_STACKS, "the waiter's at its end",
		    "no writers', which need mmap_lock:* (Linux 5.11)");
}

int hooks__choose(struct vmalocktop *skel, const struct btf *btf, bool stacks, struct coverage *c)
{
	struct bpf_program *prog;
	struct utsname uts;
	bool locking = can_fentry(btf, "lock_mm_and_find_vma"), queue, waits;

	*c = (struct coverage){ 0 };
	skel->rodata->vt_locking = locking;
	skel->rodata->vt_can_cast = btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) >= 0;
	bpf_object__for_each_program(prog, skel->obj)
		if (!strncmp(bpf_program__section_name(prog), "tp_btf/vma_", 11))
			want_event(prog, btf, true);
	of_series(c, METRIC_FAULTS, skel->progs.vma_lookup, "vma_lock:vma_lookup, vma_fault_fallback",
		  "neither vma_lock:vma_lookup nor exceptions:page_fault_user here");
	of_series(c, METRIC_LOOKUPS, skel->progs.vma_lookup, "vma_lock:vma_lookup",
		  SERIES "vma_lock:vma_lookup");
	of_series(c, METRIC_REFFREE, skel->progs.vma_map_pages, "vma_lock:vma_map_pages",
		  SERIES "vma_lock:vma_map_pages");
	of_series(c, METRIC_FALLBACKS, skel->progs.vma_fault_fallback, "vma_lock:vma_fault_fallback",
		  "no hook for faults under mmap_lock here");
	of_series(c, METRIC_REASONS, skel->progs.vma_fault_fallback, "vma_lock:vma_fault_fallback",
		  SERIES "vma_lock:vma_fault_fallback");
	of_series(c, METRIC_BABY, skel->progs.vma_baby_wait_begin, "vma_lock:vma_baby_wait_*",
		  SERIES "BABYs");
	of_series(c, METRIC_EXCL, skel->progs.vma_baby_wait_begin, "vma_lock:vma_baby_wait_*",
		  SERIES "such waits; elsewhere faults fall back");
	of_series(c, METRIC_ZOMBIES, skel->progs.vma_zombie_backoff, "vma_lock:vma_zombie_backoff",
		  SERIES "ZOMBIEs");
	of_series(c, METRIC_DRAINS, skel->progs.vma_ref_wait_begin, "vma_lock:vma_ref_wait_*",
		  SERIES "events for it; a VMA's rwsem isn't told apart from other locks");
	of_series(c, METRIC_LIVES, skel->progs.vma_born, "vma_lock:vma_born, vma_grown", SERIES "BABYs");
	bpf_program__set_autoload(skel->progs.lock_mm_and_find_vma, locking);
	bpf_program__set_autoload(skel->progs.locked_mm_and_found_vma, locking);
	choose_stock(skel, btf, locking, c);
	queue = choose_queue(skel, btf, locking, c);
	waits = queue || coverage__has(c, METRIC_BABY);
	if (!waits)
		set(c, METRIC_VMAS, NULL, "no waits here");
	else if (!queue)
		set(c, METRIC_VMAS, "vma_lock:*", NULL);
	else if (locking)
		set(c, METRIC_VMAS, "lock_mm_and_find_vma and, where it finds none, the mm's maple tree", NULL);
	else if (has_member(btf, "mm_struct", "mm_mt"))
		set(c, METRIC_VMAS, "the mm's maple tree, under mmap_lock", coverage__exact(c, METRIC_FALLBACKS) ? NULL :
		    "unknown of faults that lose their CPU before they ask for the lock");
	else
		set(c, METRIC_VMAS, NULL, "the VMAs aren't in a maple tree (Linux 6.1)");
	choose_blockers(btf, waits, c);
	choose_stacks(skel, btf, waits, stacks, c);
	set(c, METRIC_OPEN, waits ? "BPF task iterator" : NULL, waits ? NULL : "no waits here");
	if (waits || coverage__has(c, METRIC_FALLBACKS))
		return 0;
	uname(&uts);
	elog("this kernel (%s) has no event to trace: boot one with CONFIG_TRACING, 5.19 or newer",
	     uts.release);
	return -1;
}
