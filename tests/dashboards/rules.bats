#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The rules for Prometheus, on made-up series and on an exporter's.

bats_require_minimum_version 1.5.0
load common.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	rules=dashboards/prometheus
}

teardown() {
	kill_leftovers
}

@test "promtool takes the configuration and the rules" {
	(cd "$rules" && promtool check config prometheus.yml)
	promtool check rules "$rules"/*.rules.yml
}

@test "rules compute what they should; each alert fires, and each doesn't" {
	promtool test rules "$rules"/tests/*.test.yml
	tests/dashboards/alert-tests "$rules/alerts.rules.yml" "$rules/tests/alerts.test.yml"
}

@test "each alert has its runbook entry, and the other way round" {
	diff <(sed -nE 's/^ *runbook: docs\/runbook.md#//p' "$rules/alerts.rules.yml" | sort) \
		<(sed -nE 's/^## //p' docs/runbook.md | tr '[:upper:]' '[:lower:]' | sort)
	[ "$(grep -c -- '- alert:' "$rules/alerts.rules.yml")" = "$(grep -c 'runbook:' "$rules/alerts.rules.yml")" ]
}

@test "the rules name no metric that the exporter hasn't" {
	grep -ohE '\b(vmalock|process)_[a-z_]+' "$rules"/*.rules.yml | sed -E '/_seconds_(bucket|sum|count)$/s/_(bucket|sum|count)$//' |
		sort -u >"$BATS_TEST_TMPDIR/used"
	# Recorded ones have a colon before them.
	grep -oE '[a-z_]+:[a-z_]+:[a-z0-9_]+' "$rules"/recording.rules.yml | cut -d: -f2 | sort -u >"$BATS_TEST_TMPDIR/recorded"
	grep -oE '^\| `[a-z_]+`' tools/vmalocktop/METRICS.md | grep -oE '[a-z]+_[a-z_]+' | sort >"$BATS_TEST_TMPDIR/served"
	[ -z "$(comm -23 "$BATS_TEST_TMPDIR/used" <(sort -u "$BATS_TEST_TMPDIR/recorded" "$BATS_TEST_TMPDIR/served"))" ]
}

# answer QUERY - number of series that Prometheus has for it
answer() {
	curl -sS --max-time 60 -G --data-urlencode "query=$1" "$server/api/v1/query" | jq '.data.result | length'
}

has_series() {
	[ "$(answer "$1")" -gt 0 ]
}

@test "a Prometheus server scrapes the exporter, and its rules find the waits" {
	needs_tracing
	start_load
	exporter -p "$load" --top-vmas 2
	cp -r "$rules" "$BATS_TEST_TMPDIR/prometheus"
	echo "- targets: ['127.0.0.1:$port']" >"$BATS_TEST_TMPDIR/prometheus/targets/hosts.yml"
	sed -i 's/15s/1s/; /^alerting:/,$d' "$BATS_TEST_TMPDIR/prometheus/prometheus.yml"
	free=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	server=http://127.0.0.1:$free
	prometheus --config.file="$BATS_TEST_TMPDIR/prometheus/prometheus.yml" --storage.tsdb.path="$BATS_TEST_TMPDIR/tsdb" \
		--web.listen-address="127.0.0.1:$free" >"$BATS_TEST_TMPDIR/prometheus.log" 2>&1 3>&- &
	prometheus=$!
	wait_until 120 has_series 'up{job="vmalocktop"} == 1'
	run_load
	waits=$(value vmalock_mmap_lock_wait_seconds_count)
	[ "$waits" -gt 0 ]
	wait_until 120 has_series "vmalock_mmap_lock_wait_seconds_count == $waits"
	wait_until 120 has_series 'instance:vmalock_stalled_threads:rate5m > 0'
	wait_until 120 has_series 'instance_kind:vmalock_wait_seconds:p99_rate5m{kind="mmap_lock"} > 0'
	wait_until 120 has_series 'instance_cgroup:vmalock_stalled_threads:rate5m > 0'
	has_series 'vmalock_vma_wait_seconds_total{kind="mmap_lock"} > 0'
	[ "$(curl -sS --max-time 60 "$server/api/v1/rules" | jq '[.data.groups[].rules[] | select(.health == "err")] | length')" = 0 ]
	# Nothing that was scraped was refused: not twice, not out of order, no bad label.
	run -1 grep -E 'level=(warn|error)' "$BATS_TEST_TMPDIR/prometheus.log"
}
