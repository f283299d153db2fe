#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What vmalocktop's live view has on the screen.

bats_require_minimum_version 1.5.0
load ../leftovers.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	servers=0
	program=$BATS_TEST_TMPDIR/vmalock-load
	cp build/bin/vmalock-load "$program"
}

# terminal - a tmux server that no view of this test had: one that is being killed may still
# answer under its name, and refuse
terminal() {
	servers=$((servers + 1))
	tmux=(tmux -L "vmalocktop-$BATS_TEST_NUMBER-$$-$servers" -f /dev/null)
}

teardown() {
	if [ "$servers" -gt 0 ]; then
		"${tmux[@]}" kill-server 2>/dev/null || true
	fi
	kill_leftovers
}

# view COLUMNS LINES ARGUMENT... - a load, and the live view of it in a terminal of its own
view() {
	local size=(-x "$1" -y "$2")
	shift 2
	terminal
	"$program" --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	"${tmux[@]}" new-session -d "${size[@]}" "build/bin/vmalocktop $* -p $load; echo left with \$?; cat"
}

# shows PATTERN - wait until the screen has a line that matches
shows() {
	for _ in $(seq 150); do
		"${tmux[@]}" capture-pane -p >"$BATS_TEST_TMPDIR/screen"
		if grep -Eq -- "$1" "$BATS_TEST_TMPDIR/screen"; then
			return 0
		fi
		sleep 0.1
	done
	echo "no \"$1\" on the screen:"
	cat "$BATS_TEST_TMPDIR/screen"
	return 1
}

# leads PATTERN - wait until the first row of the table matches
leads() {
	for _ in $(seq 150); do
		"${tmux[@]}" capture-pane -p >"$BATS_TEST_TMPDIR/screen"
		if grep -E -A 1 '^    LOST   SHR ' "$BATS_TEST_TMPDIR/screen" | tail -n 1 | grep -Eq -- "$1"; then
			return 0
		fi
		sleep 0.1
	done
	echo "the first row isn't \"$1\":"
	cat "$BATS_TEST_TMPDIR/screen"
	return 1
}

keys() {
	"${tmux[@]}" send-keys "$@"
}

@test "the table: what was lost, to whom, in which region" {
	view 80 24
	shows "^vmalocktop [0-9:]{8}  PID $load \\(vmalock-load\\)  last [0-9.]+ s  by lost$"
	shows '^faults lost [0-9.]+(us|ms|s): [0-9.]+ threads stood still( on average|; [0-9]+ waits? now( \([0-9.]+[a-z]+ of that so far\))?)$'
	shows '^[0-9]+% behind vmalock-load \(PID '"$load"'\)(: [0-9]+ threads)? in (mmap|munmap|mprotect|, )+(, [0-9.]+[BKMG] at 0x[0-9a-f]+)?$'
	shows '^[0-9]+ faults/s  .* waits/s: .*mmap_lock [0-9]+'
	shows '^    LOST   SHR   WAITS      MAX KIND         SIZE REGION$'
	shows '^ +[0-9.]+(us|ms|s) +[0-9]+% +[0-9]+ +(<=)?[0-9.]+(us|ms|s) (baby|excl|mmap_lock) +[0-9.]+[KMG] (memfd:|\[anon).* 0x[0-9a-f]+'
	shows '^WRITERS THAT STALLED FAULTS$'
	shows '^ +[0-9.]+(us|ms|s) +[0-9]+ +[0-9.]+(us|ms|s) [a-z_]+ +'"$load +[0-9]+ (mmap|mprotect) +vmalock-load"
	shows '^ +last on [0-9.]+[BKMG] at 0x[0-9a-f]+'
	shows '^q quit  \? help  a all  s sort  Enter look into '
}

