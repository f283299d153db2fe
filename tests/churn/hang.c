// SPDX-License-Identifier: GPL-2.0
/*
 * Wait for processes to end; if they don't, say who waits where.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "churn.h"

#define KILLED_SOON	10	/* seconds, after SIGKILL */

double slowest_end;

/* Calls RUN for each entry of directory PATH whose name is a number. */
static void for_each_number(const char *path, void (*run)(const char *name, const char *path))
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	/* it may have ended */
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			run(entry->d_name, path);
	closedir(dir);
}

/* The first SIZE - 1 bytes of DIR/NAME/FILE; "" if there are none. */
static char *read_entry(const char *dir, const char *name, const char *file, char *text, size_t size)
{
	char path[128];
	ssize_t length = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", dir, name, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* Its state, as in "(comm) R", and parent, of /proc/PID/stat; false if it is gone. */
static bool read_stat(const char *dir, const char *name, char *text, size_t size, int *parent)
{
	/* the name may have anything */
	char *state = strrchr(read_entry(dir, name, "stat", text, size), ')');

	if (!state || sscanf(state, ") %*c %d", parent) != 1)
		return false;
	state[3] = '\0';
	return true;
}

static void show_thread(const char *name, const char *tasks)
{
	char text[4096], *line, *rest;
	int parent;

	if (!read_stat(tasks, name, text, sizeof(text), &parent))
		return;
	printf("# thread %s, ", text);
	printf("system call %s", read_entry(tasks, name, "syscall", text, sizeof(text)));
	line = strtok_r(read_entry(tasks, name, "stack", text, sizeof(text)), "\n", &rest);
	for (; line; line = strtok_r(NULL, "\n", &rest))
		printf("#   %s\n", line);
}

/* Is PARENT this process, or a child of it, or of one of these? */
static bool is_ours(int parent)
{
	char text[1024], name[16];

	while (parent > 1 && parent != getpid()) {
		snprintf(name, sizeof(name), "%d", parent);
		if (!read_stat("/proc", name, text, sizeof(text), &parent))
			return false;
	}
	return parent == getpid();
}

static void show_process(const char *name, const char *proc)
{
	char text[1024], path[64];
	int parent;

	if (!read_stat(proc, name, text, sizeof(text), &parent) || !is_ours(parent))
		return;
	printf("# process %s\n", text);
	snprintf(path, sizeof(path), "%s/%s/task", proc, name);
	for_each_number(path, show_thread);
}

/* What runs on which CPU, and who is blocked, to the console; where that is allowed. */
static void ask_kernel(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "l", 1) != 1 || write(fd, "w", 1) != 1)
		printf("# sysrq: %s\n", strerror(errno));
	close(fd);
	sleep(1);
}

static void say_who_waits(const char *what, double since)
{
	printf("# slow: %s hasn't ended after %.1f s\n", what, now() - since);
	for_each_number("/proc", show_process);
	fflush(stdout);
}

/* The same, and the test ends. */
static void say_who_hangs(const char *what, double since)
{
	say_who_waits(what, since);
	ask_kernel();
	violation("%s hasn't ended after %.1f s", what, now() - since);
}

/* Whoever shares the victim's memory is killed with it when it dumps core. */
static void judge_orphan(int status)
{
	if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		violation("a child of the victim ended with status %#x", status);
}

/* Waits for PID, or -1 for all children, until END; false if that is too soon. */
static bool reap(pid_t pid, double end, int *status)
{
	pid_t got;

	for (;;) {
		got = waitpid(pid, status, WNOHANG | __WALL);
		if (got == pid || (got < 0 && errno == ECHILD))
			return true;
		if (got < 0 && errno != EINTR)
			die("waitpid: %m");
		if (got > 0) {
			judge_orphan(*status);
			continue;
		}
		if (now() > end)
			return false;
		usleep(5000);
	}
}

/* The same, for SECONDS after it should end AT; says who waits before they are over, too. */
static bool await(pid_t pid, const char *what, double at, double seconds, int *status)
{
	if (!reap(pid, at + seconds / 4, status)) {
		say_who_waits(what, at);
		if (!reap(pid, at + seconds, status)) {
			say_who_hangs(what, at);
			return false;
		}
		printf("# slow: %s has ended after %.1f s\n", what, now() - at);
	}
	if (now() - at > slowest_end)
		slowest_end = now() - at;
	return true;
}

int await_end(pid_t pid, double at, double seconds)
{
	int status = 0;

	if (!await(pid, "a process", at, seconds, &status)) {
		kill(pid, SIGKILL);
		reap(pid, now() + KILLED_SOON, &status);
	}
	return status;
}

void await_descendants(double seconds)
{
	int status;

	await(-1, "a child of the victim", now(), seconds, &status);
}
