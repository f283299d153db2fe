/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzzer for system calls of memory management.
 *
 * A program is a list of operations, each of one of THREADS threads, on the
 * pages that are this thread's own.  So each thread knows exactly what its pages
 * must show, whatever the others do at the same time; yet all pages are side by
 * side in one address space, in shared VMAs and page tables.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define THREADS		4
#define PAGES		512	/* a thread: as many as a huge page has */
#define FILE_PAGES	512	/* of the file that a thread maps */
#define MAX_OPS		100000	/* of a program */

enum op_code {
	OP_MAP,		/* mmap(MAP_FIXED): kind, prot, target (offset in the file) */
	OP_UNMAP,
	OP_PROTECT,	/* prot */
	OP_MOVE,	/* mremap(MREMAP_FIXED) to page target */
	OP_LEAVE,	/* the same with MREMAP_DONTUNMAP */
	OP_GROW,	/* mremap() in place, by target pages */
	OP_SHRINK,	/* mremap() to target pages */
	OP_FORGET,	/* madvise(MADV_DONTNEED_LOCKED) */
	OP_ADVISE,	/* madvise(advice): changes nothing that can be read */
	OP_PUNCH,	/* fallocate(FALLOC_FL_PUNCH_HOLE) of the file's pages */
	OP_WRITE,	/* a new value to each page that can be written */
	OP_LOCK,
	OP_UNLOCK,
	OP_FORK,	/* a child looks at what it inherited */
	OP_CODES
};

enum kind { KIND_ANON, KIND_PRIVATE, KIND_SHARED, KINDS };
enum prot { MODE_NONE, MODE_READ, MODE_WRITE, MODES };
enum advice {
	ADVICE_COLD, ADVICE_PAGEOUT, ADVICE_WILLNEED, ADVICE_HUGE, ADVICE_NOHUGE,
	ADVICE_POPULATE, ADVICE_DONTFORK, ADVICE_DOFORK, ADVICES
};

struct op {
	int thread;
	enum op_code code;
	int first, count;	/* pages */
	int target;
	enum kind kind;
	enum prot prot;
	enum advice advice;
	int line;		/* in its text */
};

struct program {
	int n;
	struct op *ops;
};

/* program.c: programs as text, and at random */
void program_generate(struct program *program, unsigned int seed, int ops);
void program_print(const struct program *program, FILE *to);
/* Returns false and says on stderr what is wrong. */
bool program_read(struct program *program, const char *path);
void op_print(const struct op *op, FILE *to);

/* model.c: what must be readable */
#define UNREADABLE	UINT64_MAX	/* SIGSEGV */

struct page {
	bool mapped, dontfork;
	enum kind kind;
	enum prot prot;
	int offset;		/* in the file */
	bool own;		/* private: has a value of its own */
	uint64_t value;
};

struct model {
	struct page pages[PAGES];
	uint64_t file[FILE_PAGES];
};

uint64_t model_value(const struct model *model, int page);
/* Can the operation be made as it is?  If not it is left out. */
bool model_allows(const struct model *model, const struct op *op);
/* The operation succeeded. */
void model_apply(struct model *model, const struct op *op);
void model_unmap(struct model *model, int first, int count);
void model_write(struct model *model, int page, uint64_t value);

/* run.c: a program, by THREADS threads, while others look on */
struct result {
	unsigned long ops, left_out, checks, seen;
};

/*
 * Returns false and says on stderr what was wrong.  With @sabotage another thread
 * drops pages at random, which must be found wrong.
 */
bool program_run(const struct program *program, bool sabotage, struct result *result);

#endif /* FUZZ_H */
