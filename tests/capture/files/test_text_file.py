"""Input files are decoded as their writers meant them."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.capture.files.source import source_for_file
from condasync.capture.files.text_file import Place, is_printable, read_text, syntax_error

TEXT = "# café\nnumpy==1.26.4\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_decides(tmp_path: Path, encoding: str) -> None:
    """UTF-8, and every encoding that a byte order mark announces, gives the same text without the mark."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == TEXT


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_freeze_output_of_powershell_is_read(tmp_path: Path, encoding: str, mark: bytes) -> None:
    """`pip freeze > requirements.txt` in PowerShell writes UTF-16 with CRLF; its packages are captured."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(mark + "numpy==1.26.4\r\npandas==2.2.0\r\n".encode(encoding))
    assert [package.name for package in source_for_file(path).capture().packages] == ["numpy", "pandas"]


@pytest.mark.parametrize("line", [0, 1])
def test_coding_comment_decides(tmp_path: Path, line: int) -> None:
    """A PEP 263 comment in the first two lines names the encoding, as pip reads it."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(b"\n" * line + "# -*- coding: latin-1 -*-\n# café\nnumpy\n".encode("latin-1"))
    assert "café" in read_text(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_unix_ones(tmp_path: Path, end: str) -> None:
    """Lines of every system are counted alike."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(end.join(["numpy", "scipy", ""]).encode())
    assert read_text(path) == "numpy\nscipy\n"


def test_truncated_utf_16_is_an_error_of_that_encoding(tmp_path: Path) -> None:
    """Half a character after a byte order mark is told as UTF-16, not as UTF-8."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(b"\xff\xfen")
    with pytest.raises(Exception, match="not UTF-16-LE text"):
        read_text(path)


def test_offending_text_is_shortened_and_clean() -> None:
    """A long line is cut in the message, and a password in it is not shown."""
    error = syntax_error(Place(Path("r.txt"), 3), "wrong", shown="x @ https://me:secret@example.org/" + "y" * 500)
    assert error.message.startswith("r.txt:3: wrong: 'x @ https://***@example.org/yyy")
    assert len(error.message) < 200


def test_place_is_file_and_line() -> None:
    """A place prints as `file:line`, and as the file alone where no line is known."""
    assert [str(Place(Path("a.txt"), 7)), str(Place(Path("a.txt")))] == ["a.txt:7", "a.txt"]


@pytest.mark.parametrize(
    ("text", "fit"), [("a\tb\nc é \u00a0", True), ("\x1b[31m", False), ("\ud800", False), ("\x85", False)]
)
def test_text_fit_to_print(text: str, fit: bool) -> None:  # noqa: FBT001
    """Controls and half characters, which a terminal or a JSON file cannot take, are seen; other text is fit."""
    assert is_printable(text) is fit
