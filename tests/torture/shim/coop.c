// SPDX-License-Identifier: GPL-2.0
/* Coroutines, every schedule of them, and RCU among them. */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "shim.h"
#include "coop.h"

#define STACK_SIZE	(256 * 1024)
#define MAX_STEPS	20000	/* of a run: more are for ever */

__thread struct task_struct *current;

struct coroutine {
	ucontext_t context;
	char *stack;
	struct task_struct *task;
	void (*main)(void *arg);
	void *arg;
	bool ended, sleeps;
	spinlock_t *waits_for;
	int rcu_nesting;
};

/* Where a run could go on in several ways: the way taken, and how many there were. */
struct choice {
	int taken, ways;
	bool preempts;		/* all ways but the first cost a preemption */
};

static struct coroutine coroutines[COOP_TASKS];
static int ncoroutines, running = -1;
static ucontext_t scheduler;
static struct choice choices[MAX_STEPS];
static int nchoices, position, preemptions, steps, budget;

struct callback {
	struct rcu_head *head;
	void (*func)(struct rcu_head *head);
	unsigned int readers;	/* mask: not out since */
	struct callback *next;
};

static struct callback *callbacks;

static void print_schedule(void)
{
	fprintf(stderr, "schedule:");
	for (int i = 0; i < position; i++)
		if (choices[i].taken)
			fprintf(stderr, " %d:%d/%d", i, choices[i].taken, choices[i].ways);
	fputc('\n', stderr);
}

void shim_die(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	print_schedule();
	abort();
}

void shim_usleep(unsigned int us)
{
	(void)us;
}

static bool runnable(const struct coroutine *c)
{
	if (c->ended || (c->waits_for && c->waits_for->locked))
		return false;
	return !c->sleeps || c->task->state == TASK_RUNNING;
}

/* Which of @ways is next: as in the last run so far, then the first. */
static int choose(int ways, bool preempts)
{
	struct choice *choice = &choices[position];

	if (ways == 1)
		return 0;
	if (position == nchoices) {
		SHIM_CHECK(nchoices < MAX_STEPS);
		nchoices++;
		*choice = (struct choice){ 0, ways, preempts };
	}
	/* a run is the same until its last choice */
	SHIM_CHECK(choice->ways == ways);
	position++;
	if (choice->preempts && choice->taken)
		preemptions++;
	return choice->taken;
}

/* The scheduler: pick a coroutine, the running one first, and go there. */
static void switch_from(struct coroutine *from)
{
	struct coroutine *ready[COOP_TASKS];
	int n = 0, all_ended = 1;
	bool stays = from && runnable(from);

	if (++steps > MAX_STEPS)
		shim_die(__FILE__, __LINE__, "goes on for ever");
	if (stays)
		ready[n++] = from;
	for (int i = 0; i < ncoroutines; i++) {
		struct coroutine *c = &coroutines[i];

		all_ended &= c->ended;
		if (c != from && runnable(c))
			ready[n++] = c;
	}
	if (!n && !all_ended)
		shim_die(__FILE__, __LINE__, "all sleep for ever");
	if (stays && preemptions >= budget)
		n = 1;
	if (n) {
		struct coroutine *to = ready[choose(n, stays)];

		if (to == from)
			return;
		running = to - coroutines;
		current = to->task;
		swapcontext(from ? &from->context : &scheduler, &to->context);
	} else {
		running = -1;
		swapcontext(&from->context, &scheduler);
	}
}

void shim_step(void)
{
	if (running >= 0)
		switch_from(&coroutines[running]);
}

void schedule(void)
{
	struct coroutine *self = &coroutines[running];

	self->sleeps = true;
	while (current->state != TASK_RUNNING)
		switch_from(self);
	self->sleeps = false;
}

void wake_up_process(struct task_struct *task)
{
	shim_step();
	task->state = TASK_RUNNING;
}

void spin_lock(spinlock_t *lock)
{
	shim_step();
	while (lock->locked) {
		struct coroutine *self = &coroutines[running];

		self->waits_for = lock;
		switch_from(self);
		self->waits_for = NULL;
	}
	lock->locked = 1;
}

void spin_unlock(spinlock_t *lock)
{
	lock->locked = 0;
}

/* --- RCU: a callback is called as soon as it may be --- */

static void run_callbacks(void)
{
	struct callback **at = &callbacks;

	while (*at) {
		struct callback *callback = *at;

		if (callback->readers) {
			at = &callback->next;
			continue;
		}
		*at = callback->next;
		callback->func(callback->head);
		free(callback);
	}
}

void shim_rcu_read_lock(void)
{
	shim_step();
	if (running >= 0)
		coroutines[running].rcu_nesting++;
}

void shim_rcu_read_unlock(void)
{
	if (running < 0 || --coroutines[running].rcu_nesting)
		return;
	for (struct callback *callback = callbacks; callback; callback = callback->next)
		callback->readers &= ~(1U << running);
	run_callbacks();
}

void shim_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct callback *callback = calloc(1, sizeof(*callback));

	SHIM_CHECK(callback);
	callback->head = head;
	callback->func = func;
	for (int i = 0; i < ncoroutines; i++)
		if (coroutines[i].rcu_nesting)
			callback->readers |= 1U << i;
	callback->next = callbacks;
	callbacks = callback;
	run_callbacks();
}

void shim_rcu_callback(void)
{
}

void shim_rcu_barrier(void)
{
	SHIM_CHECK(!callbacks);
}

void shim_synchronize_rcu(void)
{
}

/* --- runs --- */

static void enter(void)
{
	struct coroutine *self = &coroutines[running];

	self->main(self->arg);
	self->ended = true;
	switch_from(self);
}

void coop_task(struct task_struct *task, void (*main)(void *arg), void *arg)
{
	struct coroutine *c = &coroutines[ncoroutines];
	char *stack = c->stack ? c->stack : malloc(STACK_SIZE);

	SHIM_CHECK(ncoroutines < COOP_TASKS && stack);
	*c = (struct coroutine){ .stack = stack, .task = task, .main = main, .arg = arg };
	getcontext(&c->context);
	c->context.uc_stack.ss_sp = stack;
	c->context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&c->context, enter, 0);
	ncoroutines++;
}

void coop_run(void)
{
	struct task_struct *self = current;

	position = preemptions = steps = 0;
	switch_from(NULL);
	current = self;
	ncoroutines = 0;
}

void coop_explore(int most)
{
	nchoices = 0;
	budget = most;
}

/* The last choice that can be made otherwise; what came after it is open again. */
bool coop_next(void)
{
	while (nchoices) {
		struct choice *last = &choices[nchoices - 1];

		if (++last->taken < last->ways)
			return true;
		nchoices--;
	}
	return false;
}
