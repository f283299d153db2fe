# SPDX-License-Identifier: GPL-2.0
#
# vmalock: "make help" lists the targets.  Each directory's rules are in a
# fragment of its own, included at the end.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash

# V=1 shows every command
V ?= 0
export V
ifeq ($(V),0)
Q := @
say = @printf '  %-8s%s\n' $(1) $(2)
else
Q :=
say = @:
endif

ifeq ($(shell command -v $(CC)),)
$(warning there is no $(CC) yet: test and demo install it, for other targets run "make deps" first)
endif

top := $(CURDIR)
build := $(top)/build

# What these do is added by the fragments, as prerequisites.
.PHONY: all test demo clean distclean
all:		## Build the tools

test:		## Run every test suite (SUITES="vm ..." picks some)

demo:		## Show the change and the tools at work

clean:		## Remove what was built; keep the kernel tree, its objects and downloads
	$(Q)if [ -d build ]; then find build -mindepth 1 -maxdepth 1 \
		! -name linux ! -name linux-base ! -name kernel ! -name "stock*" -exec rm -rf {} +; fi

distclean:	## Remove build/ altogether (refused while build/linux has work of its own)
	$(Q)kernel/prepare --may-remove
	$(Q)rm -rf build

.PHONY: deps
deps:		## Install the Debian packages that everything here needs
	$(Q)deps/install

.PHONY: help
help:		## Show this list
	@echo "Targets:"
	@sed -nE 's/^([a-z0-9][a-z0-9.-]*):[^#=]*##[[:space:]]*(.*)$$/  \1\t\2/p' $(MAKEFILE_LIST) | \
		expand -t 20
	@echo "Variables: V=1 shows the commands; FORCE=1 lets kernel-tree replace local work in build/linux"

-include kernel/kernel.mk
-include bpf/bpf.mk
-include tools/tools.mk
-include bench/bench.mk
-include dashboards/dashboards.mk
-include tests/tests.mk
