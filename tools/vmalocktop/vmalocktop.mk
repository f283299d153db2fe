# SPDX-License-Identifier: GPL-2.0
#
# vmalocktop.  Linked statically where the libraries allow it, so that the
# binary also runs in a guest that has none of them.

VMALOCKTOP_DIR := tools/vmalocktop
VMALOCKTOP_BUILD := build/tools/vmalocktop
VMALOCKTOP_BIN := build/bin/vmalocktop
VMALOCKTOP_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -O2 -g -Wall -Wextra -Werror -MMD -MP \
	-I$(VMALOCKTOP_DIR) -Ibpf -Ibuild/bpf -I$(VMALOCKTOP_BUILD)
VMALOCKTOP_SOURCES := $(filter-out %/no_tls.c,$(wildcard $(VMALOCKTOP_DIR)/*.c))
# Numbers are parsed as vmalock-load parses them.
VMALOCKTOP_OBJECTS := $(VMALOCKTOP_SOURCES:$(VMALOCKTOP_DIR)/%.c=$(VMALOCKTOP_BUILD)/%.o) \
	$(VMALOCKTOP_BUILD)/parse.o $(VMALOCKTOP_BUILD)/page_files.o
VMALOCKTOP_LIBS := -lbpf -ldw -lelf -lz -llzma -lbz2 -lncursesw -ltinfo -lzstd -lmicrohttpd
# libdw may load a library for downloads, of which nothing is used here: the linker need not warn.
# Asked when it is linked: "make deps" may only be installing the libraries now.
VMALOCKTOP_STATIC = $(shell echo 'int main(void) { return 0; }' | $(CC) -x c -static -o /dev/null - \
	$(VMALOCKTOP_LIBS) 2>/dev/null && echo -static -Wl,--no-warnings)
VMALOCKTOP_NO_TLS := $(VMALOCKTOP_BUILD)/no_tls.o
# The live page's files, which are built in.
VMALOCKTOP_PAGE := dashboards/web/page

.PHONY: vmalocktop
vmalocktop: $(VMALOCKTOP_BIN)	## Build build/bin/vmalocktop, which shows waits for VMA locks
all: vmalocktop
TEST_NEEDS += vmalocktop

$(VMALOCKTOP_BIN): $(VMALOCKTOP_OBJECTS) $(VMALOCKTOP_NO_TLS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)static="$(VMALOCKTOP_STATIC)"; $(CC) $$static $(LDFLAGS) -o $@ $(VMALOCKTOP_OBJECTS) \
		$${static:+$(VMALOCKTOP_NO_TLS)} $(VMALOCKTOP_LIBS)

$(VMALOCKTOP_BUILD)/%.o: $(VMALOCKTOP_DIR)/%.c $(VMALOCKTOP_DIR)/vmalocktop.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(VMALOCKTOP_CFLAGS) $(CFLAGS) -c -o $@ $<

$(VMALOCKTOP_BUILD)/parse.o: tools/vmalock-load/parse.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(VMALOCKTOP_CFLAGS) $(CFLAGS) -c -o $@ $<

$(VMALOCKTOP_BUILD)/page_files.S: $(VMALOCKTOP_DIR)/embed $(VMALOCKTOP_PAGE) $(wildcard $(VMALOCKTOP_PAGE)/*)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(VMALOCKTOP_DIR)/embed $(VMALOCKTOP_PAGE) > $@

$(VMALOCKTOP_BUILD)/page_files.o: $(VMALOCKTOP_BUILD)/page_files.S
	$(call say,AS,$@)
	$(Q)$(CC) -c -o $@ $<

$(addprefix $(VMALOCKTOP_BUILD)/,collector.o hooks.o maps_read.o maps_sweep.o slots.o): build/bpf/vmalocktop.skel.h
$(VMALOCKTOP_BUILD)/names.o: $(VMALOCKTOP_BUILD)/syscall_table.h

# SYSCALL(nr, "name") for each system call of this machine.
$(VMALOCKTOP_BUILD)/syscall_table.h:
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)echo '#include <sys/syscall.h>' | $(CC) -E -dM - | \
		sed -nE 's/^#define __NR_([a-z0-9_]+) .*/SYSCALL(__NR_\1, "\1")/p' | sort > $@

-include $(VMALOCKTOP_OBJECTS:.o=.d) $(VMALOCKTOP_NO_TLS:.o=.d)