@test "Enter: the writers that stalled a region, its histograms and stacks; Esc: back" {
	view 100 60 --stacks
	# the load's mapping has writers with ranges; what it maps before only knows of an mmap() anywhere
	leads '^ +[0-9.]+(us|ms|s) +[0-9]+% +[0-9]{2,} .* [0-9.]+[MG] (memfd:|\[anon)'
	keys p
	shows ' PAUSED$'
	keys Enter
	shows '^WRITERS THAT STALLED IT$'
	shows '^ +[0-9.]+(us|ms|s) +[0-9]+ +[0-9.]+(us|ms|s) [a-z_]+ +'"$load +[0-9]+ (mmap|mprotect) +vmalock-load"
	shows '^ +last on [0-9.]+[BKMG] at 0x[0-9a-f]+'
	shows '^   LOST  WAITS     AVG      MAX KIND        SIZE RANGE$'
	shows '^ *[0-9.]+(us|ms|s) +[0-9]+ +[0-9.]+(us|ms|s) +(<=)?[0-9.]+(us|ms|s) (baby|excl|mmap_lock) +([0-9.]+[KMG] 0x[0-9a-f]+-0x[0-9a-f]+|- )'
	shows '^(BABY|EXCL|mmap_lock) wait, '
	shows '^ +usecs +: count +distribution'
	keys G
	shows '^STACKS OF THE PROCESS$|^      (asm_)?exc_page_fault$'
	keys Escape
	shows '^    LOST   SHR '
}

@test "keys: writers, funnel, open waits, help, sort, all, quit" {
	view 80 24
	shows '^    LOST   SHR '
	keys w
	shows '^WRITERS THAT STALLED FAULTS$'
	shows '^Esc back  q quit  a all  Enter look into  f funnel  o open(  line [0-9]+ of [0-9]+)?$'
	keys f
	shows '^(from user mode|looked up under RCU) +[0-9]+ '
	keys o
	shows '^(nothing waits now|[0-9]+ waits? now, oldest first)$'
	keys '?'
	shows '^  Enter, right        look into a region'
	keys Escape
	shows '^    LOST   SHR '
	for sort in total count avg max lost; do
		keys s
		shows "  by $sort$"
	done
	keys a
	shows '  all [0-9.]+ s  by lost$'
	keys q
	shows '^left with 0$'
}

@test "down selects the next row, and no further than the last" {
	view 80 24
	shows '^ +[0-9.]+(us|ms|s) +[0-9]+% .* (memfd:|\[anon)'
	keys a
	for _ in $(seq 40); do
		keys Down
	done
	keys p
	shows ' PAUSED$'
	"${tmux[@]}" capture-pane -e -p >"$BATS_TEST_TMPDIR/colours"
	last=$(grep -E '[0-9]% .* ([0-9.]+[KMG]|-) ' "$BATS_TEST_TMPDIR/colours" | tail -n 1)
	[[ $last == *$'\e[7m'* || $last == *$'\e[0;7m'* ]]
}

@test "the size of the terminal changes" {
	view 120 30
	shows '^    LOST   SHR '
	"${tmux[@]}" resize-window -x 60 -y 12
	shows '^q quit  \? help  a all  s sort  Enter look into  w writers$'
	"${tmux[@]}" resize-window -x 20 -y 3
	"${tmux[@]}" resize-window -x 80 -y 24
	shows '^q quit  \? help  a all  s sort  Enter look into  w writers  o open  f funnel$'
	shows '^    LOST   SHR '
}

@test "colour, but not with NO_COLOR" {
	coloured() {
		for _ in $(seq 30); do
			"${tmux[@]}" capture-pane -e -p | grep -Eq $'\e\\[([0-9]+;)*3[0-7]' && return 0
			sleep 0.1
		done
		return 1
	}
	view 80 24
	shows '^    LOST   SHR '
	coloured
	"${tmux[@]}" kill-server
	kill "$load"
	export NO_COLOR=1
	view 80 24
	shows '^    LOST   SHR '
	run coloured
	[ "$status" -eq 1 ]
}

@test "a name can't command the terminal" {
	program=$BATS_TEST_TMPDIR/$'e\e[7;31mvil\a'
	cp build/bin/vmalock-load "$program"
	view 80 24
	shows '^[0-9]+% behind e\?\[7;31mvil\? \(PID '
	# with the column of names
	"${tmux[@]}" resize-window -x 110 -y 24
	shows '^ +[0-9.]+(us|ms|s) +[0-9]+% .* e\?\[7;31mvil\? '
}

@test "what is watched is cut at a character, and that is marked" {
	local at cgroup
	cgroup=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$cgroup" ] || skip "no cgroup v2 here"
	at=$BATS_TEST_TMPDIR/$(printf 'é%.0s' $(seq 120))
	ln -s "$cgroup" "$at"
	view 250 24 -c "$at"
	shows "  cgroup $BATS_TEST_TMPDIR/é+…  last [0-9.]+ s "
}

