# SPDX-License-Identifier: GPL-2.0
# What the report counts is what the kernel was asked for, call by call.

load helper

@test "the counts are those of strace between the gates" {
	dir=$BATS_TEST_DIRNAME/../../build/tests/load
	mkdir -p "$dir"
	python3 - "$load_bin" "$dir" "$BATS_TEST_TMPDIR/trace" <<'END'
import json, re, subprocess, sys
from collections import Counter

names = ["mmap", "munmap", "mprotect", "mremap", "madvise", "mlock", "mlock2", "munlock", "brk", "fadvise64", "write"]
p = subprocess.Popen(["strace", "-f", "-qq", "-o", sys.argv[3], "-e", "signal=none", "-e",
                      "trace=" + ",".join(names), sys.argv[1], "--json", "--wait-start",
                      "--wait-end", "--modes", "all,cold", "--file-dir", sys.argv[2], "--duration", "2"],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
assert p.stdout.readline().startswith("ready ")
p.stdin.write("\n")
p.stdin.flush()
counts = json.loads(p.stdout.readline())["counts"]
p.stdin.close()
assert p.wait(30) == 0

seen, running = Counter(), False
for line in open(sys.argv[3]):
    if 'write(1, "ready ' in line:
        running = True
        continue
    if running and 'write(1, "{' in line:
        break
    call = re.match(r"\d+\s+(?:<\.\.\. )?(\w+)", line)
    if not running or not call:
        continue
    call = call[1]
    # a signal interrupts it; the kernel calls it again
    if "ERESTART" in line:
        seen[call] -= 1
    if "resumed>" in line:
        continue
    if call == "mmap":
        call += " gap" if "MAP_FIXED_NOREPLACE" in line else " fixed" if "MAP_FIXED" in line else " anywhere"
    seen[call] += 1
assert seen["mmap fixed"] == counts["mmap_fixed_replacements"] > 0, (seen, counts)
assert seen["mmap gap"] == counts["mmap_gap"] > 0, (seen, counts)
assert seen["mmap anywhere"] == 0, (seen, counts)
assert seen["mlock"] + seen["mlock2"] + seen["munlock"] == counts["mlocks"], (seen, counts)
for call in ("munmap", "mprotect", "mremap", "madvise", "brk"):
    assert seen[call] == counts[call + "s"] > 0, (call, seen, counts)
assert seen["fadvise64"] == counts["fadvises"] > 0, (seen, counts)
END
}
