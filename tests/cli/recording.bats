#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Recording, and replaying what was recorded, cut or damaged.

bats_require_minimum_version 1.5.0
load ../leftovers.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	top=build/bin/vmalocktop
	file=$BATS_TEST_TMPDIR/recording
}

teardown() {
	kill_leftovers
}

# recorded ARGUMENT... - record a load, for a bit over three intervals
recorded() {
	build/bin/vmalock-load --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	run --separate-stderr "$top" --record "$file" --duration 1.8 -p "$load" "$@" 0.5
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

replayed() {
	run --separate-stderr "$top" --replay "$file" "$@"
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 0 ]
}

@test "a replay has the reports of the run, and everything in them" {
	recorded --stacks --by thread
	[ "$(stat -c %a "$file")" = 600 ]
	replayed --json
	[[ $stderr == "Replaying \"vmalocktop --record $file --duration 1.8 -p $load --stacks --by thread 0.5\"." ]]
	jq -es "length >= 3 and ([.[].last] | .[-1] and (.[:-1] | any | not)) and all(.[]; .pid == $load and
		.comm == \"vmalock-load\")" <<<"$output"
	jq -es '([.[].faults.count] | add) > 1000 and ([.[].waits | .baby, .excl, .mmap_lock | .count? // 0] | add) > 0' <<<"$output"
	jq -es 'all(.[]; ([.groups[].kinds[].count] | add // 0) == ([.waits[] | .count? // 0] | add))' <<<"$output"
	jq -es '[.[].regions[].name] | any(. != null)' <<<"$output"
	replayed --folded
	grep -Eq '^vmalock-load;.*;\[(mmap_lock|baby|excl) wait\];vmalock-load ' <<<"$output"
	replayed -T
	[[ $output =~ [0-9]:[0-9][0-9]\ \ PID\ $load\ \(vmalock-load\) ]]
	replayed --csv
	[ "${lines[0]}" = time,thread,kind,count,total_ns,max_ns,max_exact ]
}

@test "killed in between: what was recorded until then, and that it isn't all" {
	build/bin/vmalock-load --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	"$top" --record "$file" -p "$load" 0.3 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	recorder=$!
	for _ in $(seq 100); do
		grep -q Hit "$BATS_TEST_TMPDIR/err" && break
		sleep 0.1
	done
	sleep 2
	kill -KILL "$recorder"
	replayed --json
	jq -es 'length >= 2' <<<"$output"
	[[ $stderr == *"warning: the recording is incomplete: it was cut or is damaged after its report "* ]]
}

@test "cut anywhere: no more than the reports up to there, and that it is cut" {
	recorded
	run --separate-stderr "$top" --replay "$file" --json
	python3 - "$top" "$file" <<-'EOF'
		import json, subprocess, sys
		top, path = sys.argv[1:]
		def replay(data):
		    with open(path + ".cut", "wb") as f:
		        f.write(data)
		    run = subprocess.run([top, "--replay", path + ".cut", "--json"], capture_output=True, timeout=20)
		    reports = [json.loads(line) for line in run.stdout.splitlines()]
		    for r in reports:
		        r["last"] = None
		    return run.returncode, reports, run.stderr.decode()
		data = open(path, "rb").read()
		_, whole, err = replay(data)
		assert "incomplete" not in err and len(whole) >= 3, (len(whole), err)
		counts = set()
		for cut in sorted({*range(0, len(data), max(1, len(data) // 60)), len(data) - 1}):
		    status, reports, err = replay(data[:cut])
		    assert reports == whole[:len(reports)], cut
		    assert (status == 0 and "incomplete" in err) if reports else status == 1, (cut, status, err)
		    counts.add(len(reports))
		assert len(counts) >= 3, counts
		for at in range(60, len(data), max(1, len(data) // 60)):
		    status, reports, err = replay(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:])
		    assert status in (0, 1), (at, status, err)
	EOF
}

@test "what is no recording is refused, exit 1" {
	echo nonsense >"$file"
	for bad in "$file" /dev/null /nowhere; do
		run --separate-stderr "$top" --replay "$bad"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *"$bad"*": give a file that --record has written" ]]
	done
	printf 'vmalock\n\1\0\0\0%64s' '' >"$file"
	run --separate-stderr "$top" --replay "$file"
	[ "$status" -eq 1 ]
	[[ $stderr == *"$file is of another version: replay it with the vmalocktop that recorded it" ]]
	run --separate-stderr "$top" --record /nowhere/file
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot create /nowhere/file: No such file"* ]]
	run --separate-stderr "$top" --record /dev/full --duration 1
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot write the recording /dev/full: No space left"* ]]
}

@test "options that don't go with recordings: exit 2" {
	for wrong in "--record x --replay y" "--record x --json" "--replay x -p 1" "--replay x 1" "--record x --stats" \
		"--replay x --max-entries 4096" "--replay x --stacks" "--replay x --folded --sample 1" "--replay x --folded --max-stack 64" \
		"--replay x --hist -m" "--replay x --by vma" "--replay x --coverage"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr "$top" $wrong
		[ "$status" -eq 2 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *"--re"*"see vmalocktop --help"* ]]
	done
}
