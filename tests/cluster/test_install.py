"""What a host makes of `condasync apply`: real processes that stand for a prefix's Python."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from condasync.cluster.remote.install import apply_lock, store_folder, take_turn


def python(folder: Path, out: str, *, code: int = 0, err: str = "") -> Path:
    """Write a program that stands for a Python: it notes its arguments, says something, and ends with a code."""
    path = folder / "bin" / "python"
    path.parent.mkdir(parents=True)
    text = f'#!/bin/sh\necho "$@" > {folder}/called\ncat <<\'END\'\n{out}\nEND\necho "{err}" >&2\nexit {code}\n'
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


ABSENT = "python: No module named condasync"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Return a lock's path."""
    path = tmp_path / "conda-lock.yml"
    path.write_text("", encoding="utf-8")
    return path


@pytest.mark.parametrize(("changed", "status"), [(True, "installed"), (False, "unchanged")])
def test_what_apply_says_counts(tmp_path: Path, lock: Path, *, changed: bool, status: str) -> None:
    """Nothing was to be done: no worker need be restarted."""
    python(tmp_path / "prefix", json.dumps({"exit_code": 0, "data": {"changed": changed}, "errors": []}))
    done = apply_lock(lock, str(tmp_path / "prefix"), tmp_path / "files", offline=True)
    assert done == {"status": status}
    words = (tmp_path / "prefix" / "called").read_text(encoding="utf-8").split()
    assert words[:4] == ["-m", "condasync", "apply", str(lock)]
    assert words[4:] == [
        *("--prefix", str(tmp_path / "prefix"), "--artifacts", str(tmp_path / "files")),
        *("--own-prefix", "--json", "--offline"),
    ]


def test_its_errors_and_hints_are_passed_on(tmp_path: Path, lock: Path) -> None:
    """What the host says reaches who asked for the sync."""
    errors = [{"message": "a.conda: sha256 differs", "hints": ["make it anew"]}, {"message": "and more", "hints": []}]
    python(tmp_path / "prefix", json.dumps({"exit_code": 7, "data": {}, "errors": errors}), code=7)
    done = apply_lock(lock, str(tmp_path / "prefix"), tmp_path, offline=False)
    assert done == {"status": "failed", "error": "a.conda: sha256 differs; and more", "hints": ["make it anew"]}


@pytest.mark.parametrize(
    ("out", "err", "told"), [("", "Segmentation fault", "Segmentation fault"), ("[]", "", "with 139")]
)
def test_a_process_that_dies_is_told(tmp_path: Path, lock: Path, out: str, err: str, told: str) -> None:
    """Without an envelope its last words count, else its code."""
    python(tmp_path / "prefix", out, code=139, err=err)
    done = apply_lock(lock, str(tmp_path / "prefix"), tmp_path, offline=False)
    assert (done["status"], told in done["error"]) == ("failed", True)


def test_a_prefix_without_condasync_is_served_by_the_python_of_the_preload(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that the preload brought into a lean prefix follow, too."""
    python(tmp_path / "prefix", "", code=1, err=ABSENT)
    other = python(tmp_path / "other", json.dumps({"data": {"changed": True}}))
    monkeypatch.setenv("CONDASYNC_PYTHON", str(other))
    assert apply_lock(lock, str(tmp_path / "prefix"), tmp_path, offline=False) == {"status": "installed"}


def test_no_condasync_anywhere_says_what_to_do(tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is named with the two ways out."""
    lean = python(tmp_path / "prefix", "", code=1, err=ABSENT)
    monkeypatch.setattr(sys, "executable", str(lean))
    done = apply_lock(lock, str(tmp_path / "prefix"), tmp_path, offline=False)
    assert "has no condasync" in done["error"]
    assert [hint.partition(" ")[0] for hint in done["hints"]] == ["lock", "or"]


def test_each_prefix_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the user's cache; where that cannot be written, a temporary one."""
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(tmp_path / "cache"))
    one, other = store_folder("/a"), store_folder("/b")
    assert one != other
    assert one == store_folder("/a")
    assert one.parent == other.parent == tmp_path / "cache" / "cluster"
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert store_folder("/a").is_dir()


def test_turns_are_taken_one_after_the_other(tmp_path: Path) -> None:
    """Twenty that want to install at the same time: never two at once, and nobody is left out."""

    async def whole() -> list[str]:
        seen: list[str] = []

        async def one(name: str) -> None:
            with await take_turn(tmp_path):
                seen.append(f"{name} begins")
                await asyncio.to_thread(lambda: None)
                seen.append(f"{name} ends")

        await asyncio.gather(*(one(str(at)) for at in range(20)))
        return seen

    seen = asyncio.run(whole())
    assert len(seen) == 40
    assert all(first.split()[0] == second.split()[0] for first, second in zip(seen[::2], seen[1::2], strict=True))
