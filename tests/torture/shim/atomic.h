/* SPDX-License-Identifier: GPL-2.0 */
/* Atomic accesses and barriers. */
#ifndef SHIM_ATOMIC_H
#define SHIM_ATOMIC_H

/*
 * Called before each of them.  In the torture test it yields the CPU now and
 * then, which makes two CPUs as good as many; explore.c chooses here who goes on.
 */
void shim_step(void);

#define READ_ONCE(x)		({ shim_step(); __atomic_load_n(&(x), __ATOMIC_RELAXED); })
#define WRITE_ONCE(x, v)	({ shim_step(); __atomic_store_n(&(x), (v), __ATOMIC_RELAXED); })
#define smp_load_acquire(p)	({ shim_step(); __atomic_load_n((p), __ATOMIC_ACQUIRE); })
#define smp_store_release(p, v)	({ shim_step(); __atomic_store_n((p), (v), __ATOMIC_RELEASE); })

#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb__after_atomic()	smp_mb()
#define smp_mb__before_atomic()	smp_mb()
#define smp_mb__after_spinlock()	smp_mb()

typedef struct {
	s64 counter;
} atomic64_t;

#define atomic64_read(v)		READ_ONCE((v)->counter)
#define atomic64_read_acquire(v)	smp_load_acquire(&(v)->counter)
#define atomic64_set(v, i)		WRITE_ONCE((v)->counter, (s64)(i))
#define atomic64_inc(v)		\
	({ shim_step(); (void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED); })
#define atomic64_fetch_dec_release(v)	\
	({ shim_step(); __atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_RELEASE); })
#define atomic64_fetch_dec_relaxed(v)	\
	({ shim_step(); __atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_RELAXED); })

/* A failed compare orders nothing. */
#define SHIM_TRY_CMPXCHG(v, old, new, order)	({				\
	shim_step();								\
	__atomic_compare_exchange_n(&(v)->counter, (old), (s64)(new), false,	\
				    (order), __ATOMIC_RELAXED); })
#define atomic64_try_cmpxchg(v, old, new)		\
	SHIM_TRY_CMPXCHG(v, old, new, __ATOMIC_SEQ_CST)
#define atomic64_try_cmpxchg_acquire(v, old, new)	\
	SHIM_TRY_CMPXCHG(v, old, new, __ATOMIC_ACQUIRE)
#define atomic64_try_cmpxchg_relaxed(v, old, new)	\
	SHIM_TRY_CMPXCHG(v, old, new, __ATOMIC_RELAXED)

#endif /* SHIM_ATOMIC_H */
