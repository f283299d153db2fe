#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, run the fuzzer; prints TAP.
#
# Usage: guest.sh FUZZ SECONDS [PARAMETER=VALUE]... - PARAMETERs of vma_lock are set first, and then it must find
# something wrong.
set -euo pipefail

fuzz=$1
seconds=$2
shift 2
corpus=$(dirname "$0")/corpus

# run NAME COMMAND... - one test
run() {
	local name=$1 status=0
	shift
	"$@" >/tmp/out 2>&1 || status=$?
	sed 's/^/# /' /tmp/out
	if [ "$status" = 0 ]; then
		echo "ok - $name"
	else
		echo "not ok - $name: status $status"
	fi
}

if [ $# = 0 ]; then
	run "the corpus" "$fuzz" -r 3 "$corpus"/*.txt
	run "random programs" "$fuzz" -s "${FUZZ_SEED:-$RANDOM}" -t "$seconds"
	exit 0
fi
for parameter; do
	echo "${parameter#*=}" >"/sys/module/vma_lock/parameters/${parameter%%=*}"
done
status=0
"$fuzz" -n 5000 -t "$seconds" >/tmp/out 2>&1 || status=$?
sed 's/^/# /' /tmp/out
if [ "$status" != 0 ] && grep -q 'must be' /tmp/out; then
	echo "ok - noticed"
else
	echo "not ok - not noticed: status $status"
fi
