/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that sleep and are woken, the locks that they use, RCU. */
#ifndef SHIM_SYNC_H
#define SHIM_SYNC_H

/* --- tasks --- */

enum { TASK_RUNNING, TASK_UNINTERRUPTIBLE, TASK_KILLABLE };

struct task_struct {
	int state;		/* a futex */
	bool killed;		/* a fatal signal is pending */
};

extern __thread struct task_struct *current;

/* smp_store_mb(): the state, then whatever the sleeper looks at */
#define set_current_state(s)	\
	({ shim_step(); (void)__atomic_exchange_n(&current->state, (s), __ATOMIC_SEQ_CST); smp_mb(); })

/* Sleep unless somebody made the state TASK_RUNNING since it was set. */
void schedule(void);
void wake_up_process(struct task_struct *task);

/* --- spinlock --- */

typedef struct {
	int locked;
} spinlock_t;

void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

/* --- rcuwait: as in <linux/rcuwait.h> and kernel/exit.c --- */

struct rcuwait {
	struct task_struct *task;
};

#define rcuwait_init(w)	((w)->task = NULL)
void rcuwait_wake_up(struct rcuwait *w);

#define rcuwait_wait_event(w, condition, sleep)			\
do {								\
	smp_store_release(&(w)->task, current);			\
	for (;;) {						\
		set_current_state(sleep);			\
		if (condition)					\
			break;					\
		schedule();					\
	}							\
	WRITE_ONCE((w)->task, NULL);				\
	set_current_state(TASK_RUNNING);			\
} while (0)

/* --- wait queue: as in <linux/wait.h> --- */

struct wait_entry {
	struct wait_entry *next;
	struct task_struct *task;
	bool queued;
};

typedef struct {
	spinlock_t lock;
	struct wait_entry *first;
} wait_queue_head_t;

#define init_waitqueue_head(q)	(*(q) = (wait_queue_head_t){})
#define waitqueue_active(q)	(READ_ONCE((q)->first) != NULL)
void wake_up_all(wait_queue_head_t *queue);
void shim_prepare_to_wait(wait_queue_head_t *queue, struct wait_entry *entry);
void shim_finish_wait(wait_queue_head_t *queue, struct wait_entry *entry);

#define wait_event_killable(queue, condition)			\
({								\
	struct wait_entry entry_ = { .task = current };		\
	int ret_ = 0;						\
								\
	for (;;) {						\
		shim_prepare_to_wait(&(queue), &entry_);	\
		if (condition)					\
			break;					\
		if (READ_ONCE(current->killed)) {		\
			ret_ = -EINTR;				\
			break;					\
		}						\
		schedule();					\
	}							\
	shim_finish_wait(&(queue), &entry_);			\
	ret_;							\
})

/* --- rwsem: whoever comes first --- */

struct rw_semaphore {
	spinlock_t lock;
	wait_queue_head_t wait;
	int writer;
	int readers;
};

#define init_rwsem(sem)		(*(sem) = (struct rw_semaphore){})
void down_write(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
void down_read(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
#define down_write_nested(sem, subclass)	down_write(sem)
#define down_write_killable(sem)		(down_write(sem), 0)
#define down_read_killable(sem)			(down_read(sem), 0)
#define up_read_non_owner(sem)			up_read(sem)
#define rwsem_is_contended(sem)			false
#define rwsem_assert_held(sem)		\
	SHIM_CHECK(__atomic_load_n(&(sem)->writer, __ATOMIC_RELAXED) ||	\
		   __atomic_load_n(&(sem)->readers, __ATOMIC_RELAXED))
#define rwsem_assert_held_write(sem)	\
	SHIM_CHECK(__atomic_load_n(&(sem)->writer, __ATOMIC_RELAXED))

/* --- seqcount --- */

typedef struct {
	unsigned int sequence;
} seqcount_t;

#define seqcount_init(s)	((s)->sequence = 0)
#define do_raw_write_seqcount_begin(s)	\
	({ WRITE_ONCE((s)->sequence, (s)->sequence + 1); smp_wmb(); })

/* --- RCU: liburcu --- */

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

void shim_rcu_register(void);
void shim_rcu_unregister(void);
void shim_rcu_read_lock(void);
void shim_rcu_read_unlock(void);
void shim_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void shim_rcu_callback(void);		/* what a callback calls first */
void shim_rcu_barrier(void);
void shim_synchronize_rcu(void);
#define rcu_read_lock()		shim_rcu_read_lock()
#define rcu_read_unlock()	shim_rcu_read_unlock()
#define synchronize_rcu()	shim_synchronize_rcu()
#define synchronize_rcu_expedited()	shim_synchronize_rcu()

#endif /* SHIM_SYNC_H */
