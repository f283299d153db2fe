// SPDX-License-Identifier: GPL-2.0
/*
 * Run a program.  Each thread makes its operations and checks its pages after
 * each; observers read everybody's pages, and know what must be there while the
 * page's owner isn't changing it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define PAGE		4096UL
#define BASE		0x100000000000UL	/* where the kernel puts nothing by itself */
#define OBSERVERS	2
#define CHECKS		8	/* pages looked at after each operation, at random */

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/* What observers may rely on: seq is odd while the owner changes the page. */
struct published {
	atomic_uint seq;
	_Atomic uint64_t value;
};

struct thread {
	int index;
	int file;
	struct model model;
	uint64_t stamp;
	unsigned int seed;
	struct result result;
};

static const struct program *program;
static struct thread threads[THREADS];
static struct published published[THREADS][PAGES];
static atomic_bool stopping, failed;
static __thread sigjmp_buf fault_return;
static __thread volatile sig_atomic_t fault_expected;

static char *address(int thread, int page)
{
	return (char *)BASE + (thread * (unsigned long)PAGES + page) * PAGE;
}

static void on_fault(int signal)
{
	if (fault_expected)
		siglongjmp(fault_return, signal);
	/* ours */
	static const char text[] = "fuzz: a fault outside the pages under test\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

/* The first and last word of a page, or UNREADABLE; SIGBUS is never right. */
static uint64_t peek(const char *page, bool *torn)
{
	volatile uint64_t first, last;
	int signal = sigsetjmp(fault_return, 0);

	*torn = false;
	if (signal) {
		fault_expected = 0;
		*torn = signal != SIGSEGV;
		return UNREADABLE;
	}
	fault_expected = 1;
	first = *(volatile const uint64_t *)page;
	last = *(volatile const uint64_t *)(page + PAGE - sizeof(last));
	fault_expected = 0;
	*torn = first != last;
	return first;
}

/* The same by way of the kernel. */
static uint64_t peek_kernel(char *page)
{
	uint64_t value;
	struct iovec local = { &value, sizeof(value) }, remote = { page, sizeof(value) };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == sizeof(value) ? value : UNREADABLE;
}

/* Whether the write went through. */
static bool poke(char *page, uint64_t value)
{
	if (sigsetjmp(fault_return, 0)) {
		fault_expected = 0;
		return false;
	}
	fault_expected = 1;
	*(volatile uint64_t *)page = value;
	*(volatile uint64_t *)(page + PAGE - sizeof(value)) = value;
	fault_expected = 0;
	return true;
}

/* Say what is wrong, once. */
static void complain(const struct op *op, const char *who, int thread, int page, uint64_t expected, uint64_t found)
{
	if (atomic_exchange(&failed, true))
		return;
	atomic_store(&stopping, true);
	fprintf(stderr, "fuzz: %s: page %d of thread %d must be %#lx and is %#lx (UINT64_MAX: not readable)", who, page,
		thread, expected, found);
	if (op) {
		fprintf(stderr, "; line %d: ", op->line);
		op_print(op, stderr);
	} else {
		fputc('\n', stderr);
	}
}

static void check(struct thread *self, const struct op *op, const char *who, int page)
{
	uint64_t expected = model_value(&self->model, page);
	bool torn;
	uint64_t found = peek(address(self->index, page), &torn);

	self->result.checks++;
	if (found != expected || torn)
		complain(op, torn ? "a torn page, or SIGBUS" : who, self->index, page, expected, found);
}

/* --- what observers may know --- */

static void publish_begin(int thread, int first, int count)
{
	for (int page = first; page < first + count; page++)
		atomic_fetch_add(&published[thread][page].seq, 1);
}

static void publish_end(struct thread *self, int first, int count)
{
	for (int page = first; page < first + count; page++) {
		atomic_store(&published[self->index][page].value, model_value(&self->model, page));
		atomic_fetch_add(&published[self->index][page].seq, 1);
	}
}

/* --- operations --- */

static int mode(enum prot prot)
{
	return prot == MODE_NONE ? PROT_NONE : prot == MODE_READ ? PROT_READ : PROT_READ | PROT_WRITE;
}

static const int advices[ADVICES] = {
	[ADVICE_COLD] = MADV_COLD, [ADVICE_PAGEOUT] = MADV_PAGEOUT, [ADVICE_WILLNEED] = MADV_WILLNEED,
	[ADVICE_HUGE] = MADV_HUGEPAGE, [ADVICE_NOHUGE] = MADV_NOHUGEPAGE, [ADVICE_POPULATE] = MADV_POPULATE_READ,
	[ADVICE_DONTFORK] = MADV_DONTFORK, [ADVICE_DOFORK] = MADV_DOFORK,
};

/*
 * A call that failed: is the model still right?  Errors on holes are part of it
 * (ENOMEM); what mremap() has against a range (EFAULT: several VMAs) leaves it
 * as it was, but may have unmapped the target.
 */
static bool failure(struct thread *self, const struct op *op, int error)
{
	switch (op->code) {
	case OP_PROTECT:
	case OP_FORGET:
		return error == ENOMEM;
	case OP_MOVE:
	case OP_LEAVE:
		if (munmap(address(self->index, op->target), op->count * PAGE))
			return false;
		model_unmap(&self->model, op->target, op->count);
		return error == EFAULT || error == ENOMEM || error == EINVAL;
	case OP_GROW:
	case OP_SHRINK:
		return error == EFAULT || error == ENOMEM;
	case OP_ADVISE:
	case OP_LOCK:
	case OP_UNLOCK:
		return true;	/* advice, limits */
	default:
		return false;
	}
}

static int system_call(struct thread *self, const struct op *op)
{
	char *at = address(self->index, op->first), *target = address(self->index, op->target);
	unsigned long size = op->count * PAGE;
	void *got;

	switch (op->code) {
	case OP_MAP:
		got = mmap(at, size, mode(op->prot),
			   MAP_FIXED | (op->kind == KIND_SHARED ? MAP_SHARED : MAP_PRIVATE) |
			   (op->kind == KIND_ANON ? MAP_ANONYMOUS : 0),
			   op->kind == KIND_ANON ? -1 : self->file, op->kind == KIND_ANON ? 0 : op->target * PAGE);
		return got == at ? 0 : -1;
	case OP_UNMAP:
		return munmap(at, size);
	case OP_PROTECT:
		return mprotect(at, size, mode(op->prot));
	case OP_MOVE:
		return mremap(at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target ? 0 : -1;
	case OP_LEAVE:
		return mremap(at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, target) == target ?
			0 : -1;
	case OP_GROW:
		return mremap(at, size, size + op->target * PAGE, 0) == at ? 0 : -1;
	case OP_SHRINK:
		return mremap(at, size, op->target * PAGE, 0) == at ? 0 : -1;
	case OP_FORGET:
		return madvise(at, size, MADV_DONTNEED_LOCKED);
	case OP_ADVISE:
		return madvise(at, size, advices[op->advice]);
	case OP_PUNCH:
		return fallocate(self->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, op->first * PAGE, size);
	case OP_LOCK:
		return mlock(at, size);
	case OP_UNLOCK:
		return munlock(at, size);
	default:
		return 0;
	}
}

static void change(struct thread *self, const struct op *op)
{
	bool all = op->code == OP_PUNCH;
	int first = all ? 0 : op->first, count = all ? PAGES : op->count;
	int first2 = 0, count2 = 0;

	if (op->code == OP_MOVE || op->code == OP_LEAVE) {
		first2 = op->target;
		count2 = op->count;
	} else if (op->code == OP_GROW) {
		count += op->target;
	}
	publish_begin(self->index, first, count);
	publish_begin(self->index, first2, count2);
	errno = 0;
	if (system_call(self, op) == 0 ||
	    (errno == ENOMEM && (op->code == OP_PROTECT || op->code == OP_FORGET || op->code == OP_ADVISE)))
		model_apply(&self->model, op);
	else if (!failure(self, op, errno))
		complain(op, strerror(errno), self->index, op->first, 0, 0);
	publish_end(self, first, count);
	publish_end(self, first2, count2);
}

static void write_pages(struct thread *self, const struct op *op)
{
	for (int page = op->first; page < op->first + op->count && !atomic_load(&stopping); page++) {
		const struct page *p = &self->model.pages[page];
		bool writable = p->mapped && p->prot == MODE_WRITE;
		bool all = p->kind == KIND_SHARED && writable;	/* other pages may show the same */
		uint64_t value = ((uint64_t)self->index + 1) << 56 | ++self->stamp;

		publish_begin(self->index, all ? 0 : page, all ? PAGES : 1);
		if (poke(address(self->index, page), value) != writable)
			complain(op, writable ? "can't be written" : "can be written", self->index, page, value, 0);
		if (writable)
			model_write(&self->model, page, value);
		publish_end(self, all ? 0 : page, all ? PAGES : 1);
	}
}

/* The child sees what the parent sees; what it writes is its own. */
static void fork_and_look(struct thread *self, const struct op *op)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		for (int page = 0; page < PAGES; page++) {
			if (self->model.pages[page].dontfork)
				model_unmap(&self->model, page, 1);
			check(self, op, "in the child of a fork", page);
			if (model_value(&self->model, page) != UNREADABLE && self->model.pages[page].kind != KIND_SHARED)
				poke(address(self->index, page), 1);
		}
		_exit(atomic_load(&failed));
	}
	if (child < 0 ? errno != ENOMEM && errno != EAGAIN :
	    waitpid(child, &status, 0) != child || status)
		complain(op, "fork, or its child", self->index, 0, 0, status);
}

