#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Clients that are slow, broken or worse don't stop the exporter, nor make it grow.

bats_require_minimum_version 1.5.0
load common.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	needs_tracing
	# Of one process that does nothing, so that nothing else makes it grow.
	sleep 10000 3>&- &
	load=$!
	exporter -p "$load"
	for path in metrics api/report api/history /; do
		get "$path" >/dev/null
	done
}

teardown() {
	kill_leftovers
}

# bounded BEFORE_KIB - the exporter has grown by less than 4 MiB: 64 connections of 16 KiB, and then some
bounded() {
	local now

	now=$(rss_kib)
	echo "# $1 KiB before, $now KiB after" >&2
	[ "$now" -lt $(($1 + 4096)) ]
}

@test "ten thousand connections with half a request: proper ones are answered, seconds counted" {
	before=$(rss_kib)
	seq=$(get api/history | jq '.columns[-1].seq // 0')
	tests/dashboards/hostile "$port" crowd 10000
	bounded "$before"
	[ "$(value 'vmalock_http_dropped_total{why="evicted"}')" -gt 5000 ]
	[ "$(value process_open_fds)" -lt 200 ]
	goes_on() {
		[ "$(get api/history | jq '.columns[-1].seq // 0')" -gt "$seq" ]
	}
	wait_until 60 goes_on
	# No second was lost for long: columns are about one each.
	get api/history | jq -e '[.columns[].elapsed_ns] | max < 60e9'
}

@test "a request that takes for ever is cut off, and so is a client that says nothing" {
	for what in slowloris idle; do
		tests/dashboards/hostile "$port" "$what" >"$BATS_TEST_TMPDIR/$what" 3>&- &
		slow+=($!)
	done
	# While these wait, others need not.
	for ((i = 0; i < 20; i++)); do
		get metrics >/dev/null
	done
	for pid in "${slow[@]}"; do
		wait "$pid"
	done
	for what in slowloris idle; do
		echo "# $what: $(cat "$BATS_TEST_TMPDIR/$what") s" >&2
		awk '$1 < 5 { exit 1 }' "$BATS_TEST_TMPDIR/$what"
	done
	[ "$(value 'vmalock_http_dropped_total{why="deadline"}')" -ge 1 ]
}

@test "clients that don't read what they ask for" {
	before=$(rss_kib)
	tests/dashboards/hostile "$port" slow-readers
	bounded "$before"
}

@test "requests that are too large, and what isn't HTTP at all" {
	before=$(rss_kib)
	tests/dashboards/hostile "$port" huge
	tests/dashboards/hostile "$port" garbage
	bounded "$before"
	[ "$(code healthz)" = 200 ]
}

@test "many who ask for much at once: bounded, and each gets all of it" {
	before=$(rss_kib)
	for ((i = 0; i < 40; i++)); do
		get 'api/report?regions=1000&vmas=1000&blockers=1000' | jq -e .api >/dev/null &
		clients+=($!)
	done
	for client in "${clients[@]}"; do
		wait "$client"
	done
	bounded "$before"
}
