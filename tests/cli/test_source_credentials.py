"""Sources behind a password that a requirements file names by a variable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.build.wheels import make_wheel

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.conftest import PackageIndex


def test_the_variable_is_filled_in_for_the_download_only(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    """Without its value the package stays behind and the message names it; with it no file holds the password."""
    wheel = make_wheel(tmp_path / "wheels", name="behind", version="1.0", files={"behind.py": ""})
    package_index.password = "hidden"
    package_index.add("behind", wheel.name, wheel.read_bytes())
    source = tmp_path / "requirements.txt"
    url = f"http://me:${{SOURCE_SECRET}}@{package_index.host}/files/{wheel.name}"
    source.write_text(f"behind @ {url}\n", encoding="utf-8")
    arguments = ("export", "-f", source, "-c", "bundled", "--python", "3.12", "-o", "out", "--json")
    ran = cli(*arguments)
    (row,) = ran.data["outcomes"]
    assert (row["outcome"], row["reason"]["code"]) == ("unmapped", "source-missing")
    assert "SOURCE_SECRET is not set" in row["reason"]["text"]
    monkeypatch.setenv("SOURCE_SECRET", "hidden")
    ran = cli(*arguments)
    (row,) = ran.data["outcomes"]
    assert row["outcome"] == "built", ran.out
    written = [path for folder in (Path("out"), cache_dir) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in written if b"hidden" in path.read_bytes()]
    assert "hidden" not in ran.out + ran.err