static void run_op(struct thread *self, const struct op *op)
{
	if (!model_allows(&self->model, op)) {
		self->result.left_out++;
		return;
	}
	self->result.ops++;
	if (op->code == OP_WRITE)
		write_pages(self, op);
	else if (op->code == OP_FORK)
		fork_and_look(self, op);
	else
		change(self, op);
	check(self, op, "after it", op->first);
	check(self, op, "after it", op->first + op->count - 1);
	for (int i = 0; i < CHECKS; i++)
		check(self, op, "after it", rand_r(&self->seed) % PAGES);
}

static void *run_thread(void *arg)
{
	struct thread *self = arg;

	for (int i = 0; i < program->n && !atomic_load(&stopping); i++)
		if (program->ops[i].thread == self->index)
			run_op(self, &program->ops[i]);
	for (int page = 0; page < PAGES && !atomic_load(&stopping); page++)
		check(self, NULL, "at the end", page);
	return NULL;
}

static void *observe(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	unsigned long *seen = calloc(1, sizeof(*seen));

	while (!atomic_load(&stopping)) {
		int thread = rand_r(&seed) % THREADS, page = rand_r(&seed) % PAGES;
		struct published *p = &published[thread][page];
		unsigned int seq = atomic_load(&p->seq);
		uint64_t expected = atomic_load(&p->value), found;
		bool torn = false, kernel = rand_r(&seed) % 8 == 0;

		found = kernel ? peek_kernel(address(thread, page)) : peek(address(thread, page), &torn);
		if (seq % 2 || atomic_load(&p->seq) != seq)
			continue;
		++*seen;
		if (found != expected || torn)
			complain(NULL, torn ? "a torn page, or SIGBUS, for a bystander" :
				 kernel ? "process_vm_readv()" : "a bystander", thread, page, expected, found);
	}
	return seen;
}

