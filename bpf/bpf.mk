# SPDX-License-Identifier: GPL-2.0
#
# BPF programs: objects and libbpf skeletons in build/bpf.  Nothing of a
# kernel is needed to build them; types are relocated when they are loaded.

CLANG ?= clang
BPFTOOL ?= $(shell PATH="$$PATH:/usr/sbin" command -v bpftool)
# asked when it is needed: "make deps" may only be installing the compiler now
bpf_multiarch = $(shell $(CC) -print-multiarch)
BPF_CFLAGS = -O2 -g -target bpf -mcpu=v3 -Wall -Werror \
	-I/usr/include/$(bpf_multiarch) -Ibpf

build/bpf/%.bpf.o: bpf/%.bpf.c
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

build/bpf/%.skel.h: build/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

# Keep the objects: they are what the skeletons are made of.
.PRECIOUS: build/bpf/%.bpf.o

-include $(wildcard build/bpf/*.d)
