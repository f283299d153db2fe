// SPDX-License-Identifier: GPL-2.0
/* What sleeps and wakes, whatever tasks are. */
#include "shim.h"

unsigned long shim_events[SHIM_EVENTS];

/* Tasks are never freed while others run, so this needs no RCU. */
void rcuwait_wake_up(struct rcuwait *w)
{
	struct task_struct *task;

	smp_mb();
	task = smp_load_acquire(&w->task);
	if (task)
		wake_up_process(task);
}

void shim_prepare_to_wait(wait_queue_head_t *queue, struct wait_entry *entry)
{
	spin_lock(&queue->lock);
	if (!entry->queued) {
		entry->queued = true;
		entry->next = queue->first;
		WRITE_ONCE(queue->first, entry);
	}
	set_current_state(TASK_KILLABLE);
	spin_unlock(&queue->lock);
}

void shim_finish_wait(wait_queue_head_t *queue, struct wait_entry *entry)
{
	struct wait_entry **at;

	set_current_state(TASK_RUNNING);
	spin_lock(&queue->lock);
	if (entry->queued) {
		for (at = &queue->first; *at != entry; at = &(*at)->next)
			;
		WRITE_ONCE(*at, entry->next);
		entry->queued = false;
	}
	spin_unlock(&queue->lock);
}

/* Woken entries leave the queue. */
void wake_up_all(wait_queue_head_t *queue)
{
	struct wait_entry *entry;

	spin_lock(&queue->lock);
	while ((entry = queue->first)) {
		WRITE_ONCE(queue->first, entry->next);
		entry->queued = false;
		wake_up_process(entry->task);
	}
	spin_unlock(&queue->lock);
}

/* Sleep until take(sem), called under sem->lock, succeeds. */
static void rwsem_sleep(struct rw_semaphore *sem, bool (*take)(struct rw_semaphore *sem))
{
	struct wait_entry entry = { .task = current };

	for (;;) {
		shim_prepare_to_wait(&sem->wait, &entry);
		spin_lock(&sem->lock);
		if (take(sem))
			break;
		spin_unlock(&sem->lock);
		schedule();
	}
	spin_unlock(&sem->lock);
	shim_finish_wait(&sem->wait, &entry);
}

static bool take_write(struct rw_semaphore *sem)
{
	if (sem->writer || sem->readers)
		return false;
	WRITE_ONCE(sem->writer, 1);
	return true;
}

static bool take_read(struct rw_semaphore *sem)
{
	if (sem->writer)
		return false;
	WRITE_ONCE(sem->readers, sem->readers + 1);
	return true;
}

void down_write(struct rw_semaphore *sem)
{
	rwsem_sleep(sem, take_write);
}

void down_read(struct rw_semaphore *sem)
{
	rwsem_sleep(sem, take_read);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	bool taken;

	spin_lock(&sem->lock);
	taken = take_read(sem);
	spin_unlock(&sem->lock);
	return taken;
}

static void rwsem_put(struct rw_semaphore *sem, int writer, int readers)
{
	spin_lock(&sem->lock);
	WRITE_ONCE(sem->writer, sem->writer + writer);
	WRITE_ONCE(sem->readers, sem->readers + readers);
	spin_unlock(&sem->lock);
	smp_mb();
	if (waitqueue_active(&sem->wait))
		wake_up_all(&sem->wait);
}

void up_write(struct rw_semaphore *sem)
{
	rwsem_put(sem, -1, 0);
}

void downgrade_write(struct rw_semaphore *sem)
{
	rwsem_put(sem, -1, 1);
}

void up_read(struct rw_semaphore *sem)
{
	rwsem_put(sem, 0, -1);
}