@test "a row that was chosen stays chosen when the order changes" {
	view 140 40
	keys a
	shows '  all [0-9.]+ s  by lost$'
	chosen() {
		"${tmux[@]}" capture-pane -e -p | grep -E '[0-9]% .* ([0-9.]+[KMG]|-) ' | grep -E $'\e\\[([0-9;]*;)?7m' |
			grep -oE '0x[0-9a-f]+' | head -n 1
	}
	for _ in $(seq 100); do
		"${tmux[@]}" capture-pane -p >"$BATS_TEST_TMPDIR/screen"
		[ "$(grep -cE '[0-9]% .* 0x' "$BATS_TEST_TMPDIR/screen")" -lt 4 ] || break
		sleep 0.1
	done
	keys Down Down
	sleep 0.5
	was=$(chosen)
	[ -n "$was" ]
	keys s s s s
	shows '  by max$'
	for _ in 1 2 3; do
		sleep 0.7
		[ "$(chosen)" = "$was" ]
	done
}

@test "all processes: PIDs and names at 80 columns, kinds, too, where there is room" {
	terminal
	"$program" --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	"${tmux[@]}" new-session -d -x 80 -y 24 "build/bin/vmalocktop; echo left with \$?; cat"
	shows '^    LOST   SHR   WAITS KIND          PID COMMAND    SIZE REGION$'
	shows " $load vmalock… +[0-9.]+[KMG] (memfd:|\\[anon)"
	"${tmux[@]}" resize-window -x 110 -y 24
	shows '^    LOST   SHR   WAITS      MAX KIND          PID COMMAND         SIZE REGION$'
}

@test "P: one process alone, and all again" {
	terminal
	"$program" --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	build/bin/vmalock-load --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	other=$!
	"${tmux[@]}" new-session -d -x 120 -y 50 "build/bin/vmalocktop -p $load -p $other; echo left with \$?; cat"
	shows " $load vmalock-load "
	shows " $other vmalock-load "
	keys a
	# whose rows come first is chance
	leads " ($load|$other) vmalock-load "
	keys p
	shows ' PAUSED$'
	first=$(grep -A 1 '^    LOST   SHR ' "$BATS_TEST_TMPDIR/screen" | grep -oE " ($load|$other) vmalock" | tr -dc 0-9)
	keys P
	shows "^vmalocktop [0-9:]{8}  PID $first \(vmalock-load\) alone, P: all  2 processes  all "
	shows '^all processes: [0-9]+ faults/s '
	shows "^[0-9]+% behind vmalock-load \(PID $first\)"
	[ -z "$(grep -E " $((load + other - first)) " "$BATS_TEST_TMPDIR/screen")" ]
	keys P
	shows '^vmalocktop [0-9:]{8}  2 processes  all '
	keys p
	shows " $((load + other - first)) vmalock-load "
	kill "$other"
}

@test "w, Enter: whom a writer stalled, where, with stacks; Esc: back, twice" {
	view 100 60 --stacks
	shows '^WRITERS THAT STALLED FAULTS$'
	keys a
	shows '^ +[0-9.]+(us|ms|s) .* [a-z_]+ +'"$load +[0-9]+ (mmap|mprotect) +vmalock-load"
	keys p
	shows ' PAUSED$'
	keys w
	shows '^Esc back  q quit  a recent  Enter look into '
	keys Down
	sleep 0.3
	row=$("${tmux[@]}" capture-pane -e -p | grep -E $'\e\\[([0-9;]*;)?7m' | grep -oE " $load +[0-9]+ [a-z]+ " | head -n 1)
	[ -n "$row" ]
	read -r _ tid call <<<"$row"
	keys Enter
	shows "^vmalock-load, thread $tid of $load, in $call$"
	shows '^[0-9]+ faults lost [0-9.]+(us|ms|s) behind it(; its last call was on .*)?$'
	shows '^REGIONS IN WHICH IT STALLED FAULTS$'
	shows '^ +[0-9.]+(us|ms|s) +[0-9]+ +[0-9.]+(us|ms|s) (baby|excl|mmap_lock) +'"$load"' +[0-9.]+[KMG] (memfd:|\[anon).* 0x[0-9a-f]+$'
	shows '^RANGES THAT THESE FAULTS WANTED$'
	keys G
	shows "^  behind vmalock-load \(tid $tid\) in $call$|^      (asm_)?exc_page_fault$"
	keys Escape
	shows '^WRITERS THAT STALLED FAULTS$'
	keys Escape
	shows '^    LOST   SHR '
}

@test "the process ends: the terminal is as before, and that is said" {
	view 80 24
	shows '^    LOST   SHR '
	kill "$load"
	shows "^Process $load has ended.$"
	shows '^left with 0$'
}

