"""The stage over small systems: what links, loads and calls, what becomes an outcome and what only a finding."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from condasync.model.export import SystemScope
from condasync.model.package import LocalPackage, PipPackage, SystemPackage, SystemUse
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Mapped, Outcome, Reason, System, Unmapped
from condasync.system.machine import Machine
from condasync.system.scan_cache import ScanCache
from condasync.system.stage import SystemAccount, system_libraries
from tests.conftest import FakeIndex, MakeIndex, MakeRecord
from tests.system.conftest import LIB, FakeSystem, elf, leftovers, mach_o

MODULE = "psycopg2/_psycopg.cpython-311-x86_64-linux-gnu.so"


@pytest.fixture
def channel(make_record: MakeRecord, make_index: MakeIndex) -> FakeIndex:
    """Return a channel with a few libraries and programs; synthetic records."""
    names = [("libpq", "15.4"), ("libmagic", "5.45"), ("tesseract", "5.3.4"), ("graphviz", "9.0.0"), ("git", "2.43.0")]
    return make_index([make_record(*name) for name in names])


def ran(
    system: FakeSystem,
    outcomes: tuple[Outcome, ...],
    index: FakeIndex,
    *,
    scope: SystemScope = "needed",
    machine: Machine | None = None,
    cache: Path | None = None,
) -> SystemAccount:
    """Return the account of a system and some outcomes."""
    packages = [one.package for one in outcomes if isinstance(one.package, (PipPackage, LocalPackage))]
    return system_libraries(
        system.environment(*packages),
        outcomes,
        index,
        machine=machine or system.machine,
        scope=scope,
        cache=ScanCache(cache),
    )


def psycopg2(system: FakeSystem) -> PipPackage:
    """Install a psycopg2 that was built here, and the library that it links."""
    system.library("libpq.so.5", version="15")
    system.dpkg("libpq5", "15.18-0+deb12u1", f"{LIB}/libpq.so.5", f"{LIB}/libpq.so.5.15", source="postgresql-15")
    return system.install("psycopg2", {MODULE: elf(["libpq.so.5", "libc.so.6"]), "psycopg2/__init__.py": ""})


def test_linked_library_becomes_a_soft_request_with_its_proof(system: FakeSystem, channel: FakeIndex) -> None:
    """Package, version, manager, the file that links it, its path, and the conda package of the same major."""
    account = ran(system, leftovers(psycopg2(system)), channel)
    (found,) = account.outcomes
    assert isinstance(found, System)
    assert (found.package.name, found.package.version, found.package.owner) == ("libpq5", "15.18", "apt")
    path = str(system.root / LIB[1:] / "libpq.so.5")
    assert found.package.uses == (
        SystemUse(by="psycopg2", file=MODULE, wants="libpq.so.5", path=path, strength="linked"),
    )
    assert found.specs == (CondaSpec(name="libpq", version="15.*"),)
    assert [one.source for one in found.evidence] == ["linked", "reviewed"]
    assert f"{MODULE} links libpq.so.5" in found.evidence[0].detail
    assert account.findings == ()


def test_mapped_packages_bring_their_libraries_themselves(system: FakeSystem, channel: FakeIndex) -> None:
    """Unless everything is asked for; and with "none" nothing is looked at."""
    outcomes = (Mapped(package=psycopg2(system), specs=(CondaSpec(name="psycopg2"),)),)
    counts = {scope: len(ran(system, outcomes, channel, scope=scope).outcomes) for scope in ("needed", "all", "none")}
    assert counts == {"needed": 0, "all": 1, "none": 0}


def test_what_the_environment_brings_is_no_system_library(system: FakeSystem, channel: FakeIndex) -> None:
    """Bundled libraries are found by RPATH, by another wheel's file name, or by the prefix; Python is Python's."""
    system.library("libshared.so.1")
    package = system.install(
        "numpy",
        {
            "numpy/_core.so": elf(
                ["libopenblas-abc.so", "libshared.so.1", "libpython3.11.so.1.0", "libstdc++.so.6"],
                runpath="$ORIGIN/../numpy.libs",
            ),
            "numpy.libs/libopenblas-abc.so": elf(["libgfortran-x.so.5.0.0"], runpath="$ORIGIN"),
            "numpy.libs/libgfortran-x.so.5.0.0": elf(["libquadmath-y.so.0"]),
        },
    )
    other = system.install("other", {"other/libshared.so.1": elf(), "other/libquadmath-y.so.0": elf()})
    assert ran(system, leftovers(package, other), channel, scope="all") == SystemAccount()


def test_library_of_the_prefix_is_the_environments(system: FakeSystem, channel: FakeIndex) -> None:
    """As in a conda prefix, where lib is on the search path."""
    prefix = system.site.parents[2]
    (prefix / "lib" / "libpq.so.5").write_bytes(elf())
    package = system.install("x", {"x.so": elf(["libpq.so.5"], rpath=str(prefix / "lib"))})
    assert ran(system, leftovers(package), channel).outcomes == ()
    captured = replace(system.environment(package), kind="conda-prefix")
    plain = system.install("y", {"y.so": elf(["libpq.so.5"])})
    account = system_libraries(
        captured, leftovers(plain), channel, machine=system.machine, scope="needed", cache=ScanCache(None)
    )
    assert account == SystemAccount()


def test_missing_library_is_said(system: FakeSystem, channel: FakeIndex) -> None:
    """The environment is broken here already; nothing can be known about the package."""
    account = ran(system, leftovers(system.install("x", {"x.so": elf(["libnot.so.1"])})), channel)
    assert account.outcomes == ()
    assert [(finding.code, finding.package) for finding in account.findings] == [("missing-system-library", "x")]


def test_unowned_library_is_named_by_its_path(system: FakeSystem, channel: FakeIndex) -> None:
    """What lies in /usr/local has no version; the reviewed name still counts."""
    system.library("libpq.so.5", folder="/usr/local/lib")
    (found,) = ran(system, leftovers(system.install("x", {"x.so": elf(["libpq.so.5"])})), channel).outcomes
    assert isinstance(found, System)
    assert (found.package.owner, found.package.version) == ("none", None)
    assert found.package.name == "/usr/local/lib/libpq.so.5"
    assert found.specs == (CondaSpec(name="libpq"),)


def test_unknown_library_stays_behind_with_a_reason(system: FakeSystem, channel: FakeIndex) -> None:
    """It is in the report, and no name is invented for it."""
    system.library("libodd.so.3")
    system.dpkg("libodd3", "3.1-1", f"{LIB}/libodd.so.3")
    (found,) = ran(system, leftovers(system.install("x", {"x.so": elf(["libodd.so.3"])})), channel).outcomes
    assert isinstance(found, Unmapped)
    assert found.reason.code == "no-conda-name"
    assert found.package.name == "libodd3"


def test_driver_of_the_machine_is_only_a_finding(system: FakeSystem, channel: FakeIndex) -> None:
    """No environment can bring libcuda."""
    system.library("libcuda.so.1")
    account = ran(system, leftovers(system.install("x", {"x.so": elf(["libcuda.so.1"])})), channel)
    assert account.outcomes == ()
    assert "NVIDIA driver" in account.findings[0].text


def test_run_time_load_of_one_library_counts(system: FakeSystem, channel: FakeIndex) -> None:
    """As python-magic loads libmagic; the soname is read from the library."""
    system.library("libmagic.so.1", version="0.0")
    system.dpkg("libmagic1", "1:5.44-3", f"{LIB}/libmagic.so.1.0.0", source="file")
    source = "import ctypes.util\n\n\ndef load():\n    yield ctypes.util.find_library('magic')\n"
    (found,) = ran(system, leftovers(system.install("python-magic", {"magic/loader.py": source})), channel).outcomes
    assert isinstance(found, System)
    assert found.specs == (CondaSpec(name="libmagic", version="5.*"),)
    (use,) = found.package.uses
    assert (use.strength, use.wants, use.file) == ("loaded", "libmagic.so.1", "magic/loader.py:5")


def test_run_time_load_that_may_mean_several_only_hints(system: FakeSystem, channel: FakeIndex) -> None:
    """Two versions of a library are on this machine, and the source does not say which."""
    system.library("libmagic.so.1")
    system.library("libmagic.so.2")
    package = system.install("x", {"x.py": "find_library('magic')"})
    account = ran(system, leftovers(package), channel)
    assert account.outcomes == ()
    assert [finding.code for finding in account.findings] == ["system-hint", "system-hint"]


@pytest.mark.parametrize("there", [True, False])
def test_reviewed_program_counts_only_where_it_is_installed(
    system: FakeSystem, channel: FakeIndex, *, there: bool
) -> None:
    """The wrapper is of no use without the program; but if it is not here, nobody used it."""
    if there:
        system.program("tesseract")
        system.dpkg("tesseract-ocr", "5.3.0-2", "/usr/bin/tesseract")
    account = ran(system, leftovers(system.install("pytesseract", {"pytesseract.py": ""})), channel)
    assert [one.package.name for one in account.outcomes] == (["tesseract-ocr"] if there else [])
    if there:
        assert system_uses(account.outcomes[0])[0].strength == "called"


def test_program_of_a_mapped_package_counts_unless_conda_brings_it(
    system: FakeSystem, make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """conda-forge's gitpython does not depend on git; python-graphviz does depend on graphviz."""
    records = [
        make_record("gitpython", "3.1", "python"),
        make_record("git", "2.43.0"),
        make_record("python-graphviz", "0.20", "graphviz >=2.46", "python"),
        make_record("graphviz", "9.0.0"),
    ]
    for program in ("git", "dot"):
        system.program(program)
    outcomes = (
        Mapped(package=system.install("GitPython", {}), specs=(CondaSpec(name="gitpython"),)),
        Mapped(package=system.install("graphviz", {}), specs=(CondaSpec(name="python-graphviz"),)),
    )
    account = ran(system, outcomes, make_index(records))
    assert [one.specs for one in account.outcomes if isinstance(one, System)] == [(CondaSpec(name="git"),)]


