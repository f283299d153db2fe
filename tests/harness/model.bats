#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/model/check refuses a question that the model can't be asked: it would be answered with less in it.

setup() {
	check=$BATS_TEST_DIRNAME/../model/check
	# a spin that was started would say so
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho spin "$@"\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/spin"
	chmod +x "$BATS_TEST_TMPDIR/bin/spin"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# refused WHAT ARGUMENT...: status 2, one line that names WHAT, before anything runs
refused() {
	local what=$1
	shift
	run "$check" "$@"
	echo "$* -> $status: $output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == "tests/model/check: "*"$what"* ]]
}

@test "an expectation that nothing is called" {
	refused '"hold"' hold -DOP_CHANGE
	refused '"stale_pt"' stale_pt -DOP_CHANGE
	refused '"tables"' tables -DOP_CHANGE
	refused '"."' . -DOP_CHANGE
	refused "say what is expected"
}

@test "a switch that no part of the model asks for" {
	refused '"-DOP_CHANGES"' holds -DOP_CHANGE -DOP_CHANGES
	refused '"-DREFFREE"' holds -DREFFREE -DOP_CHANGE
	refused '"-DKILLERS"' holds -DOP_CHANGE -DKILLERS
	refused '"-DM_NO_SUCH"' stale_pte -DM_NO_SUCH
	refused '"-DNV=3"' holds -DNV=3
	refused '"OP_CHANGE"' holds OP_CHANGE
	refused '"-D"' holds -D
	refused '""' holds ""
}

@test "a size without a number, a number for what has none" {
	refused '"-DNF"' holds -DNF
	refused '"-DNF=two"' holds -DNF=two
	refused '"-DTSO=0"' holds -DTSO=0
}

@test "all that the suite may ask is known" {
	for question in holds terminates deadlock livelock stale_pte user_inside half_made; do
		run "$check" "$question" -DTSO -DSEQ_WRAPS -DREF_FREE -DKILLER -DM_WRAP_RACE -DM_NO_BOUND -DOP_SPLIT \
			-DNF=1 -DNW=2 -DNT=3 -DREADS=2 -DWRITES=1
		[ "$status" -eq 1 ]
		[[ $output == "spin -DTSO "* ]]
	done
}
