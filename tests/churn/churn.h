/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A region that is always mapped is replaced over and over, while actors do everything else to it; whatever is read
 * there must be one of the values that may be there, no access may be refused, and everybody comes to an end.
 *
 * The "victim" is the process whose region it is. Its threads replace and touch; actors are threads of it, or other
 * processes. One victim follows the other, each ends in another way.
 */
#ifndef CHURN_H
#define CHURN_H

#include <stdatomic.h>
#include <sys/types.h>

#include "core.h"

/* How an actor comes into play. */
enum cast {
	THREAD,		/* of the victim */
	OBSERVER,	/* a process beside it */
	ENDING,		/* a way in which the victim ends; run() ends it, or is NULL: others do */
	PLANTED		/* a thread that does what must be noticed, to see that it is */
};

struct job;

struct actor {
	const char *name;
	enum cast cast;
	unsigned int copies;	/* how many of it are started */
	void (*run)(struct job *job);
};

/* What an actor has while it runs. */
struct job {
	const struct actor *actor;
	unsigned int copy;	/* 0...copies - 1 */
	unsigned int seed;	/* for pick() */
	atomic_ulong *count;	/* what it has done, of all victims */
	pid_t victim;		/* for an OBSERVER */
};

/* main.c */

extern const struct actor actors[];
extern const unsigned int actor_count;
/* Is it to play? For what an actor must know of others. */
bool plays(void (*run)(struct job *job));
/* Whoever is to play gets a job: INDEX in actors[]. */
struct job make_job(unsigned int index, unsigned int copy);
bool is_asked_for(unsigned int index);
void count_one(struct job *job);

/* victim.c */

/*
 * The life of a victim, of LIFE seconds; in a process of its own. ENDING, if it isn't NULL, is how it ends; else it
 * exits, with its threads AT_WORK or after them.
 */
void be_victim(double life, const struct actor *ending, bool at_work) __attribute__((noreturn));
/* Does it go on? For THREADs. */
bool alive(void);
/* Forks; the child calls RUN and exits. The child must come to a good end; counts it. */
void in_child(struct job *job, void (*run)(struct job *job));

/* hang.c */

/*
 * The status of process PID, which should end AT (of now()). If it hasn't SECONDS later, or a quarter of them, says who
 * waits where; in the former case the test ends with that.
 */
int await_end(pid_t pid, double at, double seconds);
/* The same for what the victim left behind, and from now on. */
void await_descendants(double seconds);
/* The longest that these had to wait, in seconds. */
extern double slowest_end;

/* Actors: what each does is said where it is. */
void do_replace(struct job *job);
void do_touch(struct job *job);
void do_threads(struct job *job);
void do_futex(struct job *job);
void do_advise(struct job *job);
void do_lock(struct job *job);
void do_protect(struct job *job);
/* Before there are threads. */
void prepare_protect(void);
void do_fork(struct job *job);
void do_vfork(struct job *job);
void do_remap(struct job *job);
void do_filepages(struct job *job);
void do_shm(struct job *job);
void do_rlimit(struct job *job);
void do_seal(struct job *job);
void do_failmap(struct job *job);
void do_truncate(struct job *job);
void do_vmrw(struct job *job);
void do_proc(struct job *job);
void do_ptrace(struct job *job);
void do_drop(struct job *job);
void do_cpu(struct job *job);
void all_cpus_online(void);
void do_core(struct job *job);
void do_wrong(struct job *job);
void do_hang(struct job *job);

#endif /* CHURN_H */
