/* SPDX-License-Identifier: GPL-2.0 */
/* Messages to the person at the terminal; all of them go to stderr. */
#ifndef VMALOCKTOP_DIAG_H
#define VMALOCKTOP_DIAG_H

#include <stdarg.h>
#include <stdbool.h>

#define DIAG_FORMAT(f, a) __attribute__((format(printf, f, a)))

/* diag_verbose() - show vlog() messages from now on */
void diag_verbose(bool on);

/* elog() - say why the program can't go on and what to do about it, as one line */
void elog(const char *fmt, ...) DIAG_FORMAT(1, 2);

/* wlog() - say that a result is limited, as one line */
void wlog(const char *fmt, ...) DIAG_FORMAT(1, 2);

/* banner() - say what the program is doing, without its name in front */
void banner(const char *fmt, ...) DIAG_FORMAT(1, 2);

/* diag_divert() - pass lines to @to instead of stderr from now on; NULL: to stderr again */
void diag_divert(void (*to)(const char *line));

/* vlog(), vlogv() - details, only with -v; the second takes a va_list and adds no newline */
void vlog(const char *fmt, ...) DIAG_FORMAT(1, 2);
int vlogv(const char *fmt, va_list args) DIAG_FORMAT(1, 0);

#endif
