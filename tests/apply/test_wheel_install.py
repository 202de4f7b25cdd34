"""Wheels are unpacked as their parts say, and broken ones are refused."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from condasync.apply.pip_origin import stated_digest
from condasync.apply.python_layout import layout_for
from condasync.apply.wheel_install import InstalledWheel, install_wheel
from condasync.errors import ApplyError
from condasync.model.apply import PackageFile
from condasync.model.lockfile import LockedPackage
from tests.apply.world import World

_LAYOUT = layout_for("3.12.4", None)
_SITE = "lib/python3.12/site-packages"


def test_each_part_goes_to_its_place(world: World) -> None:
    """Scripts name the final interpreter; data, headers and modules lie where a conda prefix has them."""
    data = "gamma-1.0.data"
    files = {
        "gamma.py": "",
        f"{data}/scripts/tool": "#!python\nprint()\n",
        f"{data}/data/share/gamma.txt": "",
        f"{data}/headers/gamma.h": "",
    }
    tree = world.folder / "tree"
    done = _install(world.wheel("gamma", "1.0", files), tree)
    assert {f"{_SITE}/gamma.py", "bin/tool", "share/gamma.txt", "include/python3.12/gamma/gamma.h"} <= done.files
    assert (tree / "bin/tool").read_text(encoding="utf-8").startswith("#!/final/env/bin/python3.12\n")
    assert done.findings == ()


def test_scripts_can_be_run_whatever_the_archive_says(world: World) -> None:
    """A script is executable though the archive, packed on Windows perhaps, lacks the bit; data is not."""
    files = {"gamma-1.0.data/scripts/tool": "#!/bin/sh\n", "gamma-1.0.data/data/share/gamma.sh": "#!/bin/sh\n"}
    tree = world.folder / "tree"
    _install(world.wheel("gamma", "1.0", files), tree)
    runs = [(tree / path).stat().st_mode & 0o111 for path in ("bin/tool", "share/gamma.sh")]
    assert runs == [0o111, 0]


def test_a_free_threaded_python_has_folders_of_its_own() -> None:
    """Where conda states another site-packages, modules and headers go there."""
    layout = layout_for("3.13.1", "lib/python3.13t/site-packages")
    assert layout.schemes(Path("/p"), "gamma")["purelib"] == "/p/lib/python3.13t/site-packages"
    assert layout.schemes(Path("/p"), "gamma")["headers"] == "/p/include/python3.13t/gamma"
    assert layout.place_of_noarch("site-packages/a.py") == "lib/python3.13t/site-packages/a.py"
    assert layout.place_of_noarch("python-scripts/a") == "bin/a"
    assert layout.place_of_noarch("share/a") == "share/a"


@pytest.mark.parametrize("direct", [None, "https://example.org/gamma-1.0-py3-none-any.whl#egg=x"])
def test_the_origin_is_stated(world: World, direct: str | None) -> None:
    """A wheel that was asked for by URL says so as PEP 610 has it, another one as PEP 710; both say the digest."""
    row = replace(world.wheel("gamma", "1.0"), direct_url=direct)
    _install(row, world.folder / "tree")
    meta = world.folder / "tree" / _SITE / "gamma-1.0.dist-info"
    assert (meta / "direct_url.json").exists() == (direct is not None)
    assert stated_digest(meta) == row.sha256
    assert "gamma-1.0.dist-info/INSTALLER,sha256=" in (meta / "RECORD").read_text(encoding="utf-8")
    if direct is not None:
        said = json.loads((meta / "direct_url.json").read_text(encoding="utf-8"))
        assert said == {"archive_info": {"hashes": {"sha256": row.sha256}}, "url": direct}


def test_no_credential_of_a_url_is_written(world: World) -> None:
    """The origin that is written carries no login."""
    row = replace(world.wheel("gamma", "1.0"), direct_url="https://ada:pw@example.org/gamma-1.0-py3-none-any.whl")
    _install(row, world.folder / "tree")
    meta = world.folder / "tree" / _SITE / "gamma-1.0.dist-info"
    assert "pw" not in (meta / "direct_url.json").read_text(encoding="utf-8")


def test_links_are_not_written_through(world: World) -> None:
    """A file that is a link to elsewhere is replaced; what it leads to stays as it is."""
    tree, outside = world.folder / "tree", world.folder / "outside.py"
    outside.write_text("mine", encoding="utf-8")
    (tree / _SITE).mkdir(parents=True)
    (tree / _SITE / "gamma.py").hardlink_to(outside)
    done = _install(world.wheel("gamma", "1.0", {"gamma.py": "new"}), tree, owned=frozenset({f"{_SITE}/gamma.py"}))
    assert outside.read_text(encoding="utf-8") == "mine"
    assert (tree / _SITE / "gamma.py").read_text(encoding="utf-8") == "new"
    assert [finding.code for finding in done.findings] == ["files-replaced"]


@pytest.mark.parametrize(
    "files", [{"../../../../outside.py": "x"}, {"/outside.py": "x"}, {"gamma-1.0.data/data/../../outside.py": "x"}]
)
def test_no_file_leaves_the_tree(world: World, files: dict[str, str]) -> None:
    """A wheel with a path that leads out of its place is refused and writes nothing there."""
    with pytest.raises(ApplyError, match="is no wheel that can be installed"):
        _install(world.wheel("gamma", "1.0", files), world.folder / "tree")
    assert not list(world.folder.glob("outside.py"))


@pytest.mark.parametrize("name", ["WHEEL", "RECORD"])
def test_a_broken_wheel_is_refused(world: World, name: str) -> None:
    """A wheel without what every wheel has is an error that names the package."""
    row = world.wheel("gamma", "1.0")
    path = Path(row.url.removeprefix("file://"))
    broken = world.folder / path.name
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for member in old.namelist():
            if not member.endswith(name):
                new.writestr(member, old.read(member))
    with pytest.raises(ApplyError) as caught:
        _install(row, world.folder / "tree", path=broken)
    assert caught.value.facts["package"] == "gamma"


def _install(
    row: LockedPackage, tree: Path, *, path: Path | None = None, owned: frozenset[str] = frozenset()
) -> InstalledWheel:
    file = PackageFile(row=row, path=path or Path(row.url.removeprefix("file://")))
    return install_wheel(file, tree, Path("/final/env"), _LAYOUT, requested=True, owned=owned)
