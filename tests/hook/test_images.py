"""Dockerfile and Apptainer definition: what can be checked of them without either program."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import condasync
from condasync.errors import OutputError, UsageError
from condasync.hook.images import apptainer, dockerfile
from condasync.hook.launch import Launch, read_launch
from tests.build.python_channel import python_channel, run_python
from tests.cluster.world.locks import export_lock
from tests.cluster.world.project import MODULE, write_project
from tests.hook.conftest import WORKER, row, synthetic_lock, write_lock

_BESIDE = "file:///proc/self/cwd/condasync-channel/noarch/mine-1.0-0.conda"


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """Return a lock with a package beside it."""
    write_lock(tmp_path, synthetic_lock(*WORKER, row("mine", "1.0", url=_BESIDE)))
    package = tmp_path / "condasync-channel/noarch/mine-1.0-0.conda"
    package.parent.mkdir(parents=True)
    package.write_bytes(b"")
    return read_launch(tmp_path)


def _instructions(text: str, word: str) -> list[str]:
    return [line.removeprefix(f"{word} ") for line in text.splitlines() if line.startswith(f"{word} ")]


def _syntax(script: str, shell: str = "sh") -> None:
    subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_dockerfile_has_known_instructions_only(launch: Launch) -> None:
    """Each line is a comment or an instruction; every copied source lies in the context or comes from a stage."""
    text = dockerfile(launch)
    words = {line.split()[0] for line in text.splitlines() if line and not line.startswith("#")}
    assert words == {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "ENTRYPOINT", "CMD"}
    copied = [json.loads(one) for one in _instructions(text, "COPY") if one.startswith("[")]
    assert copied == [["conda-lock.yml", "./"], ["condasync-channel/", "condasync-channel/"]]
    assert all((launch.path.parent / source).exists() for source, _ in copied)
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", text, re.MULTILINE)
    assert stages == [("python:3.12-slim-bookworm", "make"), ("debian:bookworm-slim", "")]
    assert [one for one in _instructions(text, "COPY") if "--from" in one] == [
        "--from=make /opt/env /opt/env",
        "--from=make /opt/condasync /opt/condasync",
    ]


def test_commands_of_the_dockerfile(launch: Launch) -> None:
    """The commands are shell; they check the lock before they use it, and install this very version."""
    runs = _instructions(dockerfile(launch), "RUN")
    for command in runs:
        _syntax(command)
    assert runs[0] == f"python -m pip install --no-cache-dir condasync=={condasync.__version__}"
    assert runs[2] == "python -m condasync apply conda-lock.yml --prefix /opt/env --platform linux-64"
    assert json.loads(_instructions(dockerfile(launch), "CMD")[0]) == ["python"]
    environ = dict(one.split("=", 1) for one in _instructions(dockerfile(launch), "ENV"))
    assert environ["CONDASYNC_LOCK_DIGEST"] == hashlib.sha256(launch.path.read_bytes()).hexdigest()
    assert environ["PATH"] == "/opt/env/bin:$PATH"


def test_the_lock_is_checked_in_the_image(launch: Launch) -> None:
    """The check of the second command passes for this lock, and for no other."""
    check = _instructions(dockerfile(launch), "RUN")[1]
    folder = launch.path.parent
    assert subprocess.run(["sh", "-c", check], cwd=folder, capture_output=True, check=False).returncode == 0
    launch.path.write_text("version: 1\n", encoding="utf-8")
    assert subprocess.run(["sh", "-c", check], cwd=folder, capture_output=True, check=False).returncode != 0


def test_the_entry_point_activates_and_becomes_the_command(launch: Launch, tmp_path: Path) -> None:
    """Scripts of packages are sourced, then the command runs with its arguments; here with another prefix."""
    scripts = tmp_path / "etc/conda/activate.d"
    scripts.mkdir(parents=True)
    (scripts / "gdal.sh").write_text('[[ -n x ]] && export GDAL_DATA="$CONDA_PREFIX/share/gdal"\n', encoding="utf-8")
    (entry,) = _instructions(dockerfile(launch), "ENTRYPOINT")
    command = json.loads(entry.replace("/opt/env", str(tmp_path)))
    assert command[0] == "/bin/bash"
    arguments = ["sh", "-c", 'echo "$GDAL_DATA $1"', "sh", "a  b"]
    seen = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    assert seen.stdout == f"{tmp_path}/share/gdal a  b\n"


def test_apptainer_definition(launch: Launch) -> None:
    """Header and sections are those of two stages; sources lie beside the lock; scripts are shell."""
    text = apptainer(launch)
    heads = re.findall(r"^(Bootstrap|From|Stage): (\S+)$", text, re.MULTILINE)
    assert heads == [
        ("Bootstrap", "docker"),
        ("From", "python:3.12-slim-bookworm"),
        ("Stage", "make"),
        ("Bootstrap", "docker"),
        ("From", "debian:bookworm-slim"),
        ("Stage", "final"),
    ]
    sections = re.split(r"^%", text, flags=re.MULTILINE)[1:]
    found = {one.partition("\n")[0]: one.partition("\n")[2].split("\nBootstrap")[0] for one in sections}
    assert list(found) == ["files", "post", "files from make", "environment", "runscript"]
    files = [line.split() for line in found["files"].splitlines() if line.strip()]
    assert [source for source, _ in files] == ["conda-lock.yml", "condasync-channel"]
    assert all((launch.path.parent / source).exists() for source, _ in files)
    for name in ("post", "environment", "runscript"):
        _syntax(found[name])
    assert "apply /opt/condasync/conda-lock.yml --prefix /opt/env --platform linux-64" in found["post"]


def test_nothing_is_copied_that_is_not_needed(tmp_path: Path) -> None:
    """Without packages beside the lock only the lock is copied; the user's image takes the place of ours."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    launch = read_launch(tmp_path, image="registry.example.org/base:1@sha256:ab")
    for text in (dockerfile(launch), apptainer(launch)):
        assert "condasync-channel" not in text
        assert "registry.example.org/base:1@sha256:ab" in text
        assert "debian" not in text


