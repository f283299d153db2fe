#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, run the programs; leave NAME.out and NAME.status of each in a directory.
#
# Usage: guest.sh BINARIES PROGRAMS-FILE RESULTS
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
. "$here/../guest/programs.sh"
binaries=$1 list=$(realpath "$2") results=$3
echo 0 >/proc/sys/kernel/core_pattern
ulimit -c 0
# some subtests page out
mkswap /dev/vda >/dev/null
swapon /dev/vda
cd "$binaries"
cp "$here/one-hugepage" .

# some programs change it
huge_pages() {
	echo 160 >/proc/sys/vm/nr_hugepages
}

run_programs "$list" "$results" huge_pages
