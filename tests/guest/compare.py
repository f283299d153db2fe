#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare two kernels' results, subtest by subtest.

Usage: compare.py PROGRAMS-FILE UNSUPPORTED-FILE REFERENCE-DIRECTORY RESULTS-DIRECTORY

What passed on the reference must pass again. One test a program, in TAP; a program of which nothing passed
on the reference is skipped, with the reason. What UNSUPPORTED-FILE lists needs not pass again if it was skipped
or not run; if it failed, it failed.
"""

import os
import re
import sys

TAP = re.compile(r"^\s*(ok|not ok)\s+\d+\s*-?\s*(.*)$")
UFFD = re.compile(r"^Testing (.*?)\.\.\. ?(.*)$")
KHUGEPAGED = re.compile(r"^Run test: (.*?)(?:\.\.\.)?$")
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def subtests(path):
    """Name -> True, False or None (skipped), of what a program printed; equal names are numbered."""
    found, seen, running = {}, {}, None

    def add(name, passed):
        # addresses and times differ from run to run
        name = re.sub(r"0x[0-9a-f]+|\b\d+(\.\d+)? ?(us|ms|s|secs?|MB)\b", "#", name).strip()
        # what a race in the test itself counted
        name = re.sub(r"\b(count|pages|faults) \d+|\(\d+(\.\d+)?%\)", r"\1 #", name)
        seen[name] = seen.get(name, 0) + 1
        found[f"{name} ({seen[name]})" if seen[name] > 1 else name] = passed

    with open(path, errors="replace") as file:
        for line in file:
            line = COLOUR.sub("", line.rstrip("\n"))
            if match := TAP.match(line):
                name, _, directive = match[2].partition("# ")
                # "ok N # XFAIL name": failed as it should
                skipped = directive.upper().startswith("SKIP")
                add(name or directive, None if skipped else match[1] == "ok")
            elif match := UFFD.match(line):
                add(match[1], None if match[2].startswith("skipped") else match[2].startswith("done"))
            elif match := KHUGEPAGED.match(line):
                running = match[1]
            elif running and re.search(r"\b(OK|Fail|FAIL)\b", line):
                add(f"{running}: {line.split('...')[0].strip()}", "OK" in line)
    return found


class Result:
    def __init__(self, directory, name):
        with open(os.path.join(directory, name + ".status")) as file:
            self.status = int(file.read())
        self.output = os.path.join(directory, name + ".out")
        self.subtests = subtests(self.output)
        self.passed = {n for n, ok in self.subtests.items() if ok}
        if self.status == 0:
            self.passed.add("exit status 0")

    def last_lines(self):
        with open(self.output, errors="replace") as file:
            return [line.rstrip() for line in file][-8:]


def unsupported(path):
    """Name of a program -> [(pattern of its subtests, option that our configuration lacks)]"""
    found = {}
    with open(path) as file:
        for line in file:
            if not line.startswith("#") and line.strip():
                name, pattern, option = line.split()
                found.setdefault(name, []).append((re.compile(pattern), option))
    return found


def compare(name, reference, ours, lacks):
    lost = sorted(reference.passed - ours.passed)
    excused = {n: option for n in lost if ours.subtests.get(n) is None
               for pattern, option in lacks if pattern.search(n)}
    lost = [n for n in lost if n not in excused]
    if not reference.passed:
        why = reference.last_lines()[-1:] or [""]
        return f"ok - {name} # SKIP does not pass on the stock kernel: status {reference.status}, {why[0]}"
    text = f"{name} (# passed: {len(reference.passed)} stock, {len(ours.passed)} ours)".replace("# ", "")
    if excused:
        text += f"; {len(excused)} not run for want of {', '.join(sorted(set(excused.values())))}"
    if excused and not lost and not ours.passed - {"exit status 0"}:
        return f"ok - {text} # SKIP nothing of it ran"
    if not lost:
        return f"ok - {text}"
    lines = [f"not ok - {text}"]
    how = {True: "", None: " (skipped)", False: " (failed)"}
    lines += [f"# passes on the stock kernel only: {n}{how.get(ours.subtests.get(n, 'absent'), ' (not run)')}" for n in lost[:20]]
    lines += [f"# status {ours.status}, last lines:"] + ["#   " + line for line in ours.last_lines()]
    return "\n".join(lines)


def main():
    programs, lacks, reference, ours = sys.argv[1:]
    lacks = unsupported(lacks)
    with open(programs) as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            name = line.split()[0]
            try:
                print(compare(name, Result(reference, name), Result(ours, name), lacks.get(name, [])))
            except FileNotFoundError as error:
                print(f"not ok - {name}\n# it has no result: {error}")


if __name__ == "__main__":
    main()
