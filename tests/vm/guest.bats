#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Commands in a guest: what goes in comes out unchanged, and what goes wrong is
# told.  Uses the patched kernel; VM_KERNEL names another one.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	kernel=${VM_KERNEL:-patched}
	cd "$BATS_TEST_TMPDIR"
}

vm() {
	"$top/tools/vm/run" --kernel "$kernel" --smp 2 --mem 1G --timeout 120 "$@"
}

# vm_files ARGUMENT...: as vm; stdout, stderr and status in files out, err and $status.
vm_files() {
	status=0
	vm "$@" >out 2>err || status=$?
}

@test "arguments arrive as they are: spaces, quotes, newlines, empty, bytes" {
	arguments=("a b" "'" '"' '$HOME `id` \' $'new\nline\n' '' '*' -- --smp $'\xff\x01' 'ünï' '#')
	printf '%s\0' "${arguments[@]}" >want
	vm_files -- printf '%s\0' "${arguments[@]}"
	[ "$status" -eq 0 ]
	cmp want out
	[ ! -s err ]
}

@test "1 MB of binary output is unharmed, stderr kept apart" {
	head -c 1048576 /dev/urandom >data
	printf 'a\r\nb\0c' >errdata
	vm_files -- sh -c 'cat "$1" >&2; cat "$2"' sh "$PWD/errdata" "$PWD/data"
	[ "$status" -eq 0 ]
	[ "$(sha256sum <out)" = "$(sha256sum <data)" ]
	cmp errdata err
}

@test "exit status 42, the caller's directory, a small environment, root, the share" {
	mkdir share
	echo from the host >share/in
	export LEAK=leak
	vm_files --share "$PWD/share" --disk 64M -- bash -c '
		pwd; id -u; hostname; echo "$HOME $LANG ${LEAK:-none}"
		cat /mnt/share/in; echo from the guest >/mnt/share/out
		echo lost >'"$PWD"'/lost
		echo x >/dev/stderr
		ping -c 1 -W 5 127.0.0.1 >/dev/null 2>&1 || cat </dev/null >/dev/udp/127.0.0.1/9
		stat -fc %T /tmp /dev/shm /sys/fs/cgroup /sys/fs/bpf /sys/kernel/tracing /sys/kernel/debug /dev/hugepages /
		[ -b /dev/vda ] && [ "$(cat /sys/class/block/vda/size)" = 131072 ] || exit 1
		exit 42'
	[ "$status" -eq 42 ]
	[ "$(cat out)" = "$PWD
0
guest
/root C none
from the host
tmpfs
tmpfs
cgroup2fs
bpf_fs
tracefs
debugfs
hugetlbfs
overlayfs" ]
	[ "$(cat err)" = x ]
	[ "$(cat share/out)" = "from the guest" ]
	[ ! -e lost ]
}

@test "--systemd: it is process 1 and the command a service of it; directory, files and status are as without it" {
	vm_files --systemd -- bash -c '
		cat /proc/1/comm /proc/self/cgroup; pwd; id -u
		stat -fc %T /tmp /dev/shm /sys/fs/cgroup /sys/fs/bpf /sys/kernel/tracing /
		systemctl is-active vm.service
		systemd-run --quiet --property=Type=oneshot --property=DynamicUser=yes sh -c "test \$(id -u) -ge 61184" || exit 1
		exit 42'
	[ "$status" -eq 42 ]
	[ "$(cat out)" = "systemd
0::/system.slice/vm.service
$PWD
0
tmpfs
tmpfs
cgroup2fs
bpf_fs
tracefs
overlayfs
active" ]
	[ ! -s err ]
}

@test "connections are forwarded, several at a time, whole, and refused ones end" {
	free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	mkdir share
	head -c 3000000 /dev/urandom >share/data
	vm --share "$PWD/share" --forward "$free:8000" -- sh -c '
		cd /mnt/share && python3 -m http.server --bind 127.0.0.1 8000 >/tmp/log 2>&1 & server=$!
		until [ -e /mnt/share/stop ]; do sleep 0.2; done; kill $server; wait' >out 2>err 3>&- &
	guest=$!
	# Until the server runs, connections are refused.
	for _ in {1..600}; do
		kill -0 "$guest"
		! curl -sf --max-time 10 -o got.0 "http://127.0.0.1:$free/data" || break
		sleep 0.2
	done
	for i in 1 2 3 4; do
		curl -sf --max-time 100 -o "got.$i" "http://127.0.0.1:$free/data" 3>&- &
		clients[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${clients[i]}"
	done
	touch share/stop
	wait "$guest"
	for i in 0 1 2 3 4; do
		cmp share/data "got.$i"
	done
}

@test "exit status 1, and a process left behind does not keep the guest up" {
	vm_files -- sh -c 'sleep 1000 & echo done; exit 1'
	[ "$status" -eq 1 ]
	[ "$(cat out)" = done ]
}

@test "a command killed by a signal gives 128 + its number" {
	vm_files -- sh -c 'kill -KILL $$'
	[ "$status" -eq 137 ]
}

@test "a command that does not exist gives 127" {
	vm_files -- /no/such/program
	[ "$status" -eq 127 ]
	grep -q 'No such file' err
}

@test "a guest that takes too long is killed: 124, output so far, console lines" {
	begin=$SECONDS
	status=0
	VM_PATIENCE=2 vm --timeout 20 --console console -- sh -c 'echo before; echo on the console >/dev/kmsg; sleep 1000' >out 2>err || status=$?
	[ "$status" -eq 124 ]
	[ $((SECONDS - begin)) -lt 80 ]
	[ "$(cat out)" = before ]
	grep -q 'on the console' err
	grep -q 'on the console' console
	grep -q 'did not finish within 40 seconds' err
}

@test "a planted WARNING makes a successful run fail: 126, with the line" {
	vm_files -- sh -c 'echo "WARNING: CPU: 0 PID: 1 at mm/memory.c:1 planted" >/dev/kmsg; echo fine'
	[ "$status" -eq 126 ]
	[ "$(cat out)" = fine ]
	grep -q 'mm/memory.c:1 planted' err
}

@test "complaints that don't say BUG or WARNING are found, each of them, and those that are mere information" {
	planted=("BUG at mas_validate_gaps:7123 (1)" "WARN at mas_validate_limits:7301 (1)"
		"mm/pgtable-generic.c:54: bad pmd ffff888003a3b000(0000000000000067)"
		"turning off the locking correctness validator."
		"get_swap_device: Bad swap file entry 3ffffffffffff"
		"VFS: Busy inodes after unmount of vda (ext4)")
	vm_files -- sh -c 'for line; do echo "<6>$line" >/dev/kmsg; done' sh "${planted[@]}"
	[ "$status" -eq 126 ]
	for line in "${planted[@]}"; do
		grep -F "$line" err | grep -qaE -f <(grep -v '^#' "$top/tools/vm/splats")
	done
}

@test "a command's own failure outranks a complaint of the kernel" {
	vm_files -- sh -c 'echo "BUG: KASAN: planted" >/dev/kmsg; exit 3'
	[ "$status" -eq 3 ]
	grep -q 'KASAN: planted' err
}

@test "a panic is reported: 125, with the console's last lines" {
	vm_files -- sh -c 'echo c >/proc/sysrq-trigger; sleep 100'
	[ "$status" -eq 125 ]
	grep -q 'Kernel panic - not syncing: sysrq triggered crash' err
	grep -q 'the guest died without reporting' err
}

@test "SIGTERM ends QEMU and removes the temporary files" {
	mkdir tmp
	TMPDIR=$PWD/tmp "$top/tools/vm/run" --kernel "$kernel" --timeout 60 -- sleep 1000 3>&- &
	run=$!
	for _ in {1..100}; do
		[ -z "$(find tmp -name status)" ] || break
		sleep 0.1
	done
	sleep 2
	pgrep -f "$PWD/tmp/vm-run" >/dev/null
	kill -TERM "$run"
	status=0
	wait "$run" || status=$?
	[ "$status" -eq 143 ]
	[ -z "$(ls tmp)" ]
	run pgrep -f "$PWD/tmp/vm-run"
	[ "$status" -eq 1 ]
}
