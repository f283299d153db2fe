#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What scripts say that are not used as they should be, or before anything is built.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	# nothing here builds or installs anything
	printf '#!/bin/sh\necho "make $*: it was not to be called"\n' >"$BATS_TEST_TMPDIR/make"
	chmod +x "$BATS_TEST_TMPDIR/make"
	PATH=$BATS_TEST_TMPDIR:$PATH
	cd "$BATS_TEST_TMPDIR"
}

# says STATUS PATTERN PROGRAM ARGUMENT... - one line on stderr that has PATTERN, nothing on stdout, and this status
says() {
	local want=$1 pattern=$2
	shift 2
	run --separate-stderr "$top/$1" "${@:2}"
	echo "$*: status $status, stdout: $output, stderr: $stderr"
	[ "$status" -eq "$want" ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"$pattern"* ]]
}

@test ".ci/run takes no arguments, and says what it does" {
	says 2 "Usage: .ci/run" .ci/run --nonsense
	says 2 "Usage: .ci/run" .ci/run vm
	run --separate-stderr "$top/.ci/run" --help
	[ "$status" -eq 0 ]
	[[ $output == "run: what continuous integration runs"*"Usage: .ci/run"* ]]
}

@test "tests/torture/build" {
	says 2 "Usage: tests/torture/build OUTPUT torture|explore" tests/torture/build
	says 2 "Usage: tests/torture/build OUTPUT torture|explore" tests/torture/build out
	says 2 "Usage: tests/torture/build OUTPUT torture|explore" tests/torture/build out nonsense
	[ ! -e out ]
}

@test "tests/stress/class-list" {
	says 2 "Usage: tests/stress/class-list SECONDS" tests/stress/class-list
	says 2 "Usage: tests/stress/class-list SECONDS" tests/stress/class-list soon
	says 2 "Usage: tests/stress/class-list SECONDS" tests/stress/class-list 5 6
}

@test "tests/crowd/own-cpu" {
	says 2 "Usage: own-cpu VMAS REPORTS OUTPUT" tests/crowd/own-cpu
	says 2 "Usage: own-cpu VMAS REPORTS OUTPUT" tests/crowd/own-cpu many 10 /dev/null
	says 2 "Usage: own-cpu VMAS REPORTS OUTPUT" tests/crowd/own-cpu 10 0 /dev/null
}

@test "bench/run: a part to stop after that isn't one of those it measures" {
	says 2 "--stop-after tool isn't of the parts that are measured: waits" bench/run --only waits --stop-after tool
	says 2 "--stop-after grace isn't of the parts that are measured: transfers, instructions, waits" bench/run --quick --stop-after grace
	says 2 "--nonsense" bench/run --nonsense
}

@test "bench/run without kernels names the make targets that build them" {
	export VMALOCK_BUILD=$BATS_TEST_TMPDIR/build
	says 1 "run make kernel-base kernel kernel-experiment" bench/run --only grace
	says 1 "run make kernel-base kernel" bench/run --quick
	mkdir -p build/kernel/{base,patched}
	touch build/kernel/{base,patched}/.config
	says 1 "run make kernel-experiment" bench/run
	# by now it has said what it does
	run --separate-stderr "$top/bench/run" --only waits
	[ "$status" -eq 1 ]
	[[ ${stderr_lines[-1]} == *"base/arch/x86/boot/bzImage: run make kernel-base" ]]
}
