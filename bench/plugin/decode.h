/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few x86-64 instructions that matter to the plugin.
 */
#ifndef BENCH_DECODE_H
#define BENCH_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../marker.h"

enum marker {
	MARKER_NONE,
	MARKER_BEGIN,
	MARKER_END,
	MARKER_COMMANDS,
	MARKER_PRINT,
};

/* decode_marker - is this one of the NOPs of bench/marker.h? */
enum marker decode_marker(const uint8_t *code, size_t size);

/* decode_iret - is this IRETQ? */
bool decode_iret(const uint8_t *code, size_t size);

/* decode_ret - is this RET, to where it was called from? */
bool decode_ret(const uint8_t *code, size_t size);

/* decode_locked - is this a locked operation: LOCK prefix, or XCHG with memory? */
bool decode_locked(const uint8_t *code, size_t size);

#endif
