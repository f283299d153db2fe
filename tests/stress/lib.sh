# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh: stress-ng in the guest; sourced after "set -euo pipefail".

stress_dir=/mnt/scratch

# stress_setup - the file system that stressors work on
stress_setup() {
	mkfs.ext4 -q /dev/vda
	mkdir -p "$stress_dir"
	mount /dev/vda "$stress_dir"
}

# stress_ng [--sys-admin] OPTION... - OPTIONs are stress-ng's. Without CAP_SYS_ADMIN, no stressor poisons pages, of
# which it might die itself.
stress_ng() {
	local capabilities=(setpriv --bounding-set=-sys_admin)
	if [ "$1" = --sys-admin ]; then
		capabilities=()
		shift
	fi
	"${capabilities[@]}" stress-ng --temp-path "$stress_dir" --verify --oom-avoid "$@"
}

# stress_operations METRICS NAME - how many operations a stressor has done, of stress-ng's --yaml METRICS; 0 if it isn't
# there
stress_operations() {
	awk -v "name=$2" '$2 == "stressor:" { at = $3 } $1 == "bogo-ops:" && at == name { n = $2 } END { print n + 0 }' "$1"
}
