#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Debian's own kernel, whose drivers are modules, boots in the same guest.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
}

@test "the stock kernel boots, has BTF and its modules, and is the source's version" {
	status=0
	"$top/tools/vm/run" --kernel stock --timeout 120 -- sh -c '
		uname -r; ls /sys/kernel/btf/vmlinux; modprobe ext4 && mkfs.ext4 -q /dev/vda &&
		mount /dev/vda /mnt && df -T /mnt | tail -n 1 | cut -d" " -f1' \
		>"$BATS_TEST_TMPDIR/out" || status=$?
	[ "$status" -eq 0 ]
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = "$(cat "$top/build/stock/release")
/sys/kernel/btf/vmlinux
/dev/vda" ]
}
