#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# docs/verification.md speaks of what exists: commands, files, switches, mutants, suites.

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	page=docs/verification.md
}

# quoted: what the page has in backticks, a line each.
quoted() {
	grep -o '`[^`]*`' "$page" | tr -d '`'
}

# missing WHAT: stdin must be empty; prints it.
missing() {
	run cat
	echo "no such $1: $output"
	[ -z "$output" ]
}

@test "every row of a table ends with a command" {
	awk -F ' *[|] *' '/^[|]/ && !/^[|]---/ && $(NF - 1) != "Command" { rows++ }
		/^[|]/ && !/^[|]---/ && $(NF - 1) !~ /^(Command|`(make|tests\/)[^`]*`)$/ { print; bad = 1 }
		END { exit rows < 20 || bad }' "$page"
}

@test "every make target is one that make help shows" {
	help=$(make -s help)
	quoted | sed -n 's/^make \([a-z0-9-]*\).*/\1/p' | sort -u >"$BATS_TEST_TMPDIR/targets"
	[ -s "$BATS_TEST_TMPDIR/targets" ]
	while read -r target; do
		grep -q "^  $target " <<<"$help" || echo "$target"
	done <"$BATS_TEST_TMPDIR/targets" | missing target
}

@test "every suite is named, and every named suite exists" {
	quoted | sed -nE 's/.*SUITES="?([a-z0-9 ]+)"?$/\1/p' | tr ' ' '\n' | sort -u >"$BATS_TEST_TMPDIR/named"
	for suite in tests/*/suite; do
		basename "$(dirname "$suite")"
	done | sort >"$BATS_TEST_TMPDIR/there"
	diff "$BATS_TEST_TMPDIR/named" "$BATS_TEST_TMPDIR/there"
}

@test "every file exists" {
	quoted | grep -oE '(^| |=)(tests|kernel|docs|tools)/[^ ]*' | sed -E 's/^[ =]//' | sort -u >"$BATS_TEST_TMPDIR/files"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/files")" -gt 10 ]
	while read -r file; do
		compgen -G "${file%/}" >/dev/null || echo "$file"
	done <"$BATS_TEST_TMPDIR/files" | missing file
}

@test "every switch of the model is one that the suite uses, and none is left out" {
	grep -oE '\bM_[A-Z_]+[A-Z]\b' "$page" | sort -u >"$BATS_TEST_TMPDIR/named"
	# three are put together: NO_, what the step is called, _MB
	{
		grep -oE -- '-DM_[A-Z_]+[A-Z]\b' tests/model/suite
		grep -oE '"[A-Z]+:no barrier' tests/model/suite | sed -E 's/"([A-Z]+):.*/-DM_NO_\1_MB/'
	} | sed 's/^-D//' | sort -u >"$BATS_TEST_TMPDIR/used"
	diff "$BATS_TEST_TMPDIR/named" "$BATS_TEST_TMPDIR/used"
	while read -r switch; do
		grep -qw "$switch" tests/model/*.pml || echo "$switch"
	done <"$BATS_TEST_TMPDIR/named" | missing switch
}

@test "every protection that the kernel can lose is named" {
	sed -nE 's/^red ("[^"]*").*/\1/p' tests/giant/suite >"$BATS_TEST_TMPDIR/red"
	[ -s "$BATS_TEST_TMPDIR/red" ]
	while read -r name; do
		grep -qF -- "$name" "$page" || echo "$name"
	done <"$BATS_TEST_TMPDIR/red" | missing "name in $page"
}

@test "every way to break the kernel's source is named, with a case that exists" {
	grep -v '^#' tests/hazards/mutants.txt | cut -f 1 >"$BATS_TEST_TMPDIR/mutants"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/mutants")" -gt 10 ]
	while read -r name; do
		grep -qF -- "\"$name\"" "$page" || echo "$name"
	done <"$BATS_TEST_TMPDIR/mutants" | missing "name in $page"
	grep -v '^#' tests/hazards/mutants.txt | cut -f 2 | tr ' ' '\n' | sort -u >"$BATS_TEST_TMPDIR/named"
	{
		grep -v '^#' tests/hazards/cases.txt | cut -f 1
		# and those that other suites run
		find tests/hazards -name '*.sh' -perm /111 -printf '%f\n' | sed 's/\.sh$//'
	} | sort | comm -13 - "$BATS_TEST_TMPDIR/named" | missing case
	# and each case can fail
	grep -v '^#' tests/hazards/cases.txt | cut -f 1 | sort | comm -23 - "$BATS_TEST_TMPDIR/named" | missing "mutant for case"
}

@test "a hazard's row names the mutants with which its cases must be red, and no others" {
	awk -F '\t' '
		# the table: a mutant, and its cases
		FNR == NR {
			if (/^#/)
				next
			n = split($2, cases, " ")
			for (i = 1; i <= n; i++)
				wanted[cases[i] ": " $1]
			next
		}
		/^## Faults without a reference/ { on = 1 }
		/^Each of/ { on = 0 }
		# a row; each of its mutants is one of some case of it
		on && /^[|]/ && split($0, column, / *[|] */) && column[2] ~ /`/ {
			n = split(column[2], cases, "`")
			m = split(column[4], mutants, "\"")
			for (j = 2; j <= m; j += 2) {
				known = 0
				for (i = 2; i <= n; i += 2)
					if ((cases[i] ": " mutants[j]) in wanted) {
						known = 1
						named[cases[i] ": " mutants[j]]
					}
				if (!known)
					print column[2] " has nothing to do with " mutants[j]
			}
		}
		END {
			for (pair in wanted)
				if (!(pair in named))
					print "no row has " pair
		}' tests/hazards/mutants.txt "$page" | missing "pair of a case and a mutant"
}
