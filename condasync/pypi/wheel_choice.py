"""Which of the offered wheels is the best for a target, and why none is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import (
    BuildTag,
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from condasync.convert.requirement import normalise
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.pypi.offer import Offer
from condasync.pypi.wheel_tags import platform_tags, ranked_tags

_SHA256 = "sha256:"
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Hold an offered wheel with what its file name says."""

    offer: Offer
    name: str
    version: Version
    build: BuildTag
    tags: frozenset[Tag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Say why no wheel can be taken; `sdist` is the source that a build would start from, when there is only that."""

    reason: Reason
    sdist: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    name: str
    specifier: SpecifierSet
    requirement: PipRequirement
    near: Version | None
    target: Target

    @property
    def told(self) -> str:
        """Return the request in words."""
        return f"{self.name} {self.specifier}".strip()

    @property
    def place(self) -> str:
        """Return the target in words."""
        return f"Python {self.target.python} on {self.target.subdir}"


def choose(
    offers: Sequence[Offer], requirement: PipRequirement, target: Target, *, near: str | None = None
) -> Candidate | Refusal:
    """Return the best wheel among the offers, or why none of them can be taken.

    Version `near` comes first, then the same without local part, the same minor, the same major, any other; among these
    the newest, and the best fitting file of it. A yanked file counts only when its very version is asked for or
    installed. Raises ValueError for a malformed specifier.
    """
    ask = _ask(requirement, target, near)
    wheels = [one for one in map(_candidate, offers) if one is not None and one.name == ask.name]
    sdists = [(version, offer) for version, offer in map(_sdist, offers, [ask.name] * len(offers)) if version]
    if not wheels and not sdists:
        return _refused("not-on-index", f"no package index has files of {ask.name}")
    admitted = _admitted(ask, [one.version for one in wheels] + [version for version, _ in sdists])
    if not admitted:
        newest = max([one.version for one in wheels] + [version for version, _ in sdists])
        return _refused("no-such-version", f"no package index has {ask.told}; the newest is {newest}")
    wanted = [one for one in wheels if one.version in admitted]
    if not wanted:
        version, offer = max((one for one in sdists if one[0] in admitted), key=lambda one: one[0])
        return Refusal(
            reason=Reason(code="no-wheel", text=f"{ask.name} {version} is published as source only"), sdist=offer
        )
    return _best(ask, wanted)


def choose_any(
    offers: Sequence[Offer], requirement: PipRequirement, target: Target, *, near: str | None = None
) -> Candidate | None:
    """Return the wheel to read METADATA from: the one to install if there is one, else any of the best version."""
    best = choose(offers, requirement, target, near=near)
    if isinstance(best, Candidate):
        return best
    ask = _ask(requirement, target, near)
    wheels = [one for one in map(_candidate, offers) if one is not None and one.name == ask.name]
    admitted = _admitted(ask, [one.version for one in wheels])
    usable = [one for one in wheels if one.version in admitted and (one.offer.yanked is None or _is_exact(ask, one))]
    return max(usable, key=lambda one: (_nearness(ask, one), one.version, one.offer.file_name), default=None)


def requires_python_met(requires_python: str | None, python: str) -> bool:
    """Return whether some patch release of a Python minor meets Requires-Python; as for pip, a malformed one is met."""
    try:
        wanted = SpecifierSet(requires_python or "")
    except InvalidSpecifier:
        return True
    return any(wanted.contains(f"{python}{patch}", prereleases=True) for patch in (".0", ".99", ""))


def hashes_met(sha256: str | None, hashes: Iterable[str]) -> bool:
    """Return whether a digest is one of those wanted (`sha256:...`); an unknown digest and other algorithms may be."""
    wanted = tuple(hashes)
    if not wanted or sha256 is None or not all(one.startswith(_SHA256) for one in wanted):
        return True
    return f"{_SHA256}{sha256}" in wanted


def _ask(requirement: PipRequirement, target: Target, near: str | None) -> _Ask:
    try:
        specifier = SpecifierSet(requirement.specifier)
    except InvalidSpecifier as error:
        raise ValueError(str(error)) from None
    try:
        installed = Version(near) if near is not None else None
    except InvalidVersion:
        installed = None
    return _Ask(
        name=normalise(requirement.name), specifier=specifier, requirement=requirement, near=installed, target=target
    )


def _candidate(offer: Offer) -> Candidate | None:
    if not offer.file_name.endswith(".whl"):
        return None
    try:
        name, version, build, tags = parse_wheel_filename(offer.file_name)
    except (InvalidWheelFilename, InvalidVersion):
        return None
    return Candidate(offer=offer, name=name, version=version, build=build, tags=tags)


def _sdist(offer: Offer, name: str) -> tuple[Version | None, Offer]:
    try:
        found, version = parse_sdist_filename(offer.file_name)
    except (InvalidSdistFilename, InvalidVersion):
        return None, offer
    return (version if found == name else None), offer


def _admitted(ask: _Ask, versions: Iterable[Version]) -> set[Version]:
    """Return the versions that are asked for; pre-releases as pip has it, and the one installed."""
    every = set(versions)
    admitted = set(ask.specifier.filter(sorted(every)))
    if ask.near in every and ask.specifier.contains(ask.near, prereleases=True):
        admitted.add(ask.near)
    return admitted


def _best(ask: _Ask, wanted: list[Candidate]) -> Candidate | Refusal:
    hashed = [one for one in wanted if hashes_met(one.offer.sha256, ask.requirement.hashes)]
    if not hashed:
        return _refused("hash-mismatch", f"no wheel of {ask.told} on the index has a hash that the input states")
    fitting = [one for one in hashed if not one.tags.isdisjoint(ranked_tags(ask.target))]
    if not fitting:
        return _unfit(ask, hashed)
    timely = [one for one in fitting if requires_python_met(one.offer.requires_python, ask.target.python)]
    if not timely:
        newest = max(fitting, key=lambda one: one.version)
        text = f"{ask.name} {newest.version} requires Python {newest.offer.requires_python}, not {ask.target.python}"
        return _refused("wheel-other-python", text)
    usable = [one for one in timely if one.offer.yanked is None or _is_exact(ask, one)]
    if not usable:
        newest = max(timely, key=lambda one: one.version)
        why = f": {newest.offer.yanked}" if newest.offer.yanked else ""
        return _refused("yanked", f"every wheel of {ask.told} for {ask.place} was yanked{why}")
    return max(usable, key=lambda one: _rank(ask, one))


def _unfit(ask: _Ask, wheels: Sequence[Candidate]) -> Refusal:
    here = platform_tags(ask.target)
    for_platform = [one for one in wheels if any(tag.platform in here for tag in one.tags)]
    if for_platform:
        tags = sorted({f"{tag.interpreter}-{tag.abi}" for one in for_platform for tag in one.tags})
        return _refused("wheel-other-python", f"the wheels of {ask.told} are for {_some(tags)}, not for {ask.place}")
    platforms = sorted({tag.platform for one in wheels for tag in one.tags})
    return _refused("wheel-other-platform", f"the wheels of {ask.told} are for {_some(platforms)}, not for {ask.place}")


def _some(words: Sequence[str]) -> str:
    return ", ".join(words if len(words) <= _SHOWN else (*words[:_SHOWN], f"{len(words) - _SHOWN} more"))


def _is_exact(ask: _Ask, candidate: Candidate) -> bool:
    return candidate.version == ask.near or any(
        one.operator in {"==", "==="} and not one.version.endswith(".*") for one in ask.specifier
    )


def _rank(ask: _Ask, candidate: Candidate) -> tuple[int, bool, Version, int, BuildTag]:
    tags = ranked_tags(ask.target)
    fit = min(tags[tag] for tag in candidate.tags if tag in tags)
    return _nearness(ask, candidate), candidate.offer.yanked is None, candidate.version, -fit, candidate.build


def _nearness(ask: _Ask, candidate: Candidate) -> int:
    return 0 if ask.near is None else -_distance(candidate.version, ask.near)


def _distance(version: Version, near: Version) -> int:
    same = (
        version == near,
        version.public == near.public,
        version.epoch == near.epoch and version.release[:2] == near.release[:2],
        version.epoch == near.epoch and version.major == near.major,
        True,
    )
    return same.index(True)


def _refused(code: str, text: str) -> Refusal:
    return Refusal(reason=Reason(code=code, text=text))
