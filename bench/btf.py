# SPDX-License-Identifier: GPL-2.0
"""Types of a kernel, from the BTF in its vmlinux, by way of bpftool."""
import json
import os
import subprocess

COMPOUND = ("STRUCT", "UNION")
TRANSPARENT = ("TYPEDEF", "CONST", "VOLATILE", "RESTRICT", "TYPE_TAG")


class Btf:
    def __init__(self, vmlinux):
        env = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin")
        dump = subprocess.run(["bpftool", "-j", "btf", "dump", "file", vmlinux, "format", "raw"],
                              check=True, stdout=subprocess.PIPE, env=env).stdout
        types = json.loads(dump)["types"]
        self.by_id = {t["id"]: t for t in types}
        self.by_name = {(t["kind"], t["name"]): t for t in reversed(types)}

    def resolve(self, type_id):
        """The type behind typedefs and qualifiers; None for void."""
        while type_id:
            t = self.by_id[type_id]
            if t["kind"] not in TRANSPARENT:
                return t
            type_id = t["type_id"]
        return None

    def struct(self, name):
        return self.by_name.get(("STRUCT", name))

    def size(self, name):
        return self.struct(name)["size"]

    def enum(self, name, member):
        return next(v["val"] for v in self.by_name[("ENUM", name)]["values"] if v["name"] == member)

    def offset(self, struct, member):
        """Byte offset of a member, which may be in anonymous parts; KeyError if there is none."""
        found = self._offset(self.struct(struct), member)
        if found is None:
            raise KeyError(f"struct {struct} has no member {member}")
        return found

    def _offset(self, t, member):
        for m in t["members"]:
            at = m["bits_offset"] // 8
            if m["name"] == member:
                return at
            inner = self.resolve(m["type_id"])
            if m["name"] == "(anon)" and inner["kind"] in COMPOUND:
                found = self._offset(inner, member)
                if found is not None:
                    return at + found
        return None

    def type_size(self, t):
        if t is None:
            return 1
        if t["kind"] == "ARRAY":
            return t["nr_elems"] * self.type_size(self.resolve(t["type_id"]))
        return 8 if t["kind"] == "PTR" else t.get("size", 1)

    def field(self, struct, offset):
        """Name of the innermost member at a byte offset, such as "mmap_lock.count"."""
        return self._field(self.struct(struct), offset) or f"+{offset}"

    def _field(self, t, offset):
        if t["kind"] == "ARRAY":
            element = self.resolve(t["type_id"])
            size = self.type_size(element) or 1
            inner = self._field(element, offset % size) if element else ""
            return f"[{offset // size}]" + (f".{inner}" if inner else "")
        if t["kind"] not in COMPOUND:
            return ""
        for m in t["members"]:
            at = m["bits_offset"] // 8
            inner = self.resolve(m["type_id"])
            if not at <= offset < at + self.type_size(inner):
                continue
            rest = self._field(inner, offset - at) if inner else ""
            if m["name"] == "(anon)":
                if rest:
                    return rest
                continue
            if rest and not rest.startswith("["):
                rest = "." + rest
            return m["name"] + rest
        return ""
