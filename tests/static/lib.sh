# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh: compile what the series touches; sourced after tests/guest/lib.sh.
#
# Objects go to build/static/NAME, through kernel/build's ccache.

static_tree=$tap_build/linux
static_base=$tap_build/linux-base
static_out=$tap_build/static
export CCACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/vmalock/ccache CCACHE_BASEDIR=$tap_build CCACHE_NOHASHDIR=1
export LC_ALL=C LOCALVERSION=
# nor what a calling make passes on
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# static_make SOURCE OUT ARCH CROSS ARGUMENT... - run kbuild; CROSS is - for none
static_make() {
	local source=$1 out=$2 arch=$3 cross=${4#-}
	shift 4
	make -C "$source" O="$out" ARCH="$arch" CROSS_COMPILE="$cross" CC="ccache ${cross}gcc" --no-print-directory -s \
		-j"$(nproc)" "$@"
}

# static_configure SOURCE OUT ARCH CROSS TARGET FRAGMENT - "make TARGET" with the options in FRAGMENT, each of which must hold
static_configure() {
	local source=$1 out=$2 arch=$3 cross=$4 target=$5 fragment=$6
	mkdir -p "$out"
	static_make "$source" "$out" "$arch" "$cross" KCONFIG_ALLCONFIG="$fragment" "$target" &&
		"$tap_top/kernel/check-config" "$out/.config" "$fragment" &&
		static_make "$source" "$out" "$arch" "$cross" prepare
}

# static_objects SOURCE ARCH - the objects of the C files that the series touches, but for other architectures', and of what
# includes the headers it changes. "make -k" refuses those that the configuration leaves out, static_compile() knows.
static_objects() {
	local arch=$2
	[ "$arch" != x86_64 ] || arch=x86
	{
		git -C "$static_tree" diff --name-only --diff-filter=d base HEAD -- '*.c' ':!tools' | sed 's/c$/o/' |
			awk -v arch="arch/$arch/" '!/^arch\// || index($0, arch) == 1'
		printf '%s\n' fs/proc/task_mmu.o fs/proc/task_nommu.o fs/proc/base.o mm/gup.o mm/rmap.o mm/nommu.o mm/mmap.o \
			mm/swap_state.o mm/migrate.o mm/ksm.o mm/init-mm.o mm/debug.o mm/process_vm_access.o kernel/exit.o \
			kernel/events/core.o kernel/bpf/task_iter.o "arch/$arch/mm/fault.o"
	} | LC_ALL=C sort -u | while IFS= read -r object; do
		[ ! -e "$1/${object%o}c" ] || echo "$object"
	done
}

# static_compile LOG SOURCE OUT ARCH CROSS ARGUMENT... - compile the objects; fails if one doesn't compile, or mm/util.o
# isn't there in the end
static_compile() {
	local log=$1 source=$2 out=$3 arch=$4 cross=$5
	shift 5
	local objects status=0
	mapfile -t objects < <(static_objects "$source" "$arch")
	# what says that an object is there must not be an old one's
	(cd "$out" && rm -f "${objects[@]}" mm/util.o)
	static_make "$source" "$out" "$arch" "$cross" -k "$@" mm/util.o "${objects[@]}" >"$log" 2>&1 || status=$?
	# left out by the configuration: not a failure
	grep -E '\*\*\*|error:' "$log" | grep -vE "\*\*\* No rule to make target '[^']*\.o'|\*\*\* \[[^]]*: (__sub-make|[^]]*/)\] Error|\*\*\* \[[^]]*: \.\] Error" \
		>"$log.errors" || true
	if [ "$status" != 0 ] && [ -s "$log.errors" ]; then
		cat "$log.errors"
		return 1
	fi
	[ -e "$out/mm/util.o" ]
	for object in "${objects[@]}"; do
		[ ! -e "$out/$object" ] || echo "$object"
	done >"$log.built"
	[ "$(wc -l <"$log.built")" -ge 8 ] || { echo "only $(wc -l <"$log.built") of ${#objects[@]} objects were built"; cat "$log"; return 1; }
}
