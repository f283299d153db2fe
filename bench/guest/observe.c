// SPDX-License-Identifier: GPL-2.0
/*
 * Those who watch while something is measured: programs, and the kernel's own tracing.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "io.h"

#define TRACING		"/sys/kernel/tracing/"
#define OUTPUT		"/tmp/output"
#define READY_SECONDS	60	/* to load BPF programs; QEMU skips what is idle of it */
#define MAX_WORDS	32
#define MAX_FDS		1024	/* of a program that was spawned */
#define SPAWN_ERROR	"program "	/* bench/vm.py knows by it what is no fault of the bench */

static pid_t spawned;
static char spawned_name[128];

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = strlen(text);

	if (fd < 0 || write(fd, text, n) != n || close(fd))
		fail("cannot write %s to %s", text, path);
}

static void print_file(const char *title, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[480];

	if (!file)
		fail("cannot read %s", path);
	print("%s:\n", title);
	while (fgets(line, sizeof(line), file))
		print("%s", line);
	fclose(file);
	print("end-of-%s\n", title);
}

/* split - the words between commas of @text, which is changed; NULL after the last */
static void split(char *text, char **words)
{
	int n = 0;

	for (char *save, *w = strtok_r(text, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		if (n == MAX_WORDS - 1) {
			errno = E2BIG;
			fail("%s", text);
		}
		words[n++] = w;
	}
	words[n] = NULL;
}

/* fail_with_output - print what the program that was spawned wrote, then end because of its @status */
static _Noreturn void fail_with_output(int status)
{
	print_file("output", OUTPUT);
	errno = 0;
	if (WIFSIGNALED(status))
		fail(SPAWN_ERROR "%s: killed by signal %d (%s)", spawned_name, WTERMSIG(status),
		     strsignal(WTERMSIG(status)));
	fail(SPAWN_ERROR "%s: ended with status %d", spawned_name, WEXITSTATUS(status));
}

/* start - start the program that is the first of the words between commas of @text */
static void start(const char *text)
{
	char *words[MAX_WORDS], *copy = strdup(text);

	if (!copy)
		fail("no memory");
	split(copy, words);
	snprintf(spawned_name, sizeof(spawned_name), "%s", words[0] ? words[0] : "");
	spawned = fork();
	if (!spawned) {
		int fd = open(OUTPUT, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		setenv("HOME", "/tmp", 1);
		if (words[0] && fd >= 0 && dup2(fd, 1) == 1 && dup2(fd, 2) == 2)
			execvp(words[0], words);
		_exit(127);
	}
	if (spawned < 0)
		fail("cannot start %s", spawned_name);
	free(copy);
}

void spawn_command(const char *text)
{
	int status;

	start(text);
	sleep(READY_SECONDS);
	if (waitpid(spawned, &status, WNOHANG))
		fail_with_output(status);
}

/* wait_and_print - wait for what was spawned, which SIGINT may have ended; print its output */
static void wait_and_print(void)
{
	int status;

	if (waitpid(spawned, &status, 0) != spawned)
		fail("nothing was spawned");
	if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT))
		fail_with_output(status);
	print_file("output", OUTPUT);
}

void run_command(const char *text)
{
	start(text);
	wait_and_print();
}

/* number_after - the number in the first line of @path that begins with @label; 0 if there is none */
static long number_after(const char *path, const char *label)
{
	FILE *file = fopen(path, "r");
	char line[256];
	long n = 0;

	while (file && !n && fgets(line, sizeof(line), file))
		if (!strncmp(line, label, strlen(label)))
			n = strtol(line + strlen(label), NULL, 10);
	if (file)
		fclose(file);
	return n;
}

/* print_memory - of what was spawned, which still runs */
static void print_memory(void)
{
	char path[64];
	long maps = 0;

	for (int fd = 0; fd < MAX_FDS; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", spawned, fd);
		if (number_after(path, "map_id:"))
			maps += number_after(path, "memlock:");
	}
	snprintf(path, sizeof(path), "/proc/%d/status", spawned);
	print("memory own=%ld maps=%ld\n", number_after(path, "VmRSS:") * 1024, maps);
}

void stop_command(void)
{
	print_memory();
	kill(spawned, SIGINT);
	wait_and_print();
}

void events_command(const char *list)
{
	char *words[MAX_WORDS], *copy = strdup(list), path[256];

	if (!copy)
		fail("no memory");
	write_file(TRACING "trace_clock", "x86-tsc");
	write_file(TRACING "buffer_size_kb", "8192");
	split(copy, words);
	for (int i = 0; words[i]; i++) {
		snprintf(path, sizeof(path), TRACING "events/%s/enable", words[i]);
		write_file(path, "1");
	}
	free(copy);
}

void trace_command(void)
{
	write_file(TRACING "events/enable", "0");
	print_file("trace", TRACING "trace");
	write_file(TRACING "trace", "0");
}

void trace_mark(const char *text)
{
	write_file(TRACING "trace_marker", text);
}

void write_command(const char *text)
{
	char *words[MAX_WORDS], *copy = strdup(text);

	if (!copy)
		fail("no memory");
	split(copy, words);
	if (!words[0] || !words[1]) {
		errno = EINVAL;
		fail("write %s", text);
	}
	write_file(words[0], words[1]);
	free(copy);
}
