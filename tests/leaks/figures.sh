# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# figures.sh: what a leak in the kernel raises, before and after; for scripts in the guest, sourced after
# "set -euo pipefail".
#
# Other processes must be the same both times. Slab caches are told apart only in a guest that was booted with
# slab_nomerge; otherwise a cache's figure has those of its like, too.

leaks_dir=$(mktemp -d)
# what a mapping has
leaks_parts=(vm_area_struct maple_node anon_vma anon_vma_chain)
# what it is in, or of
leaks_owners=(mm_struct filp)

# leaks_figures - a line each: NAME VALUE KIND. Objects in slab caches, "part" or "owner"; "pages" of page tables, of
# anonymous memory and of mapped and shared files as the kernel counts them, and those committed; those in "use".
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

# leaks_after KIND=TOLERANCE... - TAP without numbers, a test for each figure: it has not grown by more. What is freed
# late, by RCU or a worker, has a minute for that.
leaks_after() {
	local end=$((SECONDS + 60)) name was kind now
	while leaks_compare "$@" >"$leaks_dir/grown" && [ -s "$leaks_dir/grown" ] && [ "$SECONDS" -lt "$end" ]; do
		sleep 1
	done
	while read -r name was kind; do
		[[ " $*" == *" $kind="* ]] || continue
		now=$(awk -v "name=$name" '$1 == name { print $2 }' "$leaks_dir/now")
		if grep -qx "$name" "$leaks_dir/grown"; then
			echo "not ok - nothing is leaked: $name"
		else
			echo "ok - nothing is leaked: $name"
		fi
		echo "# $name: $was before, $now after"
	done <"$leaks_dir/before"
}
