# SPDX-License-Identifier: GPL-2.0
# The checks can fail: each kind of violation is found when the program itself breaks its promise.

load helper

# planted KIND MODE: the violation is found, named and ends the run with status 1
planted() {
	load_json --modes "$2" --plant-fault "$1" --stop-on-violation --duration 30 --stall-limit 1
	[ "$status" = 1 ]
	[ "$(value status)" = violation ]
	more_than 0 violations "$1"
	grep -q "^violation $1: " "$messages"
	[ "$(grep -c '^violation ' "$messages")" -le 10 ]
	[ "$(value elapsed_ms)" -lt 20000 ]
}

@test "generation_back is found" {
	planted generation_back replace
	planted generation_back replace-private
	planted generation_back unmap
}

@test "future is found" {
	planted future replace
	planted future replace-private
	planted future unmap
}

@test "torn is found" {
	planted torn replace
	planted torn replace-private
	planted torn unmap
}

@test "segv is found" {
	planted segv replace
	planted segv replace-private
	planted segv replace-anon
	planted segv unmap
}

@test "sigbus is found" {
	planted sigbus replace
	planted sigbus unmap
}

@test "prot is found" {
	planted prot mprotect
}

@test "lost_write is found" {
	planted lost_write anon
}

@test "not_zero is found" {
	planted not_zero anon
}

@test "fork_snapshot is found" {
	planted fork_snapshot fork
}

@test "stall is found, of either kind of thread" {
	planted stall replace
	[ "$(value complete)" = false ]
	load_json --modes replace --faulters 0 --plant-fault stall --stall-limit 1
	[ "$status" = 1 ]
	more_than 0 violations stall
	grep -q 'thread=mapper/' "$messages"
}

@test "a violation is also found among all modes" {
	planted generation_back all
	planted lost_write all
}

@test "without --stop-on-violation all are counted and ten printed" {
	load_json --modes anon --plant-fault lost_write --duration 1
	[ "$status" = 1 ]
	more_than 10 violations lost_write
	[ "$(grep -c '^violation ' "$messages")" = 10 ]
	[ "$(value violations total)" = "$(value violations lost_write)" ]
}
