// SPDX-License-Identifier: GPL-2.0
/*
 * Commands and results, by way of buffers that the plugin knows by their symbols.
 */
#include "io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "../marker.h"

char io_command_buffer[MARKER_COMMANDS_SIZE];
char io_print_buffer[MARKER_PRINT_SIZE];

static int is_init(void)
{
	return io_command_buffer[0] || getpid() == 1;
}

char *io_commands(void)
{
	static const char ready[] = "ready\n";

	/* the plugin can only write to pages that are there */
	memset(io_command_buffer, 0, sizeof(io_command_buffer));
	if (write(1, ready, sizeof(ready) - 1) < 0)
		fail("cannot write to the console");
	for (;;) {
		marker_commands();
		if (*(volatile char *)io_command_buffer)
			return strdup(io_command_buffer);
		usleep(10000);
	}
}

void io_exit(void)
{
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void vprint(const char *format, va_list args)
{
	if (!is_init()) {
		vprintf(format, args);
		fflush(stdout);
		return;
	}
	vsnprintf(io_print_buffer, sizeof(io_print_buffer), format, args);
	marker_print();
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint(format, args);
	va_end(args);
}

void fail(const char *format, ...)
{
	int error = errno;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (error) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, ": %s", strerror(error));
	}
	print("error: %s\n", text);
	fprintf(stderr, "error: %s\n", text);
	if (getpid() == 1)
		io_exit();
	_exit(1);
}
