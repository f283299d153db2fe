# SPDX-License-Identifier: GPL-2.0
#
# Unit tests of tools/vmalocktop: each links all of it but main().

VMALOCKTOP_UNIT_TESTS := $(addprefix build/tests/unit/test_,clock frames symbols hist live maps places model names render text bpf recycle recording exposition exporter)
VMALOCKTOP_UNIT_OBJECTS := $(filter-out $(VMALOCKTOP_BUILD)/main.o,$(VMALOCKTOP_OBJECTS))

.PHONY: unit-tests
unit-tests: $(VMALOCKTOP_UNIT_TESTS)
TEST_NEEDS += unit-tests

$(VMALOCKTOP_UNIT_TESTS): build/tests/unit/test_%: tests/unit/test_%.c $(VMALOCKTOP_UNIT_OBJECTS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(VMALOCKTOP_CFLAGS) $(CFLAGS) -MF $@.d -o $@ $< $(VMALOCKTOP_UNIT_OBJECTS) \
		$(VMALOCKTOP_LIBS) -ljson-c -lcmocka

-include $(VMALOCKTOP_UNIT_TESTS:=.d)
