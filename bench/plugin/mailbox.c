// SPDX-License-Identifier: GPL-2.0
/*
 * Commands for bench-guest and results from it, by way of its memory.
 */
#include "mailbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "../marker.h"
#include "qemu_plugin_api.h"

static char commands[MARKER_COMMANDS_SIZE];
static FILE *results;

void mailbox_open(const char *commands_path, const char *results_path)
{
	FILE *file = fopen(commands_path, "r");
	size_t n;

	if (!file) {
		fprintf(stderr, "cacheline: cannot open %s: %m\n", commands_path);
		exit(1);
	}
	n = fread(commands, 1, sizeof(commands), file);
	if (!n || n == sizeof(commands) || ferror(file)) {
		fprintf(stderr, "cacheline: %s must have 1 to %zu bytes\n", commands_path,
			sizeof(commands) - 1);
		exit(1);
	}
	fclose(file);
	results = fopen(results_path, "w");
	if (!results) {
		fprintf(stderr, "cacheline: cannot write %s: %m\n", results_path);
		exit(1);
	}
}

void mailbox_give(unsigned int cpu, uint64_t addr)
{
	if (cpu_memory_rw_debug(qemu_get_cpu(cpu), addr, commands, sizeof(commands), true)) {
		fputs("cacheline: cannot write to the guest's buffer\n", stderr);
		exit(1);
	}
}

void mailbox_take(unsigned int cpu, uint64_t addr)
{
	char text[MARKER_PRINT_SIZE];

	if (cpu_memory_rw_debug(qemu_get_cpu(cpu), addr, text, sizeof(text), false)) {
		fputs("cacheline: cannot read the guest's buffer\n", stderr);
		exit(1);
	}
	text[sizeof(text) - 1] = '\0';
	fputs(text, results);
	fflush(results);
}
