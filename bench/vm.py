# SPDX-License-Identifier: GPL-2.0
"""Guests for measuring: one thread of TCG that counts instructions, so that a run can be repeated exactly.

The guest's only program is bench-guest.  It boots once, is saved while it waits for commands, and each
measurement goes on from there.
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools", "vm"))
from qmp import Qmp, QmpError  # noqa: E402

QEMU = "qemu-system-x86_64"
QEMU_VERSION = "7.2."
PARAMETERS = ("console=ttyS0 loglevel=4 panic=-1 nokaslr norandmaps mitigations=off tsc=reliable no_timer_check "
              "random.trust_cpu=on slab_nomerge transparent_hugepage=never nmi_watchdog=0 nowatchdog "
              "rcupdate.rcu_cpu_stall_timeout=120 workqueue.watchdog_thresh=0")


class GuestError(Exception):
    pass


class ProgramError(GuestError):
    """A program beside the measured one isn't there or failed in the guest; the message is one line."""


def with_libraries(files):
    """@files and the shared libraries that they are linked to, by absolute path."""
    found = set(files)
    for path in files:
        ldd = subprocess.run(["ldd", path], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             check=False)    # fails for what isn't a program
        found.update(word for word in ldd.stdout.split() if word.startswith("/"))
    return sorted(found)


def check_qemu():
    if not shutil.which(QEMU):
        raise GuestError(f"{QEMU} is not installed: run make deps")
    version = subprocess.run([QEMU, "--version"], check=True, text=True, stdout=subprocess.PIPE).stdout.split()[3]
    if not version.startswith(QEMU_VERSION):
        raise GuestError(f"{QEMU} is version {version}; the plugin is made for {QEMU_VERSION}x")


