# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# programs.sh: for the guests' side of against_stock; sourced after "set -euo pipefail".

# run_programs LIST DIRECTORY [BEFORE] - run LIST's programs, a line each: a name, seconds that it may take, and the
# command; calls the function BEFORE before each. Kernels that are slow may take VM_PATIENCE times as many. Leaves
# NAME.out and NAME.status in DIRECTORY; a status of 124 or 137 means that it took too long.
run_programs() {
	local list=$1 results=$2 before=${3:-:} name limit command words status begin
	while read -r name limit command; do
		case $name in
		'' | '#'*) continue ;;
		esac
		read -r -a words <<<"$command"
		"$before"
		status=0
		begin=$SECONDS
		timeout -k 5 "$((limit * ${VM_PATIENCE:-1}))" "${words[@]}" >"$results/$name.out" 2>&1 </dev/null || status=$?
		echo "$status" >"$results/$name.status"
		echo "$name: status $status, $((SECONDS - begin)) s"
		echo "vm: $name: status $status" >/dev/kmsg
	done <"$list"
}