@test "--batch, COUNT, --by, -T, --stats: reports on a terminal, too" {
	local options
	for options in "--batch --duration 1" "1 1" "--by thread --sort max --duration 1" "--by vma --duration 1" "-T --duration 1" \
		"--stats --duration 1"; do
		# shellcheck disable=SC2086 # words
		view 120 50 $options
		shows '^left with 0$'
		grep -Eq '^(no event lost|lost: )' "$BATS_TEST_TMPDIR/screen"
		"${tmux[@]}" kill-server
		kill "$load"
	done
}

# at_once KEY... - keys that it can read all at once
at_once() {
	local top
	top=$(pgrep -x vmalocktop -P "$("${tmux[@]}" display-message -p '#{pane_pid}')")
	kill -STOP "$top"
	keys "$@"
	# the terminal has them when tmux answers again
	"${tmux[@]}" display-message -p >"$BATS_TEST_TMPDIR/answer"
	kill -CONT "$top"
}

@test "keys that come at once: each is about what the one before selected" {
	local rows at
	view 140 60
	keys a
	# two rows with a range, and two writers
	for _ in $(seq 100); do
		"${tmux[@]}" capture-pane -p >"$BATS_TEST_TMPDIR/screen"
		[ "$(grep -cE '^ +[0-9.]+(us|ms|s) +[0-9]+% .*-0x' "$BATS_TEST_TMPDIR/screen")" -lt 2 ] ||
			[ "$(grep -c '^  *last on ' "$BATS_TEST_TMPDIR/screen")" -lt 2 ] || break
		sleep 0.1
	done
	keys p
	shows ' PAUSED$'
	mapfile -t rows < <(grep -E '^ +[0-9.]+(us|ms|s) +[0-9]+% ' "$BATS_TEST_TMPDIR/screen")
	at=1
	[[ ${rows[1]} == *-0x* ]] || at=2
	[[ ${rows[at]} == *-0x* ]]
	at_once g $(printf 'Down %.0s' $(seq "$at")) Enter
	shows "^${rows[at]##* }$"
	keys Escape
	shows '^    LOST   SHR '
	keys w
	shows '^Esc back '
	read -r _ _ _ _ _ tid call _ < <(grep -E '^ +[0-9.]+(us|ms|s) ' "$BATS_TEST_TMPDIR/screen" | sed -n 2p)
	at_once Down Enter
	shows "^vmalock-load, thread $tid of $load, in $call$"
}

# on_pty SCRIPT ARGUMENT... - Python that has a live view in a terminal: master is the other end, top the process
on_pty() {
	local script=$1
	shift
	timeout 100 python3 - "$@" <<-EOF
		import os, pty, select, signal, subprocess, sys, time

		master, slave = pty.openpty()
		top = subprocess.Popen(["build/bin/vmalocktop"] + sys.argv[1:], stdin=slave, stdout=slave, stderr=slave,
		                       env={**os.environ, "TERM": "xterm", "LINES": "24", "COLUMNS": "80"}, start_new_session=True,
		                       preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
		os.close(slave)
		screen = b""
		while b" LOST " not in screen:
		    screen += os.read(master, 65536)

		# Wait until it ends, while meanwhile() is done over and over, and end with its status.
		def ends(meanwhile):
		    end = time.monotonic() + 20
		    while top.poll() is None and time.monotonic() < end:
		        meanwhile()
		    if top.returncode is None:
		        ticks = sum(map(int, open(f"/proc/{top.pid}/stat").read().rsplit(")")[1].split()[11:13]))
		        top.kill()
		        sys.exit(f"runs on, and took {ticks / os.sysconf('SC_CLK_TCK')} s of CPU time")
		    sys.exit(top.returncode)

		$script
	EOF
}

@test "the terminal is gone, and no SIGHUP ends it: as when stdout is closed" {
	on_pty '
os.close(master)
ends(lambda: time.sleep(0.1))' -p $$
}

@test "SIGTERM ends it while keys come without end" {
	on_pty '
os.set_blocking(master, False)
def type():
    readable, writable, _ = select.select([master], [master], [], 1)
    try:
        if readable:
            os.read(master, 65536)
        if writable:
            os.write(master, b"j" * 65536)
    except OSError:
        pass
for _ in range(100):
    type()
top.send_signal(signal.SIGTERM)
ends(type)' -p $$
}
