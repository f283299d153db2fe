# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# figures.sh: what a leak in the kernel raises, before and after; for scripts in the guest, sourced after
# "set -euo pipefail".
#
# Other processes must be the same both times. Slab caches are told apart only in a guest that was booted with
# slab_nomerge; otherwise a cache's figure has those of its like, too.
#
# leaks_group may name the directory of a control group, without processes then: what it is charged with counts, too.

leaks_dir=$(mktemp -d)
leaks_group=''
# what a mapping has
leaks_parts=(vm_area_struct maple_node anon_vma anon_vma_chain)
# what it is in, or of
leaks_owners=(mm_struct filp)

# leaks_figures - a line each: NAME VALUE KIND. Objects in slab caches, "part" or "owner"; "pages" of page tables, of
# anonymous memory and of mapped and shared files as the kernel counts them, and those committed; those in "use"; those
# charged to the "group".
leaks_figures() {
	local cache kind objects total name value
	sync
	echo 3 >/proc/sys/vm/drop_caches
	kind=part
	for cache in "${leaks_parts[@]}" owners "${leaks_owners[@]}"; do
		if [ "$cache" = owners ]; then
			kind=owner
			continue
		fi
		# what CPUs keep for themselves counts as used
		echo 1 >"/sys/kernel/slab/$cache/shrink"
		read -r objects _ <"/sys/kernel/slab/$cache/objects"
		echo "$cache $objects $kind"
	done
	while read -r name value; do
		case $name in
		nr_page_table_pages | nr_anon_pages | nr_mapped | nr_shmem) echo "$name $value pages" ;;
		esac
	done </proc/vmstat
	while read -r name value _; do
		case $name in
		MemTotal:) total=$value ;;
		MemFree:) echo "memory $(((total - value) / 4)) use" ;;
		Committed_AS:) echo "committed $((value / 4)) pages" ;;
		esac
	done </proc/meminfo
	if [ -n "$leaks_group" ]; then
		# if there is more, this gives back what CPUs were charged with in advance, and reclaims
		echo 64K >"$leaks_group/memory.max"
		read -r value <"$leaks_group/memory.current"
		echo max >"$leaks_group/memory.max"
		echo "charged $((value / 4096)) group"
	fi
}

# leaks_before - remember the figures of now
leaks_before() {
	leaks_figures >"$leaks_dir/before"
}

# leaks_compare KIND=TOLERANCE... - the names of figures that have grown by more than their kind may, a line each; kinds
# that aren't named don't count
leaks_compare() {
	leaks_figures >"$leaks_dir/now"
	awk -v tolerances="$*" '
		BEGIN {
			n = split(tolerances, list, " ")
			for (i = 1; i <= n; i++) {
				split(list[i], part, "=")
				tolerance[part[1]] = part[2] + 0
			}
		}
		NR == FNR { before[$1] = $2; next }
		$3 in tolerance && $2 - before[$1] > tolerance[$3] { print $1 }' "$leaks_dir/before" "$leaks_dir/now"
}

# leaks_wait KIND=TOLERANCE... - as leaks_compare, but what is freed late, by RCU or a worker, has a minute for that;
# leaves it in $leaks_dir/grown
leaks_wait() {
	local end=$((SECONDS + 60))
	while leaks_compare "$@" >"$leaks_dir/grown" && [ -s "$leaks_dir/grown" ] && [ "$SECONDS" -lt "$end" ]; do
		sleep 1
	done
}

# leaks_now NAME - the figure, as leaks_compare or leaks_wait found it
leaks_now() {
	awk -v "name=$1" '$1 == name { print $2 }' "$leaks_dir/now"
}

# leaks_after KIND=TOLERANCE... - TAP without numbers, a test for each figure: it has not grown by more, see leaks_wait.
leaks_after() {
	local name was kind
	leaks_wait "$@"
	while read -r name was kind; do
		[[ " $*" == *" $kind="* ]] || continue
		if grep -qx "$name" "$leaks_dir/grown"; then
			echo "not ok - nothing is leaked: $name"
		else
			echo "ok - nothing is leaked: $name"
		fi
		echo "# $name: $was before, $(leaks_now "$name") after"
	done <"$leaks_dir/before"
}
