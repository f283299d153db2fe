/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of the per-VMA locking protocol.
 *
 * Order and types of the arguments and fields are an interface: BPF programs
 * attach to these events through BTF.  Append, never reorder.
 * See Documentation/mm/vma_lock.rst for what each event means.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vma_lock

#if !defined(_TRACE_VMA_LOCK_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_VMA_LOCK_H

#include <linux/tracepoint.h>
#include <linux/types.h>
#include <linux/vma_lock_types.h>

struct mm_struct;

#define VMA_LOCK_STATES						\
	EM(VMA_STATE_LIVE,		"live")			\
	EM(VMA_STATE_BABY,		"baby")			\
	EM(VMA_STATE_EXCL,		"excl")			\
	EMe(VMA_STATE_ZOMBIE,		"zombie")

#define VMA_LOOKUP_RESULTS					\
	EM(VMA_LOOKUP_REFFREE,		"ref_free")		\
	EM(VMA_LOOKUP_REF,		"ref")			\
	EM(VMA_LOOKUP_BABY,		"baby")			\
	EM(VMA_LOOKUP_EXCL,		"excl")			\
	EM(VMA_LOOKUP_ZOMBIE,		"zombie")		\
	EM(VMA_LOOKUP_NONE,		"none")			\
	EMe(VMA_LOOKUP_RANGE,		"range")

#define VMA_WRITE_OPS						\
	EM(VMA_OP_OTHER,		"other")		\
	EM(VMA_OP_MMAP,			"mmap")			\
	EM(VMA_OP_MUNMAP,		"munmap")		\
	EM(VMA_OP_MPROTECT,		"mprotect")		\
	EM(VMA_OP_MREMAP,		"mremap")		\
	EM(VMA_OP_MADVISE,		"madvise")		\
	EM(VMA_OP_MLOCK,		"mlock")		\
	EM(VMA_OP_BRK,			"brk")			\
	EM(VMA_OP_FORK,			"fork")			\
	EM(VMA_OP_EXEC,			"exec")			\
	EM(VMA_OP_EXIT,			"exit")			\
	EM(VMA_OP_STACK,		"stack")		\
	EM(VMA_OP_KHUGEPAGED,		"khugepaged")		\
	EM(VMA_OP_KSM,			"ksm")			\
	EM(VMA_OP_UFFD,			"uffd")			\
	EM(VMA_OP_MEMPOLICY,		"mempolicy")		\
	EM(VMA_OP_PRCTL,		"prctl")		\
	EMe(VMA_OP_TAKE_ALL,		"take_all")

#define VMA_ZOMBIE_PLACES					\
	EM(VMA_ZOMBIE_LOOKUP,		"lookup")		\
	EM(VMA_ZOMBIE_ANON,		"anon")			\
	EM(VMA_ZOMBIE_FINISH_FAULT,	"finish_fault")		\
	EM(VMA_ZOMBIE_MAP_PAGES,	"map_pages")		\
	EM(VMA_ZOMBIE_SWAP,		"swap")			\
	EM(VMA_ZOMBIE_COW,		"cow")			\
	EM(VMA_ZOMBIE_INSERT_PAGE,	"insert_page")		\
	EM(VMA_ZOMBIE_INSERT_PFN,	"insert_pfn")		\
	EM(VMA_ZOMBIE_INSERT_HUGE,	"insert_huge")		\
	EM(VMA_ZOMBIE_HUGE_ANON,	"huge_anon")		\
	EM(VMA_ZOMBIE_HUGE_FILE,	"huge_file")		\
	EM(VMA_ZOMBIE_HUGETLB,		"hugetlb")		\
	EM(VMA_ZOMBIE_UFFD,		"uffd")			\
	EMe(VMA_ZOMBIE_PTE,		"pte")

#define VMA_FALLBACK_REASONS					\
	EM(VMA_FALLBACK_KERNEL,		"kernel_mode")		\
	EM(VMA_FALLBACK_NONE,		"none")			\
	EM(VMA_FALLBACK_SIGNAL,		"signal")		\
	EM(VMA_FALLBACK_RETRY,		"retry")		\
	EM(VMA_FALLBACK_STARVED,	"starved")		\
	EM(VMA_FALLBACK_HANDLER,	"handler")		\
	EMe(VMA_FALLBACK_ANON_VMA,	"anon_vma")

