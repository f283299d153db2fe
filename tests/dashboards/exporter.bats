#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What vmalocktop --listen answers.

bats_require_minimum_version 1.5.0
load common.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	needs_tracing
}

teardown() {
	kill_leftovers
}

# load_of OPTION... - an exporter of one process that has had waits and stands still now
load_of() {
	start_load
	exporter -p "$load" "$@"
	run_load
}

@test "metrics: promtool finds nothing to object to, and each is documented, with its labels" {
	load_of --top-vmas 5 --stats
	get metrics >"$BATS_TEST_TMPDIR/text"
	promtool check metrics <"$BATS_TEST_TMPDIR/text" >"$BATS_TEST_TMPDIR/lint" 2>&1
	[ ! -s "$BATS_TEST_TMPDIR/lint" ]
	# Of all that METRICS.md has, only what this kernel doesn't know may be missing.
	sed -nE 's/^# TYPE ([^ ]+) .*/\1/p' "$BATS_TEST_TMPDIR/text" | sort >"$BATS_TEST_TMPDIR/served"
	grep -oE '^\| `[a-z_]+`' tools/vmalocktop/METRICS.md | grep -oE '[a-z]+_[a-z_]+' | sort >"$BATS_TEST_TMPDIR/documented"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/documented")" -gt 35 ]
	tests/dashboards/documented-labels tools/vmalocktop/METRICS.md "$BATS_TEST_TMPDIR/text"
	[ -z "$(comm -23 "$BATS_TEST_TMPDIR/served" "$BATS_TEST_TMPDIR/documented")" ]
	for name in $(comm -13 "$BATS_TEST_TMPDIR/served" "$BATS_TEST_TMPDIR/documented"); do
		from=$(sed -nE "s/^\| \`$name\` \| [^|]*\| [^|]*\| ([a-z_]+) \|.*/\1/p" tools/vmalocktop/METRICS.md)
		[ "$(value "vmalock_coverage_info{metric=\"$from\",grade=\"absent\"}" "$BATS_TEST_TMPDIR/text")" = 1 ]
	done
}

@test "metrics as OpenMetrics: a strict parser takes them, and finds the same" {
	load_of --top-vmas 5 --stats
	get metrics >"$BATS_TEST_TMPDIR/text"
	get metrics -D "$BATS_TEST_TMPDIR/head" -H 'Accept: application/openmetrics-text;version=1.0.0' >"$BATS_TEST_TMPDIR/open"
	grep -qi '^content-type: application/openmetrics-text; version=1.0.0' "$BATS_TEST_TMPDIR/head"
	tests/dashboards/same-metrics "$BATS_TEST_TMPDIR/text" "$BATS_TEST_TMPDIR/open"
}

@test "metrics agree with --json of the same time" {
	start_load
	exporter -p "$load"
	build/bin/vmalocktop --json -p "$load" >"$BATS_TEST_TMPDIR/json" 2>"$BATS_TEST_TMPDIR/json.err" 3>&- &
	json=$!
	wait_until 120 grep -q '^Tracing' "$BATS_TEST_TMPDIR/json.err"
	run_load
	kill -INT "$json"
	wait "$json"
	get metrics >"$BATS_TEST_TMPDIR/text"
	get api/report?window=start >"$BATS_TEST_TMPDIR/report"
	field() { jq -r "$1" "$BATS_TEST_TMPDIR/json"; }
	[ "$(field .waits.mmap_lock.count)" -gt 0 ]
	[ "$(field .faults.count)" = "$(value vmalock_faults_total "$BATS_TEST_TMPDIR/text")" ]
	for key in begun ended failed; do
		[ "$(field .waits.mmap_lock.$key)" = "$(value "vmalock_waits_${key}_total{kind=\"mmap_lock\"}" "$BATS_TEST_TMPDIR/text")" ]
	done
	[ "$(field .waits.mmap_lock.count)" = "$(value vmalock_mmap_lock_wait_seconds_count "$BATS_TEST_TMPDIR/text")" ]
	[ "$(field .waits.mmap_lock.count)" = "$(value 'vmalock_mmap_lock_wait_seconds_bucket{le="+Inf"}' "$BATS_TEST_TMPDIR/text")" ]
	# One's report and the same one's metrics are the same numbers.
	[ "$(jq .report.waits.mmap_lock.total_ns "$BATS_TEST_TMPDIR/report")" = "$(value vmalock_mmap_lock_wait_seconds_sum "$BATS_TEST_TMPDIR/text" | sed 's/\.//; s/^0*\(.\)/\1/')" ]
	[ "$(jq '[.report.waits.mmap_lock.zero, (.report.waits.mmap_lock.slots[] | select(.[1] <= 1023) | .[2])] | add' "$BATS_TEST_TMPDIR/report")" = \
		"$(value 'vmalock_mmap_lock_wait_seconds_bucket{le="0.001023999"}' "$BATS_TEST_TMPDIR/text")" ]
	[ "$(jq -c '[.report.groups[].kinds.mmap_lock.count] | add' "$BATS_TEST_TMPDIR/report")" = \
		"$(awk '/^vmalock_cgroup_waits_total.*kind="mmap_lock"/ { n += $2 } END { print n }' "$BATS_TEST_TMPDIR/text")" ]
}

@test "nothing is cleared: each client gets the same" {
	load_of --top-vmas 5
	get metrics | grep -E '^vmalock_(faults|fallbacks|waits|mmap|vma|cgroup)' >"$BATS_TEST_TMPDIR/first"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/first")" -gt 40 ]
	for ((i = 0; i < 5; i++)); do
		sleep 0.2	# a new snapshot
		get metrics | grep -E '^vmalock_(faults|fallbacks|waits|mmap|vma|cgroup)' | cmp - "$BATS_TEST_TMPDIR/first"
	done
}

