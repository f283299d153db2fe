# SPDX-License-Identifier: GPL-2.0
#
# The Java program that runs in guests; only make test-long has a compiler for it.

GC_STRESS := build/tests/programs/GcStress.class

$(GC_STRESS): tests/programs/GcStress.java
	@mkdir -p $(@D)
	$(call say,JAVAC,$@)
	$(Q)javac -Xlint:all -Werror -d $(@D) $<
