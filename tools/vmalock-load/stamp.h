/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pages hold. Every 64-bit word of a stamped page carries a tag (upper half) that says which
 * page and which word it is, and the generation (lower half) it was written in. So each word can be
 * judged alone, whatever happened to the page between two loads.
 */
#ifndef VMALOCK_LOAD_STAMP_H
#define VMALOCK_LOAD_STAMP_H

#include <stddef.h>
#include <stdint.h>

/* Set in a word's generation when the page was written after it was mapped (a private copy). */
#define STAMP_COPIED	0x80000000u
#define STAMP_GEN_MASK	0x7fffffffu

enum stamp_state {
	STAMP_ZERO,	/* the word is 0: nothing was written here */
	STAMP_VALID,	/* the word belongs here */
	STAMP_BAD,	/* the word belongs somewhere else, or nowhere */
};

/**
 * stamp_base() - the tag of the first word of a page
 * @space: what the page belongs to (a slot, a thread, a file cluster), unique in the program
 * @page: index of the page in @space
 */
static inline uint32_t stamp_base(uint32_t space, uint32_t page)
{
	uint32_t h = space * 0x85ebca6bu + page * 0xc2b2ae35u + 0x27d4eb2fu;

	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	h ^= h >> 12;
	h *= 0x297a2d39u;
	return h ^ h >> 15;
}

/**
 * stamp_word() - the word that belongs at an index of a page
 * @base: from stamp_base()
 * @index: which word of the page
 * @gen: the generation, at least 1, optionally with STAMP_COPIED
 */
static inline uint64_t stamp_word(uint32_t base, unsigned int index, uint32_t gen)
{
	return (uint64_t)(base + index * 0x9e3779b1u) << 32 | gen;
}

/**
 * stamp_decode() - is this the word that belongs at an index of a page?
 * @word: the word that was read
 * @base: from stamp_base()
 * @index: which word of the page it was read from
 * @gen: gets the generation with its STAMP_COPIED bit if the word is valid
 */
static inline enum stamp_state stamp_decode(uint64_t word, uint32_t base, unsigned int index,
					    uint32_t *gen)
{
	if (!word)
		return STAMP_ZERO;
	if ((uint32_t)(word >> 32) != (uint32_t)(base + index * 0x9e3779b1u) ||
	    !(word & STAMP_GEN_MASK))
		return STAMP_BAD;
	*gen = (uint32_t)word;
	return STAMP_VALID;
}

/**
 * stamp_fill() - write a whole page in a private buffer
 * @page: the buffer
 * @words: words in a page
 * @base: from stamp_base()
 * @gen: the generation
 */
void stamp_fill(uint64_t *page, size_t words, uint32_t base, uint32_t gen);

#endif
