/* SPDX-License-Identifier: GPL-2.0 */
/* Every way in which the kernel can break its promise, as far as this program can tell. */
#ifndef VMALOCK_LOAD_VIOLATION_KINDS_H
#define VMALOCK_LOAD_VIOLATION_KINDS_H

/* X(name, what it means) */
#define VIOLATION_KINDS(X)						\
	X(generation_back, "an older mapping was read after a newer one had been seen")	\
	X(future, "data was read that is not mapped yet (a stale translation of a recycled page)") \
	X(torn, "a page holds a mixture, or words of another page")	\
	X(segv, "SIGSEGV where the program had the range mapped")	\
	X(sigbus, "SIGBUS; no file is ever truncated under a mapping")	\
	X(prot, "an access succeeded where the program had forbidden it")	\
	X(lost_write, "what a thread wrote is gone")			\
	X(not_zero, "a page that must be fresh is not zero")		\
	X(fork_snapshot, "a child sees later writes before earlier ones, or the parent's writes") \
	X(stall, "a thread made no progress for --stall-limit seconds")

enum violation_kind {
#define X(name, text) VIOLATION_##name,
	VIOLATION_KINDS(X)
#undef X
	VIOLATION_NR,
	VIOLATION_NONE = VIOLATION_NR,
};

/* violation_name() - of a kind, as in --plant-fault and reports */
const char *violation_name(enum violation_kind kind);

#endif
