"""Making a prefix equal to a lock: capture, plan, fetch, build beside, check, exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from condasync.apply.carry import carry_late_files
from condasync.apply.conda_meta import read_records
from condasync.apply.exchange import put_in_place
from condasync.apply.faults import disk_faults
from condasync.apply.host import host_platform
from condasync.apply.needs import Needs, needs_of, with_overwritten
from condasync.apply.new_tree import NewTree, pip_files
from condasync.apply.packages import CondaFile, link_script_findings, read_packages
from condasync.apply.pip_origin import stated_digest
from condasync.apply.place import ASIDE, TREE, Place, place_of
from condasync.apply.refusals import refuse_change, refuse_place, rows_for
from condasync.apply.turn import turn
from condasync.apply.work_folder import clear_stale, is_busy, work_folder
from condasync.capture.prefixes.detect import source_for_prefix
from condasync.channel.package_files import PackageFiles, SecretOf, file_name_of, sizes_of
from condasync.channel.transport import Progress, Transport
from condasync.errors import ApplyError
from condasync.lock.input_digest import stated_inputs
from condasync.model.apply import Applied, ApplyQuestion, Fetch, PackageFile
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.model.package import PipPackage
from condasync.model.plan import Contents, Plan
from condasync.plan.contents import contents_of_environment, contents_of_lock
from condasync.plan.diff import diff


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTools:
    """Hold what an apply works with.

    `own_prefixes` are where this process runs from; `connect` opens the way to servers, and only when something is to
    be downloaded; `secret_of` knows the user's credentials.
    """

    cache_dir: Path
    own_prefixes: tuple[Path, ...]
    connect: Callable[[], Transport]
    secret_of: SecretOf
    tell: Callable[[str], None]
    progress: Progress


def apply_lock(question: ApplyQuestion, tools: ApplyTools) -> Applied:
    """Make the prefix what the lock says, or under a dry run say what that takes.

    Either the prefix is as the lock says afterwards, or it is as it was. Raises ApplyError and NetworkError.
    """
    platform, rows = rows_for(question.lock, asked=question.platform, host=host_platform())
    place = place_of(question.prefix)
    refuse_place(place)
    work = _Work(question=question, tools=tools, place=place, platform=platform, rows=rows)
    if question.dry_run:
        return work.shown(work.plan())
    if not is_busy(place):
        plan = work.plan()
        if plan.empty:
            return work.applied(plan, changed=False)
    refuse_change(place, own_prefixes=tools.own_prefixes, own_prefix=question.own_prefix)
    with disk_faults(place.target):
        place.target.parent.mkdir(parents=True, exist_ok=True)
    with turn(place, tell=tools.tell) as handle, disk_faults(place.target):
        clear_stale(place)
        plan = work.plan()  # whoever had the turn before may have done it all
        return work.applied(plan, changed=False) if plan.empty else work.changed(plan, inherit=handle)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    question: ApplyQuestion
    tools: ApplyTools
    place: Place
    platform: str
    rows: tuple[LockedPackage, ...]

    def plan(self, prefix: Path | None = None) -> Plan:
        """Return what leads from a prefix to the lock; the prefix is only read."""
        here = _present(prefix or self.place.target, self.platform)
        wanted = [one for one in contents_of_lock(self.question.lock) if one.platform == self.platform]
        return diff((here,), wanted)

    def shown(self, plan: Plan) -> Applied:
        missing = self._files().locate(self._needs(plan).rows).missing
        return replace(
            self.applied(plan, changed=False),
            to_download=tuple(sorted(file_name_of(row) for row in missing)),
            to_download_bytes=self._size(missing),
        )

    def _size(self, rows: Sequence[LockedPackage]) -> int | None:
        """Return how many bytes are to be downloaded, None where the servers do not say."""
        if not rows or self.question.offline:
            return None if rows else 0
        transport = self.tools.connect()
        try:
            sizes = sizes_of([self.tools.secret_of(row.url) for row in rows], transport)
        finally:
            transport.close()
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(rows) else None

    def changed(self, plan: Plan, *, inherit: int) -> Applied:
        needs = self._needs(plan)
        files = self._fetched(needs)
        packages = read_packages(files, self.place.target)
        with work_folder(self.place) as folder:
            noticed = self._replace(folder, needs, files, packages, inherit)
        if folder.exists():
            text = "what the prefix was could not be removed entirely; the next apply tries again"
            noticed += (Finding(code="old-prefix-left", severity="warning", text=text, where=str(folder)),)
        return replace(
            self.applied(plan, changed=True),
            downloaded=sum(file.path.stat().st_size for file in files if file.fetched),
            findings=(*link_script_findings(packages), *noticed),
        )

    def applied(self, plan: Plan, *, changed: bool) -> Applied:
        return Applied(prefix=str(self.place.target), platform=self.platform, plan=plan, changed=changed)

    def _replace(
        self,
        folder: Path,
        needs: Needs,
        files: Sequence[PackageFile],
        packages: tuple[CondaFile, ...],
        inherit: int,
    ) -> tuple[Finding, ...]:
        tree = folder / TREE
        new = NewTree(
            target=self.place.target,
            platform=self.platform,
            needs=needs,
            records=read_records(self.place.target),
            packages=packages,
            wheels=tuple(file for file in files if file.row.manager == "pip"),
            requested=_requested(self.question.lock, self.rows),
            cache=self.tools.cache_dir / "packages" / "unpacked",
            tell=self.tools.tell,
        )
        made = new.make(tree, inherit=inherit)
        self.tools.tell("checking")
        self._check(tree)
        self.tools.tell("putting it in place")
        old = put_in_place(tree, self.place.target, folder / ASIDE)
        lost = () if old is None else carry_late_files(old, self.place.target, made.seen)
        return (*made.findings, *lost)

    def _check(self, tree: Path) -> None:
        left = self.plan(tree)
        if left.empty:
            return
        names = ", ".join(f"{change.name} ({change.kind})" for change in left.changes[:5])
        raise ApplyError(
            f"{self.place.target}: the new prefix would not be what the lock says: {names}; the prefix is as it was",
            hints=(
                f"see where they come from: condasync capture --prefix {self.place.target}",
                "a .pth file may lead to them",
                "or make a new prefix",
            ),
            prefix=str(self.place.target),
        )

    def _needs(self, plan: Plan) -> Needs:
        target = self.place.target
        records = read_records(target)
        needs = needs_of(plan, self.rows, records)
        if not needs.pip_out:
            return needs
        files = pip_files(target, target, needs.pip_out, records).listed()
        return with_overwritten(needs, files, self.rows, records)

    def _files(self) -> PackageFiles:
        return PackageFiles(
            cache=self.tools.cache_dir / "packages" / "files",
            lock_folder=self.question.lock_folder,
            artifacts=self.question.artifacts,
        )

    def _fetched(self, needs: Needs) -> tuple[PackageFile, ...]:
        """Return the files of all rows that are needed, every digest verified."""
        files = self._files()
        self.tools.tell(f"looking for {len(needs.rows)} package files")
        fetch = files.locate(needs.rows)
        got = fetch.here
        if fetch.missing:
            _refuse_offline(fetch, offline=self.question.offline)
            self.tools.tell(f"downloading {len(fetch.missing)} packages")
            transport = self.tools.connect()
            try:
                got += files.download(
                    fetch.missing, transport, secret_of=self.tools.secret_of, progress=self.tools.progress
                )
            finally:
                transport.close()
        order = {row: at for at, row in enumerate(needs.rows)}
        return tuple(sorted(got, key=lambda file: order[file.row]))


def _present(prefix: Path, platform: str) -> Contents:
    """Return what a prefix holds, nothing where there is none. Raises ApplyError for one of another platform."""
    if not (prefix / "conda-meta").is_dir():
        return Contents(platform=platform, packages=())
    environment = source_for_prefix(prefix).capture()
    if environment.platform not in {None, platform}:
        raise ApplyError(
            f"{prefix}: holds packages for {environment.platform}, and {platform} is to be applied",
            hints=("name another prefix",),
            prefix=str(prefix),
        )
    contents = contents_of_environment(environment, platform=platform)
    digests = dict(_wheel_digests(environment))
    return replace(
        contents,
        packages=tuple(
            replace(one, digest=digests.get(one.name)) if one.manager == "pip" else one for one in contents.packages
        ),
    )


def _wheel_digests(environment: Environment) -> Iterator[tuple[str, str]]:
    for package in environment.packages:
        if isinstance(package, PipPackage) and package.distribution is not None:
            found = stated_digest(Path(package.distribution.location))
            if found is not None:
                yield canonicalize_name(package.name), found


def _refuse_offline(fetch: Fetch, *, offline: bool) -> None:
    if not offline:
        return
    names = [file_name_of(row) for row in fetch.missing]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004 - enough to see what is meant
    raise ApplyError(
        f"--offline: not on this disk: {', '.join(names[:5])}{more}",
        hints=("leave out --offline", "or name a folder that holds them: --artifacts DIR"),
        missing=tuple(names),
    )


def _requested(lock: LockFile, rows: Sequence[LockedPackage]) -> frozenset[str]:
    """Return the names that were asked for: those of the input files, else what nothing else depends on."""
    from_files = {
        word.partition("=")[0]
        for kind, _, facts in stated_inputs(lock)
        if kind == "files"
        for manager in ("conda", "pip")
        for word in facts.get(manager, "").split()
    }
    named = {canonicalize_name(name) for name in from_files}
    if named:
        return frozenset(row.name for row in rows if canonicalize_name(row.name) in named)
    depended_on = {name for row in rows for name, _ in row.dependencies}
    return frozenset(row.name for row in rows if row.name not in depended_on)