def project(tmp_path: Path, files: dict[str, str]) -> LocalPackage:
    """Write a project of the user."""
    for path, text in files.items():
        (tmp_path / "mine" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / path).write_text(text, encoding="utf-8")
    return LocalPackage(name="mine", version="1", path=str(tmp_path / "mine"), editable=True)


CALL = "import subprocess\nsubprocess.run(['git', 'log'])\nsubprocess.run(['ls'])\n"


def test_call_in_the_users_own_project_counts(system: FakeSystem, channel: FakeIndex, tmp_path: Path) -> None:
    """With its line; what every machine has does not count, nor what the tests of the project call."""
    system.program("git")
    system.program("ls")
    system.program("dot")
    tests = {"tests/test_x.py": "import shutil\nshutil.which('dot')\n"}
    own = project(tmp_path, {"mine/x.py": CALL, **tests})
    (found,) = ran(system, leftovers(own), channel).outcomes
    assert isinstance(found, System)
    assert found.specs == (CondaSpec(name="git"),)
    assert [(use.file, use.strength) for use in found.package.uses] == [("mine/x.py:2", "called")]


def test_call_in_an_installed_package_only_hints(system: FakeSystem, channel: FakeIndex) -> None:
    """Calls of gcc in numpy, of xclip in pandas: nobody needs them for that."""
    system.program("git")
    account = ran(system, leftovers(system.install("x", {"x/y.py": CALL})), channel)
    assert account.outcomes == ()
    assert [finding.text for finding in account.findings] == [
        f"x/y.py:2 may use git, here from {system.root}/usr/bin/git; conda-forge has it in git"
    ]


