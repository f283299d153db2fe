# SPDX-License-Identifier: GPL-2.0
#
# configured.makefile: what kbuild would go to from one directory of a configured kernel, a line each, objects and directories.
#
# Usage: make -s -f tests/static/configured.makefile -C BUILD SOURCE=KERNEL SRCARCH=x86 DIR=mm
#
# kbuild's single targets can't be asked: they compile a file that the configuration leaves out as well.

include include/config/auto.conf

srctree := $(SOURCE)
obj := $(DIR)
src := $(srctree)/$(obj)

.PHONY: list
list:

include $(firstword $(wildcard $(src)/Kbuild $(src)/Makefile))

listed := $(obj-y) $(obj-m) $(lib-y)
parts := $(foreach o,$(filter %.o,$(listed)),$($(o:.o=-y)) $($(o:.o=-m)) $($(o:.o=-objs)))

list:
	@printf '%s\n' $(addprefix $(DIR)/,$(listed) $(parts))
