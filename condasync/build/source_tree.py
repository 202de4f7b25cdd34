"""The files of a project that a build may see: caches, environments and secrets stay out; content has a digest."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from condasync.errors import BuildError

SIZE_LIMIT = 1 << 30
_LEFT_OUT = frozenset(
    {
        ".cache", ".eggs", ".git", ".hg", ".hypothesis", ".idea", ".ipynb_checkpoints", ".mypy_cache", ".nox",
        ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".vscode", "__pycache__", "condasync-channel", "node_modules",
    }
)  # fmt: skip
_SECRET_FOLDERS = frozenset({".aws", ".azure", ".gnupg", ".ssh"})
_SECRETS = (
    ".env", ".env.*", ".envrc", ".git-credentials", ".netrc", ".npmrc", ".pgpass", ".pypirc", "*.jks", "*.kdbx",
    "*.key", "*.keystore", "*.p12", "*.pem", "*.pfx", "*.ppk", "credentials.json", "id_dsa", "id_ecdsa", "id_ed25519",
    "id_rsa", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml", "service-account*.json",
)  # fmt: skip
_TEMPLATES = (".dist", ".example", ".sample", ".template")
_BUILD_LEFTOVERS = ("bdist.", "lib", "temp.", "cp3")
_ARCHIVES = (".whl", ".tar.gz", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """Name one file: `relative` to the project with `/`, `path` where its bytes are (a symlink is followed)."""

    relative: str
    path: Path
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """Hold the files of a project, sorted; `refused` are those that look like secrets and were left out."""

    root: Path
    files: tuple[SourceFile, ...]
    refused: tuple[str, ...] = ()

    def digest(self) -> str:
        """Return the SHA-256 of names, executable bits and contents. Raises BuildError for an unreadable file."""
        whole = hashlib.sha256()
        for file in self.files:
            with _readable(file.path):
                content = hashlib.sha256(file.path.read_bytes()).hexdigest()
            line = f"{file.relative}\0{'x' if file.executable else '-'}{content}\n"
            whole.update(line.encode(errors="surrogateescape"))  # a name may be any bytes
        return whole.hexdigest()

    def copy_to(self, folder: Path) -> None:
        """Write the files below a folder, writable whatever they were. Raises BuildError for an unreadable file."""
        for file in self.files:
            place = folder / file.relative
            place.parent.mkdir(parents=True, exist_ok=True)
            with _readable(file.path):
                shutil.copyfile(file.path, place)
            place.chmod(0o755 if file.executable else 0o644)


def read_tree(root: Path, *, size_limit: int = SIZE_LIMIT) -> SourceTree:
    """Return the files of a project folder, without reading them.

    Left out: version control, caches, virtual and conda environments, what former builds left, and files that look
    like secrets. Raises BuildError for a folder that is not there, unreadable, or larger than `size_limit` bytes.
    """
    if not root.is_dir():
        raise BuildError(f"{root}: there is no such folder", reason="source-missing", path=str(root))
    refused: list[str] = []
    with _readable(root):
        files = sorted(_walk(root, "", (root.resolve(),), refused), key=lambda file: file.relative)
        size = sum(file.path.stat().st_size for file in files)
    if size > size_limit:
        raise BuildError(
            f"{root}: holds {size >> 20} MB, too much for the sources of a package",
            reason="source-too-large",
            hints=("move data out of the project folder", "or build a wheel yourself and install that"),
            path=str(root),
        )
    return SourceTree(root=root, files=tuple(files), refused=tuple(sorted(refused)))


def looks_secret(name: str) -> bool:
    """Return whether a file name is one that secrets are kept under."""
    lower = name.lower()
    return not lower.endswith(_TEMPLATES) and any(fnmatch.fnmatchcase(lower, pattern) for pattern in _SECRETS)


@contextmanager
def _readable(place: Path) -> Iterator[None]:
    """Turn an OSError into a BuildError that names the place."""
    try:
        yield
    except OSError as fault:
        where = str(fault.filename or place)
        raise BuildError(
            f"{where}: cannot be read: {fault.strerror}", reason="source-unreadable", path=where
        ) from fault


def _walk(folder: Path, prefix: str, above: tuple[Path, ...], refused: list[str]) -> Iterator[SourceFile]:
    for entry in os.scandir(folder):
        relative, path = f"{prefix}{entry.name}", Path(entry.path)
        if entry.is_dir():
            resolved = path.resolve()
            if resolved in above or _is_left_out(path, top=not prefix):
                continue
            if entry.name in _SECRET_FOLDERS:
                refused.append(f"{relative}/")
                continue
            yield from _walk(path, f"{relative}/", (*above, resolved), refused)
        elif looks_secret(entry.name) or looks_secret(path.resolve().name):
            refused.append(relative)
        elif entry.is_file() and not entry.name.endswith((".pyc", ".pyo")):
            yield SourceFile(relative=relative, path=path, executable=bool(entry.stat().st_mode & 0o100))


def _is_left_out(folder: Path, *, top: bool) -> bool:
    if folder.name in _LEFT_OUT or (folder / "pyvenv.cfg").is_file() or (folder / "conda-meta" / "history").is_file():
        return True
    if folder.name.endswith(".egg-info"):
        return True
    if not top or folder.name not in {"build", "dist"}:
        return False
    names = [entry.name for entry in os.scandir(folder)]
    if folder.name == "build":
        return any(name.startswith(_BUILD_LEFTOVERS) for name in names) and "__init__.py" not in names
    return all(name.endswith(_ARCHIVES) for name in names)
