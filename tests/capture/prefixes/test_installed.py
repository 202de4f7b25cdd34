"""From distributions to packages: one per name, local projects apart, the hidden ones reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from condasync.capture.prefixes.distributions import find_distributions
from condasync.capture.prefixes.installed import in_order, installed_packages
from condasync.capture.prefixes.search_path import SearchEntry, search_path
from condasync.model.finding import Finding
from condasync.model.package import DirectUrl, LocalPackage, PipPackage
from condasync.model.url import Url


def _installed(*sites: Path) -> tuple[tuple[PipPackage | LocalPackage, ...], tuple[Finding, ...]]:
    entries, _ = search_path([SearchEntry(path=site, origin="env") for site in sites])
    found, _ = find_distributions(entries)
    return installed_packages(found, found, python="3.11.7")


def test_an_archive_or_vcs_install_keeps_its_url(tmp_path: Path, write_dist: Callable[..., Path]) -> None:
    """Proves that such a package stays a pip package, and that its password is not printed."""
    url = "https://user:hunter2@example.org/a.git"
    write_dist(tmp_path, "a", "1", direct_url={"url": url, "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}})
    (package,), findings = _installed(tmp_path)
    assert isinstance(package, PipPackage)
    assert package.direct_url == DirectUrl(kind="vcs", url=Url(url), vcs="git", commit="c0ffee")
    assert "hunter2" not in repr(package)
    assert findings == ()


@pytest.mark.parametrize("editable", [True, False])
def test_an_install_from_a_folder_is_a_local_package(
    tmp_path: Path, write_dist: Callable[..., Path], *, editable: bool
) -> None:
    """Proves that PEP 610 directory installs become local projects with their path and requirements."""
    project, site = tmp_path / "my project", tmp_path / "site"
    project.mkdir()
    direct_url = {"url": project.as_uri(), "dir_info": {"editable": editable} if editable else {}}
    place = write_dist(site, "mine", "0.1", requires=("numpy>=1",), requested=True, direct_url=direct_url)
    expected = LocalPackage(
        name="mine",
        version="0.1",
        path=str(project),
        editable=editable,
        requires=("numpy>=1",),
        where=str(place),
    )
    assert ((expected,), ()) == _installed(site)


@pytest.mark.parametrize(
    ("layout", "link"), [("project", None), ("project/src", None), ("project/deep/src", "project/deep/src\n../..")]
)
def test_a_development_install_is_a_local_package(tmp_path: Path, layout: str, link: str | None) -> None:
    """Proves that egg-info beside the sources is a local project, found by its path line or its egg-link."""
    site, source, project = tmp_path / "site-packages", tmp_path / layout, tmp_path / "project"
    site.mkdir()
    egg = source / "mine.egg-info"
    egg.mkdir(parents=True)
    (egg / "PKG-INFO").write_text("Name: mine\nVersion: 0.1\n")
    (egg / "SOURCES.txt").write_text("setup.py\n")
    (project / "setup.py").write_text("")
    (site / "easy-install.pth").write_text(f"{source}\n")
    if link:
        (site / "mine.egg-link").write_text(f"{tmp_path}/{link}")
    (package,), findings = _installed(site)
    assert findings == ()
    assert package == LocalPackage(name="mine", version="0.1", path=str(project), editable=True, where=str(egg))


def test_an_editable_install_is_one_package_although_a_build_left_its_egg_info(
    tmp_path: Path, write_dist: Callable[..., Path]
) -> None:
    """Proves that the metadata of a build in the sources is neither a second package nor a finding."""
    site, source = tmp_path / "site-packages", tmp_path / "project"
    egg = source / "mine.egg-info"
    egg.mkdir(parents=True)
    (egg / "PKG-INFO").write_text("Name: mine\nVersion: 0.0.1\n")
    (egg / "SOURCES.txt").write_text("")
    write_dist(site, "mine", "0.1", direct_url={"url": source.as_uri(), "dir_info": {"editable": True}})
    (site / "__editable__.mine-0.1.pth").write_text(f"{source}\n")
    (package,), findings = _installed(site)
    assert (package.version, findings) == ("0.1", ())


@pytest.mark.parametrize(
    ("url", "code", "text"),
    [
        ({"url": "file:///no/such/folder", "dir_info": {}}, "missing-source", "/no/such/folder, which does not exist"),
        ({"url": "file:///no/a.whl", "archive_info": {}}, "missing-source", "/no/a.whl, which does not exist"),
        ({"url": "https://example.org/a.whl"}, "malformed-direct-url", "exactly one of dir_info"),
        (["x"], "malformed-direct-url", "a JSON object is wanted"),
    ],
)
def test_a_bad_direct_url_is_a_finding(
    tmp_path: Path, write_dist: Callable[..., Path], url: object, code: str, text: str
) -> None:
    """Proves that the package is captured all the same, and that the file is named."""
    place = write_dist(tmp_path, "a", "1", direct_url=url)
    (package,), (finding,) = _installed(tmp_path)
    assert package.name == "a"
    assert (finding.code, finding.package, finding.where) == (code, "a", f"{place}/direct_url.json")
    assert text in finding.text


@pytest.mark.parametrize(
    ("versions", "without_record", "taken"),
    [
        (("1.9", "1.10"), None, "1.10"),
        (("1.10", "1.9"), "1.10", "1.9"),
        (("2.0", "not.a.version"), None, "2.0"),
    ],
)
def test_two_versions_in_one_folder_are_one_package(
    tmp_path: Path,
    write_dist: Callable[..., Path],
    versions: tuple[str, ...],
    without_record: str | None,
    taken: str,
) -> None:
    """Proves that a leftover without RECORD loses, then the older version, and that the loser is reported."""
    for version in versions:
        place = write_dist(tmp_path, "a", version)
        if version == without_record:
            (place / "RECORD").unlink()
    (package,), (finding,) = _installed(tmp_path)
    (left,) = set(versions) - {taken}
    assert (package.version, finding.code) == (taken, "duplicate-distribution")
    assert finding.text == f"a lies twice in one folder: version {taken} is taken, version {left} is left out"


def test_the_first_folder_of_the_path_wins(tmp_path: Path, write_dist: Callable[..., Path]) -> None:
    """Proves that another version further down is hidden and noted, the same version only hidden."""
    for name, version in (("a", "1"), ("b", "1")):
        write_dist(tmp_path / "first", name, version)
    for name, version in (("a", "2"), ("b", "1")):
        write_dist(tmp_path / "second", name, version)
    packages, (finding,) = _installed(tmp_path / "first", tmp_path / "second")
    assert {package.name: package.version for package in packages} == {"a": "1", "b": "1"}
    assert (finding.code, finding.severity, finding.text) == (
        "shadowed-distribution",
        "note",
        "a 1 hides version 2 (env)",
    )


def test_packages_are_sorted_by_manager_and_name() -> None:
    """Proves the order that an environment promises."""
    local = LocalPackage(name="a", version=None, path="a", editable=False)
    pip = [PipPackage(name=name, version="1", requested=True) for name in ("Zope", "b_a", "B.b")]
    assert tuple(package.name for package in in_order([*pip, local])) == ("a", "b_a", "B.b", "Zope")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    dists=st.lists(
        st.tuples(
            st.sampled_from(["a", "A_b", "a-b", "c", "D"]),
            st.sampled_from(["1.0", "2.0", "x"]),
            st.sampled_from(["site", "extra"]),
        ),
        unique_by=lambda row: (row[0].replace("-", "_"), row[1], row[2]),
        max_size=12,
    )
)
def test_every_name_is_captured_exactly_once(
    tmp_path_factory: pytest.TempPathFactory,
    write_dist: Callable[..., Path],
    dists: list[tuple[str, str, str]],
) -> None:
    """Proves that packages and distinct distribution names are the same set, each once, whatever lies doubled."""
    root = tmp_path_factory.mktemp("law")
    (root / "site").mkdir()
    (root / "extra").mkdir()
    (root / "site" / "more.pth").write_text("../extra\n")
    for name, version, folder in dists:
        write_dist(root / folder, name, version)
    packages, findings = _installed(root / "site")
    names = [canonicalize_name(package.name) for package in packages]
    assert sorted({canonicalize_name(name) for name, _, _ in dists}) == sorted(names)
    json.dumps([finding.text for finding in findings])
