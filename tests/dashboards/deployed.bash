# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What an exporter that was deployed must do, whatever deployed it; sourced in guests, with common.bash and $url.
# The caller has die(), which says what is wrong and ends.

# up WHAT - until it answers
up() {
	wait_until 120 quietly get healthz || die "$1: it doesn't answer"
	[ "$(value vmalock_faults_total)" -gt 0 ] || die "$1: it counts nothing"
	echo "$SECONDS s: $1, it answers"
}

quietly() {
	"$@" >/dev/null 2>&1
}

# status_of PID FIELD - of /proc/PID/status
status_of() {
	awk -v field="$2:" '$1 == field { print $2 }' "/proc/$1/status"
}

# has_rights PID - it could have had the four capabilities, has given up those that load programs, and gets no others
has_rights() {
	local field
	declare -A want=(
		[CapBnd]=000000c000080004	# bpf, perfmon, sys_ptrace, dac_read_search
		[CapPrm]=0000000000080004	# sys_ptrace, dac_read_search
		[CapEff]=0000000000080004
		[CapInh]=0000000000000000
		[CapAmb]=0000000000000000
		[NoNewPrivs]=1
		[Seccomp]=2
	)
	for field in "${!want[@]}"; do
		[ "$(status_of "$1" "$field")" = "${want[$field]}" ] ||
			die "$field of PID $1 is $(status_of "$1" "$field"), not ${want[$field]}"
	done
	echo "$SECONDS s: PID $1 of user $(status_of "$1" Uid) has the capabilities that it should, $(status_of "$1" VmRSS) KiB"
}

# sees CGROUP COMMAND... - as someone else COMMAND runs a vmalock-load in the cgroup; it has a name there, and its region, too
sees() {
	local cgroup=$1

	shift
	# Others than root may not look into a checkout below /root.
	install -m 755 "${LOAD:-build/bin/vmalock-load}" /tmp/load
	"$@" /tmp/load --duration=60 --size=1G --modes=anon,replace --faulters=2 --mappers=1 >/dev/null
	wait_until 50 quietly waits_in "$cgroup" || die "no waits in the cgroup $cgroup"
	wait_until 50 quietly region_of load || die "the load's region has no name"
	echo "$SECONDS s: it sees the load of another user, in its cgroup, by its name"
}

waits_in() {
	local text

	# no pipe: grep ends with the first match, which would fail who writes to it
	text=$(get metrics) && grep -qE "^vmalock_cgroup_waits_total\{cgroup=\"$1\",kind=\"(baby|mmap_lock)\"\} [1-9]" <<<"$text"
}

region_of() {
	get api/report | jq -e --arg comm "$1" '.report.regions[] | select(.comm == $comm and ((.name // "") | test("vmalock")))'
}
