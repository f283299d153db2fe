# SPDX-License-Identifier: GPL-2.0
#
# Suites are the executables tests/*/suite; tests/run says what they print.

.PHONY: run-tests
test: run-tests
run-tests: $(TEST_NEEDS)
	$(Q)deps/install
	$(Q)tests/run $(SUITES)
