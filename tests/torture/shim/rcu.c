// SPDX-License-Identifier: GPL-2.0
/*
 * RCU by liburcu.  The library isn't compiled with ThreadSanitizer, which is
 * told what a grace period orders: readers that left before callbacks after.
 */
#include <urcu/urcu-memb.h>

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#else
#define __tsan_acquire(addr)	((void)(addr))
#define __tsan_release(addr)	((void)(addr))
#endif

/* As in sync.h, whose names liburcu uses for its own; the rcu_heads are alike. */
void shim_rcu_register(void);
void shim_rcu_unregister(void);
void shim_rcu_read_lock(void);
void shim_rcu_read_unlock(void);
void shim_call_rcu(void *head, void (*func)(void *head));
void shim_rcu_callback(void);
void shim_rcu_barrier(void);
void shim_synchronize_rcu(void);

static char grace_period;

void shim_rcu_register(void)
{
	urcu_memb_register_thread();
}

void shim_rcu_unregister(void)
{
	urcu_memb_unregister_thread();
}

void shim_rcu_read_lock(void)
{
	urcu_memb_read_lock();
}

void shim_rcu_read_unlock(void)
{
	__tsan_release(&grace_period);
	urcu_memb_read_unlock();
}

void shim_call_rcu(void *head, void (*func)(void *head))
{
	__tsan_release(&grace_period);
	urcu_memb_call_rcu(head, (void (*)(struct rcu_head *))func);
}

void shim_rcu_callback(void)
{
	__tsan_acquire(&grace_period);
}

void shim_rcu_barrier(void)
{
	urcu_memb_barrier();
	__tsan_acquire(&grace_period);
}

void shim_synchronize_rcu(void)
{
	urcu_memb_synchronize_rcu();
	__tsan_acquire(&grace_period);
}