def test_program_of_the_environment_or_of_the_base_system_does_not_count(
    system: FakeSystem, channel: FakeIndex, tmp_path: Path
) -> None:
    """The environment's bin comes first on PATH; essential packages are on every such machine."""
    own = project(tmp_path, {"x.py": "import shutil\nshutil.which('git')\nshutil.which('basic')\n"})
    system.program("git")
    system.program("basic")
    system.dpkg("base-things", "1-1", "/usr/bin/basic", more="Essential: yes")
    binary = system.site.parents[2] / "bin" / "git"
    binary.parent.mkdir()
    binary.write_text("#!/bin/sh\n", encoding="utf-8")
    binary.chmod(0o755)
    assert ran(system, leftovers(own), channel) == SystemAccount()


def test_variables_of_the_shell_only_hint(system: FakeSystem, channel: FakeIndex) -> None:
    """Unless they lead into the environment."""
    inside = str(system.site.parents[2] / "share" / "proj")
    hints = (("JAVA_HOME", "/usr/lib/jvm/java-17"), ("PROJ_LIB", inside), ("UNKNOWN_HOME", "/x"), ("R_HOME", ""))
    account = ran(system, (), channel, machine=replace(system.machine, hints=hints))
    assert account.outcomes == ()
    assert [(finding.code, finding.where) for finding in account.findings] == [("system-hint", "JAVA_HOME")]


