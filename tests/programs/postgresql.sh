#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# postgresql.sh: PostgreSQL with big shared buffers, one VMA in every backend, under pgbench.
#
# Usage: postgresql.sh DIRECTORY - as root; DIRECTORY is made, and left. PROGRAMS_BREAK=1 changes a balance in between.
# Prints what lib.sh says.
#
# All money that pgbench moves is in four tables, whose sums are equal. Clients draw from seeded generators and only
# add: which balances there are in the end doesn't depend on who was first.
set -euo pipefail

work=$1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
clients=8 transactions=250 scale=4

binaries=(/usr/lib/postgresql/*/bin)
PATH=${binaries[-1]}:$PATH
mkdir -p "$work"
chown postgres:postgres "$work"
export PGHOST=$work PGUSER=postgres PGDATABASE=postgres PGDATA=$work/data

as_postgres() {
	setpriv --reuid postgres --regid postgres --clear-groups env -C "$work" "$@"
}

start() {
	as_postgres pg_ctl --wait --timeout 240 --log "$work/log" start || {
		cat "$work/log"
		return 1
	}
}

stop() {
	as_postgres pg_ctl --wait --timeout 240 --mode fast stop
}
trap 'stop >/dev/null 2>&1 || :' EXIT

sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"
}

# sums - of all four tables, of which the last has a row for each transaction
sums() {
	sql "SELECT (SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(tbalance) FROM pgbench_tellers),
		(SELECT sum(bbalance) FROM pgbench_branches), (SELECT sum(delta) FROM pgbench_history)"
}

balances() {
	sql "SELECT md5(string_agg(aid || ':' || abalance, ',' ORDER BY aid)) FROM pgbench_accounts"
}

# all_processed OPTION... - pgbench does all of its transactions
all_processed() {
	pgbench --no-vacuum --client "$clients" --jobs 4 --random-seed 7 "$@" | tee "$work/pgbench"
	grep -q "actually processed: \([0-9]*\)/\1$" "$work/pgbench" && grep -q 'failed transactions: 0 ' "$work/pgbench"
}

check "initdb" as_postgres initdb --no-sync --data-checksums --auth trust --no-locale --encoding UTF8 --username postgres
# a table is read in parallel although it is small, and by as many processes as there are CPUs
cat >>"$PGDATA/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$work'
shared_buffers = 1GB
huge_pages = off
fsync = off
jit = off
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
max_parallel_workers_per_gather = 4
END
check "PostgreSQL starts" start
check "pgbench fills its tables" pgbench --initialize --scale "$scale"
check "pgbench's transactions are processed" all_processed --transactions "$transactions"
[ "${PROGRAMS_BREAK:-0}" = 0 ] || sql "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 1"
sums=$(sums)
equal "the sums of all balances are equal" "${sums%%|*}|${sums%%|*}|${sums%%|*}|${sums%%|*}" "$sums"
equal "no transaction is missing" "$((clients * transactions))" "$(sql "SELECT count(*) FROM pgbench_history")"
check "a backend for each query" all_processed --select-only --connect --transactions 15
digest=$(balances)
same "sums of balances" "$sums"
same "digest of balances" "$digest"
check "PostgreSQL stops" stop
check "the checksums of all data are right" as_postgres pg_checksums --check
check "PostgreSQL starts again" start
equal "all balances are as before" "$digest" "$(balances)"
check "PostgreSQL stops again" stop
