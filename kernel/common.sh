# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# common.sh: what the scripts in kernel/ share; sourced, never run.
#
# Sets: top (the checkout), cache (where downloads and ccache live).
# VMALOCK_BUILD names another build directory than build/ (the tests use it).
set -euo pipefail

prog=kernel/$(basename "$0")
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=${VMALOCK_BUILD:-$top/build}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vmalock
source_package=linux-source-6.12

die() {
	echo "$prog: $*" >&2
	exit 1
}

usage_error() {
	echo "$prog: $* (see $prog --help)" >&2
	exit 2
}

# Print the comment at the head of the calling script: that is its help text.
show_help() {
	awk 'NR > 3 && !/^#/ { exit } NR > 3 { sub(/^# ?/, ""); print }' "$0"
}

say() {
	if [ -z "${QUIET:-}" ]; then
		printf '  %-8s%s\n' "$1" "$2" >&2
	fi
}

# newest_deb PACKAGE: the path of the newest cached .deb of PACKAGE, or nothing.
newest_deb() {
	local deb best='' version best_version=''
	for deb in "$cache/$1"_*.deb; do
		[ -e "$deb" ] || continue
		version=$(dpkg-deb -f "$deb" Version) || continue
		if [ -z "$best" ] || dpkg --compare-versions "$version" gt "$best_version"; then
			best=$deb
			best_version=$version
		fi
	done
	printf '%s' "$best"
}

# download_deb PACKAGE[=VERSION] [APT-OPTION...]: put a .deb into the cache with apt-get.
download_deb() {
	local tmp package=${1%%=*} options=("${@:2}")
	mkdir -p "$cache"
	if ! apt-cache "${options[@]}" show "$1" >/dev/null 2>&1; then
		apt-get -qq "${options[@]}" update >&2 ||
			die "apt-get update failed: check the network and /etc/apt/sources.list"
	fi
	tmp=$(mktemp -d "$cache/download.XXXXXX")
	if ! (cd "$tmp" && apt-get -qq -o APT::Sandbox::User=root "${options[@]}" download "$1" >&2); then
		rm -rf "$tmp"
		die "cannot download $1: it needs a network and Debian 12 with its security archive in /etc/apt/sources.list"
	fi
	mv "$tmp/$package"_*.deb "$cache/"
	rm -rf "$tmp"
}
