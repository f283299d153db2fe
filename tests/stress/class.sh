#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# class.sh: in the guest, run stressors one after the other; leave NAME.out and NAME.status of each in a directory.
#
# Usage: class.sh LIST RESULTS - LIST is what run_programs takes.
set -euo pipefail

list=$(realpath "$1") results=$2
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../guest/programs.sh
. ./lib.sh
echo 0 >/proc/sys/kernel/core_pattern
ulimit -c 0
stress_setup
# for those that page out
fallocate -l 1G "$stress_dir/swap"
chmod 600 "$stress_dir/swap"
mkswap "$stress_dir/swap" >/dev/null
swapon "$stress_dir/swap"
run_programs "$list" "$results"
