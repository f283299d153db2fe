# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# verdict.sh: for scripts that run tests in a guest; sourced after "set -euo pipefail".

verdict_splats=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)/tools/vm/splats

# verdict STATUS NAME FILE - one test, without a number, of what has run since "dmesg -C" and printed FILE: it passes if
# STATUS is 0 and the kernel had no complaint
verdict() {
	dmesg | grep -E -A 5 -f <(grep -v '^#' "$verdict_splats") >/tmp/complaint || :
	if [ "$1" = 0 ] && [ ! -s /tmp/complaint ]; then
		echo "ok - $2"
	else
		echo "not ok - $2 (status $1)"
		sed 's/^/# the kernel: /' /tmp/complaint
	fi
	sed 's/^\(# \)\?/# /' "$3"
}
