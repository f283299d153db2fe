#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Half an hour of scrapes, page reloads and processes that die: the exporter's memory stays flat.
#
# SOAK_SECONDS is the time, if not 1800. The page's history takes the first ten minutes to fill.

bats_require_minimum_version 1.5.0
load common.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	needs_tracing
}

teardown() {
	rm -f "$BATS_TEST_TMPDIR/lives"
	wait "${processes:-}" 2>/dev/null || true
	kill_leftovers
}

# while_it_lives - processes one after the other, each with waits in VMAs of its own; every other one is killed amid them
while_it_lives() {
	local i status

	for ((i = 0; ; i++)); do
		[ -e "$BATS_TEST_TMPDIR/lives" ] || return 0
		status=0
		timeout --signal=KILL $((i % 2 ? 1 : 60)) nice -n 19 build/bin/vmalock-load \
			--duration=2 --size=1G --faulters=2 --mappers=1 --modes=anon,replace || status=$?
		if [ "$status" != $((i % 2 ? 137 : 0)) ]; then
			echo "process $i ended with status $status"
			return 1
		fi
		echo "$i" >"$BATS_TEST_TMPDIR/processes"
		sleep 2
	done >"$BATS_TEST_TMPDIR/loads" 2>&1 3>&-
}

# look - what a Prometheus and a page that is opened anew ask for
look() {
	local file region

	get metrics >/dev/null
	get metrics -H 'Accept: application/openmetrics-text;version=1.0.0' >/dev/null
	get / >/dev/null
	for file in dashboards/web/page/*; do
		get "/${file##*/}" >/dev/null
	done
	get api/status >/dev/null
	get api/history >/dev/null
	region=$(get api/report | jq -r '[.report.regions[] | select(.size > 0)][0] // empty | "pid=\(.pid)&start=\(.start)&end=\(.end)"')
	[ -z "$region" ] || get "api/offsets?$region" >/dev/null
}

# most FROM TO - largest RSS between these parts of the time
most() {
	awk -v from="$1" -v to="$2" -v all="$soak" '$1 >= from * all && $1 <= to * all && $2 > n { n = $2 } END { print n + 0 }' \
		"$BATS_TEST_TMPDIR/rss"
}

@test "half an hour of scrapes, reloads and dying processes: memory is flat" {
	[ "${TEST_LONG:-0}" != 0 ] || skip "takes half an hour: make test-long SUITES=dashboards"
	soak=${SOAK_SECONDS:-1800}
	# Few rows, so that the maps are full, and rows have to go, within the first minutes. Nobody else's processes: a
	# neighbour with a hundred thousand mappings takes memory, too.
	exporter --top-vmas 20 --max-entries 256 --comm vmalock-load
	touch "$BATS_TEST_TMPDIR/lives"
	while_it_lives &
	processes=$!
	begun=$SECONDS
	looks=0
	while [ $((SECONDS - begun)) -lt "$soak" ]; do
		look
		looks=$((looks + 1))
		echo "$((SECONDS - begun)) $(rss_kib)" >>"$BATS_TEST_TMPDIR/rss"
		sleep 0.5
	done
	early=$(most 0.4 0.6)
	late=$(most 0.8 1)
	echo "# $soak s, $looks looks, $(cat "$BATS_TEST_TMPDIR/processes") processes: $(most 0 0.1) KiB in the first tenth," \
		"$early KiB amid, $late KiB in the last fifth" >&3
	# there are processes to the end
	kill -0 "$processes" || { tail -n 20 "$BATS_TEST_TMPDIR/loads"; false; }
	[ "$(cat "$BATS_TEST_TMPDIR/processes")" -gt $((soak / 60)) ]
	[ "$looks" -gt $((soak / 60)) ]
	# What a page follows of one region is 1.2 MiB, and such pieces may lie apart: one more is no growth.
	[ "$late" -le $((early + 2048)) ]
}