#define VMA_MAP_PAGES_OUTCOMES					\
	EM(VMA_MAP_MAPPED,		"mapped")		\
	EM(VMA_MAP_STALE,		"stale")		\
	EM(VMA_MAP_NOT_CACHED,		"not_cached")		\
	EMe(VMA_MAP_OTHER,		"other")

#undef EM
#undef EMe
#define EM(a, b)	TRACE_DEFINE_ENUM(a);
#define EMe(a, b)	TRACE_DEFINE_ENUM(a);

VMA_LOCK_STATES
VMA_LOOKUP_RESULTS
VMA_WRITE_OPS
VMA_ZOMBIE_PLACES
VMA_FALLBACK_REASONS
VMA_MAP_PAGES_OUTCOMES

#undef EM
#undef EMe
#define EM(a, b)	{ a, b },
#define EMe(a, b)	{ a, b }

/*
 * A page fault's lookup under RCU ended.  @walks counts the walks of the tree,
 * 1 when the first one was enough.  @vm_start and @vm_end are 0 when no VMA
 * was found.
 */
TRACE_EVENT(vma_lookup,

	TP_PROTO(struct mm_struct *mm, unsigned long address,
		 unsigned long vm_start, unsigned long vm_end,
		 unsigned int result, unsigned int walks),

	TP_ARGS(mm, address, vm_start, vm_end, result, walks),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(unsigned int, result)
		__field(unsigned int, walks)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->result = result;
		__entry->walks = walks;
	),

	TP_printk("mm=%p address=%lx vm_start=%lx vm_end=%lx result=%s walks=%u",
		  __entry->mm, __entry->address,
		  __entry->vm_start, __entry->vm_end,
		  __print_symbolic(__entry->result, VMA_LOOKUP_RESULTS),
		  __entry->walks)
);

/* A writer has set @state and sleeps until the VMA's @users are zero. */
TRACE_EVENT(vma_ref_wait_begin,

	TP_PROTO(struct mm_struct *mm, unsigned long vm_start,
		 unsigned long vm_end, unsigned int users, unsigned int state,
		 unsigned int op),

	TP_ARGS(mm, vm_start, vm_end, users, state, op),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(unsigned int, users)
		__field(unsigned int, state)
		__field(unsigned int, op)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->users = users;
		__entry->state = state;
		__entry->op = op;
	),

	TP_printk("mm=%p vm_start=%lx vm_end=%lx users=%u state=%s op=%s",
		  __entry->mm, __entry->vm_start, __entry->vm_end,
		  __entry->users,
		  __print_symbolic(__entry->state, VMA_LOCK_STATES),
		  __print_symbolic(__entry->op, VMA_WRITE_OPS))
);

/* The writer's wait ended; @users is what it waited for, @ret 0 or -EINTR. */
TRACE_EVENT(vma_ref_wait_end,

	TP_PROTO(struct mm_struct *mm, unsigned long vm_start,
		 unsigned long vm_end, unsigned int users, unsigned int state,
		 unsigned int op, int ret),

	TP_ARGS(mm, vm_start, vm_end, users, state, op, ret),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(unsigned int, users)
		__field(unsigned int, state)
		__field(unsigned int, op)
		__field(int, ret)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->users = users;
		__entry->state = state;
		__entry->op = op;
		__entry->ret = ret;
	),

	TP_printk("mm=%p vm_start=%lx vm_end=%lx users=%u state=%s op=%s ret=%d",
		  __entry->mm, __entry->vm_start, __entry->vm_end,
		  __entry->users,
		  __print_symbolic(__entry->state, VMA_LOCK_STATES),
		  __print_symbolic(__entry->op, VMA_WRITE_OPS),
		  __entry->ret)
);

/*
 * A page fault is about to sleep because the VMA that it found is a BABY or
 * EXCL.  The range is the one that the VMA had at that moment; the VMA itself
 * may be gone when the event is delivered.
 */
TRACE_EVENT(vma_baby_wait_begin,

	TP_PROTO(struct mm_struct *mm, unsigned long address,
		 unsigned long vm_start, unsigned long vm_end,
		 unsigned int state),

	TP_ARGS(mm, address, vm_start, vm_end, state),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(unsigned int, state)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->state = state;
	),

	TP_printk("mm=%p address=%lx vm_start=%lx vm_end=%lx state=%s",
		  __entry->mm, __entry->address,
		  __entry->vm_start, __entry->vm_end,
		  __print_symbolic(__entry->state, VMA_LOCK_STATES))
);