@test "no PID and no address, unless asked for" {
	load_of
	get metrics >"$BATS_TEST_TMPDIR/text"
	[ "$(value vmalock_mmap_lock_wait_seconds_count "$BATS_TEST_TMPDIR/text")" -gt 0 ]
	run -1 grep -E '0x[0-9a-f]|"'"$load"'"|pid=|vmalock_vma_' "$BATS_TEST_TMPDIR/text"
	[ "$(grep -c . "$BATS_TEST_TMPDIR/text")" -lt 300 ]
}

@test "the region that lost most time, if asked for" {
	load_of --top-vmas 1
	get metrics >"$BATS_TEST_TMPDIR/text"
	get api/report?window=start >"$BATS_TEST_TMPDIR/report"
	labels=$(jq -r '[.report.regions[] | select(.size > 0)][0] | "pid=\"\(.pid)\",comm=\"\(.comm)\",name=\"\(.name)\",start=\"\(.start)\",end=\"\(.end)\""' "$BATS_TEST_TMPDIR/report")
	[ "$(value "vmalock_vma_waits_total{$labels,kind=\"mmap_lock\"}" "$BATS_TEST_TMPDIR/text")" = \
		"$(jq '[.report.regions[] | select(.size > 0)][0].kinds.mmap_lock.count' "$BATS_TEST_TMPDIR/report")" ]
	[ "$(grep -c '^vmalock_vma_size_bytes{' "$BATS_TEST_TMPDIR/text")" = 1 ]
	# It is of the process as long as that lives.
	[[ $labels == "pid=\"$load\","* ]]
}

@test "names that programs choose stay inside their quotes" {
	evil=$BATS_TEST_TMPDIR/$'a"} 1\n\\{b'
	cp build/bin/vmalock-load "$evil"
	LOAD=$evil load_of --top-vmas 5
	get metrics >"$BATS_TEST_TMPDIR/text"
	promtool check metrics <"$BATS_TEST_TMPDIR/text"
	grep -qF 'comm="a\"} 1?\\{b"' "$BATS_TEST_TMPDIR/text"
	get api/report?window=start | jq -e '[.report.regions[].comm] | index("a\"} 1?\\{b")'
}

@test "the page, with its policy, and its tag" {
	exporter
	get / -D "$BATS_TEST_TMPDIR/head" >"$BATS_TEST_TMPDIR/page"
	cmp "$BATS_TEST_TMPDIR/page" dashboards/web/page/index.html
	grep -qi "^content-security-policy: default-src 'none'; script-src 'self';" "$BATS_TEST_TMPDIR/head"
	tag=$(sed -nE 's/^etag: *([^\r]*)\r?$/\1/Ip' "$BATS_TEST_TMPDIR/head")
	[ -n "$tag" ]
	[ "$(code / -H "If-None-Match: $tag")" = 304 ]
	for file in dashboards/web/page/*; do
		get "/${file##*/}" | cmp - "$file"
	done
}

@test "the history: a column a second, that adds up" {
	start_load
	exporter -p "$load"
	run_load
	count=$(value vmalock_mmap_lock_wait_seconds_count)
	[ "$count" -gt 0 ]
	adds_up() {
		[ "$(get api/history | jq '[.columns[].waits.mmap_lock.count] | add')" = "$count" ]
	}
	wait_until 60 adds_up
	get api/history >"$BATS_TEST_TMPDIR/history"
	jq -e '[.columns[] | .waits.mmap_lock | .count == ([.slots[][1]] | add // 0)] | all' "$BATS_TEST_TMPDIR/history"
	jq -e '.columns | [.[].seq] == [range(1; length + 1)]' "$BATS_TEST_TMPDIR/history"
	last=$(jq '.columns[-1].seq' "$BATS_TEST_TMPDIR/history")
	next_comes() {
		[ "$(get "api/history?after=$last" | jq '.columns[0].seq')" = $((last + 1)) ]
	}
	wait_until 60 next_comes
}

