/* SPDX-License-Identifier: GPL-2.0 */
/* Printing the reports of a recording. */
#ifndef VMALOCKTOP_REPLAY_H
#define VMALOCKTOP_REPLAY_H

#include "env.h"

/**
 * replay__run() - print a recording's reports as @env says
 *
 * One that was cut or is damaged is replayed up to there, with a warning.
 * Return: the exit status, 0 or 1.
 */
int replay__run(const struct env *env);

#endif
