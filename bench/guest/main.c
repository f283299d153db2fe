// SPDX-License-Identifier: GPL-2.0
/*
 * The program that is measured: the only one of the guest (its init, with
 * commands from QEMU), or one of a guest's programs, with commands as arguments.
 *
 * A command is its name, its first argument, and parameters NAME=VALUE; see bench.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "io.h"

static void set_param(struct params *p, const char *name, long value)
{
	if (!strcmp(name, "cpus"))
		p->cpus = value;
	else if (!strcmp(name, "faults"))
		p->faults = value;
	else if (!strcmp(name, "layouts"))
		p->layouts = value;
	else if (!strcmp(name, "reps"))
		p->reps = value;
	else if (!strcmp(name, "pages"))
		p->pages = value;
	else if (!strcmp(name, "mark"))
		p->mark = value;
	else if (!strcmp(name, "pause"))
		p->pause = value;
	else if (!strcmp(name, "seed"))
		p->seed = value;
	else
		fail("no parameter is called %s", name);
}

static void run(char *command)
{
	struct params p = { .cpus = 1, .faults = 64, .layouts = 1, .reps = 101, .pages = 16, .seed = 1 };
	char *save, *name = strtok_r(command, " ", &save), *arg = strtok_r(NULL, " ", &save), *param;

	errno = EINVAL;
	if (!name || !arg)
		fail("a command is a name, an argument and parameters");
	while ((param = strtok_r(NULL, " ", &save))) {
		char *value = strchr(param, '='), *end;
		long number;

		if (!value)
			fail("%s isn't NAME=VALUE", param);
		*value++ = '\0';
		number = strtol(value, &end, 0);
		if (!*value || *end || number < 0)
			fail("%s=%s: not a number", param, value);
		set_param(&p, param, number);
	}
	if (!strcmp(name, "faults"))
		faults_command(arg, &p);
	else if (!strcmp(name, "lines"))
		lines_command(arg, &p);
	else if (!strcmp(name, "ops"))
		ops_command(arg, &p);
	else if (!strcmp(name, "plant"))
		plant_command(arg);
	else if (!strcmp(name, "spawn"))
		spawn_command(arg);
	else if (!strcmp(name, "run"))
		run_command(arg);
	else if (!strcmp(name, "stop"))
		stop_command();
	else if (!strcmp(name, "events"))
		events_command(arg);
	else if (!strcmp(name, "trace"))
		trace_command();
	else if (!strcmp(name, "write"))
		write_command(arg);
	else
		fail("no command is called %s", name);
}

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 0777);
	if (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	    (mount("dev", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY) ||
	    mount("trace", "/sys/kernel/tracing", "tracefs", 0, NULL) ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) ||
	    mount("debug", "/sys/kernel/debug", "debugfs", 0, NULL))
		fail("cannot mount the kernel's file systems");
}

int main(int argc, char **argv)
{
	char *save, *commands;

	if (getpid() != 1) {
		if (argc < 2) {
			fputs("bench-guest: no command; see bench/guest/main.c\n", stderr);
			return 2;
		}
		for (int i = 1; i < argc; i++)
			run(argv[i]);
		return 0;
	}
	mount_all();
	print("ready\n");
	commands = io_commands();
	for (char *c = strtok_r(commands, "\n", &save); c; c = strtok_r(NULL, "\n", &save))
		run(c);
	print("done\n");
	io_exit();
}
