// SPDX-License-Identifier: GPL-2.0
/*
 * Writers that wait for a fault, and faults that wait for the writer.
 *
 * "holder" sleeps in a fault on the first page of a mapping, "writer" changes
 * that mapping, "waiter" then reads its second page, and the file system is
 * thawed when all three sleep.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stimulus.h"

#define PAGES 4
#define LENGTH (PAGES * PAGE)
#define ELSEWHERE (ARENA + 0x1000000)

static int do_mmap(struct actor *actor)
{
	return mmap(actor->address, LENGTH, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	       actor->address ? 0 : errno;
}

static int do_munmap(struct actor *actor)
{
	return munmap(actor->address, LENGTH) ? errno : 0;
}

static int do_mprotect(struct actor *actor)
{
	return mprotect(actor->address, LENGTH, PROT_READ | PROT_WRITE | PROT_EXEC) ? errno : 0;
}

static int do_mremap(struct actor *actor)
{
	return mremap(actor->address, LENGTH, LENGTH, MREMAP_MAYMOVE | MREMAP_FIXED, ELSEWHERE) == ELSEWHERE ?
	       0 : errno;
}

static int do_madvise(struct actor *actor)
{
	return madvise(actor->address, LENGTH, MADV_DONTFORK) ? errno : 0;
}

static int do_mlock(struct actor *actor)
{
	return mlock2(actor->address, LENGTH, MLOCK_ONFAULT) ? errno : 0;
}

static int do_mbind(struct actor *actor)
{
	unsigned long nodes = 1;

	return syscall(SYS_mbind, actor->address, LENGTH, MPOL_BIND, &nodes, 8, 0) ? errno : 0;
}

static int do_fork(struct actor *actor)
{
	pid_t child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	int status;

	(void)actor;
	if (!child)
		_exit(0);
	return child < 0 || waitpid(child, &status, 0) != child ? ECHILD : status;
}

/* The mapping lies at the end of the heap. */
static int do_brk(struct actor *actor)
{
	return brk(actor->address) ? errno : 0;
}

static void tell_range(const char *start)
{
	fact("start", (unsigned long)start);
	fact("end", (unsigned long)start + LENGTH);
}

struct cast {
	struct frozen file;
	struct actor holder, writer, waiter;
	bool has_waiter;
	const char *counter;	/* of the waiter's wait */
};

/* All asleep, then thawed. */
static void play(struct cast *cast, const char *dir, int (*action)(struct actor *), char *address)
{
	long users, waits;

	cast->holder = (struct actor){ .name = "holder", .action = act_write, .address = address + 0x10 };
	cast->writer = (struct actor){ .name = "writer", .action = action, .address = address };
	cast->waiter = (struct actor){ .name = "waiter", .action = act_read, .address = address + PAGE + 0x20 };
	frozen_open(&cast->file, dir, PAGES);
	frozen_map(&cast->file, address);
	tell_range(address);
	actor_prepare(&cast->holder);
	actor_prepare(&cast->writer);
	if (cast->has_waiter)
		actor_prepare(&cast->waiter);
	users = vmstat("vma_lock_ref_wait");
	waits = vmstat(cast->counter);
	freeze(&cast->file);
	begin();
	actor_go(&cast->holder);
	wait_frozen_fault(cast->holder.tid);
	actor_go(&cast->writer);
	wait_vmstat("vma_lock_ref_wait", users + 1);
	if (cast->has_waiter) {
		actor_go(&cast->waiter);
		wait_vmstat(cast->counter, waits + 1);
	}
	mark("thaw");
	thaw(&cast->file);
	actor_join(&cast->holder);
	actor_join(&cast->writer);
	if (cast->has_waiter)
		actor_join(&cast->waiter);
	end();
}

static void wait_excl(const char *dir, int (*action)(struct actor *))
{
	struct cast cast = { .has_waiter = true, .counter = "vma_lock_excl_wait" };

	play(&cast, dir, action, ARENA);
}

static void wait_mmap(const char *dir)
{
	struct cast cast = { .has_waiter = true, .counter = "vma_lock_baby_wait" };

	play(&cast, dir, do_mmap, ARENA);
}

static void wait_mprotect(const char *dir)
{
	wait_excl(dir, do_mprotect);
}

static void wait_mremap(const char *dir)
{
	wait_excl(dir, do_mremap);
}

static void wait_madvise(const char *dir)
{
	wait_excl(dir, do_madvise);
}

