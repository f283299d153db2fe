# SPDX-License-Identifier: GPL-2.0
"""QEMU's monitor protocol, for those who save guests and let them go on."""
import json


class QmpError(Exception):
    """QEMU refused a command, or ended before it had answered; the message is one line."""


class Qmp:
    """QEMU's monitor at the other end of a connected socket, whose timeout holds for each answer."""

    def __init__(self, connection):
        self._socket = connection
        self._lines = connection.makefile("r")
        self._read("the greeting")
        self.do("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._lines.close()
        self._socket.close()

    def do(self, command, **arguments):
        """The result of a command; events are passed over."""
        self._socket.sendall((json.dumps({"execute": command, "arguments": arguments}) + "\n").encode())
        while True:
            reply = self._read(command)
            if "error" in reply:
                raise QmpError(f"QEMU: {command}: {reply['error']['desc']}")
            if "return" in reply:
                return reply["return"]

    def _read(self, what):
        line = self._lines.readline()
        if not line:
            raise QmpError(f"QEMU: {what}: it ended first")
        return json.loads(line)
