# SPDX-License-Identifier: GPL-2.0
# The command line, the reports and the gate.

load helper

# refused TEXT OPTION...: wrong usage, one line on stderr that holds TEXT
refused() {
	local text=$1
	shift
	load_json "$@"
	[ "$status" = 2 ]
	[ ! -s "$report" ]
	[ "$(wc -l <"$messages")" = 1 ]
	grep -q '^vmalock-load: ' "$messages"
	grep -qF -e "$text" "$messages"
}

@test "wrong usage takes one line and status 2" {
	refused "--bogus" --bogus
	refused "-x" -x
	refused "--size" --size
	refused "--json=1" --json=1
	refused "unexpected argument 'extra'" extra
	refused "unknown mode 'nope'" --modes anon,nope,fork
	refused "unknown mode ''" --modes ''
	refused "unknown kind 'nope'" --plant-fault nope
	refused "not guard, gap or mixed" --slot-layout round
	refused "both 0" --faulters 0 --mappers 0
	refused "nothing to do" --faulters 0 --modes anon
	refused "needs --file-dir" --modes cold
	refused "needs --file-dir" --disk-pools
	refused "none of the chosen modes" --modes anon --plant-fault fork_snapshot
	refused "longer than" --name "$(printf '%0100d' 0)"
}

@test "numbers are parsed strictly" {
	for bad in '' ' ' -1 +1 0x10 1.5G 1KB 64GG 99999999999999999999; do
		refused "is not a size" --size="$bad"
	done
	for bad in '' ' ' -1 +1 0x10 4K 1.5 abc 99999999999999999999; do
		refused "is not a number" --faulters="$bad"
	done
	for bad in '' 1. .5 1s 1.2345 -1; do
		refused "is not a number of seconds" --duration="$bad"
	done
	refused "not in the range" --duration 0
	refused "not in the range" --size 1M
	refused "not in the range" --faulters 257
	refused "not in the range" --ops 0
	refused "not in the range" --slot-pages 1
	refused "not in the range" --slot-pages 65
}

@test "--help and --version" {
	run "$load_bin" --help
	[ "$status" = 0 ]
	for word in --size --faulters --mappers --duration --ops --modes --file-dir --seed --json --name \
		--touch-window --wait-start --wait-end --stall-limit --plant-fault replace-anon torn; do
		[[ $output == *"$word"* ]]
	done
	run "$load_bin" --version
	[ "$status" = 0 ]
	[[ $output == "vmalock-load "[0-9]* ]]
	for option in --help --version; do
		status=0
		"$load_bin" "$option" >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
		[ "$status" = 1 ]
		[ "$(cat "$BATS_TEST_TMPDIR/err")" = "vmalock-load: cannot write: No space left on device" ]
	done
}

@test "runtime errors: one line, status 1" {
	load_json --modes cold --file-dir "$BATS_TEST_TMPDIR/nowhere"
	[ "$status" = 1 ]
	[ "$(wc -l <"$messages")" = 1 ]
	grep -q "No such file or directory" "$messages"
	load_json --modes all --size 1G --mappers 64
	[ "$status" = 1 ]
	grep -q "too small" "$messages"
}

@test "the report's keys are there, and the README explains each" {
	load_json --ops 1000 --latency
	clean
	python3 - "$report" "$BATS_TEST_DIRNAME/../../tools/vmalock-load/README.md" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
readme = open(sys.argv[2]).read()
assert list(report) == ["program", "version", "status", "complete", "pid", "seed", "size", "giant_start",
                        "giant_len", "name", "faulters", "mappers", "modes", "elapsed_ms", "counts",
                        "violations", "latency_ns"], list(report)
for keys in (report, report["counts"], report["violations"], report["latency_ns"]):
    for key in keys:
        assert f"`{key}`" in readme, key
assert report["size"] == 64 << 30 and report["giant_len"] > 63 << 30, report
assert sum(report["latency_ns"]["log2_buckets"]) == report["counts"]["touches"] > 0, report
END
}

@test "the text report" {
	run "$load_bin" --ops 1000
	[ "$status" = 0 ]
	[[ ${lines[0]} == "vmalock-load: 63."*"G at 0x"*"4 faulting and 2 mapping threads, modes anon,replace-shared" ]]
	[[ $output == *"violations: 0"* ]]
}

@test "--ops is exact" {
	load_json --modes anon,file --faulters 3 --ops 5000
	clean
	[ "$(value counts fault_ops)" = 15000 ]
}

@test "SIGINT and SIGTERM end the run with a report" {
	for signal in INT TERM; do
		report=$BATS_TEST_TMPDIR/report
		"$load_bin" --json --duration 60 >"$report" 2>"$BATS_TEST_TMPDIR/messages" &
		pid=$!
		sleep 0.5
		kill -"$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		messages=$BATS_TEST_TMPDIR/messages
		clean
		[ "$(value elapsed_ms)" -lt 30000 ]
	done
}

@test "--wait-start and --wait-end: nothing is mapped before, between or after" {
	python3 - "$load_bin" <<'END'
import json, os, select, signal, subprocess, sys, time

def maps(pid):
    return open(f"/proc/{pid}/maps").read()

for by_signal in (False, True):
    p = subprocess.Popen([sys.argv[1], "--json", "--wait-start", "--wait-end", "--modes",
                          "replace,unmap,mremap,carve", "--ops", "20000"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    word, pid = p.stdout.readline().split()
    assert word == "ready" and int(pid) == p.pid
    before = maps(pid)
    assert not select.select([p.stdout], [], [], 0.3)[0]
    assert maps(pid) == before, "it didn't wait"
    assert len(os.listdir(f"/proc/{pid}/task")) == 7
    if by_signal:
        p.send_signal(signal.SIGUSR1)
    else:
        p.stdin.write("go\n")
        p.stdin.flush()
    report = json.loads(p.stdout.readline())
    assert report["status"] == "ok", report
    assert report["counts"]["mmap_fixed_replacements"] > 0, report
    after = maps(pid)
    time.sleep(0.3)
    assert p.poll() is None and maps(pid) == after, "it didn't wait at the end"
    if by_signal:
        p.send_signal(signal.SIGUSR1)
    else:
        p.stdin.close()
    assert p.wait(10) == 0
END
}

@test "SIGTERM before the start: no report, status 1" {
	python3 - "$load_bin" <<'END'
import subprocess, sys
p = subprocess.Popen([sys.argv[1], "--wait-start"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, text=True)
p.stdout.readline()
p.terminate()
out, err = p.communicate(timeout=10)
assert p.returncode == 1 and not out and "interrupted" in err, (p.returncode, out, err)
END
}