@test "offsets: every wait of a process has its row" {
	start_load
	exporter -p "$load"
	run_load
	count=$(value vmalock_mmap_lock_wait_seconds_count)
	get "api/offsets?pid=$load&start=0x0&end=0x7fffffffffff" >"$BATS_TEST_TMPDIR/all"
	[ "$(jq '([.total[][1]] | add // 0) + .unknown.count' "$BATS_TEST_TMPDIR/all")" = "$count" ]
	jq -e '.unknown.count < ([.total[][1]] | add)' "$BATS_TEST_TMPDIR/all"
	# A process that isn't there has none.
	[ "$(get "api/offsets?pid=1&start=0x1000&end=0x2000" | jq -c .total)" = '[]' ]
}

# reads_fail, reads_work - whether the exporter's last reading of the maps did not succeed
reads_fail() { [ "$(code healthz)" = 503 ]; }
reads_work() { [ "$(code healthz)" = 200 ]; }

@test "while readings fail, metrics say so, and nothing else that would be old" {
	exporter
	get metrics >"$BATS_TEST_TMPDIR/before"
	[ "$(value vmalock_collection_errors_total "$BATS_TEST_TMPDIR/before")" = 0 ]
	grep -q '^vmalock_faults_total ' "$BATS_TEST_TMPDIR/before"
	strace -f -qq -o /dev/null -e trace=bpf -e inject=bpf:error=ENOMEM -p "$exporter" 3>&- &
	load=$!
	wait_until 120 reads_fail
	[ "$(code api/report)" = 503 ]
	get metrics >"$BATS_TEST_TMPDIR/text"
	promtool check metrics <"$BATS_TEST_TMPDIR/text"
	failed=$(value vmalock_collection_errors_total "$BATS_TEST_TMPDIR/text")
	[ "$failed" -gt 0 ]
	[ "$(grep -cE '^vmalock_(faults|fallbacks|waits|lost|coverage)' "$BATS_TEST_TMPDIR/text")" = 0 ]
	# The alert's counter goes on, for each kind of client.
	[ "$(get metrics -H 'Accept: application/openmetrics-text' | tail -n 1)" = '# EOF' ]
	[ "$(value vmalock_collection_errors_total)" -gt "$failed" ]
	kill "$load"
	wait "$load" || [ $? = 143 ]
	load=
	wait_until 120 reads_work
	diff <(get metrics | sed -n 's/^# TYPE //p') <(sed -n 's/^# TYPE //p' "$BATS_TEST_TMPDIR/before")
}

@test "wrong parameters are told, and cost nothing" {
	exporter
	for path in 'api/report?window=x' 'api/report?vmas=1001' 'api/report?regions=-1' 'api/history?after=x' \
		'api/history?after=99999999999999999999' 'api/offsets' 'api/offsets?pid=1&start=0x2&end=0x1' \
		'api/offsets?pid=0&start=0x1&end=0x2' 'api/offsets?pid=1&start=1&end=0x2' \
		'api/offsets?pid=1&start=0x1g&end=0x2' 'api/offsets?pid=1&start=0x&end=0x2' \
		'api/offsets?pid=1&start=0x00000000000000001&end=0x2'; do
		[ "$(code "$path")" = 400 ]
	done
	[ "$(code 'api/offsets?pid=1&start=0x0&end=0xffffffffffffffff')" = 200 ]
	for path in nothing api metrics/ ../etc/passwd '%2e%2e/x'; do
		[ "$(code "$path" --path-as-is)" = 404 ]
	done
	[ "$(code metrics -X POST -d x)" = 405 ]
	[ "$(code metrics -X DELETE)" = 405 ]
	[ "$(code metrics --head)" = 200 ]
	[ "$(code healthz)" = 200 ]
	grep -q 'code="405"} 2' <(get metrics)
}

