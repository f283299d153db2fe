/* SPDX-License-Identifier: GPL-2.0 */
/* One run of the tool: collect, wait, report. */
#ifndef VMALOCKTOP_SESSION_H
#define VMALOCKTOP_SESSION_H

#include "env.h"

/**
 * session__run() - trace and print until something ends it
 * @env: the options
 *
 * Ends on SIGINT, SIGTERM, the last of the reports that were asked for, the
 * duration, the end of the process that is watched, a closed stdout, or the
 * end of the terminal that the live view is on.
 * Return: the exit status, 0 or 1.
 */
int session__run(const struct env *env);

#endif
