"""The content hash equals conda-lock's for whatever an environment.yml may hold."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condasync.errors import InputSyntaxError
from condasync.lock.content_hash import content_hashes_of

Reference = Callable[..., dict[str, str]]

names = st.sampled_from(["numpy", "Pandas", "python", "dask-core", "pip", "_libgcc_mutex", "ruamel.yaml", "zlib"])
versions = st.sampled_from(
    [
        "",
        "=1.2",
        "==1.10",
        " 1.2",
        " >=1.2, <2",
        ">=1|==0.9",
        " =1.2",
        "=1.2=py_0",
        " 1.2 py_0",
        " * *_cpython",
        "!=1.0",
        "~=1.2",
        "[version='>=1',build=*cuda*]",
        " 1.2*",
        "=1.2|1.3,<2",
    ]
)
channels_of_specs = st.sampled_from(["", "", "", "conda-forge::", "defaults::", "https://example.org/t/x-1/chan::"])
selectors = st.sampled_from(
    ["", "", "", "  # [linux64]", "  # [osx]", "  # [win]", "  # [unix]", "  # any words [arm64]"]
)
conda_lines = st.builds(
    lambda channel, name, version, end: f'"{channel}{name}{version}"{end}',
    channels_of_specs,
    names,
    versions,
    selectors,
)
pip_names = st.sampled_from(["Flask", "zope.interface", "my_Package", "flask", "uvicorn[standard,http]", "pip"])
pip_versions = st.sampled_from(["", "==1.10", ">=1,<2", "~=1.4.2", "===1.0", " >= 2 , != 2.1", "<2,>=1,!=1.5"])
markers = st.sampled_from(
    [
        "",
        "; sys_platform == 'win32'",
        "; sys_platform != 'darwin' and python_version < '3.9'",
        "; 'linux' in sys_platform or os_name == 'nt'",
        "; (platform_system == 'Linux' and extra == 'x') or platform_machine == 'arm64'",
        "; python_version not in '2.7, 3.0'",
    ]
)
pip_lines = st.one_of(
    st.builds(
        lambda name, version, marker, end: f'"{name}{version}{marker}"{end}',
        pip_names,
        pip_versions,
        markers,
        selectors,
    ),
    st.sampled_from(
        [
            "-e ./somewhere",
            "condalock @ git+https://example.org/conda/conda-lock.git@v2.4.1#subdirectory=src",
            "git+https://example.org/conda/conda-lock.git",
            "git+ssh://git@example.org/a/b.git@main",
            "name[extra] @ https://example.org/name-1.2.tar.gz#sha256=00",
            "local @ file:///nowhere/at/all",
            "Flask==2.0 --hash=sha256:abc",
        ]
    ),
)
platform_lists = st.lists(
    st.sampled_from(["linux-64", "osx-64", "osx-arm64", "win-64", "linux-aarch64", "linux-ppc64le"]), unique=True
)
channel_lists = st.lists(
    st.sampled_from(
        [
            "conda-forge",
            "bioconda",
            "nodefaults",
            "conda-forge/label/x",
            "https://example.org/some/channel",
            "https://$USER:$PASSWORD@example.org/a",
            "https://example.org/t/$TOKEN/a",
            "https://example.org/t/${TOKEN}/a",
            "file:///somewhere/chan",
        ]
    ),
    unique=True,
)


@st.composite
def environment_texts(draw: st.DrawFn) -> str:
    """Draw an environment.yml that conda-lock accepts."""
    lines = []
    if draw(st.booleans()):
        lines.append("name: example")
    channels = draw(channel_lists)
    lines += ["channels:", *(f"  - {channel}" for channel in channels)] if channels else []
    platforms = draw(platform_lists)
    lines += ["platforms:", *(f"  - {platform}" for platform in platforms)] if platforms else []
    if draw(st.booleans()):
        lines.append(f"category: {draw(st.sampled_from(['main', 'dev', 'docs']))}")
    if draw(st.integers(0, 4)) == 0:
        lines += ["pip-repositories:", "  - https://example.org/simple"]
    lines += ["dependencies:", "  # a comment [osx]", "  - python"]
    lines += [f"  - {line}" for line in draw(st.lists(conda_lines, max_size=6))]
    if draw(st.booleans()):
        lines += ["  - pip:", *(f"    - {line}" for line in draw(st.lists(pip_lines, max_size=4)))]
    return "\n".join(lines) + "\n"


virtual_package_files = st.dictionaries(
    st.sampled_from(["linux-64", "osx-64", "osx-arm64", "win-64", "noarch", "linux-riscv64"]),
    st.dictionaries(
        st.sampled_from(["__glibc", "__cuda", "__unix", "__archspec", "__osx"]),
        st.sampled_from(["0", "2.28", "12.4", "1 x86_64", "1 x86_64_v3"]),
        max_size=4,
    ),
    min_size=1,
    max_size=3,
).map(lambda subdirs: json.dumps({"subdirs": {name: {"packages": one} for name, one in subdirs.items()}}))


@given(text=environment_texts(), platforms=platform_lists)
@settings(max_examples=150, deadline=None)
def test_hash_equals_conda_locks(text: str, platforms: list[str], reference: Reference) -> None:
    """Any environment file, with conda-lock's default virtual packages, has conda-lock's hashes."""
    assert dict(content_hashes_of(text, platforms=platforms)) == reference(text, platforms=platforms)


@given(text=environment_texts(), virtual_packages=virtual_package_files)
@settings(max_examples=50, deadline=None)
def test_hash_with_virtual_packages_equals_conda_locks(text: str, virtual_packages: str, reference: Reference) -> None:
    """Any environment file beside any virtual-packages.yaml has conda-lock's hashes."""
    hashes = content_hashes_of(text, virtual_packages_text=virtual_packages)
    assert dict(hashes) == reference(text, virtual_packages=virtual_packages)


