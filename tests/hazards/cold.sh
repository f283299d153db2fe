#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# cold.sh: in the guest, tests/giant/cold.sh as a case of mutants.txt; make test runs it in the suite giant.
#
# Usage: cold.sh SECONDS DIRECTORY - cold pages are those of a file in DIRECTORY. Takes ten seconds, whatever SECONDS.
#
# Exit status: 0 all checks passed; 1 not, with a line "violation: CHECK" for each that failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
../giant/cold.sh ../../build/bin/vmalock-load --modes cold --disk-pools --file-dir "$2" \
	--faulters 4 --mappers 1 --duration 10 >/tmp/cold
sed -n 's/^# /&/p' /tmp/cold
sed -n 's/^not ok - /violation: /p' /tmp/cold
! grep -q '^not ok' /tmp/cold
