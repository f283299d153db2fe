# SPDX-License-Identifier: GPL-2.0
#
# Suites are the executables tests/*/suite; tests/run says what they print.
# Fragments included earlier may add to TEST_NEEDS.

TEST_NEEDS += all kernel kernel-stock kernel-stock-6.1

# what suites build; tools/tools.mk includes those of the unit tests
-include $(sort $(filter-out tests/unit/%,$(wildcard tests/*/*.mk)))

.PHONY: run-tests
test: run-tests
run-tests: deps $(TEST_NEEDS)
	$(Q)tests/run $(SUITES)

.PHONY: test-long
test-long: deps $(TEST_NEEDS)	## Run the suites that can look further, for hours (SUITES as above)
	$(Q)TEST_LONG=1 tests/run $(or $(SUITES),static model torture inject kcsan rt churn fuzz leaks stress kselftest programs arm64 dashboards)

.PHONY: test-debug
test-debug: deps $(TEST_NEEDS) kernel-debug	## Run the suites of the kernel on the one with KASAN and lockdep (SUITES as above)
	$(Q)VM_KERNEL=debug VM_EXPERIMENT=debug VM_PATIENCE=5 \
		tests/run $(or $(SUITES),churn fuzz giant hazards kselftest stress trace)

.PHONY: mutants
mutants: deps kernel-experiment	## Break the protocol step by step: by which check is each mutant caught?
	$(Q)tests/mutants
