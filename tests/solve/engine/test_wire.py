"""Frames come out as they went in, and what is no frame is told apart."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.solve.engine.wire import FrameError, read_frame, write_frame


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_frames_come_back_in_order(payloads: list[bytes]) -> None:
    """Prove that any payloads, empty ones too, survive the pipe, and that its end is None."""
    stream = BytesIO()
    for payload in payloads:
        write_frame(stream, payload)
    stream.seek(0)
    found = [read_frame(stream) for _ in payloads]
    assert found == payloads
    assert read_frame(stream) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Hello, world", "not a frame: b'Hello, w'"),
        (b"csyn", "not a frame: b'csyn'"),
        (b"csyn\x00\x00\x00\x05abc", "a frame of 5 bytes ended after 3"),
        (b"csyn\xff\xff\xff\xff", "a frame of 4294967295 bytes is too long"),
    ],
)
def test_what_is_no_frame_is_an_error(data: bytes, message: str) -> None:
    """Prove that printed text, a cut frame and an absurd length are told apart from an answer."""
    with pytest.raises(FrameError) as caught:
        read_frame(BytesIO(data))
    assert str(caught.value) == message
