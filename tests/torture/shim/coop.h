/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks are coroutines that switch at atomic operations only, where a schedule
 * says.  All schedules with at most so many preemptions can be tried in turn.
 */
#ifndef SHIM_COOP_H
#define SHIM_COOP_H

#define COOP_TASKS	4

/* Before the first schedule: switch a running task off at most @preemptions times. */
void coop_explore(int preemptions);
/* A task of the next run, which is @task to itself (current). */
void coop_task(struct task_struct *task, void (*main)(void *arg), void *arg);
/* Run the tasks until all have ended. */
void coop_run(void);
/* The next schedule; false: there are no more. */
bool coop_next(void);

#endif /* SHIM_COOP_H */
