#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# redis.sh: Redis, saved in the background by a child of fork() while threads change all of it.
#
# Usage: redis.sh DIRECTORY - as root; DIRECTORY is made, and left. PROGRAMS_BREAK=1 changes a key in between.
# Prints what lib.sh says.
#
# The commands are always the same, and whatever runs at once commutes. So the digest of all data (DEBUG DIGEST) is known
# whenever no command is under way, as it is when a save begins: what is saved must have that digest, however much
# was written meanwhile.
set -euo pipefail

work=$1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
keys=20000 size=1500 saves=2

mkdir -p "$work"
socket=$work/socket

# cli ARGUMENT... - fails if the answer is an error
cli() {
	redis-cli -e -s "$socket" "$@"
}

answers() {
	for _ in {1..240}; do
		[ "$(cli ping 2>/dev/null)" != PONG ] || return 0
		sleep 1
	done
	cat "$work/log"
	return 1
}

# start FILE - a server with the data in FILE, if that exists
start() {
	redis-server --port 0 --unixsocket "$socket" --dir "$work" --dbfilename "$1" --save '' --io-threads 4 \
		--io-threads-do-reads yes --enable-debug-command local --daemonize yes --logfile "$work/log" \
		--pidfile "$work/pid" && answers
}

stop() {
	cli shutdown nosave
	# which the server removes last
	for _ in {1..240}; do
		[ -e "$work/pid" ] || return 0
		sleep 1
	done
	return 1
}
trap 'cli shutdown nosave >/dev/null 2>&1 || :' EXIT

digest() {
	cli debug digest
}

# info FIELD
info() {
	cli info persistence | tr -d '\r' | sed -n "s/^$1://p"
}

# change ROUND - from four connections at once, write to each key twice; counters only grow, strings only get longer
change() {
	local part status=0 pids=()
	for part in 0 1 2 3; do
		awk -v part="$part" -v keys="$keys" -v round="$1" 'BEGIN {
			for (i = part; i < keys; i += 4) {
				printf "APPEND s:%d %s-%d\r\n", i, round, i
				printf "INCRBY n:%d %d\r\n", (i * 7919 + round) % keys, i
			}
		}' | cli --pipe >"$work/pipe.$part" &
		pids+=($!)
	done
	for part in "${pids[@]}"; do
		wait "$part" || status=1
	done
	cat "$work"/pipe.[0-3]
	[ "$status" = 0 ] && [ "$(grep -c '^errors: 0, ' "$work"/pipe.[0-3] | grep -c ':1$')" = 4 ]
}

# save_while_changing ROUND - the child writes a key and then sleeps, so that all keys change while it is at work
save_while_changing() {
	cli bgsave && [ "$(info rdb_bgsave_in_progress)" = 1 ] && change "$1" || return 1
	for _ in {1..240}; do
		[ "$(info rdb_bgsave_in_progress)" != 0 ] || break
		sleep 1
	done
	# bytes: pages that the two no longer share
	echo "save: $(info rdb_last_bgsave_status), copied on write: $(info rdb_last_cow_size)"
	[ "$(info rdb_last_bgsave_status)" = ok ] && [ "$(info rdb_last_cow_size)" -gt $((keys * size / 2)) ] &&
		mv "$work/dump" "$work/saved.$1"
}

check "Redis starts" start dump
check "it is filled" cli debug populate "$keys" s "$size"
check "all keys change" change 0
check "the saving child takes its time" cli config set rdb-key-save-delay 200
for round in $(seq "$saves"); do
	digests[round]=$(digest)
	same "digest before save $round" "${digests[round]}"
	check "all keys change while save $round is under way" save_while_changing "$round"
done
digests[saves + 1]=$(digest)
same "digest in the end" "${digests[saves + 1]}"
check "it is saved" cli save
mv "$work/dump" "$work/saved.$((saves + 1))"
[ "${PROGRAMS_BREAK:-0}" = 0 ] || { cli append s:1 x && cli save && mv "$work/dump" "$work/saved.2"; } >"$work/broken"
check "Redis stops" stop
for round in $(seq $((saves + 1))); do
	check "save $round is well-formed" redis-check-rdb "$work/saved.$round"
	check "Redis starts with save $round" start "saved.$round"
	equal "save $round is what was there when it began" "${digests[round]}" "$(digest)"
	check "Redis stops after save $round" stop
done
