// SPDX-License-Identifier: GPL-2.0
/* Tasks are threads: they sleep on futexes. */
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim.h"

__thread struct task_struct *current;

void shim_die(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

void shim_usleep(unsigned int us)
{
	usleep(us);
}

void shim_step(void)
{
	static __thread unsigned int random;

	if (!random)
		random = (uintptr_t)&random >> 4 | 1;
	random ^= random << 13;
	random ^= random >> 17;
	random ^= random << 5;
	if (random % 64 == 0)
		sched_yield();
}

void schedule(void)
{
	int state;

	while ((state = __atomic_load_n(&current->state, __ATOMIC_ACQUIRE)) != TASK_RUNNING)
		syscall(SYS_futex, &current->state, FUTEX_WAIT_PRIVATE, state, NULL, NULL, 0);
}

void wake_up_process(struct task_struct *task)
{
	if (__atomic_exchange_n(&task->state, TASK_RUNNING, __ATOMIC_SEQ_CST) != TASK_RUNNING)
		syscall(SYS_futex, &task->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void spin_lock(spinlock_t *lock)
{
	while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}
