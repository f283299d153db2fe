#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The data races that KCSAN reported which the series has a part in.

Usage: reports.py CONSOLE VMLINUX TREE ACCEPTED

CONSOLE is a guest's console log, VMLINUX the kernel it ran, with lines of the source, not relocated; TREE the source,
a git repository in which "base" is the source without the series.

The series has a part in a race if one of the two accesses is on a line that it adds, or if one of the two stacks
goes through a function in a file that it adds; what an interrupt came upon is no part of its stack. Each such race is
a line: the functions that access, and the places in the source. ACCEPTED lists races, as printed here without what is
in parentheses, or, in parentheses, the functions that are inlined there, in alphabetical order, wherever that is; * for
any text; each with a tab and the reason. Not for accesses on lines that the series adds: mark these in the code.
Printed are the races that it lacks, each with KCSAN's report, then, as lines with "# " before them, what was
accepted and how many races there were that are others' business.

Exit status: 0 no race but those accepted; 1 there is another one; 2 wrong usage, or a report that can't be read.
"""

import fnmatch
import re
import subprocess
import sys

HEADER = re.compile(r"BUG: KCSAN: (data-race|assert: race) in ")
ACCESS = re.compile(r"^(?:race at unknown origin, with )?"
                    r"(?:read|write|assert no).* to 0x[0-9a-f]+ of \d+ bytes by .* on cpu \d+:$")
FRAME = re.compile(r"^ ([\w.$]+)\+0x([0-9a-f]+)/0x[0-9a-f]+")
ENTRY = re.compile(r"^asm_\w*(sysvec|interrupt)")
STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?")


class Unreadable(Exception):
    """Input that isn't as expected."""


def added(tree):
    """Files that the series adds, and (file, line) of each line that it adds to others."""
    files = set(subprocess.run(["git", "-C", tree, "diff", "--name-only", "--diff-filter=A", "base", "HEAD"],
                               check=True, capture_output=True, text=True).stdout.split())
    lines, file = set(), None
    diff = subprocess.run(["git", "-C", tree, "diff", "-U0", "base", "HEAD", "--", "*.c", "*.h"],
                          check=True, capture_output=True, text=True).stdout
    for line in diff.splitlines():
        if line.startswith("+++ "):
            file = line[6:]
        elif match := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(match[1]), int(match[2] or 1)
            lines.update((file, number) for number in range(first, first + count))
    if not files or not lines:
        raise Unreadable(f"{tree}: no series between base and HEAD")
    return files, lines


def blocks(path):
    """Each report: its lines, without the console's time stamps."""
    block = None
    with open(path, errors="replace") as console:
        for line in console:
            line = STAMP.sub("", line.rstrip("\r\n"))
            if HEADER.match(line):
                block = [line]
            elif block is not None and line.startswith("====="):
                yield block
                block = None
            elif block is not None:
                block.append(line)


def stacks(block):
    """The stack of each access: (symbol, offset), innermost first, an interrupt's up to its entry."""
    found, interrupt = [], False
    for line in block:
        if ACCESS.match(line):
            found.append([])
            interrupt = "by interrupt on cpu" in line
        elif (match := FRAME.match(line)) and found:
            if not (interrupt and found[-1] and ENTRY.match(found[-1][-1][0])):
                found[-1].append((match[1], int(match[2], 16)))
    if not found or not all(found):
        raise Unreadable("a report without a stack:\n" + "\n".join(block))
    return found


class Places:
    """Where in the source a frame is: (function, file, line), inlined ones first."""

    def __init__(self, vmlinux):
        self.vmlinux = vmlinux
        self.symbols = {}
        for line in subprocess.run(["nm", vmlinux], check=True, capture_output=True, text=True).stdout.splitlines():
            address, kind, name = line.rsplit(" ", 2)
            if kind in "tTwW":
                self.symbols.setdefault(name, []).append(int(address, 16))
        self.known = {}

    def __call__(self, symbol, offset):
        frame = symbol, offset
        if frame not in self.known:
            self.known[frame] = self.look_up(frame)
        return self.known[frame]

    def look_up(self, frame):
        """Static functions may share a name: then it is any of them."""
        symbol, offset = frame
        if symbol not in self.symbols:
            raise Unreadable(f"no function {symbol} in {self.vmlinux}")
        # frames are return addresses
        addresses = [hex(start + offset - 1) for start in self.symbols[symbol]]
        out = subprocess.run(["addr2line", "-i", "-f", "-e", self.vmlinux, *addresses],
                             check=True, capture_output=True, text=True).stdout.splitlines()
        places = []
        for function, place in zip(out[::2], out[1::2]):
            path, _, line = place.partition(" ")[0].rpartition(":")
            path = re.sub(r"^.*/linux(-base)?/|^(\.\.?/)+(linux/)?", "", path)
            places.append((function, path, int(line) if line.isdigit() else 0))
        return places


def ours_itself(stack, places, files, lines):
    """Is this access on a line that the series adds?"""
    return any(path in files or (path, line) in lines for _, path, line in places(*stack[0]))


def ours_above(stack, places, files):
    """Does the series call what makes this access?"""
    return any(path in files for frame in stack[1:] for _, path, _ in places(*frame))


def innermost(stack, places):
    """The access: outermost function of the frame, innermost function and line."""
    function, path, line = places(*stack[0])[0]
    return stack[0][0], f"{function} {path}:{line}"


def accepted_races(path):
    """Race -> reason."""
    races = {}
    with open(path) as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            race, _, reason = line.rstrip("\n").partition("\t")
            if not reason:
                raise Unreadable(f"{path}: no reason: {race}")
            races[race] = reason
    return races


def main(arguments):
    """What the command line says."""
    if len(arguments) != 4:
        print(__doc__.split("\n\n", 2)[1], file=sys.stderr)
        return 2
    console, vmlinux, tree, accepted = arguments
    try:
        races, others, fine = {}, 0, {}
        reasons = accepted_races(accepted)
        files, lines = added(tree)
        places = Places(vmlinux)
        for block in blocks(console):
            accesses = stacks(block)
            itself = any(ours_itself(stack, places, files, lines) for stack in accesses)
            if not itself and not any(ours_above(stack, places, files) for stack in accesses):
                others += 1
                continue
            ends = sorted(innermost(stack, places) for stack in accesses)
            name = " / ".join(end[0] for end in ends)
            inlined = f"({' / '.join(sorted(end[1].split()[0] for end in ends))})"
            known = next((key for key in reasons for text in (name, inlined) if fnmatch.fnmatchcase(text, key)), None)
            if known and not itself:
                fine[known] = fine.get(known, 0) + 1
            else:
                races.setdefault(f"{name} ({' / '.join(end[1] for end in ends)})", block)
    except (OSError, subprocess.CalledProcessError, Unreadable) as error:
        print(f"tests/kcsan/reports.py: {error}", file=sys.stderr)
        return 2
    for race, block in races.items():
        print(race)
        print("\n".join("    " + line for line in block))
    for name, count in fine.items():
        print(f"# accepted, {count} times: {name}: {reasons[name]}")
    print(f"# {others} reports that the series has no part in")
    return 1 if races else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
