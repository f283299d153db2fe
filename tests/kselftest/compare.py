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
        name = re.sub(r"child with \d+MB", "child with #MB", name)
        name = re.sub(r"0x[0-9a-f]+|\b\d+(\.\d+)? ?(us|ms|s|secs?|MB)\b", "#", name).strip()
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


def compare(name, reference, runs):
    """The lines to print, and whether something was lost."""
    passed = set().union(*(run.passed for run in runs))
    lost = sorted(reference.passed - passed)
    if not reference.passed:
        why = reference.last_lines()[-1:] or [""]
        return [f"ok - {name} # SKIP does not pass on the stock kernel: status {reference.status}, {why[0]}"], False
    text = f"{name} (passed: {len(reference.passed)} stock, {len(passed)} ours)"
    if not lost:
        sometimes = sorted(reference.passed - runs[0].passed)
        return [f"ok - {text}"] + [f"# passed, but not in the first of {len(runs)} runs: {n}" for n in sometimes[:20]], False
    how = {False: " (failed)", None: " (skipped)"}
    last = runs[-1]
    lines = [f"not ok - {text}"]
    lines += [f"# passes on the stock kernel only: {n}{how.get(last.subtests.get(n, 'absent'), ' (not run)')}"
              for n in lost[:20]]
    lines += [f"# status {last.status}, last lines:"] + ["#   " + line for line in last.last_lines()]
    return lines, True


def results(directories, name):
    """Of the directories that have one; the first must."""
    return [Result(d, name) for i, d in enumerate(directories)
            if i == 0 or os.path.exists(os.path.join(d, name + ".status"))]


def main():
    arguments = sys.argv[1:]
    only_lost = arguments[0] == "--lost"
    programs, reference, *ours = arguments[only_lost:]
    with open(programs) as file:
        names = [line.split()[0] for line in file if line.strip() and not line.startswith("#")]
    for name in names:
        try:
            lines, lost = compare(name, Result(reference, name), results(ours, name))
        except FileNotFoundError as error:
            lines, lost = [f"not ok - {name}", f"# it has no result: {error}"], False
        if only_lost:
            lines = [name] if lost else []
        for line in lines:
            print(line)


main()
