/* SPDX-License-Identifier: GPL-2.0 */
/* What the scenarios of the trace test share. */
#ifndef STIMULUS_H
#define STIMULUS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PAGE 4096UL

/* Nothing but the scenarios maps anything from here up to ARENA_END. */
#define ARENA ((char *)0x100000000000UL)
#define ARENA_END ((char *)0x1f0000000000UL)

typedef void scenario_fn(const char *dir);

struct scenario {
	const char *name;
	scenario_fn *run;
};

extern const struct scenario lookup_scenarios[];
extern const struct scenario replace_scenarios[];
extern const struct scenario wait_scenarios[];
extern const struct scenario zombie_scenarios[];

/* stimulus.c: ends the program with a message if something isn't as the scenario needs it */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* facts.c: what the checker is told, and the part of the trace that counts */
void fact(const char *name, unsigned long value);
void mark(const char *text);
void begin(void);
void end(void);
long vmstat(const char *name);
void wait_vmstat(const char *name, long value);

/* access.c: accesses that survive a SIGSEGV or SIGBUS; they return the signal's number, or 0 */
void access_init(void);
int try_read(const char *address);
int try_write(char *address);

/* memory.c: mappings that must come out as asked for */
char *map_anon(char *address, size_t pages, int prot);
void fill(char *address, size_t pages, char value);
bool holds(const char *address, size_t pages, char value);
unsigned long vma_count(const char *start, const char *end);
unsigned long vma_start_of(const char *address);

/* frozen.c: a file on a file system that can be frozen; a write fault on it then sleeps, with its VMA */
struct frozen {
	int fd;
	size_t pages;
	bool is_frozen;
};
void frozen_open(struct frozen *frozen, const char *dir, size_t pages);
void frozen_map(const struct frozen *frozen, char *address);
void freeze(struct frozen *frozen);
void thaw(struct frozen *frozen);
void wait_frozen_fault(pid_t tid);

/* actor.c: a thread that does one thing when it is told to */
struct actor {
	const char *name;
	int (*action)(struct actor *actor);
	char *address;
	const void *data;
	int result;
	pid_t tid;
	pthread_t thread;
	pthread_barrier_t gate;
};
void actor_prepare(struct actor *actor);
void actor_go(struct actor *actor);
void actor_join(struct actor *actor);
int act_read(struct actor *actor);
int act_write(struct actor *actor);

#endif
