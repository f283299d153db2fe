// SPDX-License-Identifier: GPL-2.0
/*
 * Single accesses, which may end in a signal.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include "access.h"

static __thread sigjmp_buf on_refusal;
static __thread volatile sig_atomic_t expected;

static void refused(int signal)
{
	static const char text[] = "hazards: a signal outside the memory under test\n";

	if (expected)
		siglongjmp(on_refusal, signal);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(3);
	_exit(3);
}

void access_begin(void)
{
	/* SA_NODEFER: siglongjmp() need not restore the signal mask, which would be a system call */
	struct sigaction action = { .sa_handler = refused, .sa_flags = SA_NODEFER };

	if (sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL))
		die("sigaction: %m");
}

static enum access access_word(volatile uint64_t *address, uint64_t *value, bool write)
{
	int signal = sigsetjmp(on_refusal, 0);

	if (signal) {
		expected = 0;
		return signal == SIGBUS ? REFUSED_BUS : REFUSED_SEGV;
	}
	expected = 1;
	if (write)
		*address = *value;
	else
		*value = *address;
	expected = 0;
	return DONE;
}

enum access load(const void *address, uint64_t *value)
{
	return access_word((volatile uint64_t *)address, value, false);
}

enum access store(void *address, uint64_t value)
{
	return access_word(address, &value, true);
}

const char *access_name(enum access access)
{
	switch (access) {
	case REFUSED_SEGV:
		return "SIGSEGV";
	case REFUSED_BUS:
		return "SIGBUS";
	default:
		return "access";
	}
}
