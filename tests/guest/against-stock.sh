# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# against-stock.sh: for suites that run programs on Debian's own kernel and on ours; sourced after lib.sh.

# against_stock LIST LACKS RESULTS OPTION... -- COMMAND... - what passes on stock must pass on ours
#
# LIST and LACKS are what tests/guest/compare.py takes. COMMAND LIST DIRECTORY is run in a guest on each kernel, with
# tools/vm/run's OPTIONs; for each program of LIST it leaves NAME.out and NAME.status in DIRECTORY, which is
# RESULTS/stock or RESULTS/ours here. One test a program, and one a guest.
#
# VM_KERNEL names another kernel than "patched".
against_stock() {
	local list=$1 lacks=$2 results=$3 kernel image
	shift 3
	for kernel in stock ours; do
		rm -rf "${results:?}/$kernel"
		mkdir -p "$results/$kernel"
		image=stock
		[ "$kernel" = stock ] || image=${VM_KERNEL:-patched}
		against_stock_run "$image" "$results/$kernel" "$list" "$@"
		sed "s/^/# $kernel: /" "$tap_work/out"
		if [ "$kernel" = stock ]; then
			# its complaints are not ours to judge
			tap_check "stock: the guest ended" [ "$guest_status" = 0 -o "$guest_status" = 126 ]
		else
			tap_result "$guest_status" "ours: the guest ended well (status $guest_status)" "$tap_work/err"
		fi
	done
	python3 "$tap_top/tests/guest/compare.py" "$list" "$lacks" "$results/stock" "$results/ours" >"$tap_work/compared"

	# Some programs are about time and fail now and then on any kernel: what
	# ours lost has to fail twice more.
	for _ in 1 2; do
		sed -n 's/^not ok - \([^ ]*\).*/\1/p' "$tap_work/compared" >"$tap_work/lost"
		[ -s "$tap_work/lost" ] || break
		echo "# ours: once more: $(paste -s -d ' ' "$tap_work/lost")"
		awk 'NR == FNR { lost[$1]; next } $1 in lost' "$tap_work/lost" "$list" >"$results/again"
		against_stock_run "${VM_KERNEL:-patched}" "$results/ours" "$results/again" "$@"
		tap_result "$guest_status" "ours: the guest ended well once more (status $guest_status)" "$tap_work/err"
		python3 "$tap_top/tests/guest/compare.py" "$list" "$lacks" "$results/stock" "$results/ours" \
			>"$tap_work/compared"
	done
	tap_pass_on "" <"$tap_work/compared"
}

# against_stock_run IMAGE DIRECTORY LIST OPTION... -- COMMAND...
against_stock_run() {
	local image=$1 directory=$2 list=$3
	shift 3
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	guest_run --kernel "$image" --share "$directory" "${options[@]}" -- \
		env "VM_PATIENCE=${VM_PATIENCE:-1}" "$@" "$list" /mnt/share
}
