#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/static/checkpatch and new-warnings notice what they are for.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	here=$BATS_TEST_TMPDIR
	# one patch and one file with nothing to accept
	mkdir -p "$here/kernel/patches" "$here/kernel/src/mm"
	cp "$top"/kernel/patches/0002-*.patch "$here/kernel/patches/"
	cp "$top/kernel/src/mm/fault_rcu.c" "$here/kernel/src/mm/"
	: >"$here/accepted.txt"
	patch=$(echo "$here"/kernel/patches/0002-*.patch)
}

# complains TEXT: exactly one complaint, which has TEXT in it
complains() {
	run "$BATS_TEST_DIRNAME/checkpatch" "$here/kernel" "$here/accepted.txt"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$1"* ]]
}

@test "what has no fault has no complaint" {
	run "$BATS_TEST_DIRNAME/checkpatch" "$here/kernel" "$here/accepted.txt"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "trailing whitespace in a patch is a complaint" {
	awk '/^\+[^+].*;$/ && !done { $0 = $0 " "; done = 1 } { print }' "$patch" >"$here/new"
	mv "$here/new" "$patch"
	complains TRAILING_WHITESPACE
}

@test "a missing sign-off is a complaint" {
	sed -i '/^Signed-off-by:/d' "$patch"
	complains MISSING_SIGN_OFF
}

@test "spaces for a tab in a new file are a complaint" {
	awk '/^\t[a-z].*;$/ && !done { sub(/^\t/, "        "); done = 1 } { print }' "$here/kernel/src/mm/fault_rcu.c" >"$here/new"
	mv "$here/new" "$here/kernel/src/mm/fault_rcu.c"
	run "$BATS_TEST_DIRNAME/checkpatch" "$here/kernel" "$here/accepted.txt"
	[ "$status" -eq 1 ]
	grep -q CODE_INDENT <<<"$output"
}

@test "an accepted complaint that nobody makes, or without a reason, is one" {
	printf 'src/mm/fault_rcu.c\tCODE_INDENT\t*\tnobody knows\n' >>"$here/accepted.txt"
	complains "covers no complaint"
	printf 'src/mm/fault_rcu.c\tCODE_INDENT\t*\n' >"$here/accepted.txt"
	complains "not four fields"
}

@test "a directory without patches is wrong usage" {
	run "$BATS_TEST_DIRNAME/checkpatch" "$here"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

# news STATUS: new-warnings ends so for the logs "ours" and "base"
news() {
	run "$BATS_TEST_DIRNAME/new-warnings" "$here/ours" "$here/base"
	echo "$output"
	[ "$status" -eq "$1" ]
}

@test "a warning that moved is not new, one more of the same is" {
	echo "/x/linux-base/mm/vma.c:10:2: warning: unused variable 'a'" >"$here/base"
	echo "/x/linux/mm/vma.c:99:2: warning: unused variable 'a'" >"$here/ours"
	news 0
	echo "/x/linux/mm/vma.c:120:2: warning: unused variable 'a'" >>"$here/ours"
	news 1
}

@test "a missing __rcu, told by sparse, is new" {
	: >"$here/base"
	echo "../../linux/mm/vma.c:7:9: error: incompatible types in comparison expression (different address spaces):" >"$here/ours"
	echo "../../linux/mm/vma.c:7:9:    struct file [noderef] __rcu *" >>"$here/ours"
	news 1
	[[ $output == *"mm/vma.c: error: incompatible types"* ]]
}

@test "an error in a file is new, progress isn't" {
	: >"$here/base"
	echo "  CC      mm/vma.o" >"$here/ours"
	news 0
	echo "mm/vma.c:1:1: error: expected ';'" >>"$here/ours"
	news 1
}

# listed PATH: the made-up kernel's configuration has it
listed() {
	tap_build=$here tap_top=$top bash -c '. "$1/tests/static/lib.sh"; declare -A listed
		static_listed "$2/source" "$2/out" x86_64 "$3"' bash "$top" "$here" "$1"
}

@test "what a configuration leaves out is known: objects, directories, parts of modules" {
	mkdir -p "$here"/source/{mm,fs/x,fs/y} "$here/out/include/config"
	printf 'CONFIG_MMU=y\nCONFIG_X=m\n' >"$here/out/include/config/auto.conf"
	printf '%s\n' 'mmu-$(CONFIG_MMU) := yes.o' 'mmu-$(CONFIG_NONE) += no.o' 'obj-y := always.o $(mmu-y)' >"$here/source/mm/Makefile"
	printf 'obj-$(CONFIG_%s) += %s/\n' X x Y y >"$here/source/fs/Makefile"
	printf '%s\n' 'obj-$(CONFIG_X) += x.o' 'x-y := file.o' 'x-$(CONFIG_NONE) += acl.o' >"$here/source/fs/x/Makefile"
	echo 'obj-y += file.o' >"$here/source/fs/y/Makefile"
	for object in mm/always.o mm/yes.o fs/x/x.o fs/x/file.o; do
		listed "$object"
	done
	for object in mm/no.o fs/x/acl.o fs/y/file.o; do
		run listed "$object"
		echo "$object: $status $output"
		[ "$status" -eq 1 ]
	done
}
