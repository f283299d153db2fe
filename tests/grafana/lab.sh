#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lab.sh: run every query of the dashboards on a Prometheus that scrapes vmalocktop.
#
# Usage: tests/grafana/lab.sh VMALOCKTOP VMALOCK-LOAD [--some-absent]
#
# Starts an exporter, vmalocktop --json, a Prometheus and a load; when the load
# has ended, but still has its mappings, queries.py runs the queries and
# compares.  Prints TAP.  With --some-absent, metrics that the running kernel
# can't tell may be missing.
set -euo pipefail

top=$1
load=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
dir=$(mktemp -d)
children=()
cleanup() {
	[ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
	wait
	rm -rf "$dir"
}
trap cleanup EXIT

# give_up WHY - the rest of the tests can't be
give_up() {
	echo "Bail out! $1"
	tail -n 20 "$dir"/*.err | sed 's/^/# /'
	exit 1
}

# until_true WHAT COMMAND... - wait for COMMAND to succeed
until_true() {
	local what=$1
	shift
	for _ in $(seq 1200); do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.25
	done
	give_up "not within 5 minutes: $what"
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

prometheus_has() { # QUERY
	python3 "$here/queries.py" --has "http://127.0.0.1:$prometheus" "$1"
}

report_after() { # TIME
	[ "$(tail -n 1 "$dir/reports" | jq -r '.time[:19] + "Z" | fromdate')" -gt "${1%.*}" ]
}

ip link set lo up 2>/dev/null || true
exporter=$(free_port)
"$top" --listen "127.0.0.1:$exporter" --top-vmas 20 --stats >/dev/null 2>"$dir/exporter.err" &
children+=($!)
"$top" --json 1 >"$dir/reports" 2>"$dir/json.err" &
tracer=$!
children+=("$tracer")
until_true "vmalocktop --json traces" grep -q 'Hit Ctrl-C' "$dir/json.err"
prometheus=$(free_port)
cat >"$dir/prometheus.yml" <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: vmalocktop
    static_configs:
      - targets: ['127.0.0.1:$exporter']
END
prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/tsdb" \
	--web.listen-address="127.0.0.1:$prometheus" >/dev/null 2>"$dir/prometheus.err" &
children+=($!)
until_true "a scrape of the exporter" prometheus_has 'count_over_time(up[5m]) > 3 and up == 1'
mkfifo "$dir/gate"
"$load" --duration=40 --faulters=4 --mappers=3 --size=16G --modes=anon,file,replace --wait-end \
	<"$dir/gate" >"$dir/load.out" 2>"$dir/load.err" &
children+=($!)
exec 8>"$dir/gate"
until_true "the load's end" grep -q '^violations: 0' "$dir/load.out"
# What was counted at the end must be there.
end=$(date +%s.%N)
until_true "scrapes after the load" prometheus_has "timestamp(up) > $end + 2 and up == 1"
# The tracer has gone on beyond the last scrape that is looked at.
scraped=$(date +%s.%N)
until_true "a report after the last scrape" report_after "$scraped"
kill -INT "$tracer"
wait "$tracer" || give_up "vmalocktop --json failed"

python3 "$here/queries.py" "$@" --end "$scraped" --reports "$dir/reports" \
	"http://127.0.0.1:$prometheus" "127.0.0.1:$exporter" "$here/../../dashboards/grafana/rendered"/*.json
