# SPDX-License-Identifier: GPL-2.0
#
# make demo: the change and the tools at work.

demo: deps all kernel
	$(Q)tools/demo/run