def test_platforms_nobody_names_are_conda_locks_four() -> None:
    """Without `platforms:` conda-lock locks four platforms, and so does the hash."""
    hashes = content_hashes_of("dependencies:\n- python\n")
    assert [platform for platform, _ in hashes] == ["linux-64", "osx-arm64", "osx-64", "win-64"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dependencies: [", "environment.yml:1: not YAML: "),
        ("- python\n", "environment.yml: no mapping at its top"),
        ("name: x\n", "environment.yml: expected a list in 'dependencies'"),
        ("channels: x\ndependencies: []\n", "environment.yml: expected a list of strings in 'channels'"),
        ("category: 1\ndependencies: []\n", "environment.yml: expected a string in 'category'"),
        ("dependencies: [1.5]\n", "environment.yml: expected a package, found 1.5 in 'dependencies'"),
        ("dependencies: ['>=1']\n", "environment.yml: a package name is missing: '>=1'"),
        ("dependencies: ['a (1']\n", "environment.yml: a parenthesis is not closed: 'a (1'"),
        ("dependencies: ['a >=1,']\n", "environment.yml: an operand is missing: 'a >=1,'"),
        ("dependencies: ['a[build=]']\n", "environment.yml: a key in the brackets has no value: 'a[build=]'"),
        ("dependencies: ['./a-1-0.conda']\n", "environment.yml: a package file is no request for a package by name"),
        ("dependencies: ['./here::a']\n", "environment.yml: a channel that is a path means another thing"),
        ("dependencies: [pip: x]\n", "environment.yml: expected a list of requirements in 'pip'"),
        ("dependencies: [pip: ['a b']]\n", "environment.yml: "),
        ("dependencies: [pip: ['a; os_name']]\n", "environment.yml: "),
    ],
)
def test_what_conda_lock_cannot_read_is_an_input_error(text: str, message: str) -> None:
    """A broken environment.yml is told with its file, and nothing is hashed."""
    with pytest.raises(InputSyntaxError) as raised:
        content_hashes_of(text)
    assert raised.value.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subdirs: [", "virtual-packages.yaml:1: not YAML: "),
        ("[]", "virtual-packages.yaml: expected a mapping in the file"),
        ("{}", "virtual-packages.yaml: expected a mapping in 'subdirs'"),
        ("subdirs: {linux-64: {}}", "virtual-packages.yaml: expected a mapping in 'subdirs.linux-64.packages'"),
        (
            "subdirs: {linux-64: {packages: {__glibc: 2.28}}}",
            "virtual-packages.yaml: expected a string in 'subdirs.linux-64.packages.__glibc'",
        ),
        (
            "subdirs: {linux-64: {packages: {glibc: '2.28'}}}",
            "virtual-packages.yaml: not a virtual package in 'subdirs.linux-64.packages.glibc'",
        ),
    ],
)
def test_a_broken_virtual_packages_file_is_an_input_error(text: str, message: str) -> None:
    """The error names the file and the key."""
    with pytest.raises(InputSyntaxError) as raised:
        content_hashes_of("dependencies: []\n", virtual_packages_text=text)
    assert raised.value.message.startswith(message)