/* A kernel that loses pages. */
static void *drop_pages(void *arg)
{
	unsigned int seed = (uintptr_t)arg;

	while (!atomic_load(&stopping))
		madvise(address(rand_r(&seed) % THREADS, rand_r(&seed) % PAGES), PAGE, MADV_DONTNEED_LOCKED);
	return NULL;
}

static bool set_up(void)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	munmap((void *)BASE, (unsigned long)THREADS * PAGES * PAGE);
	memset(threads, 0, sizeof(threads));
	atomic_store(&stopping, false);
	atomic_store(&failed, false);
	for (int i = 0; i < THREADS; i++) {
		threads[i].index = i;
		threads[i].seed = i + 1;
		threads[i].file = memfd_create("fuzz", MFD_CLOEXEC);
		if (threads[i].file < 0 || ftruncate(threads[i].file, FILE_PAGES * PAGE)) {
			fprintf(stderr, "fuzz: no file to map: %m\n");
			return false;
		}
		for (int page = 0; page < PAGES; page++) {
			atomic_store(&published[i][page].seq, 0);
			atomic_store(&published[i][page].value, UNREADABLE);
		}
	}
	return true;
}

bool program_run(const struct program *to_run, bool sabotage, struct result *result)
{
	pthread_t workers[THREADS], observers[OBSERVERS], saboteur;

	program = to_run;
	if (!set_up())
		return false;
	for (long i = 0; i < OBSERVERS; i++)
		pthread_create(&observers[i], NULL, observe, (void *)(i + 1));
	if (sabotage)
		pthread_create(&saboteur, NULL, drop_pages, (void *)1);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&workers[i], NULL, run_thread, &threads[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i], NULL);
		close(threads[i].file);
		result->ops += threads[i].result.ops;
		result->left_out += threads[i].result.left_out;
		result->checks += threads[i].result.checks;
	}
	atomic_store(&stopping, true);
	if (sabotage)
		pthread_join(saboteur, NULL);
	for (int i = 0; i < OBSERVERS; i++) {
		unsigned long *seen;

		pthread_join(observers[i], (void **)&seen);
		result->seen += *seen;
		free(seen);
	}
	return !atomic_load(&failed);
}
