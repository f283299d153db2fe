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
# includes the headers it changes
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

# static_listed SOURCE OUT ARCH PATH - whether the directory above lists an object or, with / at its end, a directory, and
# so on up to the top. Fills the caller's "listed" with what each directory lists.
static_listed() {
	local path=${4%/} arch=$3 dir
	dir=${path%/*}
	[ "$arch" != x86_64 ] || arch=x86
	# the Makefiles of the top and of the architecture name these
	case $4 in
	"arch/$arch/" | fs/ | kernel/ | mm/) return ;;
	esac
	if [ -z "${listed[$dir]-}" ]; then
		listed[$dir]=$(make -s --no-print-directory -C "$2" -f "$tap_top/tests/static/configured.makefile" SOURCE="$1" \
			SRCARCH="$arch" DIR="$dir") || return 2
	fi
	grep -qxF "$4" <<<"${listed[$dir]}" && static_listed "$1" "$2" "$3" "$dir/"
}

# static_configured SOURCE OUT ARCH - the objects that a configuration has
static_configured() {
	local -A listed
	local object status
	while IFS= read -r object; do
		status=0
		static_listed "$1" "$2" "$3" "$object" || status=$?
		case $status in
		0) echo "$object" ;;
		1) ;;
		*) return "$status" ;;
		esac
	done < <(static_objects "$1" "$3")
}

# static_compile LOG SOURCE OUT ARCH CROSS ARGUMENT... - compile the configured objects; LOG.built has their names
static_compile() {
	local log=$1 source=$2 out=$3 arch=$4 cross=$5
	shift 5
	local objects
	static_configured "$source" "$out" "$arch" >"$log.built" || return 1
	mapfile -t objects <"$log.built"
	# without any, kbuild would make all of the kernel
	if [ "${#objects[@]}" -lt 8 ]; then
		echo "only ${#objects[@]} objects are configured: ${objects[*]}"
		return 1
	fi
	# what is there must not be an old one's, nor be without its messages
	(cd "$out" && rm -f "${objects[@]}")
	static_make "$source" "$out" "$arch" "$cross" -k "$@" "${objects[@]}" >"$log" 2>&1 || { cat "$log"; return 1; }
}
