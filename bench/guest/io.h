/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands and results.  Where the program is the guest's init, the plugin reads and writes
 * the two buffers at the markers of bench/marker.h, which takes the guest no time and no device.
 */
#ifndef BENCH_IO_H
#define BENCH_IO_H

/*
 * io_commands - wait until there are commands
 *
 * Says "ready" on the console, then waits for the plugin to give it some.
 *
 * Return: lines with a command each.
 */
char *io_commands(void);

/* io_exit - reset the machine, which ends QEMU */
_Noreturn void io_exit(void);

/* print - print results: to the plugin if this is init, else to stdout */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fail - print a message, with errno if it is set, and end the program (and the machine, if this is init) */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