@test "only this machine may ask, by its own name" {
	exporter
	[ "$(code metrics -H "Host: evil.example:$port")" = 403 ]
	[ "$(code metrics -H "Host: localhost:$port")" = 200 ]
	[ "$(code metrics -H "Host: [::1]:$port")" = 200 ]
	ss -Hltn "sport = :$port" | awk '{ print $4 }' >"$BATS_TEST_TMPDIR/listens"
	[ "$(cat "$BATS_TEST_TMPDIR/listens")" = "127.0.0.1:$port" ]
	stop_exporter
	# Whoever wants more says so.
	build/bin/vmalocktop --listen 0.0.0.0:0 2>"$errors" 3>&- &
	exporter=$!
	wait_until 120 grep -q '^Listening on http://0.0.0.0:' "$errors"
	url=http://127.0.0.1:$(grep -oE '[0-9]+/$' "$errors")
	[ "$(code metrics -H 'Host: db7.example')" = 200 ]
}

@test "an address that is taken: one line, exit 1" {
	exporter
	run -1 --separate-stderr build/bin/vmalocktop --listen "$port"
	[[ ${stderr_lines[-1]} == "vmalocktop: cannot listen on http://127.0.0.1:$port/: Address already in use: "* ]]
}

@test "wrong usage: one line, exit 2" {
	for arguments in '--listen' '--listen=x' '--listen=1.2.3:4' '--listen=70000' '--listen=0 --json' '--listen=0 5' '--listen=0 --by=op' \
		'--listen=0 -m' '--listen=0 --record=x' '--listen=0 --stacks' '--top-vmas=3' '--listen=0 --top-vmas=101'; do
		read -ra words <<<"$arguments"
		run -2 --separate-stderr build/bin/vmalocktop "${words[@]}"
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "it ends well on SIGTERM, and with the process that it is about" {
	exporter
	stop_exporter
	sleep 1000 3>&- &
	load=$!
	exporter -p "$load"
	kill "$load"
	wait "$exporter"
	exporter=
	grep -q "^Process $load has ended." "$errors"
}

@test "the smallest privileges do: four capabilities, no new ones" {
	EXPORTER_PREFIX=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
	caps=-all,+bpf,+perfmon,+sys_ptrace,+dac_read_search
	EXPORTER_PREFIX+=("--bounding-set=$caps" "--inh-caps=$caps" "--ambient-caps=$caps")
	# Others than root may not look into a checkout below /root.
	VMALOCKTOP=$BATS_TEST_TMPDIR/vmalocktop
	install -m 755 build/bin/vmalocktop "$VMALOCKTOP"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
	start_load
	exporter -p "$load" --top-vmas 1
	[ "$(stat -c %u "/proc/$exporter")" = 65534 ]
	run_load
	get metrics >"$BATS_TEST_TMPDIR/text"
	grep -q '^vmalock_vma_size_bytes{.*name=".*vmalock' "$BATS_TEST_TMPDIR/text"
	grep -q '^vmalock_cgroup_waits_total{cgroup="/' "$BATS_TEST_TMPDIR/text"
}

# quick PATH - whether it is answered quickly; the last answer is in $BATS_TEST_TMPDIR/text
quick() {
	local best i

	for ((i = 0; i < 20; i++)); do
		sleep 0.2	# a new snapshot
		get "$1" -o "$BATS_TEST_TMPDIR/text" -w '%{time_total}\n'
	done >"$BATS_TEST_TMPDIR/times"
	best=$(sort -n "$BATS_TEST_TMPDIR/times" | head -1)
	echo "# $1, fastest of 20: $best s" >&3
	# Ten times what it takes on a machine that is not busy.
	awk -v t="$best" 'BEGIN { exit t > 0.5 }'
}

@test "a scrape with ten thousand VMAs is quick, and has them all" {
	sleep 10000 3>&- &
	load=$!
	exporter -p "$load" --max-entries 16384 --top-vmas 100
	tests/dashboards/fill-vmas "$exporter" "$load" 10000
	quick metrics
	[ "$(value 'vmalock_map_entries{map="vmas"}' "$BATS_TEST_TMPDIR/text")" = 10000 ]
}

@test "so are scrape and report with ten thousand regions" {
	tests/dashboards/fill-vmas --map 10000 >"$BATS_TEST_TMPDIR/mapped" 3>&- &
	load=$!
	wait_until 120 grep -q '^mapped' "$BATS_TEST_TMPDIR/mapped"
	exporter -p "$load" --max-entries 16384 --top-vmas 100
	tests/dashboards/fill-vmas "$exporter" "$load" 10000
	quick metrics
	quick 'api/report?window=start&regions=10'
	[ "$(jq '.left_out.regions + (.report.regions | length)' "$BATS_TEST_TMPDIR/text")" = 10000 ]
	jq -e '[.report.regions[].kinds.mmap_lock.total_ns] | . == (sort | reverse) and .[0] == 1000 * pow(2; 19)' "$BATS_TEST_TMPDIR/text"
}
