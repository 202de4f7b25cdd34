"""Frames on a pipe between condasync and an engine's child process. Both ends load this module: it must stay light."""

from __future__ import annotations

import struct
from typing import BinaryIO

_HEADER = struct.Struct(">4sI")
_MAGIC = b"csyn"
_MAX_BYTES = 2**30


class FrameError(ValueError):
    """The bytes on the pipe are no frame."""


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(_HEADER.pack(_MAGIC, len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame's payload, None at the end of the stream.

    Raises FrameError for bytes that are no frame, or only the beginning of one.
    """
    header = stream.read(_HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        raise FrameError(f"not a frame: {header!r}")
    _, size = _HEADER.unpack(header)
    if size > _MAX_BYTES:
        raise FrameError(f"a frame of {size} bytes is too long")
    payload = stream.read(size)
    if len(payload) < size:
        raise FrameError(f"a frame of {size} bytes ended after {len(payload)}")
    return payload
