/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the values that trace events carry, from the running kernel's BTF:
 * a kernel that knows more of them than this program is shown properly.
 */
#ifndef VMALOCKTOP_NAMES_H
#define VMALOCKTOP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum names_of { NAMES_RESULT, NAMES_OP, NAMES_PLACE, NAMES_REASON, NAMES_OUTCOME, NAMES_OF };

#define NAMES_MAX	32	/* values of one enum */
#define NAME_LEN	32

struct names {
	char name[NAMES_OF][NAMES_MAX][NAME_LEN];
};

struct btf;

/**
 * names__load() - take the names from a kernel's BTF
 * @names: gets them; a value without one is named by its number
 * @btf: the kernel's types; NULL: all are numbers
 *
 * Return: how many of the NAMES_OF enums were found.
 */
int names__load(struct names *names, const struct btf *btf);

/* names__find() - value of @name in @of, -1 if the kernel has none such */
int names__find(const struct names *names, enum names_of of, const char *name);

/**
 * syscall_name() - name of a system call on this machine
 * @nr: its number, as in struct vt_blocker_key; -1 means none
 * @buf: room for a number
 * @len: its size
 *
 * Return: the name, the number when it has none, "compat syscall N" for that of a 32-bit program, "-" for -1.
 */
const char *syscall_name(int nr, char *buf, size_t len);

#endif
