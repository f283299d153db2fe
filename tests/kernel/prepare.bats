#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# kernel/prepare, export, format-series and fetch, on a tiny "kernel" packed
# like Debian's source package in a cache of its own: no network, no big tree.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export VMALOCK_BUILD=$BATS_TEST_TMPDIR/build
	export VMALOCK_SERIES=$BATS_TEST_TMPDIR/kernel
	export QUIET=1
	tree=$VMALOCK_BUILD/linux
	mkdir -p "$XDG_CACHE_HOME/vmalock" "$VMALOCK_SERIES/patches" "$VMALOCK_SERIES/src"
	make_deb 6.12.1-1
}

# make_deb VERSION: put a source package into the cache.
make_deb() {
	local pack=$BATS_TEST_TMPDIR/pack
	rm -rf "$pack"
	mkdir -p "$pack/linux-source-6.12/mm" "$pack/deb/DEBIAN" "$pack/deb/usr/src"
	printf 'one\ntwo\nthree\n' >"$pack/linux-source-6.12/mm/a.c"
	printf 'left alone\n' >"$pack/linux-source-6.12/mm/b.c"
	[ "$1" = 6.12.1-1 ] || printf 'version %s\n' "$1" >"$pack/linux-source-6.12/Makefile"
	tar -C "$pack" -cJf "$pack/deb/usr/src/linux-source-6.12.tar.xz" linux-source-6.12
	printf 'Package: linux-source-6.12\nVersion: %s\nArchitecture: all\nMaintainer: nobody <n@localhost>\nDescription: test\n' \
		"$1" >"$pack/deb/DEBIAN/control"
	dpkg-deb -b "$pack/deb" "$XDG_CACHE_HOME/vmalock/linux-source-6.12_$1_all.deb" >/dev/null
}

# make_patch NAME FROM TO: a patch that replaces the line FROM in mm/a.c.
make_patch() {
	local before after
	case $2 in
	one) before='' after=' two' ;;
	two) before=' one' after=' three' ;;
	*) before=' two' after=' three' ;;
	esac
	{
		printf 'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n'
		printf 'From: A Developer <dev@example.org>\nDate: Mon, 2 Dec 2024 10:00:00 +0100\n'
		printf 'Subject: [PATCH] mm: %s becomes %s\n\nThe reason.\n---\n' "$2" "$3"
		printf 'diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n'
		if [ -z "$before" ]; then
			printf '@@ -1,2 +1,2 @@\n-%s\n+%s\n%s\n' "$2" "$3" "$after"
		else
			printf '@@ -1,3 +1,3 @@\n%s\n-%s\n+%s\n%s\n' "$before" "$2" "$3" "$after"
		fi
	} >"$VMALOCK_SERIES/patches/$1"
}

g() {
	git -C "$tree" -c user.name=d -c user.email=d@localhost "$@"
}

@test "too little room is said before anything is written" {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nprintf "Avail\\n   5G\\n"\n' >"$BATS_TEST_TMPDIR/bin/df"
	chmod +x "$BATS_TEST_TMPDIR/bin/df"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[ "$output" = "kernel/prepare: the kernel tree and its builds need 10 GiB in $VMALOCK_BUILD, which has 5 free: make room there" ]
	[ ! -e "$tree" ] && [ ! -e "$VMALOCK_BUILD/linux.tmp" ]
}

@test "without a series, the tree is the pristine one, committed and tagged" {
	run "$top/kernel/prepare"
	[ "$status" -eq 0 ]
	[ "$(g rev-list --count HEAD)" = 1 ]
	[ "$(g rev-parse base)" = "$(g rev-parse HEAD)" ]
	[ -z "$(g status --porcelain)" ]
}

