// SPDX-License-Identifier: GPL-2.0
/* One access to memory that may end in a signal. */
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

#include "stimulus.h"

static __thread sigjmp_buf back;

static void jump_back(int signal)
{
	siglongjmp(back, signal);
}

void access_init(void)
{
	struct sigaction action = { .sa_handler = jump_back };

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL))
		die("sigaction");
}

int try_read(const char *address)
{
	int signal = sigsetjmp(back, 1);

	if (!signal)
		(void)*(const volatile char *)address;
	return signal;
}

int try_write(char *address)
{
	int signal = sigsetjmp(back, 1);

	if (!signal)
		*(volatile char *)address = 'w';
	return signal;
}
