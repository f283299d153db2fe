/* SPDX-License-Identifier: GPL-2.0 */
/* Trace events do nothing; counters of /proc/vmstat count. */
#ifndef SHIM_TRACE_H
#define SHIM_TRACE_H

#define DECLARE_TRACEPOINT(name)	extern int shim_unused
#define tracepoint_enabled(name)	false
#define TRACE_DEFINE_ENUM(name)		extern int shim_unused
#define TP_PROTO(...)			__VA_ARGS__
#define TP_ARGS(...)			__VA_ARGS__
#define TRACE_EVENT(name, proto, ...)	\
	static inline void trace_##name(proto) {}	\
	extern int shim_unused

#define LCB_F_READ	0
#define LCB_F_WRITE	0
#define trace_contention_begin(lock, flags)	do { } while (0)
#define trace_contention_end(lock, ret)		do { } while (0)

enum shim_event {
	VMA_LOCK_SUCCESS, VMA_LOCK_ABORT, VMA_LOCK_RETRY, VMA_LOCK_MISS,
	VMA_LOCK_BABY_BORN, VMA_LOCK_BABY_WAIT, VMA_LOCK_EXCL_WAIT,
	VMA_LOCK_REF_WAIT, VMA_LOCK_FALLBACK, VMA_LOCK_REFFREE, VMA_LOCK_STALE,
	SHIM_EVENTS
};

extern unsigned long shim_events[SHIM_EVENTS];
#define count_vm_vma_lock_event(event)	\
	((void)__atomic_fetch_add(&shim_events[event], 1, __ATOMIC_RELAXED))

#endif /* SHIM_TRACE_H */