@test "a patch and its new files become one commit with the patch's author and subject" {
	make_patch 0001-a.patch two 2
	mkdir -p "$VMALOCK_SERIES/src/mm"
	echo new >"$VMALOCK_SERIES/src/mm/new.c"
	printf '#!/bin/sh\n' >"$VMALOCK_SERIES/src/mm/tool" && chmod +x "$VMALOCK_SERIES/src/mm/tool"
	echo "0001-a.patch mm/new.c mm/tool # comment" >"$VMALOCK_SERIES/series"
	"$top/kernel/prepare"
	[ "$(g log -1 --format='%an|%s|%b')" = "A Developer|mm: two becomes 2|The reason." ]
	[ "$(g diff --name-only base HEAD | xargs)" = "mm/a.c mm/new.c mm/tool" ]
	[ -x "$tree/mm/tool" ]
	[ "$(sed -n 2p "$tree/mm/a.c")" = 2 ]
}

@test "two prepared trees have the same commits" {
	make_patch 0001-a.patch two 2
	echo 0001-a.patch >"$VMALOCK_SERIES/series"
	"$top/kernel/prepare"
	first=$(g rev-parse HEAD)
	rm -rf "$tree"
	"$top/kernel/prepare"
	[ "$(g rev-parse HEAD)" = "$first" ]
}

@test "a patch that does not apply is named with the version, and nothing is left" {
	make_patch 0001-a.patch two 2
	make_patch 0002-b.patch two zwei
	printf '0001-a.patch\n0002-b.patch\n' >"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "kernel/prepare: 0002-b.patch does not apply to linux-source-6.12 6.12.1-1" ]
	[ ! -e "$tree" ]
	[ ! -e "$VMALOCK_BUILD/linux.tmp" ]
}

@test "a patch that does not apply leaves an existing tree untouched" {
	make_patch 0001-a.patch two 2
	echo 0001-a.patch >"$VMALOCK_SERIES/series"
	"$top/kernel/prepare"
	before=$(g rev-parse HEAD)
	make_patch 0002-b.patch two zwei
	echo 0002-b.patch >>"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[ "$(g rev-parse HEAD)" = "$before" ]
	[ -z "$(g status --porcelain)" ]
	[ "$(sed -n 2p "$tree/mm/a.c")" = 2 ]
}

@test "a changed series is applied in place; other files keep their times" {
	make_patch 0001-a.patch two 2
	echo 0001-a.patch >"$VMALOCK_SERIES/series"
	"$top/kernel/prepare"
	inode=$(stat -c '%i %Y' "$tree/mm/b.c")
	make_patch 0001-a.patch two zwei
	"$top/kernel/prepare"
	[ "$(sed -n 2p "$tree/mm/a.c")" = zwei ]
	[ "$(stat -c '%i %Y' "$tree/mm/b.c")" = "$inode" ]
	[ "$(g rev-list --count base..HEAD)" = 1 ]
}

@test "nothing to do: local edits are fine" {
	"$top/kernel/prepare"
	echo edit >>"$tree/mm/a.c"
	run "$top/kernel/prepare"
	[ "$status" -eq 0 ]
	[ "$(tail -n 1 "$tree/mm/a.c")" = edit ]
}

@test "local edits stop a changed series, and FORCE=1 keeps a copy of them" {
	"$top/kernel/prepare"
	echo edit >>"$tree/mm/a.c"
	echo untracked >"$tree/mm/mine.c"
	make_patch 0001-a.patch two 2
	echo 0001-a.patch >"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[[ $output == *"uncommitted changes"*FORCE=1* ]]
	[ -e "$tree/mm/mine.c" ]
	[ "$(tail -n 1 "$tree/mm/a.c")" = edit ]
	FORCE=1 "$top/kernel/prepare"
	[ "$(sed -n 2p "$tree/mm/a.c")" = 2 ]
	[ "$(g show refs/vmalock/replaced:mm/a.c | tail -n 1)" = edit ]
	[ "$(g show refs/vmalock/replaced:mm/mine.c)" = untracked ]
}

@test "local commits stop a changed series" {
	"$top/kernel/prepare"
	echo edit >>"$tree/mm/a.c"
	g commit -qam mine
	make_patch 0001-a.patch two 2
	echo 0001-a.patch >"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[[ $output == *"commits that are not in kernel/series"* ]]
	[ "$(tail -n 1 "$tree/mm/a.c")" = edit ]
}