def test_one_package_of_the_system_is_one_outcome(system: FakeSystem, channel: FakeIndex) -> None:
    """With all of its uses, whoever makes them."""
    for soname in ("libcgraph.so.6", "libgvc.so.6"):
        system.library(soname)
    system.dpkg("libgraphviz", "2.42.2-7", f"{LIB}/libcgraph.so.6", f"{LIB}/libgvc.so.6")
    one = system.install("a", {"a.so": elf(["libcgraph.so.6", "libgvc.so.6"])})
    other = system.install("b", {"b.so": elf(["libcgraph.so.6"]), "c.so": elf(["libcgraph.so.6"])})
    (found,) = ran(system, leftovers(one, other), channel).outcomes
    assert isinstance(found, System)
    assert found.specs == (CondaSpec(name="graphviz"),)
    assert [(use.by, use.wants) for use in found.package.uses] == [
        ("a", "libcgraph.so.6"),
        ("a", "libgvc.so.6"),
        ("b", "libcgraph.so.6"),
    ]


def test_dropped_packages_use_nothing(system: FakeSystem, channel: FakeIndex) -> None:
    """What the target does not need needs nothing there."""
    reason = Reason(code="tooling", text="of the tooling")
    assert ran(system, (Dropped(package=psycopg2(system), reason=reason),), channel, scope="all") == SystemAccount()


def test_bad_files_are_findings_and_the_rest_goes_on(system: FakeSystem, channel: FakeIndex) -> None:
    """Truncated and foreign files, a file that is gone, a loop of links, a list of files that is none."""
    good = psycopg2(system)
    loop = system.site / "loop.so"
    loop.symlink_to("loop.so")
    bad = system.install(
        "bad", {"cut.so": elf(["libpq.so.5"])[:90], "mac.so": mach_o(["/x"]), "mac2.so": mach_o(["/x"]), "text.so": "x"}
    )
    assert bad.distribution is not None
    record = Path(bad.distribution.location) / "RECORD"
    record.write_bytes(record.read_bytes() + b"loop.so,,\ngone.so,,\n\0\xff,\n")
    broken = system.install("broken", {})
    assert broken.distribution is not None
    (Path(broken.distribution.location) / "RECORD").unlink()
    (Path(broken.distribution.location) / "RECORD").mkdir()
    account = ran(system, leftovers(bad, broken, good), channel)
    assert [one.package.name for one in account.outcomes] == ["libpq5"]
    texts = sorted(finding.text for finding in account.findings)
    assert len(texts) == 4
    assert any("cut.so" in text and "broken ELF" in text for text in texts)
    assert any("mac.so" in text and "another platform" in text for text in texts)
    assert {finding.code for finding in account.findings} == {"system-scan-unreadable"}


