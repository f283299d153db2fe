/* SPDX-License-Identifier: GPL-2.0 */
/* The modes and their names, in the order in which they are reported. */
#ifndef VMALOCK_LOAD_MODE_LIST_H
#define VMALOCK_LOAD_MODE_LIST_H

/* X(identifier, name on the command line, what it does) */
#define LOAD_MODES(X)							\
	X(ANON, "anon", "first touch of anonymous pages, zero page upgrades, MADV_DONTNEED")	\
	X(FILE, "file", "read faults on a giant sparse shared file")	\
	X(COLD, "cold", "read faults that sleep for I/O (needs --file-dir on a disk)")	\
	X(REPLACE_SHARED, "replace-shared", "MAP_FIXED replacement, shared files (also: replace)")	\
	X(REPLACE_PRIVATE, "replace-private", "MAP_FIXED replacement, private files, copied pages")	\
	X(REPLACE_ANON, "replace-anon", "MAP_FIXED replacement, anonymous memory")	\
	X(CARVE, "carve", "MAP_FIXED replacement of a part of the giant VMA: file and anonymous in turn")	\
	X(UNMAP, "unmap", "munmap() and mmap() of a slot")		\
	X(MPROTECT, "mprotect", "protection flips of a slot or half of it")	\
	X(MREMAP, "mremap", "a slot moves between two homes")		\
	X(FORK, "fork", "fork storms; children check their snapshot")	\
	X(MISC, "misc", "mlock, madvise of all sorts, brk, stack growth")

enum mode_id {
#define X(id, name, text) MODE_##id,
	LOAD_MODES(X)
#undef X
	MODE_NR,
};

/* mode_name() - name of a mode as on the command line */
const char *mode_name(enum mode_id mode);

/**
 * mode_parse() - turn a list such as "anon,replace" into bits 1 << MODE_...
 * @list: names separated by commas; "all" means all but cold
 * @modes: gets the bits
 * @bad: gets the start of the first name that isn't known
 * @bad_len: and its length
 *
 * Return: 0, or -1 if a name isn't known or there is none.
 */
int mode_parse(const char *list, unsigned int *modes, const char **bad, int *bad_len);

#endif
