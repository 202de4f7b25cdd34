"""What a lock says about its inputs: changes show, places and secrets do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.lock.assemble import lockfile_for
from condasync.lock.input_digest import (
    custom_metadata,
    input_digest,
    input_facts,
    same_but_for_engine,
    stated_inputs,
)
from condasync.model.environment import Environment, InputFile
from condasync.model.lockfile import LockFile
from condasync.model.package import CondaPackage, DirectUrl, Distribution, LocalPackage, PipPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target, VirtualPackage
from condasync.model.url import Url

NUMPY = PipPackage(
    name="NumPy",
    version="1.26.4",
    requested=True,
    requirements=(PipRequirement(name="numpy", specifier="==1.26.4", where="/home/me/requirements.txt:3"),),
    distribution=Distribution(name="numpy", version="1.26.4", location="/home/me/venv/numpy.dist-info"),
)
LOCAL = LocalPackage(name="mine", version="0.1", path="/home/me/mine", editable=True, requires=("numpy",))
CONDA = CondaPackage(
    name="zlib",
    version="1.3",
    requested=False,
    build="h1_0",
    channel="conda-forge",
    subdir="linux-64",
    specs=(CondaSpec(name="zlib", version=">=1.3"),),
    where="environment.yml:4",
)
ENVIRONMENT = Environment(
    kind="files",
    prefix="/home/me/venv",
    python="3.11.7",
    channels=("conda-forge",),
    packages=(NUMPY, LOCAL, CONDA),
    constraints=(PipRequirement(name="pandas", specifier="<3"),),
    index_urls=(Url("https://me:secret@example.org/simple"),),
    inputs=(InputFile(path="/home/me/requirements.txt", kind="requirements.txt"),),
)
TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__unix", version="0"), VirtualPackage(name="__glibc", version="2.28")),
)


def metadata(environment: Environment = ENVIRONMENT, engine: tuple[str, str] = ("rattler", "0.28")) -> dict[str, str]:
    """Return the custom metadata of one input."""
    pairs = custom_metadata(
        inputs=[environment], targets=[TARGET], python="3.11", channels_from_command_line=True, engine=engine
    )
    assert pairs == tuple(sorted(pairs))
    return dict(pairs)


def test_every_answer_has_its_key() -> None:
    """Schema, inputs, target, Python asked for, channels from the command line, engine; nothing else."""
    facts = {f"condasync_input_1_{name}": words for name, words in input_facts(ENVIRONMENT).items()}
    assert set(facts) == {f"condasync_input_1_{name}" for name in ("conda", "local", "pip", "settings")}
    assert metadata() == {
        **facts,
        "created_by": "condasync",
        "condasync_schema": "1",
        "condasync_python": "3.11",
        "condasync_channels_from_command_line": "true",
        "condasync_engine": "rattler 0.28",
        "condasync_input_1": f"files sha256:{input_digest(ENVIRONMENT)}",
        "condasync_target_linux-64": "python=3.11 __glibc=2.28=0 __unix=0=0",
    }


def test_a_python_that_nobody_asked_for_is_left_out() -> None:
    """Several inputs keep their order; without --python there is no key for it."""
    pairs = dict(
        custom_metadata(
            inputs=[Environment(kind="venv"), ENVIRONMENT],
            targets=[],
            python=None,
            channels_from_command_line=False,
            engine=("libmamba", "2.3"),
        )
    )
    assert sorted(pairs) == [
        "condasync_channels_from_command_line",
        "condasync_engine",
        "condasync_input_1",
        "condasync_input_2",
        "condasync_input_2_conda",
        "condasync_input_2_local",
        "condasync_input_2_pip",
        "condasync_input_2_settings",
        "condasync_schema",
        "created_by",
    ]
    assert pairs["condasync_input_1"].startswith("venv sha256:")


def test_a_lock_gives_back_what_it_remembers() -> None:
    """Kind, digest and facts of each input, in order; a lock of another tool remembers none."""
    lock = lockfile_for(
        solutions={},
        channels=[],
        content_hash=[],
        sources=[],
        custom=custom_metadata(
            inputs=[Environment(kind="venv"), ENVIRONMENT],
            targets=[TARGET],
            python=None,
            channels_from_command_line=False,
            engine=("rattler", "0"),
        ),
    )
    assert stated_inputs(lock) == (
        ("venv", input_digest(Environment(kind="venv")), {}),
        ("files", input_digest(ENVIRONMENT), input_facts(ENVIRONMENT)),
    )
    assert stated_inputs(lockfile_for(solutions={}, channels=[], content_hash=[], sources=[])) == ()


def test_no_path_and_no_secret_reaches_the_lock() -> None:
    """The values name no folder, user or password."""
    text = repr(metadata())
    assert "/home" not in text
    assert "secret" not in text


def test_another_token_is_no_change() -> None:
    """A digest of a secret would be a hint to it, and a lock is not stale because a token was renewed."""
    one, other, named = (
        replace(ENVIRONMENT, channels=(f"https://example.org/t/{token}/team",))
        for token in ("secret", "renewed", "$TOKEN")
    )
    assert metadata(one) == metadata(other)
    assert input_digest(one) == input_digest(other) != input_digest(named)
    assert input_digest(named) == input_digest(replace(named, channels=("https://example.org/t/${TOKEN}/team",)))


@pytest.mark.parametrize(
    "moved",
    [
        replace(ENVIRONMENT, prefix="/elsewhere", inputs=()),
        replace(ENVIRONMENT, packages=(NUMPY, replace(LOCAL, path="/elsewhere"), CONDA)),
        replace(ENVIRONMENT, packages=(replace(NUMPY, distribution=None), LOCAL, replace(CONDA, where="x:1"))),
        replace(ENVIRONMENT, packages=(CONDA, replace(NUMPY, name="numpy"), LOCAL)),
        replace(ENVIRONMENT, index_urls=(Url("https://example.org/simple"),)),
    ],
)
def test_the_same_input_elsewhere_has_the_same_digest(moved: Environment) -> None:
    """Folder, order, spelling of a name and password do not change what is asked for."""
    assert input_digest(moved) == input_digest(ENVIRONMENT)


def test_a_local_archive_elsewhere_is_the_same_input() -> None:
    """A `file:` URL decides nothing by its place."""
    digests = {
        input_digest(
            Environment(
                kind="venv",
                packages=(replace(NUMPY, direct_url=DirectUrl(kind="archive", url=Url(f"file://{place}/a.whl"))),),
            )
        )
        for place in ("/home/me", "/elsewhere")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    "changed",
    [
        replace(ENVIRONMENT, packages=(replace(NUMPY, version="1.26.5"), LOCAL, CONDA)),
        replace(ENVIRONMENT, packages=(replace(NUMPY, requested=False), LOCAL, CONDA)),
        replace(ENVIRONMENT, packages=(replace(NUMPY, requirements=()), LOCAL, CONDA)),
        replace(ENVIRONMENT, packages=(NUMPY, replace(LOCAL, requires=()), CONDA)),
        replace(ENVIRONMENT, packages=(NUMPY, LOCAL, replace(CONDA, build="h2_0"))),
        replace(ENVIRONMENT, packages=(NUMPY, LOCAL, replace(CONDA, specs=()))),
        replace(ENVIRONMENT, packages=(NUMPY, LOCAL)),
        replace(ENVIRONMENT, constraints=()),
        replace(ENVIRONMENT, python="3.12.1"),
        replace(ENVIRONMENT, channels=("bioconda", "conda-forge")),
        replace(ENVIRONMENT, index_urls=()),
        replace(ENVIRONMENT, platform="osx-arm64"),
        replace(ENVIRONMENT, requires_python=">=3.10"),
    ],
)
def test_every_change_that_decides_changes_the_digest(changed: Environment) -> None:
    """Manager, name, version, requested, the lines of files and what else steers the solve."""
    assert input_digest(changed) != input_digest(ENVIRONMENT)


@given(names=st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True), seed=st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_order(names: list[str], seed: st.Random) -> None:  # type: ignore[name-defined]
    """Packages in another order are the same input."""
    packages = [PipPackage(name=name, version="1", requested=True) for name in names]
    turned = list(packages)
    seed.shuffle(turned)
    first = Environment(kind="venv", packages=tuple(packages))
    assert input_digest(first) == input_digest(Environment(kind="venv", packages=tuple(turned)))


def test_another_engine_alone_is_no_change() -> None:
    """The old file stays when only the engine that verified differs; any other difference counts."""

    def lock(pairs: dict[str, str]) -> LockFile:
        return lockfile_for(solutions={}, channels=[], content_hash=[], sources=[], custom=list(pairs.items()))

    old = lock(metadata())
    assert same_but_for_engine(old, lock(metadata(engine=("libmamba", "2.3"))))
    assert not same_but_for_engine(old, lock(metadata(replace(ENVIRONMENT, packages=()))))
