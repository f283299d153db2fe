# SPDX-License-Identifier: GPL-2.0
#
# The Java program that runs in guests; only make test-long has a compiler for it. And the firmware of the machine that
# QEMU emulates there.

GC_STRESS := build/tests/programs/GcStress.class

$(GC_STRESS): tests/programs/GcStress.java
	@mkdir -p $(@D)
	$(call say,JAVAC,$@)
	$(Q)javac -Xlint:all -Werror -d $(@D) $<

VMM_ROM := build/tests/programs/vmm.rom

$(VMM_ROM): tests/programs/vmm.S
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -m32 -c -o $@.o $<
	$(Q)$(LD) -m elf_i386 -Ttext 0xffff0000 -e start --oformat binary -o $@ $@.o
