"""What may never be in a bundle: pickles, programs, and names that lead out of its folder.

A pickle runs whatever its author wrote, as soon as it is read. So neither its usual names nor its content may be there,
whatever the file is called, nor inside a file that holds other files (skops' is a zip).
"""

from __future__ import annotations

import ast
import io
import pickletools
import re
import zipfile
from pathlib import PurePosixPath

__all__ = ["KINDS", "why_harmful", "why_not_a_name"]

KINDS = frozenset({".json", ".skops", ".txt", ".yaml"})
"""Endings of the files that a bundle is made of; besides them, ``MLmodel``."""

_PICKLES = frozenset({".bin", ".ckpt", ".cloudpickle", ".dill", ".h5", ".joblib", ".pickle", ".pkl", ".pt", ".pth"})
_PROGRAMS = frozenset(
    {".bat", ".cmd", ".dll", ".dylib", ".egg", ".exe", ".js", ".jar", ".ps1", ".pth", ".py", ".pyc", ".pyd", ".pyi"}
    | {".pyo", ".pyw", ".pyx", ".sh", ".so", ".whl"}
)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_NAME = 200

_PROGRAM_STARTS = {
    b"\x7fELF": "a program for Linux",
    b"MZ": "a program for Windows",
    b"\xcf\xfa\xed\xfe": "a program for macOS",
    b"#!": "a script",
}
_ARRAY = b"\x93NUMPY"
_ZIP = b"PK\x03\x04"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"x\x9c", b"x\xda", b"x\x01")
_CALLS = frozenset({"BUILD", "GLOBAL", "INST", "NEWOBJ", "NEWOBJ_EX", "OBJ", "REDUCE", "STACK_GLOBAL"})

_LARGEST_UNPACKED = 512 * 1024 * 1024


def why_not_a_name(name: str) -> str | None:
    """Say why a path may not be in a manifest, or give None for a plain relative one."""
    if "\\" in name:
        return "has a backslash"
    if ":" in name:
        return "names a drive or a stream"
    if name.startswith("/"):
        return "is absolute"
    parts = name.split("/")
    if ".." in parts or "." in parts or "" in parts:
        return "leads out of the folder or to nothing"
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        return "is too long, hidden, or has letters other than A to Z, digits, dots, hyphens and underscores"
    if any(part.endswith(".") or _DEVICE.fullmatch(part) for part in parts):
        return "means something else on Windows"
    return None


def why_harmful(name: str, data: bytes) -> str | None:
    """Say why a file may not be in a bundle, or give None for one that may."""
    ending = PurePosixPath(name).suffix.lower()
    why = _why_by_name(ending) or _why_by_content(data)
    if why is not None:
        return why
    if name != "MLmodel" and ending not in KINDS:
        return "is of a kind that no bundle holds"
    if ending == ".skops":
        return _why_by_members(data)
    return "is a zip in disguise" if zipfile.is_zipfile(io.BytesIO(data)) else None


def _why_by_name(ending: str) -> str | None:
    if ending in _PICKLES:
        return "is a pickle by its name"
    return "is a program by its name" if ending in _PROGRAMS else None


def _why_by_content(data: bytes) -> str | None:
    for start, what in _PROGRAM_STARTS.items():
        if data.startswith(start):
            return f"is {what}"
    if data.startswith(_COMPRESSED):
        return "is compressed, so that nobody sees what it holds"
    if _is_pickle(data):
        return "is a pickle, whatever it is called"
    return "is an array of objects, which is a pickle inside" if _holds_objects(data) else None


def _is_pickle(data: bytes) -> bool:
    """Say whether something is a pickle: by its first two bytes, or (older ones have none) by reading it as one.

    It is read by the standard library's disassembler, which runs nothing.
    """
    if data[:1] == b"\x80" and data[1:2] <= b"\x20":
        return True
    calls = False
    try:
        for code, _, _ in pickletools.genops(data):
            calls |= code.name in _CALLS
    except Exception:  # noqa: BLE001 - whatever it stumbles over, a pickle it is not
        return False
    return calls


def _holds_objects(data: bytes) -> bool:
    """Say whether something is a NumPy array of Python objects; one that cannot be understood counts as such."""
    if not data.startswith(_ARRAY):
        return False
    wide = data[6:7] >= b"\x02"
    start = 12 if wide else 10
    length = int.from_bytes(data[8:start], "little")
    try:
        header = ast.literal_eval(data[start : start + length].decode("latin-1").strip())
        return "O" in repr(header["descr"])
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        return True


def _why_by_members(data: bytes) -> str | None:
    """Look at every file inside a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
            names = [one.filename for one in members]
            if len({name.lower() for name in names}) < len(names):
                return "holds two files of one name"
            if sum(one.file_size for one in members) > _LARGEST_UNPACKED:
                return "holds more than half a gigabyte once it is unpacked"
            for one in members:
                why = _why_not_a_member(one.filename, packed.read(one))
                if why is not None:
                    return f"holds {one.filename[:80]!r}, which {why}"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return "cannot be unpacked"
    return None


def _why_not_a_member(name: str, data: bytes) -> str | None:
    why = why_not_a_name(name)
    if why is not None:
        return f"has a name that {why}"
    ending = PurePosixPath(name).suffix.lower()
    why = _why_by_name(ending) or _why_by_content(data)
    if why is not None:
        return why
    if data.startswith(_ZIP) or zipfile.is_zipfile(io.BytesIO(data)):
        return "is a zip inside a zip"
    return None if ending in (".json", ".npy") else "is of a kind that no model file holds"
