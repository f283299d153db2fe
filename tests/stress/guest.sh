#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, run stressors of stress-ng side by side.
#
# Usage: guest.sh SECONDS STRESSOR... -- OPTION... - OPTIONs go to stress-ng. Prints TAP without numbers: each
# stressor must have got something done, and none may have failed.
set -euo pipefail

seconds=$1
shift
stressors=() options=()
while [ "$1" != -- ]; do
	stressors+=("$1")
	options+=("--$1" 1)
	shift
done
shift

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
stress_setup
metrics=/tmp/metrics
status=0
stress_ng --timeout "$seconds" --metrics-brief --yaml "$metrics" "${options[@]}" "$@" >/tmp/log 2>&1 || status=$?
if [ "$status" = 0 ]; then
	echo "ok - stress-ng ran well"
else
	echo "not ok - stress-ng ran well: status $status"
fi
sed 's/^/# /' /tmp/log

for stressor in "${stressors[@]}"; do
	operations=$(stress_operations "$metrics" "$stressor")
	if [ "$operations" -gt 0 ]; then
		echo "ok - $stressor"
	else
		echo "not ok - $stressor did nothing"
	fi
	echo "# $stressor: $operations operations"
done
