"""Reading ELF and Mach-O files for what they link."""

from __future__ import annotations

import contextlib
import struct
import sysconfig
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st

from condasync.system.binary import Binary, read_binary
from tests.system.conftest import elf, mach_o

ELF_FILE = elf(["libpq.so.5", "libc.so.6"], soname="libx.so.1", rpath="$ORIGIN/../a:/b", runpath="/c::/d")
MACH_O_FILE = mach_o(["@rpath/libpq.5.dylib", "/usr/lib/libSystem.B.dylib"], own="libx.dylib", rpath=["@loader_path"])


def read(tmp_path: Path, content: bytes) -> Binary | None:
    """Return what is read of a file with some content."""
    file = tmp_path / "file.so"
    file.write_bytes(content)
    return read_binary(file)


def test_elf_states_what_it_links(tmp_path: Path) -> None:
    """Needed libraries in their order, its own name, and the folders of both lists without empty ones."""
    assert read(tmp_path, ELF_FILE) == Binary(
        kind="elf",
        machine="62",
        soname="libx.so.1",
        needed=("libpq.so.5", "libc.so.6"),
        rpath=("$ORIGIN/../a", "/b"),
        runpath=("/c", "/d"),
    )


def test_mach_o_states_what_it_links(tmp_path: Path) -> None:
    """Libraries, its own name and the search folders come from the load commands."""
    found = read(tmp_path, MACH_O_FILE)
    assert found is not None
    assert found.kind == "mach-o"
    assert found.soname == "libx.dylib"
    assert found.needed == ("@rpath/libpq.5.dylib", "/usr/lib/libSystem.B.dylib")
    assert found.rpath == ("@loader_path",)


def test_fat_file_is_read_by_its_first_architecture(tmp_path: Path) -> None:
    """A universal binary links the same for each of its CPUs."""
    start = 64
    head = b"\xca\xfe\xba\xbe" + struct.pack(">I", 1) + struct.pack(">iiIII", 0x0100000C, 0, start, len(MACH_O_FILE), 0)
    found = read(tmp_path, head.ljust(start, b"\0") + MACH_O_FILE)
    assert found is not None
    assert found.needed[0] == "@rpath/libpq.5.dylib"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x7fEL", b"#!/bin/sh\n", b"\xca\xfe\xba\xbe\x00\x00\x00\x41" + bytes(100)],
    ids=["empty", "short", "script", "java class"],
)
def test_other_files_are_none(tmp_path: Path, content: bytes) -> None:
    """A class file of Java begins as a fat file does, with far too many architectures."""
    assert read(tmp_path, content) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ELF_FILE[:40], "a broken ELF file: it ends too early"),
        (ELF_FILE[:100], "a broken ELF file: it ends too early"),
        (ELF_FILE[:-30], "a broken ELF file: a name in it has no end"),
        (b"\x7fELF\x09\x01" + bytes(60), "a broken ELF file: its class or byte order is unknown"),
        (MACH_O_FILE[:20], "a broken Mach-O file: it ends too early"),
        (MACH_O_FILE[:60], "a broken Mach-O file: it ends too early"),
    ],
)
def test_truncated_files_are_said_to_be_broken(tmp_path: Path, content: bytes, message: str) -> None:
    """What is cut off is a ValueError with a reason, whatever is missing."""
    with pytest.raises(ValueError, match=message):
        read(tmp_path, content)


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from([ELF_FILE, MACH_O_FILE]), data=st.data())
def test_damaged_bytes_end_in_an_answer_or_a_value_error(
    tmp_path_factory: pytest.TempPathFactory, kind: bytes, data: st.DataObject
) -> None:
    """No damage leads to another exception."""
    content = bytearray(kind)
    for place in data.draw(st.lists(st.integers(4, len(kind) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(bytes(content))
    with contextlib.suppress(ValueError):
        read_binary(file)


def test_real_extension_modules_agree_with_pyelftools() -> None:
    """On the running interpreter's own modules, both readers say the same."""
    folder = Path(sysconfig.get_config_var("DESTSHARED") or "/nowhere")
    files = [file for file in sorted(folder.glob("*.so")) if file.read_bytes()[:4] == b"\x7fELF"]
    if not files:
        pytest.skip("the running interpreter has no ELF modules of its own")
    for file in files[:20]:
        found = read_binary(file)
        with file.open("rb") as stream:
            segments = ELFFile(stream).iter_segments("PT_DYNAMIC")
            tags = [tag for segment in segments for tag in segment.iter_tags() if tag.entry.d_tag == "DT_NEEDED"]
        assert found is not None
        assert list(found.needed) == [tag.needed for tag in tags]