@pytest.mark.parametrize("image", ["", "a b", "x\nRUN rm", "-v"])
def test_images_are_names(image: str, tmp_path: Path) -> None:
    """What is no name of an image is refused; an empty one is as good as none."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    launch = read_launch(tmp_path, image=image)
    if not image:
        assert "debian" in dockerfile(launch)
        return
    with pytest.raises(UsageError, match="no name of an image"):
        dockerfile(launch)


def test_a_lock_whose_name_cannot_be_written(tmp_path: Path) -> None:
    """Neither format can quote every file name."""
    path = write_lock(tmp_path, synthetic_lock(*WORKER), "my lock.yml")
    with pytest.raises(UsageError, match=r"rename|cannot|neither") as caught:
        dockerfile(read_launch(path))
    assert caught.value.hints == ("rename the lock to conda-lock.yml",)


def test_the_commands_of_the_dockerfile_make_the_environment(here: Path, hook_cache: Path) -> None:
    """Run here, in a folder that holds only what is copied, and with another prefix: it has the local project."""
    channel = python_channel(here / "channel")
    project = write_project(here / "src", "0.1")
    lock = export_lock(here / "out", channel, cache=hook_cache, packages=(), project=project)
    with pytest.raises(OutputError, match="beside the lock"):
        dockerfile(read_launch(lock))
    for package in channel.glob("*/*.conda"):  # as the hint says
        place = lock.parent / "condasync-channel" / package.parent.name / package.name
        place.parent.mkdir(exist_ok=True)
        shutil.copy(package, place)
    shutil.rmtree(channel)
    text = dockerfile(read_launch(lock))
    image, prefix = here / "image", here / "image" / "env"
    image.mkdir()
    for source, target in (json.loads(one) for one in _instructions(text, "COPY") if one.startswith("[")):
        copy = shutil.copytree if source.endswith("/") else shutil.copy
        copy(lock.parent / source, image / target)
    shutil.rmtree(lock.parent)
    for command in _instructions(text, "RUN")[1:]:
        words = command.replace("/opt/env", str(prefix)).replace("python -m", f"{sys.executable} -m")
        done = subprocess.run(["sh", "-c", words], cwd=image, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert run_python(prefix, f"import {MODULE}; print({MODULE}.VERSION)") == "0.1"
