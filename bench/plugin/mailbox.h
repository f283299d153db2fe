/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands for bench-guest and results from it, by way of its memory.
 */
#ifndef BENCH_MAILBOX_H
#define BENCH_MAILBOX_H

#include <stdint.h>

/*
 * mailbox_open - have commands and results in files
 *
 * Exits with a message if it can't.
 */
void mailbox_open(const char *commands_path, const char *results_path);

/* mailbox_give - write the commands to @addr of what runs on @cpu */
void mailbox_give(unsigned int cpu, uint64_t addr);

/* mailbox_take - append the string at @addr to the results */
void mailbox_take(unsigned int cpu, uint64_t addr);

#endif
