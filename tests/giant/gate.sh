# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# gate.sh: run vmalock-load between two snapshots of /proc/vmstat; sourced by the guest's scripts.
#
# Between the snapshots the shell starts no program: each would map and replace memory too.

declare -A vmstat_before vmstat_after
gate_dir=$(mktemp -d)

# vmstat_read ARRAY - the counters vma_lock_* into ARRAY
vmstat_read() {
	local -n into=$1
	local name value
	while read -r name value; do
		case $name in
		vma_lock_*) into[${name#vma_lock_}]=$value ;;
		esac
	done </proc/vmstat
}

# vmstat_delta NAME
vmstat_delta() {
	echo $((${vmstat_after[$1]:-0} - ${vmstat_before[$1]:-0}))
}

# What else is to be done before the first snapshot and after the second one, while the load still has all of its
# mappings: for scripts to define. It is process $gate_pid. gate_opens must not start programs.
gate_opens() { :; }
gate_closes() { :; }

# gate_run LOAD ARGUMENT... - sets $load_status; the report is $gate_dir/report, messages $gate_dir/messages
gate_run() {
	local line
	rm -f "$gate_dir"/*
	mkfifo "$gate_dir/in" "$gate_dir/out"
	"$@" --json --wait-start --wait-end <"$gate_dir/in" >"$gate_dir/out" 2>"$gate_dir/messages" &
	gate_pid=$!
	exec 8>"$gate_dir/in" 9<"$gate_dir/out"
	load_status=0
	line=''
	read -r line <&9 || load_status=1
	if [[ $line == 'ready '* ]]; then
		gate_opens
		vmstat_read vmstat_before
		echo go >&8
		# the report, if it lives to make one
		read -r line <&9 || line=''
		vmstat_read vmstat_after
		gate_closes
		printf '%s\n' "$line" >"$gate_dir/report"
	else
		: >"$gate_dir/report"
	fi
	exec 8>&- 9<&-
	wait "$gate_pid" || load_status=$?
}

# report FILTER - jq's -r output for the report
report() {
	jq -r "$1" "$gate_dir/report"
}
