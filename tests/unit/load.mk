# SPDX-License-Identifier: GPL-2.0
#
# Unit tests of tools/vmalock-load: each links the objects that it tests.

LOAD_UNIT_TESTS := $(patsubst tests/unit/%.c,build/tests/unit/%,$(wildcard tests/unit/test_load_*.c))
LOAD_UNIT_OBJECTS := $(addprefix $(LOAD_BUILD)/,parse.o stamp.o check.o mode_list.o report.o violation_kinds.o)

.PHONY: unit-tests
unit-tests: $(LOAD_UNIT_TESTS)	## Build the unit tests
TEST_NEEDS += unit-tests

$(LOAD_UNIT_TESTS): build/tests/unit/test_load_%: tests/unit/test_load_%.c $(LOAD_UNIT_OBJECTS)
	@mkdir -p $(@D)
	$(if $(say),$(call say,LD,$@))
	$(Q)$(CC) $(LOAD_CFLAGS) -I$(LOAD_DIR) -MF $@.d $(LOAD_EXTRA) -o $@ $< $(LOAD_UNIT_OBJECTS) -lcmocka

-include $(LOAD_UNIT_TESTS:=.d)
