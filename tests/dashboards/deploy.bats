#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What deploys the exporter.

bats_require_minimum_version 1.5.0
load common.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	deploy=dashboards/deploy
	unit=$BATS_TEST_TMPDIR/vmalocktop-exporter.service
	sed "s#/usr/bin/vmalocktop#$PWD/build/bin/vmalocktop#" "$deploy/vmalocktop-exporter.service" >"$unit"
}

teardown() {
	kill_leftovers
}

@test "systemd takes the unit, and finds little that it may do" {
	run -0 --separate-stderr systemd-analyze verify --man=no "$unit"
	[ -z "$stderr" ]
	# 21 of 100, most of it for the four capabilities and the network.
	systemd-analyze security --offline=true --threshold=25 "$unit" >/dev/null
}

@test "the unit's options are those of the file for /etc/default" {
	diff <(sed -nE 's/^Environment="VMALOCKTOP_OPTIONS=(.*)"$/\1/p' "$unit") \
		<(sed -nE 's/^VMALOCKTOP_OPTIONS="(.*)"$/\1/p' "$deploy/vmalocktop-exporter.default")
}

# allowed - the system calls that the unit's filter lets through
allowed() {
	local word filter=()

	read -ra filter < <(sed -n 's/^SystemCallFilter=\([^~]\)/\1/p' "$unit")
	for word in "${filter[@]}"; do expand "$word"; done | sort -u >"$BATS_TEST_TMPDIR/in"
	read -ra filter < <(sed -n 's/^SystemCallFilter=~//p' "$unit")
	for word in "${filter[@]}"; do expand "$word"; done | sort -u >"$BATS_TEST_TMPDIR/out"
	comm -23 "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

# expand WORD - the system calls of a group, or the one of that name
expand() {
	local line

	if [[ $1 != @* ]]; then
		echo "$1"
		return
	fi
	systemd-analyze syscall-filter "$1" </dev/null | sed -nE 's/^ +([@a-z0-9_-]+)$/\1/p' | while read -r line; do
		expand "$line"
	done
}

@test "the filters of system calls, the unit's and the containers', have all that the exporter makes" {
	needs_tracing
	start_load
	EXPORTER_PREFIX=(strace -f -qq -e trace=all -o "$BATS_TEST_TMPDIR/trace")
	exporter --top-vmas 5
	run_load
	for path in metrics api/status api/report api/history healthz / "api/offsets?pid=$load&start=0x1000&end=0x2000"; do
		get "$path" >/dev/null
	done
	tests/dashboards/hostile "$port" garbage
	sleep 6		# until it has kept a snapshot
	[ "$(value process_open_fds)" -gt 10 ]
	pkill -TERM -P "$exporter"
	wait "$exporter"
	exporter=
	sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' "$BATS_TEST_TMPDIR/trace" | sort -u | grep -v '^execve$' >"$BATS_TEST_TMPDIR/made"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/made")" -gt 20 ]
	grep -qx bpf "$BATS_TEST_TMPDIR/made"
	allowed >"$BATS_TEST_TMPDIR/allowed"
	comm -23 "$BATS_TEST_TMPDIR/made" "$BATS_TEST_TMPDIR/allowed" | tee /dev/stderr | (! grep .)
	jq -r '.syscalls[].names[]' "$deploy/seccomp.json" | sort -u >"$BATS_TEST_TMPDIR/allowed"
	comm -23 "$BATS_TEST_TMPDIR/made" "$BATS_TEST_TMPDIR/allowed" | tee /dev/stderr | (! grep .)
}

@test "the manifest is what Kubernetes takes" {
	node tests/dashboards/manifests.mjs build/dashboards/node_modules "$deploy/daemonset.yaml"
}

@test "the manifest's arguments do for pods of both families" {
	needs_tracing
	for ip in 127.0.0.1 ::1; do
		listen=$(sed -nE 's/^ *args: \["--listen", "([^"]*):9477"\]$/\1/p' "$deploy/daemonset.yaml")
		[[ $listen == *'$(POD_IP)'* ]]
		build/bin/vmalocktop --listen "${listen/'$(POD_IP)'/"$ip"}:0" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		exporter=$!
		wait_until 120 grep -q "^Listening on http://.*$ip.*:[1-9]" "$BATS_TEST_TMPDIR/err"
		stop_exporter
	done
}

@test "unit, manifest and container recipe name the same four capabilities" {
	want="bpf dac_read_search perfmon sys_ptrace"
	words() { tr -cs 'A-Za-z_' '\n' | tr '[:upper:]' '[:lower:]' | sed 's/^cap_//' | grep . | sort | xargs; }
	[ "$(sed -n 's/^AmbientCapabilities=//p' "$unit" | words)" = "$want" ]
	[ "$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | words)" = "$want" ]
	[ "$(sed -n 's/^ *add: \[\(.*\)\]/\1/p' "$deploy/daemonset.yaml" | words)" = "$want" ]
	[ "$(sed -n 's/.*--cap-add=\([a-z_,]*\).*/\1/p' "$deploy/Containerfile" | words)" = "$want" ]
}

# in_guest COMMAND - what it says comes out; it must be as it should. In turn: programs are attached, and code so patched.
in_guest() {
	run tools/vm/run --kernel "${VM_KERNEL:-patched}" --smp 2 --in-turn --timeout 600 "$@"
	sed 's/^/# /' <<<"$output" >&3
	[ "$status" -eq 0 ]
}

@test "Debian's systemd, as process 1, starts the unit: rights, restarts, another address, a Prometheus beside it" {
	[ "${TEST_LONG:-0}" != 0 ] || skip "boots a guest for minutes: make test-long SUITES=dashboards"
	make -s deb
	in_guest --systemd -- tests/dashboards/service build/vmalocktop_*_*.deb
}

@test "the image is built and runs as its recipe says" {
	[ "${TEST_LONG:-0}" != 0 ] || skip "needs podman: make test-long SUITES=dashboards"
	deps/install long/container
	in_guest -- tests/dashboards/container
}