class Guest:
    """Guests of one kernel and size; @out keeps their snapshot.

    @files are in the guest at their own path; with those that are programs come the libraries that they need.
    """
    _locks = {}     # by the name of a snapshot: one thread makes it, for all guests of that name

    def __init__(self, kernel, program, out, cpus, append="", files=()):
        self.kernel, self.cpus, self.append, self.files = kernel, cpus, append, files
        self.mem = "2G" if files else "1G"
        os.makedirs(out, exist_ok=True)
        for name in files:
            if not os.access(name, os.R_OK):
                raise ProgramError(f"{name}: isn't installed")
        words = [kernel.flavour, str(cpus), append] + [os.path.basename(f) for f in files]
        self.base = os.path.join(out, "-".join(re.sub(r"\W", "_", w) for w in words if w))
        self.snapshot = self.base + ".snapshot"
        self.program = program
        if not os.access(kernel.image, os.R_OK):
            raise GuestError(f"no kernel image {kernel.image}: run make {kernel.target}")
        kernel.load()   # before threads would do it at the same time
        self._saving = self._locks.setdefault(self.base, threading.Lock())

    def _initramfs(self, path):
        with tempfile.TemporaryDirectory() as root:
            shutil.copy(self.program, os.path.join(root, "init"))
            os.mkdir(os.path.join(root, "dev"))
            for name in with_libraries(self.files):
                os.makedirs(root + os.path.dirname(name), exist_ok=True)
                shutil.copy(name, root + name)
            os.mknod(os.path.join(root, "dev", "console"), 0o20600, os.makedev(5, 1))
            with open(path, "wb") as f:
                subprocess.run("find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 --reproducible", shell=True,
                               check=True, cwd=root, stdout=f)

    def _command(self, work, extra):
        serial = os.path.join(work, "serial")
        # it ends when this program does, whatever ends that
        return ["setpriv", "--pdeathsig", "KILL",
                QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-machine", "q35,hpet=off", "-accel", "tcg,thread=single,tb-size=1024",
                "-icount", "shift=0,sleep=off", "-cpu", "max,-la57,-erms,-fsrm", "-seed", "1",
                "-rtc", "base=2020-01-01,clock=vm", "-smp", str(self.cpus), "-m", self.mem,
                "-kernel", self.kernel.image, "-initrd", self.base + ".cpio",
                "-append", PARAMETERS + " " + self.append,
                "-chardev", f"file,id=serial,path={serial}", "-serial", "chardev:serial",
                "-qmp", f"unix:{work}/monitor,server=on,wait=off"] + extra

    @staticmethod
    def _tail(work):
        path = os.path.join(work, "serial")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as f:
            return f.read()[-2000:]

    def save(self, timeout=400):
        """Boot, and save the guest when it waits for commands; nothing if that was done."""
        with self._saving:
            self._save(timeout)

    def _save(self, timeout):
        newest = max(map(os.path.getmtime, (self.kernel.image, self.program, __file__, *self.files)))
        if os.path.exists(self.snapshot) and os.path.getmtime(self.snapshot) > newest:
            return
        self._initramfs(self.base + ".cpio")
        with tempfile.TemporaryDirectory() as work:
            qemu = subprocess.Popen(self._command(work, []), stdin=subprocess.DEVNULL)
            try:
                self._wait_ready(qemu, work, time.monotonic() + timeout)
                part = self.snapshot + ".part"
                monitor = socket.socket(socket.AF_UNIX)
                monitor.settimeout(60)
                monitor.connect(os.path.join(work, "monitor"))
                with Qmp(monitor) as qmp:
                    qmp.do("migrate", uri=f"exec:cat >{part}")
                    while (state := qmp.do("query-migrate").get("status")) != "completed":
                        if state in ("failed", "cancelled"):
                            raise GuestError(f"{self.base}: cannot be saved: {state}")
                        time.sleep(0.1)
                os.rename(part, self.snapshot)
            except QmpError as error:
                raise GuestError(f"{self.base}: cannot be saved: {error}") from None
            finally:
                qemu.kill()
                qemu.wait()

    def _wait_ready(self, qemu, work, deadline):
        while not re.search(r"^ready", self._tail(work), re.M):
            if qemu.poll() is not None or time.monotonic() > deadline:
                raise GuestError(f"{self.base}: the guest did not come up:\n{self._tail(work)}")
            time.sleep(0.1)

    def run(self, commands, plugin, options=None, timeout=1200):
        """Run commands of bench-guest from the snapshot, with more options for the plugin.

        Returns its lines as dicts (key "what" is the first word), and the plugin's report, a list of lines.
        """
        self.save()
        with tempfile.TemporaryDirectory() as work:
            files = {name: os.path.join(work, name) for name in ("commands", "results", "out", "facts")}
            self.kernel.write_facts(files["facts"])
            with open(files["commands"], "w") as f:
                f.write("\n".join(commands) + "\n")
            values = dict(files, command_buffer=self._symbol("io_command_buffer"),
                          print_buffer=self._symbol("io_print_buffer"), **(options or {}))
            extra = ["-incoming", f"exec:cat {self.snapshot}",
                     "-plugin", f"file={plugin}" + "".join(f",{k}={v}" for k, v in values.items())]
            try:
                status = subprocess.run(self._command(work, extra), stdin=subprocess.DEVNULL,
                                        timeout=timeout).returncode
            except subprocess.TimeoutExpired:
                raise GuestError(f"{self.base}: not done within {timeout} seconds: {commands}; last of its results: "
                                 f"{_read(files['results'])[-500:]}\n{self._tail(work)}") from None
            text, report = (_read(files[name]) for name in ("results", "out"))
            if failed := re.search(r"^error: program (.*)$", text, re.M):
                output = [line for block in parse(text.splitlines()) if block["what"] == "output"
                          for line in block["text"] if line.strip()]
                raise ProgramError(failed[1] + (f"; it said: {output[0].strip()}" if output else ""))
            if status or not text.endswith("done\n"):
                raise GuestError(f"{self.base}: the guest failed (status {status}): {text[-500:]}\n{self._tail(work)}")
            return parse(text.splitlines()), report.splitlines()

    def _symbol(self, name):
        nm = subprocess.run(["nm", self.program], check=True, text=True, stdout=subprocess.PIPE).stdout
        return "0x" + re.search(rf"^(\w+) . {name}$", nm, re.M)[1]


def _read(path):
    if not os.path.exists(path):
        return ""
    with open(path, errors="replace") as f:
        return f.read()


def parse(text):
    """bench-guest's lines as dicts; what lies between "NAME:" and "end-of-NAME" is the list "text" of one."""
    result, block = [], None
    for line in text:
        if block is not None:
            if line == f"end-of-{block['what']}":
                block = None
            else:
                block["text"].append(line)
            continue
        words = line.split()
        if line in ("output:", "trace:"):
            block = {"what": line[:-1], "text": []}
            result.append(block)
        elif any("=" in word for word in words):
            result.append({"what": words[0]})
            for word in words[1:]:
                name, value = word.split("=", 1)
                result[-1][name] = int(value) if value.lstrip("-").isdigit() else value
    return result


def trace(lines):
    """The lines of the kernel's trace among those that parse() returns. GuestError if the kernel overwrote events."""
    text = next(line["text"] for line in lines if line["what"] == "trace")
    counts = re.search(r"^# entries-in-buffer/entries-written: (\d+)/(\d+)\s", "\n".join(text), re.M)
    if not counts:
        raise GuestError("the kernel's trace doesn't say how many events there were")
    if counts[1] != counts[2]:
        raise GuestError(f"the kernel's trace isn't whole: it has the last {counts[1]} of {counts[2]} events")
    return text
