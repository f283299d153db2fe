# SPDX-License-Identifier: GPL-2.0
#
# The page that compares selftests/mm on Debian's kernel and on ours.

.PHONY: kselftest-table
kselftest-table: deps kernel kernel-stock	## Run the suite kselftest, and write docs/kselftest.md
	$(Q)tests/run kselftest
	$(Q)tests/kselftest/table build/tests/kselftest/results