/* The fault's sleep ended: @ret is 0, or -EINTR after a fatal signal. */
TRACE_EVENT(vma_baby_wait_end,

	TP_PROTO(struct mm_struct *mm, unsigned long address,
		 unsigned long vm_start, unsigned long vm_end,
		 unsigned int state, int ret),

	TP_ARGS(mm, address, vm_start, vm_end, state, ret),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(unsigned int, state)
		__field(int, ret)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->state = state;
		__entry->ret = ret;
	),

	TP_printk("mm=%p address=%lx vm_start=%lx vm_end=%lx state=%s ret=%d",
		  __entry->mm, __entry->address,
		  __entry->vm_start, __entry->vm_end,
		  __print_symbolic(__entry->state, VMA_LOCK_STATES),
		  __entry->ret)
);

/* A reader gave up on a ZOMBIE and inserted nothing. */
TRACE_EVENT(vma_zombie_backoff,

	TP_PROTO(struct mm_struct *mm, unsigned long address,
		 unsigned long vm_start, unsigned long vm_end,
		 unsigned int where),

	TP_ARGS(mm, address, vm_start, vm_end, where),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(unsigned int, where)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->where = where;
	),

	TP_printk("mm=%p address=%lx vm_start=%lx vm_end=%lx where=%s",
		  __entry->mm, __entry->address,
		  __entry->vm_start, __entry->vm_end,
		  __print_symbolic(__entry->where, VMA_ZOMBIE_PLACES))
);

/*
 * A page fault tried to do without a reference: ->map_pages(), or the first
 * touch of anonymous memory.  @nr entries were set.
 */
TRACE_EVENT(vma_map_pages,

	TP_PROTO(struct mm_struct *mm, unsigned long address,
		 unsigned int outcome, unsigned int nr),

	TP_ARGS(mm, address, outcome, nr),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned int, outcome)
		__field(unsigned int, nr)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->outcome = outcome;
		__entry->nr = nr;
	),

	TP_printk("mm=%p address=%lx outcome=%s nr=%u",
		  __entry->mm, __entry->address,
		  __print_symbolic(__entry->outcome, VMA_MAP_PAGES_OUTCOMES),
		  __entry->nr)
);

/* A page fault goes on under mmap_lock. */
TRACE_EVENT(vma_fault_fallback,

	TP_PROTO(struct mm_struct *mm, unsigned long address,
		 unsigned int reason),

	TP_ARGS(mm, address, reason),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned int, reason)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->reason = reason;
	),

	TP_printk("mm=%p address=%lx reason=%s",
		  __entry->mm, __entry->address,
		  __print_symbolic(__entry->reason, VMA_FALLBACK_REASONS))
);

/* mmap() has stored a BABY over an existing mapping. */
TRACE_EVENT(vma_born,

	TP_PROTO(struct mm_struct *mm, unsigned long vm_start,
		 unsigned long vm_end),

	TP_ARGS(mm, vm_start, vm_end),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
	),

	TP_printk("mm=%p vm_start=%lx vm_end=%lx",
		  __entry->mm, __entry->vm_start, __entry->vm_end)
);

/*
 * The BABY's time is over: its mapping is complete (@ret 0; it may have been
 * merged into a neighbour), or ->mmap() failed with @ret and left a hole.
 * Readers enter when the writer drops or downgrades mmap_lock.
 */
TRACE_EVENT(vma_grown,

	TP_PROTO(struct mm_struct *mm, unsigned long vm_start,
		 unsigned long vm_end, int ret),

	TP_ARGS(mm, vm_start, vm_end, ret),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, vm_start)
		__field(unsigned long, vm_end)
		__field(int, ret)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->vm_start = vm_start;
		__entry->vm_end = vm_end;
		__entry->ret = ret;
	),

	TP_printk("mm=%p vm_start=%lx vm_end=%lx ret=%d",
		  __entry->mm, __entry->vm_start, __entry->vm_end,
		  __entry->ret)
);

#endif /* _TRACE_VMA_LOCK_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
