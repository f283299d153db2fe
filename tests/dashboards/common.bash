# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Starting an exporter, and asking it; kill_leftovers ends it.
. "$(dirname "${BASH_SOURCE[0]}")/../leftovers.bash"

# wait_until SECONDS COMMAND... - until the command succeeds; its failure then
wait_until() {
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "never came true: $*" >&2
			return 1
		fi
		sleep 0.1
	done
}

needs_tracing() {
	[ "$(id -u)" = 0 ] && [ -e /sys/kernel/btf/vmlinux ] || skip "needs root and a kernel with BTF"
}

# exporter OPTION... - start one at any port: $url is where, $exporter its PID, $errors its messages
exporter() {
	errors=$BATS_TEST_TMPDIR/exporter.err
	# As the shell's child: $! must be its own PID.
	"${EXPORTER_PREFIX[@]}" "${VMALOCKTOP:-build/bin/vmalocktop}" --listen 0 "$@" >"$BATS_TEST_TMPDIR/exporter.out" 2>"$errors" 3>&- &
	exporter=$!
	wait_until 120 grep -q '^Listening on ' "$errors"
	url=$(sed -n 's/^Listening on //p' "$errors")
	port=${url##*:}
	port=${port%/}
}

# stop_exporter - as systemd does; it has to end well
stop_exporter() {
	kill "$exporter"
	wait "$exporter"
	exporter=
}

# get PATH [CURL-OPTION...] - what is answered; fails unless that is 200
get() {
	curl -sS --fail --max-time 60 "${@:2}" "$url${1#/}"
}

# code PATH [CURL-OPTION...] - the status of the answer
code() {
	curl -sS -o /dev/null --max-time 60 -w '%{http_code}' "${@:2}" "$url${1#/}"
}

# value SERIES [FILE] - of a metric, by its whole name with labels
value() {
	if [ $# -gt 1 ]; then cat "$2"; else get metrics; fi |
		awk -v want="$1" 'substr($0, 1, length(want) + 1) == want " " { print $2; n++ } END { exit n != 1 }'
}

# start_load - a vmalock-load that has set up and waits for run_load; $load is its PID
start_load() {
	mkfifo "$BATS_TEST_TMPDIR/go"
	"${LOAD:-build/bin/vmalock-load}" --wait-start --wait-end --duration=3 --size=1G --modes=replace \
		--faulters=4 --mappers=2 <"$BATS_TEST_TMPDIR/go" >"$BATS_TEST_TMPDIR/load.out" 2>&1 3>&- &
	load=$!
	exec {go}>"$BATS_TEST_TMPDIR/go"
	wait_until 120 grep -q '^ready ' "$BATS_TEST_TMPDIR/load.out"
}

# run_load - let it work until it has reported; then its threads are gone, but for one that stands still
run_load() {
	echo >&"$go"
	wait_until 300 load_reported
}

load_reported() {
	[ "$(wc -l <"$BATS_TEST_TMPDIR/load.out")" -gt 1 ]
}

rss_kib() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$exporter/status"
}
