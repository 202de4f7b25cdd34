"""Rules for conda packages: they stay what they are, unless the target or its channels have no use for them."""

from __future__ import annotations

from dataclasses import replace

from condasync.model.finding import Finding
from condasync.model.package import CondaPackage
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Evidence, Kept, Reason, Unmapped
from condasync.translate.case import Case, Ruled
from condasync.translate.defaults_names import counterpart
from condasync.translate.platform_only import foreign_conda

# Channels that the channels of a run stand in for: conda-forge has what they have, under the same name as a rule.
_REPLACEABLE = frozenset({"conda-forge", "defaults", "main", "anaconda", "r", "msys2"})


def rule_conda(package: CondaPackage, case: Case) -> Ruled:
    """Return what becomes of a conda package."""
    foreign = foreign_conda(package.name, package.record, _captured_on(package, case), case.target.subdir)
    if foreign is not None:
        return Dropped(package=package, reason=foreign), ()
    stranger = next((spec.channel for spec in package.specs if spec.channel and _is_strange(spec.channel, case)), None)
    if stranger is not None:
        return _other_channel(package, stranger, case), ()
    if case.shelf.has(package.name):
        return _kept(package, case)
    return _renamed(package, case) or _missing(package, case)


def _renamed(package: CondaPackage, case: Case) -> Ruled | None:
    """Rule about a package that Anaconda's channels name otherwise than conda-forge, None when it is none."""
    other = counterpart(package.name)
    if other is None:
        return None
    detail = f"{package.name} -> {other.name or 'nothing'}: {other.why}"
    evidence = Evidence(source="defaults", revision=_channels(case), detail=detail)
    if other.name is None:
        return Dropped(package=package, reason=Reason(code="not-needed", text=other.why), evidence=(evidence,)), ()
    if not case.shelf.has(other.name):
        return None
    versions = dict.fromkeys(spec.version for spec in package.specs) or ("",)
    specs = tuple(CondaSpec(name=other.name, version=version) for version in versions)
    # The installed record is of the old name: it is no candidate for the new one.
    return Kept(package=replace(package, record=None), specs=specs, evidence=(evidence,)), ()


def _kept(package: CondaPackage, case: Case) -> Ruled:
    evidence = Evidence(
        source="channel", revision=_channels(case), detail=f"{package.name} is a conda package and stays one"
    )
    if package.record is not None or not package.specs:
        named = (CondaSpec(name=package.name),)
        return Kept(package=package, specs=named, evidence=(evidence,)), _replaced(package, package.channel, case)
    elsewhere = _captured_on(package, case) not in (None, case.target.subdir)
    specs = tuple(
        replace(
            spec,
            channel=case.shelf.channel_called(spec.channel),
            build=None if elsewhere else spec.build,
        )
        for spec in package.specs
    )
    findings = tuple(finding for spec in package.specs for finding in _replaced(package, spec.channel, case))
    return Kept(package=package, specs=specs, evidence=(evidence,)), findings


def _replaced(package: CondaPackage, channel: str | None, case: Case) -> tuple[Finding, ...]:
    """Return a finding when a channel that somebody chose is not the one that the package will come from.

    Installed packages come from somewhere by themselves: there it is worth a word only for a channel of another kind.
    """
    chosen = package.record is None or (channel is not None and _is_strange(channel, case))
    if channel is None or case.shelf.channel_called(channel) or not chosen:
        return ()
    text = f"{package.name} is of {channel} and will be taken from {_channels(case)}"
    return (Finding(code="channel-replaced", severity="note", text=text, package=package.name, where=package.where),)


def _missing(package: CondaPackage, case: Case) -> Ruled:
    """Rule about a name that the channels do not have."""
    lacking = f"{_channels(case)} has no package {package.name} for {case.target.subdir}"
    if package.record is not None and package.record.subdir in (case.target.subdir, "noarch"):
        finding = Finding(
            code="not-on-channel",
            severity="warning",
            text=f"{lacking}; the installed one is offered to the solver as {package.record.channel} had it",
            package=package.name,
        )
        evidence = Evidence(source="conda-meta", revision=package.record.channel, detail=package.record.file_name)
        return Kept(package=package, specs=(CondaSpec(name=package.name),), evidence=(evidence,)), (finding,)
    if package.channel is not None and _is_strange(package.channel, case):
        return _other_channel(package, package.channel, case), ()
    captured_on = _captured_on(package, case)
    if captured_on not in (None, case.target.subdir):
        reason = Reason(code="platform-only", text=f"{lacking}, and it was captured on {captured_on}")
        return Dropped(package=package, reason=reason), ()
    return Unmapped(package=package, reason=Reason(code="not-on-channel", text=lacking)), ()


def _other_channel(package: CondaPackage, channel: str, case: Case) -> Unmapped:
    text = f"{package.name} comes from {channel}, which is not among the channels in use ({_channels(case)})"
    return Unmapped(package=package, reason=Reason(code="other-channel", text=text))


def _captured_on(package: CondaPackage, case: Case) -> str | None:
    """Return the subdir of the machine that has the package installed, None when that is not known."""
    if package.subdir not in (None, "noarch"):
        return package.subdir
    return case.environment.platform if package.version is not None else None


def _is_strange(channel: str, case: Case) -> bool:
    """Return whether a channel is neither in use nor one that the channels in use stand in for."""
    short = channel.rstrip("/").rpartition("/")[2]
    return case.shelf.channel_called(channel) is None and short not in _REPLACEABLE


def _channels(case: Case) -> str:
    return ", ".join(sorted(case.shelf.channels)) or "the channel"
