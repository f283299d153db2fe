# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# series.sh: read kernel/series and turn it into commits; sourced after
# common.sh by prepare, export and format-series.
#
# A line of kernel/series names a patch in kernel/patches and the new files
# (paths under kernel/src, as in the kernel tree) that belong to it:
#
#	0002-mm-add-the-state-word.patch include/linux/vma_lock.h mm/vma_lock.c
#
# kernel/src has them as they are in the end, to be read. Later patches may change
# them: taking these changes back gives what the first one adds.
#
# Empty lines and what follows a # are ignored.  VMALOCK_SERIES names another
# directory than kernel/ to take series, patches/ and src/ from.

series_dir=${VMALOCK_SERIES:-$top/kernel}
tree=$build/linux

kgit() {
	git -c gc.auto=0 -c user.name=vmalock -c user.email=vmalock@localhost \
		-c core.autocrlf=false -c core.hooksPath=/dev/null \
		-c core.excludesFile=/dev/null -c commit.gpgSign=false "$@"
}

# series_lines: the lines of kernel/series that say something.
series_lines() {
	if [ -e "$series_dir/series" ]; then
		sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^[[:space:]]*$/d' "$series_dir/series"
	fi
}

# series_check: every file that the series names exists, and none twice.
series_check() {
	local patch files file
	local -A seen=()
	while read -r patch files; do
		[ -r "$series_dir/patches/$patch" ] ||
			die "kernel/series names $patch, which is not in kernel/patches"
		[ -z "${seen[$patch]:-}" ] || die "kernel/series names $patch twice"
		seen[$patch]=1
		for file in $files; do
			[ -f "$series_dir/src/$file" ] ||
				die "kernel/series names $file with $patch, but kernel/src/$file does not exist"
			[ -z "${seen[src/$file]:-}" ] || die "kernel/series names $file twice"
			seen[src/$file]=1
		done
	done < <(series_lines)
}

file_mode() {
	if [ -x "$1" ]; then echo 100755; else echo 100644; fi
}

# series_hash VERSION: identifies the tree that the series makes of VERSION.
series_hash() {
	local patch files file
	{
		printf '%s\n' "$1"
		while read -r patch files; do
			printf 'patch %s ' "$patch"
			sha256sum <"$series_dir/patches/$patch"
			for file in $files; do
				printf 'file %s %s ' "$(file_mode "$series_dir/src/$file")" "$file"
				sha256sum <"$series_dir/src/$file"
			done
		done < <(series_lines)
	} | sha256sum | cut -d' ' -f1
}

# series_first REPO: for each new file, as it is before later patches change it, a
# line "MODE BLOB FILE". Works in the index that GIT_INDEX_FILE names, which is empty afterwards.
series_first() {
	local repo=$1 patch files file include=()
	kgit -C "$repo" read-tree --empty
	while read -r file; do
		kgit -C "$repo" update-index --add --cacheinfo \
			"$(file_mode "$series_dir/src/$file"),$(kgit -C "$repo" hash-object -w "$series_dir/src/$file"),$file"
		include+=("--include=$file")
	done < <(series_lines | cut -d' ' -s -f2- | tr -s ' ' '\n')
	while read -r patch files; do
		if [ ${#include[@]} -gt 0 ] && grep -q '^diff --git ' "$series_dir/patches/$patch" &&
			! kgit -C "$repo" apply --cached -R --whitespace=nowarn "${include[@]}" "$series_dir/patches/$patch" >&2; then
			die "kernel/src is not what $patch leaves: write both with kernel/export"
		fi
		for file in $files; do
			kgit -C "$repo" ls-files -s "$file" | sed -E 's/^([0-9]+) ([0-9a-f]+) 0\t/\1 \2 /'
			kgit -C "$repo" update-index --force-remove "$file"
		done
	done < <(series_lines | tac)
}

# series_commit REPO BASE VERSION: make one commit for each line of the series
# on top of BASE and print the last one.  Works in a temporary index: neither
# the working tree nor a branch of REPO changes.
series_commit() {
	local repo=$1 head=$2 version=$3 tmp patch files file mode blob tree_id
	local -A first=()
	tmp=$(mktemp -d)
	# shellcheck disable=SC2064 # expand now: tmp is local
	trap "rm -rf '$tmp'" EXIT
	export GIT_INDEX_FILE=$tmp/index
	series_first "$repo" >"$tmp/first"
	while read -r mode blob file; do
		first[$file]=$mode,$blob,$file
	done <"$tmp/first"
	kgit -C "$repo" read-tree "$head"
	while read -r patch files; do
		rm -rf "$tmp/mail" && mkdir "$tmp/mail"
		kgit mailsplit -o"$tmp/mail" "$series_dir/patches/$patch" >/dev/null
		[ -e "$tmp/mail/0001" ] && [ ! -e "$tmp/mail/0002" ] ||
			die "$patch is not one mail as git format-patch writes it"
		kgit -C "$repo" mailinfo "$tmp/message" "$tmp/diff" \
			<"$tmp/mail/0001" >"$tmp/info"
		local name email subject date
		name=$(sed -n 's/^Author: //p' "$tmp/info")
		email=$(sed -n 's/^Email: //p' "$tmp/info")
		subject=$(sed -n 's/^Subject: //p' "$tmp/info")
		date=$(sed -n 's/^Date: //p' "$tmp/info")
		[ -n "$name" ] && [ -n "$email" ] && [ -n "$subject" ] && [ -n "$date" ] ||
			die "$patch has no From, Date and Subject lines: write it with kernel/export"
		for file in $files; do
			if kgit -C "$repo" ls-files --error-unmatch "$file" >/dev/null 2>&1; then
				die "kernel/series lists $file with $patch as new, but $source_package $version has it"
			fi
			kgit -C "$repo" update-index --add --cacheinfo "${first[$file]}"
		done
		if [ -s "$tmp/diff" ] && grep -q '^diff --git ' "$tmp/diff"; then
			if ! kgit -C "$repo" apply --cached --check --whitespace=nowarn "$tmp/diff" 2>"$tmp/error"; then
				sed 's/^/  /' "$tmp/error" >&2
				die "$patch does not apply to $source_package $version"
			fi
			kgit -C "$repo" apply --cached --whitespace=nowarn "$tmp/diff"
		elif [ -z "$files" ]; then
			die "$patch changes nothing and lists no new file"
		fi
		tree_id=$(kgit -C "$repo" write-tree)
		head=$({ printf '%s\n\n' "$subject"; cat "$tmp/message"; } |
			kgit stripspace |
			GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$email GIT_AUTHOR_DATE=$date \
				GIT_COMMITTER_DATE=$date \
				kgit -C "$repo" commit-tree "$tree_id" -p "$head")
	done < <(series_lines)
	printf '%s\n' "$head"
}
