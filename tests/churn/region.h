/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The region, and what may be found in it.
 *
 * Its pages may be anonymous, or those of one of a few files at the same offset, shared or private. The first word of a
 * page says where it is from, and only whoever replaces the page writes there; anybody else writes the second word.
 *
 *	first word	0; that of the file; or, private and anonymous pages, that of this mapping and no other
 *	second word	0, or touched
 *
 * Each part has one thread that replaces it, which knows what is mapped there while it doesn't. Others look up what that
 * is before they read and after: if it is the same, the page must be of that; else of anything that ever was there.
 */
#ifndef CHURN_REGION_H
#define CHURN_REGION_H

#include "hazards.h"

#define FILES		3U
#define TABLE_PAGES	(TABLE / PAGE)
#define PART_PAGES	(2 * TABLE_PAGES)	/* two page tables, so that huge pages are possible */
#define PARTS		2U			/* that are replaced by mmap() */
#define SHM_FIRST	(PARTS * PART_PAGES)
#define SHM_PAGES	64UL			/* and by shmat() */
#define REGION_PAGES	(SHM_FIRST + SHM_PAGES)

extern char *region;
extern int region_files[FILES];		/* two in memory, one on disk */

/* A range of pages. */
struct range {
	size_t first, count;
};

/* Before there is a victim: address space and files. */
void region_begin(void);
/* For a new victim, which inherits it: anonymous memory, untouched. */
void region_map(void);
void *page_at(size_t page);
/* A page at random, one of a few as often as not. */
size_t pick_page(unsigned int *seed);
/* Pages at random within COUNT from FIRST on: mostly few. */
struct range pick_range_in(unsigned int *seed, size_t first, size_t count);
/* The same, within a part or the whole region. */
struct range pick_range(unsigned int *seed);

/* What is mapped: bits, beside the number of the mapping. */
#define FROM_FILE(n)	((uint64_t)(n) + 1)	/* 1...FILES */
#define OWN_PAGES	0x10			/* private, or nobody else's */
#define ANY		0			/* don't know */

/* For the one that replaces RANGE: it is about to, and it has, with a mapping of WHAT; its number, for origin(). */
void begin_change(struct range range);
uint64_t end_change(struct range range, unsigned int what);
/* The first word that belongs to PAGE of mapping KNOWN, as end_change() returned. */
uint64_t origin(size_t page, uint64_t known);

/* Reads PAGE and says what is wrong; WHO does, for that. */
void look(const char *who, size_t page);
/* For whoever read the two WORDS of PAGE in another way and at a time that isn't known. */
void judge(const char *who, size_t page, const uint64_t words[2]);
/* Writes PAGE's second word; that value. */
void touch(const char *who, size_t page);
uint64_t touched(size_t page);
/* look() mostly, or touch(), somewhere. */
void look_or_touch(const char *who, unsigned int *seed);

/* Files may be short for a moment: accesses get a SIGBUS, system calls EFAULT. */
bool may_be_short(void);

#endif /* CHURN_REGION_H */
