# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh: for the scripts that run a program each; sourced after "set -euo pipefail".
#
# They print TAP without numbers, and with "same" what has to be the same on every kernel.

# check NAME COMMAND... - a test that passes if COMMAND does; if not, what it printed is shown, and nothing else is tried
check() {
	local name=$1 status=0
	shift
	"$@" >"$work/check" 2>&1 || status=$?
	if [ "$status" = 0 ]; then
		echo "ok - $name"
	else
		echo "not ok - $name: status $status"
		tail -n 40 "$work/check" | sed 's/^/# /'
		exit 1
	fi
}

# equal NAME WANTED FOUND - a test like check; an empty FOUND fails
equal() {
	check "$1" equal_or_say "$2" "$3"
}

equal_or_say() {
	echo "must be '$1', is '$2'"
	[ -n "$2" ] && [ "$1" = "$2" ]
}

# same NAME VALUE
same() {
	echo "# same: $1: $2"
}
