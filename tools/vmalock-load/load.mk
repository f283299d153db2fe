# SPDX-License-Identifier: GPL-2.0
#
# vmalock-load: the load generator. LOAD_BUILD, LOAD_BIN and LOAD_EXTRA make another build of it beside
# the usual one, for example with a sanitizer.

LOAD_DIR := tools/vmalock-load
LOAD_BUILD ?= build/tools/vmalock-load
LOAD_BIN ?= build/bin/vmalock-load
LOAD_EXTRA ?=
LOAD_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -MMD -MP -pthread
LOAD_SOURCES := $(wildcard $(LOAD_DIR)/*.c)
LOAD_OBJECTS := $(LOAD_SOURCES:$(LOAD_DIR)/%.c=$(LOAD_BUILD)/%.o)

.PHONY: vmalock-load
vmalock-load: $(LOAD_BIN)	## Build build/bin/vmalock-load, the load generator
all: vmalock-load
TEST_NEEDS += vmalock-load

$(LOAD_BIN): $(LOAD_OBJECTS)
	@mkdir -p $(@D)
	$(if $(say),$(call say,LD,$@))
	$(Q)$(CC) -pthread -Wl,-z,now $(LOAD_EXTRA) $(LDFLAGS) -o $@ $^

$(LOAD_BUILD)/%.o: $(LOAD_DIR)/%.c $(LOAD_DIR)/load.mk
	@mkdir -p $(@D)
	$(if $(say),$(call say,CC,$@))
	$(Q)$(CC) $(LOAD_CFLAGS) $(LOAD_EXTRA) $(CFLAGS) -c -o $@ $<

-include $(LOAD_OBJECTS:.o=.d)
