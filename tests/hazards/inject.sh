#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# inject.sh: in the guest, the case inject, after which nothing may be left, in the kernel and charged to the control group
# that it runs in. The program repeats each failure often enough for that to be seen.
#
# Usage: inject.sh SECONDS DIRECTORY - as the program takes them, whose path is in HAZARDS. The guest must have been
# booted with slab_nomerge.
#
# Exit status: 0 nothing was wrong; 1 something was; 77 the kernel can't let allocations fail.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ../leaks/figures.sh
tolerances=(part=10 owner=12 pages=150 group=64)

if [ ! -e /proc/self/fail-nth ]; then
	echo "the kernel has no fault injection"
	exit 77
fi
leaks_group=/sys/fs/cgroup/hazards-inject
mkdir "$leaks_group"
leaks_before
status=0
# without rseq areas: the kernel itself writes there on the way back to user mode, and ends a thread with SIGSEGV where its
# own fault gets no memory (kernel/rseq.c:__rseq_handle_notify_resume()), as after a fork, when they are copied on write
(echo "$BASHPID" >"$leaks_group/cgroup.procs" &&
	GLIBC_TUNABLES=glibc.pthread.rseq=0 exec "$HAZARDS" inject "$@") || status=1
leaks_wait "${tolerances[@]}"
while read -r name; do
	echo "violation: leaked: $name"
	status=1
done <"$leaks_dir/grown"
while read -r name was _; do
	echo "$name: $was before, $(leaks_now "$name") afterwards"
done <"$leaks_dir/before"
rmdir "$leaks_group"
exit "$status"
