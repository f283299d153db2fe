# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash

load_bin=$BATS_TEST_DIRNAME/../../build/bin/vmalock-load

# load_json OPTION...: run it; its report in $report (a file), its messages in $messages, sets $status
load_json() {
	report=$BATS_TEST_TMPDIR/report
	messages=$BATS_TEST_TMPDIR/messages
	status=0
	timeout 60 "$load_bin" --json "$@" >"$report" 2>"$messages" </dev/null || status=$?
	cat "$messages" "$report"
}

# value KEY...: what the report says, e.g. value counts forks
value() {
	python3 - "$report" "$@" <<'END'
import json, sys
lines = open(sys.argv[1]).read().splitlines()
assert len(lines) == 1, lines
value = json.loads(lines[0])
for key in sys.argv[2:]:
    value = value[key]
print(json.dumps(value) if isinstance(value, (bool, list, dict)) else value)
END
}

# clean: the run ended well
clean() {
	[ "$status" = 0 ]
	[ "$(value status)" = ok ]
	[ "$(value complete)" = true ]
	[ "$(value violations total)" = 0 ]
	[ ! -s "$messages" ]
}

# more_than NUMBER KEY...
more_than() {
	local least=$1
	shift
	[ "$(value "$@")" -gt "$least" ]
}
