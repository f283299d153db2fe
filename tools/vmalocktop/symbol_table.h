/* SPDX-License-Identifier: GPL-2.0 */
/* Functions by address, as in /proc/kallsyms and perf's maps. */
#ifndef VMALOCKTOP_SYMBOL_TABLE_H
#define VMALOCKTOP_SYMBOL_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
	uint64_t start, end;		/* end 0: up to the next one */
	char *name;
};

struct symbol_table {
	struct symbol *v;
	size_t n, room;
};

/* symbol_table__add() - add one, with a copy of @name; what finds no memory has no name */
void symbol_table__add(struct symbol_table *t, uint64_t start, uint64_t end, const char *name);

/* symbol_table__sort() - make the table ready for symbol_table__find() */
void symbol_table__sort(struct symbol_table *t);

/* symbol_table__find() - the name of what is at @address, NULL if there is none; lives as long as the table */
const char *symbol_table__find(const struct symbol_table *t, uint64_t address);

/* symbol_table__free() - release what @t points to; it is empty then */
void symbol_table__free(struct symbol_table *t);

#endif
