#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What tools/vm/run says when it is not used as it should be; boots nothing.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	vm=$top/tools/vm/run
	cd "$BATS_TEST_TMPDIR"
}

# refused ARGUMENT...: run says so in one line, with status 2.
refused() {
	run "$vm" "$@"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == "tools/vm/run: "* ]]
}

@test "wrong usage is one line and status 2" {
	refused
	refused --
	refused echo hello
	refused --smp
	refused --smp none -- true
	refused --smp 0 -- true
	refused --mem much -- true
	refused --timeout 1.5 -- true
	refused --disk 0 -- true
	refused --share "$BATS_TEST_TMPDIR/none" -- true
	refused --kernel "$BATS_TEST_TMPDIR/none" -- true
	refused --forward 80 -- true
	refused --forward 0:80 -- true
	refused --forward 8000:65536 -- true
	refused --forward 65536:80 -- true
	refused --nonsense -- true
	VM_PATIENCE=much refused -- true
}

@test "--help shows the options and the exit statuses" {
	run "$vm" --help
	[ "$status" -eq 0 ]
	[[ $output == *--kernel*--share*--timeout*124*125*126* ]]
}

@test "a missing kernel names the make target that builds it" {
	export VMALOCK_BUILD=$BATS_TEST_TMPDIR/empty
	run "$vm" -- true
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"run make kernel" ]]
	run "$vm" --kernel debug -- true
	[ "$status" -eq 1 ]
	[[ $output == *"run make kernel-debug" ]]
	run "$vm" --kernel arm64 -- true
	[ "$status" -eq 1 ]
	[[ $output == *"run make kernel-arm64" ]]
	run "$vm" --kernel stock -- true
	[ "$status" -eq 1 ]
	[[ $output == *"run make kernel-stock" ]]
	run "$vm" --kernel stock-6.1 -- true
	[ "$status" -eq 1 ]
	[[ $output == *"run make kernel-stock-6.1" ]]
}

@test "a port that is taken is told, and no guest started" {
	: >image
	python3 -c '
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)' >port 3>&- &
	holder=$!
	until [ -s port ]; do
		kill -0 "$holder"
		sleep 0.1
	done
	run "$vm" --kernel "$PWD/image" --forward "$(cat port):80" -- true
	kill "$holder"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == "tools/vm/run: --forward: cannot listen on 127.0.0.1:$(cat port): "* ]]
}

@test "QEMU's own complaint is shown when it cannot start" {
	printf 'not a kernel' >image
	run "$vm" --kernel "$PWD/image" --qemu -nonsense -- true
	[ "$status" -eq 1 ]
	[[ $output == *"invalid option"* ]]
	[[ ${lines[-1]} == *"QEMU could not start the guest" ]]
}
