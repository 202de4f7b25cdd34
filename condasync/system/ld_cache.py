"""The dynamic linker's own list of libraries: /etc/ld.so.cache, as glibc writes it."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Mapping

_MAGIC = b"glibc-ld.so.cache1.1"
_HEADER = 48
_ENTRY = struct.Struct("=iIIIQ")


def read_ld_cache(data: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the paths of every soname in the file's order, which is the linker's.

    The format is that of glibc 2.2 and later, alone or behind the older one. Raises ValueError for anything else.
    """
    start = data.find(_MAGIC)
    if start < 0 or len(data) < start + _HEADER:
        raise ValueError("no cache of glibc's dynamic linker")
    data = data[start:]
    (count,) = struct.unpack_from("=I", data, len(_MAGIC))
    if _HEADER + count * _ENTRY.size > len(data):
        raise ValueError(f"it announces {count} libraries and ends too early")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for _, key, value, _, _ in _ENTRY.iter_unpack(data[_HEADER : _HEADER + count * _ENTRY.size]):
        found[_text(data, key)].append(_text(data, value))
    return {soname: tuple(dict.fromkeys(paths)) for soname, paths in found.items()}


def _text(data: bytes, at: int) -> str:
    end = data.find(b"\0", at)
    if end < 0:
        raise ValueError("a name in it has no end")
    return data[at:end].decode("utf-8", errors="replace")
