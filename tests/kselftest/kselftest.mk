# SPDX-License-Identifier: GPL-2.0
#
# The page that compares selftests/mm on Debian's kernel and on ours.

.PHONY: kselftest-table
kselftest-table: deps kernel kernel-stock	## Run all of the suite kselftest, and write docs/kselftest.md
	$(Q)TEST_LONG=1 tests/run kselftest
	$(Q)tests/kselftest/table build/tests/kselftest/results
