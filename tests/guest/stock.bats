#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What vmalocktop tells on Debian's own kernels; run in guests, see suite.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	top=build/bin/vmalocktop
	kernel=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')
}

# coverage_of METRIC - its line of --coverage without the name
coverage_of() {
	"$top" --coverage | sed -n "s/^$1  *//p"
}

# watch_load - a report of five seconds of the load, which has lived until then
watch_load() {
	run --separate-stderr "$top" --json --duration 5 -p "$load"
	echo "status $status, stderr: $stderr"
	kill "$load"
	wait "$load" || [ $? -eq 143 ]
	[ "$status" -eq 0 ]
}

# truth FILTER - whether jq's FILTER is true of the report, with $pid as that of the load
truth() {
	jq -e --argjson pid "$load" "$1" <<<"$output"
}

@test "--coverage: what this kernel allows" {
	"$top" --coverage
	[[ $(coverage_of 'page faults') == "exact "* ]]
	[[ $(coverage_of 'faults that fell back to mmap_lock') == "degraded  fentry lock_mm_and_find_vma: "* ]]
	[ "$(coverage_of 'waits of faults for mmap_lock')" = "exact     lock:contention_begin, _end within lock_mm_and_find_vma" ]
	[[ $(coverage_of 'which VMA a wait was about') == "exact "* ]]
	case $kernel in
	6.1)
		[[ $(coverage_of 'why they did') == "absent    no per-VMA locks here"* ]]
		[[ $(coverage_of 'which writer a fault waited for') == "degraded  "*": one that unlocks and locks again "* ]]
		;;
	*)
		[[ $(coverage_of 'why they did') == "absent    only kernels with the vma_lock series"* ]]
		[[ $(coverage_of 'which writer a fault waited for') == "exact "* ]]
		;;
	esac
}

@test "faults: what share fell back, how long they waited, behind whom, on which VMA" {
	build/bin/vmalock-load --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	watch_load
	truth '.faults.count > 1000 and ([.faults.fallbacks[]] | add) > 0'
	if [ "$kernel" = 6.1 ]; then
		# A fault may be between its two events at either end.
		truth '.faults.count - ([.faults.fallbacks[]] | add) | fabs <= 64'
	else
		truth '([.faults.fallbacks[]] | add) < 0.9 * .faults.count'
	fi
	truth '.waits.mmap_lock | .count > 0 and .total_ns > 0 and .begun == .count + .open'
	truth '.waits.baby == null and .faults.lookups == null'
	truth '.lost_to_vma_locks | .fault_wait_ns > 0 and .first_blocker.pid == $pid'
	truth '([.blockers[].count] | add) > 0.5 * .waits.mmap_lock.count'
	truth '[.blockers[] | select(.pid != $pid or (.syscall | IN("mmap", "mprotect", "munmap", "madvise", "prctl") | not))] |
		if . == [] then true else error("\(.)") end'
	truth '([.regions[].vmas[] | select(.size > 0).count] | add) > 0.9 * .waits.mmap_lock.count'
	truth '([.regions[].vmas[].count] | add) == .waits.mmap_lock.count'
	truth 'any(.regions[]; .name == "memfd:vmalock-load")'
	# A fault that preempts another one inside the program that counts them is missed, and said to be.
	truth '.lost.event_missed <= .faults.count / 1000'
	truth '.lost | with_entries(select(.value > 0 and (.key | IN("mmap_lock_unmatched", "event_missed") | not))) |
		if . == {} then true else error("\(.)") end'
}

@test "faults of system calls wait, too, and are counted" {
	python3 - 3>&- <<-'EOF' &
		import ctypes, mmap, os, threading
		libc = ctypes.CDLL(None)
		def change(size):
		    m = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
		    for at in range(0, size, 4096):
		        m[at] = 1
		    start = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(m)))
		    while True:
		        libc.mprotect(start, ctypes.c_size_t(size), 1)
		        libc.mprotect(start, ctypes.c_size_t(size), 3)
		threading.Thread(target=change, args=(16 << 20,), daemon=True).start()
		zero = os.open("/dev/zero", os.O_RDONLY)
		m = mmap.mmap(-1, 16 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
		while True:
		    os.preadv(zero, [m], 0)
		    m.madvise(mmap.MADV_DONTNEED)
	EOF
	load=$!
	watch_load
	truth '.faults.fallbacks.kernel > 0 or .faults.count > 1000'
	truth '.waits.mmap_lock.count > 0'
	truth 'any(.blockers[]; .syscall == "mprotect")'
}

@test "a system call of 32-bit programs has no name of another" {
	build/tests/guest/old_calls 300 3>&- &
	load=$!
	watch_load
	truth 'any(.blockers[]; .syscall == "compat syscall 125")'
	truth '[.blockers[].syscall | select(IN("compat syscall 125", "madvise", "") | not)] | if . == [] then true else error("\(.)") end'
}