@test "export writes what prepare reads: patches, new files at their last state" {
	"$top/kernel/prepare"
	sed -i s/two/2/ "$tree/mm/a.c"
	mkdir "$tree/include"
	echo first >"$tree/include/new.h"
	g add -A && g commit -qm 'mm: two becomes 2

Why.'
	sed -i s/three/3/ "$tree/mm/a.c"
	echo second >>"$tree/include/new.h"
	g commit -qam 'mm: three becomes 3'
	echo third >>"$tree/include/new.h"
	g commit -qam 'mm: only a new file'
	echo only >"$tree/mm/only.c"
	g add -A && g commit -qm 'mm: add only.c'
	"$top/kernel/export"
	[ "$(grep -v '^#' "$VMALOCK_SERIES/series")" = "0001-mm-two-becomes-2.patch include/new.h
0002-mm-three-becomes-3.patch
0003-mm-only-a-new-file.patch
0004-mm-add-only.c.patch mm/only.c" ]
	[ "$(cat "$VMALOCK_SERIES/src/include/new.h" | xargs)" = "first second third" ]
	# what later commits change there is in their patches
	[ "$(grep -l new.h "$VMALOCK_SERIES"/patches/* | grep -o '000[0-9]' | xargs)" = "0002 0003" ]
	# the exported state counts as prepared ...
	want=$(g log --format='%T %s' base..HEAD)
	"$top/kernel/prepare"
	# ... and makes the same trees elsewhere
	rm -rf "$tree"
	"$top/kernel/prepare"
	[ "$(g log --format='%T %s' base..HEAD)" = "$want" ]
	[ "$(g show HEAD~3:include/new.h)" = first ]
}

@test "a file in kernel/src that isn't what the patches leave is an error" {
	mkdir "$VMALOCK_SERIES/src/mm"
	echo first >"$VMALOCK_SERIES/src/mm/c.c"
	make_patch 0001-a.patch two 2
	{
		sed '/^---$/q' "$VMALOCK_SERIES/patches/0001-a.patch"
		printf '%s\n' 'diff --git a/mm/c.c b/mm/c.c' '--- a/mm/c.c' '+++ b/mm/c.c' '@@ -1 +1,2 @@' ' first' '+second'
	} >"$VMALOCK_SERIES/patches/0002-b.patch"
	printf '0001-a.patch mm/c.c\n0002-b.patch\n' >"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[[ "$output" == *"kernel/src is not what 0002-b.patch leaves: write both with kernel/export"* ]]
	[ ! -e "$tree" ]
	echo second >>"$VMALOCK_SERIES/src/mm/c.c"
	"$top/kernel/prepare"
	[ "$(g show HEAD~1:mm/c.c)" = first ]
	[ "$(g show HEAD:mm/c.c | xargs)" = "first second" ]
}

@test "export refuses uncommitted changes" {
	"$top/kernel/prepare"
	echo edit >>"$tree/mm/a.c"
	run "$top/kernel/export"
	[ "$status" -eq 1 ]
	[[ $output == *"uncommitted changes"* ]]
}

@test "export does not overwrite work in kernel/ that build/linux never saw" {
	make_patch 0001-a.patch two 2
	mkdir -p "$VMALOCK_SERIES/src/mm"
	echo new >"$VMALOCK_SERIES/src/mm/new.c"
	echo "0001-a.patch mm/new.c" >"$VMALOCK_SERIES/series"
	"$top/kernel/prepare"
	echo edited >>"$VMALOCK_SERIES/src/mm/new.c"
	run "$top/kernel/export"
	[ "$status" -eq 1 ]
	[[ $output == *"have changed since kernel/prepare"* ]]
	[ "$(tail -n 1 "$VMALOCK_SERIES/src/mm/new.c")" = edited ]
	"$top/kernel/prepare"
	echo stray >"$VMALOCK_SERIES/src/mm/stray.c"
	run "$top/kernel/export"
	[ "$status" -eq 1 ]
	[[ $output == *"kernel/src/mm/stray.c is in no commit"* ]]
	[ -e "$VMALOCK_SERIES/src/mm/stray.c" ]
	rm "$VMALOCK_SERIES/src/mm/stray.c"
	"$top/kernel/export"
	[ "$(tail -n 1 "$VMALOCK_SERIES/src/mm/new.c")" = edited ]
}

@test "format-series writes mails that git am applies, with the cover letter" {
	make_patch 0001-a.patch two 2
	make_patch 0002-b.patch one 1
	sed -i 's/^ two$/ 2/' "$VMALOCK_SERIES/patches/0002-b.patch"
	mkdir -p "$VMALOCK_SERIES/src/mm"
	echo new >"$VMALOCK_SERIES/src/mm/new.c"
	printf '0001-a.patch mm/new.c\n0002-b.patch\n' >"$VMALOCK_SERIES/series"
	printf 'mm: the whole\n\nAll of it & more.\n' >"$VMALOCK_SERIES/cover-letter.txt"
	"$top/kernel/prepare"
	"$top/kernel/format-series"
	[ "$(cd "$VMALOCK_BUILD/series" && ls | xargs)" = \
		"0000-cover-letter.patch 0001-mm-two-becomes-2.patch 0002-mm-one-becomes-1.patch" ]
	grep -q '^Subject: \[PATCH 0/2\] mm: the whole$' "$VMALOCK_BUILD/series/0000-cover-letter.patch"
	grep -q '^All of it & more\.$' "$VMALOCK_BUILD/series/0000-cover-letter.patch"
	grep -q '^+new$' "$VMALOCK_BUILD/series/0001-mm-two-becomes-2.patch"
}

@test "a series line that names a missing file is an error" {
	make_patch 0001-a.patch two 2
	echo "0001-a.patch mm/none.c" >"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[ "$output" = "kernel/prepare: kernel/series names mm/none.c with 0001-a.patch, but kernel/src/mm/none.c does not exist" ]
}

@test "a new file that the source has already is an error" {
	make_patch 0001-a.patch two 2
	mkdir -p "$VMALOCK_SERIES/src/mm"
	echo b >"$VMALOCK_SERIES/src/mm/b.c"
	echo "0001-a.patch mm/b.c" >"$VMALOCK_SERIES/series"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[[ $output == *"mm/b.c"*"has it"* ]]
}

@test "the newest package in the cache counts, and a new one replaces the tree" {
	"$top/kernel/prepare"
	make_deb 6.12.10-1
	make_deb 6.12.9-1
	[ "$("$top/kernel/fetch")" = 6.12.10-1 ]
	"$top/kernel/prepare"
	[ "$(cat "$tree/Makefile")" = "version 6.12.10-1" ]
	[ ! -e "$VMALOCK_BUILD/linux.old" ]
	echo edit >>"$tree/mm/a.c"
	make_deb 6.12.11-1
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	FORCE=1 "$top/kernel/prepare"
	[ "$(cat "$tree/Makefile")" = "version 6.12.11-1" ]
	[ "$(tail -n 1 "$VMALOCK_BUILD/linux.old/mm/a.c")" = edit ]
}

@test "distclean's check: local work may not be removed" {
	"$top/kernel/prepare"
	"$top/kernel/prepare" --may-remove
	echo edit >>"$tree/mm/a.c"
	run "$top/kernel/prepare" --may-remove
	[ "$status" -eq 1 ]
}

@test "a directory that prepare didn't make is left alone" {
	mkdir -p "$tree"
	run "$top/kernel/prepare"
	[ "$status" -eq 1 ]
	[[ $output == *"was not made by kernel/prepare"* ]]
}

@test "wrong usage is one line and status 2" {
	for script in fetch fetch-stock prepare prepare-base export format-series; do
		run "$top/kernel/$script" --nonsense
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	run "$top/kernel/build" nonsense
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}
