#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# load.sh: in the guest, a load that must find no fault, and what it must leave behind: counters, and no leak.
#
# Usage: load.sh LOAD EXPECT OPTION... - OPTIONs are vmalock-load's; EXPECT is a list of counts and vmstat
# counters, separated by commas, that must be more than 0. Prints TAP without numbers.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ./gate.sh
. ../leaks/figures.sh
load=$1 expect=$2
shift 2

# check NAME COMMAND... - passes if the command does
check() {
	local name=$1
	shift
	if "$@" >"$gate_dir/why" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		sed 's/^/# /' "$gate_dir/why"
	fi
}

more_than_none() {
	local name=$1 value
	if [ -n "${vmstat_after[$name]:-}" ]; then
		value=$(vmstat_delta "$name")
	else
		value=$(report ".counts.$name")
	fi
	echo "$name $value"
	[ "$value" -gt 0 ]
}

leaks_before
gate_run "$load" "$@"
summary=$(report '"\(.counts.touches) touches, \(.counts.mmap_fixed_replacements) replacements in \(.elapsed_ms) ms"')
echo "# $summary"
for name in success reffree stale abort retry miss baby_born baby_wait excl_wait ref_wait fallback; do
	echo "# vma_lock_$name $(vmstat_delta "$name")"
done
echo "# $(report .counts | tr -d '\n {}"')"
cp "$gate_dir/messages" "$gate_dir/shown"
check "exit status 0" [ "$load_status" = 0 ]
check "no violation" jq -e -s 'length == 1 and (.[0] | .status == "ok" and .complete and .violations.total == 0) or error("\(.)")' \
	"$gate_dir/report"
check "no message" diff /dev/null "$gate_dir/shown"
for name in ${expect//,/ }; do
	check "some $name" more_than_none "$name"
done
check "births of BABYs are the load's replacements" \
	diff <(echo "$(vmstat_delta baby_born)") <(report .counts.mmap_fixed_replacements)
leaks_after part=300 pages=2048 owner=64