def test_ten_thousand_files_are_searched(system: FakeSystem, channel: FakeIndex, tmp_path: Path) -> None:
    """And a project with far more is cut, which is said."""
    folder = tmp_path / "mine" / "data"
    folder.mkdir(parents=True)
    for number in range(10_000):
        os.mknod(folder / f"{number}.txt") if os.getuid() == 0 else (folder / f"{number}.txt").touch()
    system.program("git")
    own = project(tmp_path, {"x.py": CALL})
    account = ran(system, leftovers(own), channel)
    assert [one.package.name for one in account.outcomes] == ["/usr/bin/git"]
    assert account.findings == ()


def test_cache_gives_the_same_answer_and_follows_changes(
    system: FakeSystem, channel: FakeIndex, tmp_path: Path
) -> None:
    """A second run answers from the cache, a rebuilt module is read again, and a broken cache is made anew."""
    package = psycopg2(system)
    cache = tmp_path / "cache"
    first = ran(system, leftovers(package), channel, cache=cache)
    assert ran(system, leftovers(package), channel, cache=cache) == first
    (system.site / MODULE).write_bytes(elf(["libmagic.so.1"]))
    system.library("libmagic.so.1")
    changed = ran(system, leftovers(package), channel, cache=cache)
    assert [use.wants for one in changed.outcomes for use in system_uses(one)] == ["libmagic.so.1"]
    (cache / "system-scan.json").write_text('{"format": 1, "rows": []', encoding="utf-8")
    assert ran(system, leftovers(package), channel, cache=cache) == changed
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert ran(system, leftovers(package), channel, cache=blocked) == changed


def system_uses(outcome: System | Unmapped) -> tuple[SystemUse, ...]:
    """Return the uses of an outcome of the stage."""
    assert isinstance(outcome.package, SystemPackage)
    return outcome.package.uses


def test_scan_changes_nothing_of_what_it_reads(system: FakeSystem, channel: FakeIndex) -> None:
    """Every file keeps its bytes and time."""
    package = psycopg2(system)

    def state() -> dict[str, tuple[bytes, int]]:
        files = (path for path in system.root.parent.rglob("*") if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    ran(system, leftovers(package), channel, scope="all")
    assert state() == before


def test_homebrew_library_of_a_mac(system: FakeSystem, channel: FakeIndex) -> None:
    """The path names formula and version; libraries of macOS itself do not count."""
    system.write("/opt/homebrew/Cellar/libpq/15.3_1/lib/libpq.5.dylib", mach_o(own="libpq.5.dylib"))
    (system.root / "opt/homebrew/opt").mkdir()
    (system.root / "opt/homebrew/opt/libpq").symlink_to("../Cellar/libpq/15.3_1")
    needed = ["/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/lib/libSystem.B.dylib", "@rpath/libown.dylib"]
    package = system.install("psycopg2", {"psycopg2/_psycopg.so": mach_o(needed), "psycopg2/libown.dylib": mach_o()})
    account = ran(system, leftovers(package), channel, machine=replace(system.machine, platform="darwin"))
    (found,) = account.outcomes
    assert isinstance(found, System)
    assert (found.package.name, found.package.version, found.package.owner) == ("libpq", "15.3", "homebrew")
    assert found.specs == (CondaSpec(name="libpq", version="15.*"),)
    assert account.findings == ()


def test_debian_package_without_a_list_of_files_is_walked(system: FakeSystem, channel: FakeIndex) -> None:
    """As python3-psycopg2 of Debian lies in dist-packages: its folder is known by its name."""
    package = psycopg2(system)
    assert package.distribution is not None
    (Path(package.distribution.location) / "RECORD").unlink()
    (found,) = ran(system, leftovers(package), channel).outcomes
    assert [use.file for use in system_uses(found)] == [MODULE]
