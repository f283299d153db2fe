/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What bench-guest tells the plugin: NOPs with a displacement that nothing else
 * has, which the plugin recognises when it translates them.
 */
#ifndef BENCH_MARKER_H
#define BENCH_MARKER_H

#define MARKER_VALUE_BEGIN	0x564d4c01
#define MARKER_VALUE_END	0x564d4c02
#define MARKER_VALUE_COMMANDS	0x564d4c03
#define MARKER_VALUE_PRINT	0x564d4c04

#define MARKER_COMMANDS_SIZE	65536
#define MARKER_PRINT_SIZE	1024

#define marker_asm(value)	\
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0" : : "i"(value) : "memory")

/* The region is between these two; what it counts, whatever thread does it, is in one report. */
#define marker_begin()		marker_asm(MARKER_VALUE_BEGIN)
#define marker_end()		marker_asm(MARKER_VALUE_END)

/* The plugin writes the commands to io_command_buffer, a string of up to MARKER_COMMANDS_SIZE - 1. */
#define marker_commands()	marker_asm(MARKER_VALUE_COMMANDS)

/* The plugin appends the string in io_print_buffer to the results. */
#define marker_print()		marker_asm(MARKER_VALUE_PRINT)

#endif
