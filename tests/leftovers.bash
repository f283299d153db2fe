# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# leftovers.bash: for .bats files that start programs in the background.

# kill_leftovers - for teardown(): end all that this shell has started in the background and not waited for
kill_leftovers() {
	local pid

	for pid in $(jobs -p); do
		# its children first: what a program traces or times would outlive it
		pkill -KILL -P "$pid" || true	# 1: it has none
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}
