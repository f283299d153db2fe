/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's clock that times the waits: what it says, and how finely it divides time. */
#ifndef VMALOCKTOP_CLOCK_H
#define VMALOCKTOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* clock__now() - nanoseconds on the monotonic clock, which snapshots and waits are timed with */
uint64_t clock__now(void);

/* clock__ms() - the same in milliseconds, never 0 */
uint64_t clock__ms(void);

/**
 * clock__coarse() - whether the clock only goes on with each tick
 * @path: where the kernel says which clocksource it uses
 *
 * Return: true if it does; false if not, and if that can't be read.
 */
bool clock__coarse(const char *path);

/* clock__warn() - a warning if times are in steps of a tick, with their length */
void clock__warn(void);

#endif
