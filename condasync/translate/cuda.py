"""CUDA on conda-forge: a build variant instead of a version, and libraries that the packages themselves depend on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from condasync.convert.match import build_matches, fits_python, version_key
from condasync.convert.requirement import normalise
from condasync.model.package import PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.translation import Dropped, Evidence, Mapped, Outcome, Reason
from condasync.translate.case import Case
from condasync.translate.same_name import CHANNEL
from condasync.translate.shelf import Shelf

_LOCAL = re.compile(r"\+(?P<kind>cpu|cu\d+)")
_CUDA_BUILD = re.compile(r"cuda(?P<major>\d{2})\d")
_CUDA_WHEEL = "nvidia-"
_BY_DEFAULT = frozenset({"torch"})  # its wheels for Linux without a local version are CUDA builds
_BY_EXTRA = re.compile(r"(?:and-)?cuda(?:1\d)?")  # jax[cuda12], tensorflow[and-cuda]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def with_variant(outcome: Mapped, case: Case, extras: Sequence[str] = ()) -> Mapped:
    """Return the outcome with a build string for CPU or CUDA, where the name's builds differ so and it matters.

    An extra may ask for CUDA: the first of the names that has such builds then carries them. Without `__cuda` on the
    target the records themselves allow CPU builds only.
    """
    cuda = _target_cuda(case)
    kind = _kind_of(outcome.package)
    by_extra = kind is None and any(_BY_EXTRA.fullmatch(extra) for extra in extras)
    if cuda is None or (kind is None and not by_extra):
        return outcome
    wanted = kind or "cuda"
    for place, spec in enumerate(outcome.specs if by_extra else outcome.specs[:1]):
        candidates = [one for one in case.shelf.records(spec.name) if fits_python(one, case.target.python)]
        suitable = [one for one in candidates if build_matches(f"{wanted}*", one.build) and _runs_with(one, cuda)]
        if suitable and _keeps_version(outcome, candidates, suitable):
            return _with_build(outcome, place, wanted, case, f"the target has __cuda {cuda}")
    return outcome


def _with_build(outcome: Mapped, place: int, kind: str, case: Case, why: str) -> Mapped:
    name = outcome.specs[place].name
    detail = f"{name}: a {'CUDA' if kind == 'cuda' else 'CPU'} build, as installed or asked for; {why}"
    told = Evidence(source=CHANNEL, revision=", ".join(sorted(case.shelf.channels)), detail=detail)
    specs = tuple(
        replace(spec, build=f"{kind}*") if number == place else spec for number, spec in enumerate(outcome.specs)
    )
    return replace(outcome, specs=specs, evidence=(*outcome.evidence, told))


def without_brought(outcomes: Sequence[Outcome], case: Case) -> list[Outcome]:
    """Return the outcomes with NVIDIA's wheels dropped that the target does not need for themselves.

    Those are the libraries that a mapped package's CUDA builds depend on, in versions of their own, and all of them
    where the target has no CUDA.
    """
    if not any(_is_cuda_wheel(outcome) for outcome in outcomes):
        return list(outcomes)
    bringers = [one for one in outcomes if isinstance(one, Mapped) and not _is_cuda_wheel(one)]
    brought = _brought(bringers, case.shelf)
    return [_dropped(outcome, bringers, brought, case) for outcome in outcomes]


def _dropped(outcome: Outcome, bringers: Sequence[Mapped], brought: dict[str, str], case: Case) -> Outcome:
    if not isinstance(outcome, Mapped) or not _is_cuda_wheel(outcome):
        return outcome
    names = [spec.name for spec in outcome.specs]
    name = names[0]
    if _target_cuda(case) is None:
        reason = Reason(code="no-cuda", text=f"{name} is a CUDA library, and the target has no __cuda")
    elif name in brought or f"lib{name}" in brought:
        bringer = brought.get(name) or brought[f"lib{name}"]
        reason = Reason(code="brought-by-conda", text=f"{bringer} depends on {name}, in the version it was built with")
    else:
        asker = None if outcome.package.requested else _asker(outcome.package, bringers)
        if asker is None:
            return outcome
        text = f"only the wheel of {asker} asks for {name}; the conda package of it does not"
        reason = Reason(code="brought-by-conda", text=text)
    return Dropped(package=outcome.package, reason=reason, evidence=outcome.evidence)


def _brought(bringers: Iterable[Mapped], shelf: Shelf) -> dict[str, str]:
    """Return the names that CUDA builds depend on, and who brings each; outputs of one recipe count as one."""
    found: dict[str, str] = {}
    for outcome in bringers:
        bringer = outcome.specs[0].name
        for record in _cuda_records(bringer, shelf):
            names = _depends(record)
            family = [name for name in names if shelf.is_bound(bringer, name)]
            inner = (each for name in family for one in _cuda_records(name, shelf) for each in _depends(one))
            for name in (*names, *inner):
                found.setdefault(name, bringer)
    return found


def _cuda_records(name: str, shelf: Shelf) -> Iterator[ChannelRecord]:
    """Yield the newest records of a name that are CUDA builds: a few show what all need."""
    few = 4
    for record in reversed(shelf.records(name)):
        if few and "cuda" in record.build:
            few -= 1
            yield record


def _depends(record: ChannelRecord) -> list[str]:
    return [depend.split(maxsplit=1)[0] for depend in record.depends if depend]


def _asker(package: PipPackage, bringers: Iterable[Mapped]) -> str | None:
    """Return a mapped distribution whose metadata asks for a package, None when there is none."""
    wanted = normalise(package.name)
    for outcome in bringers:
        installed = outcome.package.distribution
        lines = installed.requires if installed is not None else ()
        heads = (_NAME.match(line.strip()) for line in lines)
        if any(head is not None and normalise(head.group()) == wanted for head in heads):
            return outcome.package.name
    return None


def _is_cuda_wheel(outcome: Outcome) -> bool:
    package = outcome.package
    return isinstance(outcome, Mapped) and normalise(package.name).startswith(_CUDA_WHEEL)


def _kind_of(package: PipPackage) -> str | None:
    """Return "cpu" or "cuda" as the local version says, None when the package does not say."""
    texts = [package.version or "", *(line.specifier for line in package.requirements)]
    found = next((match for text in texts for match in [_LOCAL.search(text)] if match), None)
    if found is not None:
        return "cpu" if found["kind"] == "cpu" else "cuda"
    return "cuda" if normalise(package.name) in _BY_DEFAULT else None


def _target_cuda(case: Case) -> str | None:
    return next((one.version for one in case.target.virtual_packages if one.name == "__cuda"), None)


def _runs_with(record: ChannelRecord, cuda: str) -> bool:
    """Return whether a build is for a CUDA major version that the target's driver can run; CPU builds always are."""
    found = _CUDA_BUILD.search(record.build)
    return found is None or version_key(found["major"]) <= version_key(cuda.partition(".")[0])


def _keeps_version(outcome: Mapped, every: Iterable[ChannelRecord], suitable: Iterable[ChannelRecord]) -> bool:
    """Return whether the variant is there in the installed version, or nothing is: a variant must not move versions."""
    version = (outcome.package.version or "").partition("+")[0]
    of_version = {one.version for one in every if one.version == version}
    return not of_version or any(one.version == version for one in suitable)
