/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A case for each way in which page faults without a reference could go wrong: what cases share.
 *
 * A case's main thread changes memory in rounds, its readers access it all the time. The main thread says what there
 * is to be found: while the memory is "settled" every access must find that, and nothing else. Between two settled
 * states accesses still happen, for their page faults, and may find what they like.
 */
#ifndef HAZARDS_H
#define HAZARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE	4096UL
#define TABLE	(512 * PAGE)		/* what one page table maps */
#define AROUND	16UL			/* pages that a read fault on a file may map at once */
#define READERS	3U

/* core.c: the end of the test */

/* Prints what was wrong, printf-like; the test ends, and its exit status will be 1. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The test can't go on, for a reason that says nothing about the kernel: exits with 2. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* There is nothing to be tested on this kernel, for REASON: exits with 77. */
void skip(const char *reason) __attribute__((noreturn));
/* Has the test ended? For readers. */
bool stopped(void);
/* One more round? For the main thread. No as soon as the time is over and the faults that a case is about happened. */
bool another_round(void);
unsigned int rounds(void);

/* core.c: threads */

/* Starts COUNT threads (at most 8) that call READER(0...COUNT-1), which returns when stopped(). */
void start_readers(unsigned int count, void (*reader)(unsigned int self));
void join_readers(void);
/* How long settle_and_hold() holds faults up, in microseconds: longer and longer as long as too few meet a change. */
extern unsigned int hold_time;
/* Holds faults up as in settle_and_hold(), from now on, for MICROSECONDS; on a kernel that can't: does nothing. */
void hold_faults(unsigned int microseconds);
/* Delays faults between finding their VMA and copying it, from now on; on a kernel that can't: does nothing. */
void slow_lookups(unsigned int microseconds);
/* Passes a time of at most MICROSECONDS, a different one each time. */
void jitter(unsigned int microseconds);
/* The status with which process PID ended. */
int wait_for(int pid);
/* A random number below LIMIT; SEED is the caller's. */
unsigned int pick(unsigned int *seed, unsigned int limit);

/* settled.c: what is to be found */

/* For the main thread: from now on memory is as STATE says, until unsettle(). */
void settle(uint64_t state);
void unsettle(void);
/* Waits until each reader has begun an access since settle(). */
void engage(void);
/*
 * settle(), then engage(); and faults without a reference are held up between the copy of their VMA and the look at
 * its state, long enough for what the main thread does next to come in between. The next settle() ends that.
 */
void settle_and_hold(uint64_t state);
/* Waits until each reader has ended an access that it began since settle(): no older page fault is under way. */
void quiesce(void);
/* How many readers are at rest in that sense. */
unsigned int at_rest(void);

/* For readers: an access begins; then it has ended. True if memory was settled all the time, in *STATE. */
uint64_t look_begin(unsigned int self);
bool look_end(unsigned int self, uint64_t begun, uint64_t *state);

/* turns.c: readers that do something once a round */

/* Starts COUNT threads that call TURN(self, round) once for each begin_turn(round). */
void start_turns(unsigned int count, void (*turn)(unsigned int self, uint64_t round));
/* Returns when each thread has begun with its turn. */
void begin_turn(uint64_t round);
bool turn_is_over(void);
void await_turn(void);

/* access.c: single accesses, which may be refused */

enum access { DONE, REFUSED_SEGV, REFUSED_BUS };
enum access load(const void *address, uint64_t *value);
enum access store(void *address, uint64_t value);
const char *access_name(enum access access);

/* area.c: readers for cases in which it is enough to look at one word in a block of pages */

struct area {
	char *start;
	unsigned int blocks;
	size_t step;	/* from a block's word to the next one's, in bytes */
	bool write;	/* write there, rather than read */
	/* What an access to BLOCK must find in STATE: DONE with *VALUE, or how it is refused. */
	enum access (*expect)(uint64_t state, unsigned int block, uint64_t *value);
};

/* What watchers and scan() look at from now on: COUNT areas, which must stay. */
void watch(const struct area *areas, unsigned int count);
/* For start_readers(): accesses blocks at random. */
void watcher(unsigned int self);
/* For the main thread, while memory is settled in STATE: looks at every block. */
void scan(uint64_t state);

/* memory.c: mappings and files. They end the test by die() if they fail. */

/* Address space for SIZE bytes, a multiple of TABLE, that nothing else takes; its page tables stay while it is mapped. */
char *reserve(size_t size);
/* mmap() at ADDRESS, MAP_FIXED. FD -1: anonymous, and private unless FLAGS have MAP_SHARED. */
void map_at(void *address, size_t pages, int prot, int flags, int fd, size_t first_page);
/* Back to the reservation, without access. */
void unmap_at(void *address, size_t pages);
void drop_pages(void *address, size_t pages);
/* Skips the case on a kernel that has no huge pages. */
void need_huge_pages(void);
/* Asks for a huge page at ADDRESS; that may fail because a page is in use, or it is there already. */
void collapse(void *address);
/* A file without a name, of holes; in directory DIR, or in memory if that is NULL. */
int new_file(const char *dir, size_t pages);
/* A file that can't be mapped MAP_PRIVATE, which ->mmap() finds out. */
int unmappable_file(void);
/* Writes TEXT to a file that exists, such as one of /proc. */
void write_file(const char *path, const char *text);
/* Writes page NUMBER, which then begins with VALUE. */
void fill_page(int fd, size_t number, uint64_t value);
/* A userfaultfd with FEATURES, which doesn't block. */
int new_userfaultfd(uint64_t features);
/* How many of the pages at ADDRESS are in the page tables of process PID (0: this one). */
size_t present_pages(int pid, const void *address, size_t pages);

/* What main.c calls: one function a case. */
extern const char *work_dir;	/* on ext4 */
void run_collapse(void);
void run_counts(void);
void run_exit(void);
void run_fill(void);
void run_fork(void);
void run_inject(void);
void run_memcg(void);
void run_mprotect(void);
void run_mremap(void);
void run_policy(void);
void run_punch(void);
void run_reap(void);
void run_refused(void);
void run_retract(void);
void run_reuse(void);
void run_split(void);
void run_touch(void);
void run_truncate(void);
void run_unregister(void);
void run_userfaultfd(void);
void run_zero(void);

#endif /* HAZARDS_H */