static void wait_mlock(const char *dir)
{
	wait_excl(dir, do_mlock);
}

static void wait_mempolicy(const char *dir)
{
	wait_excl(dir, do_mbind);
}

static void wait_fork(const char *dir)
{
	wait_excl(dir, do_fork);
}

/* munmap() waits with mmap_lock downgraded; a fault then finds a hole, which is confirmed while it waits. */
static void wait_munmap(const char *dir)
{
	struct cast cast = { .has_waiter = true, .counter = "vma_lock_fallback" };

	play(&cast, dir, do_munmap, ARENA);
}

static void wait_brk(const char *dir)
{
	struct cast cast = { .has_waiter = true, .counter = "vma_lock_fallback" };
	char *top = sbrk(0);
	char *start = (char *)(((unsigned long)top + PAGE - 1) & ~(PAGE - 1)) + PAGE;

	if (brk(start + LENGTH))
		die("brk: %m");
	play(&cast, dir, do_brk, start);
}

/* Two users of one VMA. */
static void wait_two(const char *dir)
{
	struct actor first = { .name = "holder", .action = act_write, .address = ARENA + 0x10 };
	struct actor second = { .name = "holder2", .action = act_write, .address = ARENA + PAGE + 0x10 };
	struct actor writer = { .name = "writer", .action = do_mprotect, .address = ARENA };
	struct frozen file;
	long users;

	frozen_open(&file, dir, PAGES);
	frozen_map(&file, ARENA);
	tell_range(ARENA);
	actor_prepare(&first);
	actor_prepare(&second);
	actor_prepare(&writer);
	users = vmstat("vma_lock_ref_wait");
	freeze(&file);
	begin();
	actor_go(&first);
	wait_frozen_fault(first.tid);
	actor_go(&second);
	wait_frozen_fault(second.tid);
	actor_go(&writer);
	wait_vmstat("vma_lock_ref_wait", users + 1);
	mark("thaw");
	thaw(&file);
	actor_join(&first);
	actor_join(&second);
	actor_join(&writer);
	end();
}

static int read_and_exit(void *address)
{
	(void)*(volatile char *)address;
	_exit(7);
}

/*
 * A process that shares the memory is killed while it waits for the BABY: its wait ends at once. (It is gone
 * only after the thaw, as exit() takes mmap_lock.)
 */
static void wait_killed(const char *dir)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct actor holder = { .name = "holder", .action = act_write, .address = ARENA + 0x10 };
	struct actor writer = { .name = "writer", .action = do_mmap, .address = ARENA };
	struct frozen file;
	long users, waits, fallbacks;
	pid_t child;
	int status;

	frozen_open(&file, dir, PAGES);
	frozen_map(&file, ARENA);
	tell_range(ARENA);
	actor_prepare(&holder);
	actor_prepare(&writer);
	stack[sizeof(stack) - 1] = stack[sizeof(stack) - PAGE] = 1;
	users = vmstat("vma_lock_ref_wait");
	waits = vmstat("vma_lock_baby_wait");
	freeze(&file);
	begin();
	actor_go(&holder);
	wait_frozen_fault(holder.tid);
	actor_go(&writer);
	wait_vmstat("vma_lock_ref_wait", users + 1);
	child = clone(read_and_exit, stack + sizeof(stack), CLONE_VM | SIGCHLD, ARENA + PAGE + 0x20);
	if (child < 0)
		die("clone: %m");
	wait_vmstat("vma_lock_baby_wait", waits + 1);
	fallbacks = vmstat("vma_lock_fallback");
	kill(child, SIGKILL);
	wait_vmstat("vma_lock_fallback", fallbacks + 1);
	mark("thaw");
	thaw(&file);
	if (waitpid(child, &status, 0) != child)
		die("waitpid: %m");
	actor_join(&holder);
	actor_join(&writer);
	end();
	fact("tid.waiter", child);
	fact("killed", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

const struct scenario wait_scenarios[] = {
	{ "wait_mmap", wait_mmap }, { "wait_munmap", wait_munmap }, { "wait_brk", wait_brk },
	{ "wait_mprotect", wait_mprotect }, { "wait_mremap", wait_mremap }, { "wait_madvise", wait_madvise },
	{ "wait_mlock", wait_mlock }, { "wait_mempolicy", wait_mempolicy }, { "wait_fork", wait_fork },
	{ "wait_two", wait_two }, { "wait_killed", wait_killed }, {}
};
