/* SPDX-License-Identifier: GPL-2.0 */
/* Types, annotations and complaints. */
#ifndef SHIM_BASE_H
#define SHIM_BASE_H

typedef uint64_t u64;
typedef int64_t s64;
typedef unsigned int uint;
typedef unsigned long vm_flags_t;

#define __maybe_unused	__attribute__((unused))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define noinline	__attribute__((noinline))
#define __must_check	__attribute__((warn_unused_result))
#define fallthrough	__attribute__((fallthrough))

#define ERR_PTR(error)	((void *)(long)(error))
#define IS_ERR(ptr)	((unsigned long)(ptr) >= -4095UL)

#define EXPORT_SYMBOL(name)		extern int shim_unused
#define EXPORT_SYMBOL_GPL(name)		extern int shim_unused
#define MODULE_PARM_DESC(name, text)	extern int shim_unused
/* A parameter is set by a program through this pointer. */
#define module_param(name, type, mode)	type *vma_lock_param_##name = &name

/* Print where and what, and abort: nothing that warns may go on. */
void shim_die(const char *file, int line, const char *what);
#define SHIM_CHECK(cond)	\
	((cond) ? (void)0 : shim_die(__FILE__, __LINE__, "violated: " #cond))
#define WARN_ON_ONCE(cond)	\
	((cond) ? (shim_die(__FILE__, __LINE__, "WARN_ON_ONCE(" #cond ")"), true) : false)
#define VM_WARN_ON_ONCE(cond)	((void)WARN_ON_ONCE(cond))
#define VM_BUG_ON_VMA(cond, vma)	((void)WARN_ON_ONCE(cond))

/* lockdep and KCSAN: there are sanitizers instead */
#define rwsem_acquire_read(map, subclass, trylock, ip)	do { } while (0)
#define rwsem_acquire(map, subclass, trylock, ip)	do { } while (0)
#define rwsem_release(map, ip)				do { } while (0)
#define might_lock_read(lock)				do { } while (0)
#define might_sleep()					do { } while (0)
#define ASSERT_EXCLUSIVE_WRITER(x)			do { } while (0)
#define kcsan_nestable_atomic_begin()			do { } while (0)
#define kcsan_nestable_atomic_end()			do { } while (0)

/*
 * A race on purpose: ThreadSanitizer doesn't look at the reader's side.  What was
 * read is judged by the checks of the data.
 */
#ifdef __SANITIZE_THREAD__
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
#else
#define AnnotateIgnoreReadsBegin(file, line)	do { } while (0)
#define AnnotateIgnoreReadsEnd(file, line)	do { } while (0)
#endif
#define data_race(expr)	({				\
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);	\
	__auto_type race_ = (expr);			\
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);	\
	race_; })

void shim_usleep(unsigned int us);
#define udelay(us)	shim_usleep(us)

#endif /* SHIM_BASE_H */
