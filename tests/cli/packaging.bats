#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What is installed besides the program.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	man=build/tools/vmalocktop/vmalocktop.1
	if [ ! -e "$man" ] || ! command -v scdoc >/dev/null; then
		skip "what is packaged isn't here"
	fi
}

# long_options <TEXT - those named in it
long_options() {
	grep -oE -- '(^|[^-[:alnum:]])--[a-z][-a-z]+' | grep -oE -- '--.*' | sort -u
}

@test "the man page: no warnings, and the options that --help has" {
	[ -z "$(man --warnings -l "$man" 2>&1 >/dev/null)" ]
	MANWIDTH=80 man -l "$man" | col -b | sed -n '/^OPTIONS/,/^KINDS/p' | long_options >"$BATS_TEST_TMPDIR/man"
	build/bin/vmalocktop --help | sed -n '/^ What to watch/,/^Without\|^On a terminal/p' | grep -E '^ +-' | long_options >"$BATS_TEST_TMPDIR/help"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt 25 ]
	diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/man"
}

# completes WORD... - what the completion offers for the last of the words
completes() {
	bash -c '
		. /usr/share/bash-completion/bash_completion
		. tools/vmalocktop/vmalocktop.bash
		PATH=$PWD/build/bin:$PATH
		compopt() { :; }
		COMP_WORDS=(vmalocktop "$@") COMP_CWORD=$# COMP_LINE="vmalocktop $*" COMP_POINT=1000
		_vmalocktop vmalocktop "${@: -1}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "completion: options, keys, files" {
	[ "$(completes --longer)" = --longer-than= ]
	[ "$(completes --by th)" = thread ]
	[ "$(completes --sort m)" = max ]
	touch "$BATS_TEST_TMPDIR/a-recording"
	[ "$(completes --replay "$BATS_TEST_TMPDIR/a-r")" = "$BATS_TEST_TMPDIR/a-recording" ]
	for option in $(build/bin/vmalocktop --help | grep -E '^ +-' | long_options); do
		completes "$option" | grep -qx -- "$option=\?"
	done
}

@test "make install: the program, its page, its completion" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/opt/v
	cd "$BATS_TEST_TMPDIR/root/opt/v"
	[ "$(./bin/vmalocktop --version)" = "$("$OLDPWD"/build/bin/vmalocktop --version)" ]
	[ -s share/man/man1/vmalocktop.1 ]
	[ -s share/bash-completion/completions/vmalocktop ]
	[ -s share/doc/vmalocktop/JSON_SCHEMA.md ]
	[ -s share/doc/vmalocktop/METRICS.md ]
	grep -q '^ExecStart=/opt/v/bin/vmalocktop ' lib/systemd/system/vmalocktop-exporter.service
}

@test "the program is static: it needs no library" {
	run ldd build/bin/vmalocktop
	[[ $output == *"not a dynamic executable"* || $output == *"statically linked"* ]]
}

@test "a program that needs libraries is not packaged" {
	run -2 --separate-stderr make -s deb VMALOCKTOP_STATIC= VMALOCKTOP_BIN="$BATS_TEST_TMPDIR/vmalocktop" \
		VMALOCKTOP_DEB="$BATS_TEST_TMPDIR/vmalocktop.deb"
	[[ $(ldd "$BATS_TEST_TMPDIR/vmalocktop") == *libbpf* ]]
	[[ ${stderr_lines[0]} == "deb: $BATS_TEST_TMPDIR/vmalocktop needs shared libraries, "* ]]
	[ "$(grep -cv '^make' <<<"$stderr")" = 1 ]
	[ ! -e "$BATS_TEST_TMPDIR/vmalocktop.deb" ]
}

@test "the Debian package installs, runs, and goes away" {
	make -s deb
	package=$(echo build/vmalocktop_*_"$(dpkg --print-architecture)".deb)
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
	touch "$root/var/lib/dpkg/status"
	dpkg --root="$root" --force-script-chrootless --log=/dev/null -i "$package"
	[ "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${db:Status-Status}' vmalocktop)" = "vmalocktop installed" ]
	[ "$("$root/usr/bin/vmalocktop" --version)" = "$(build/bin/vmalocktop --version)" ]
	[ -s "$root/usr/lib/systemd/system/vmalocktop-exporter.service" ]
	[ "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Conffiles}' vmalocktop | awk '{ print $1 }')" = /etc/default/vmalocktop-exporter ]
	dpkg --root="$root" --log=/dev/null -P vmalocktop
	[ ! -e "$root/usr/bin/vmalocktop" ]
}
