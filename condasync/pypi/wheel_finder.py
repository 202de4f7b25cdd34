"""The best wheel for a target, from the user's package indexes or, offline, from what was seen before."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeAlias, TypeVar

from condasync.convert.requirement import normalise
from condasync.errors import NetworkError
from condasync.model.finding import Finding
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.url import Url
from condasync.model.wheel import DistributionMetadata, Wheel
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.index_pages import find_links_offers, index_offers
from condasync.pypi.offer import Offer
from condasync.pypi.pip_settings import PipSettings
from condasync.pypi.sdist_needs import build_needs
from condasync.pypi.wheel_cache import WheelCache
from condasync.pypi.wheel_choice import Candidate, Refusal, choose, choose_any, requires_python_met
from condasync.pypi.wheel_reader import read_wheel

_Place: TypeAlias = tuple[Callable[[IndexClient, Url, str], tuple[Offer, ...]], Url]
_Answer = TypeVar("_Answer", Wheel, DistributionMetadata)
_TRIES = 5


class OfflineWheels:
    """Find wheels among those that the cache knows (a `seams.WheelSource` and `seams.MetadataSource`)."""

    def __init__(self, cache: WheelCache) -> None:
        self._cache = cache

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: no index was asked."""
        return ()

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the best known wheel, or why there is none."""
        known = {wheel.sha256: wheel for wheel in self._cache.named(normalise(requirement.name))}
        offers = [_offer(wheel) for wheel in known.values()]
        chosen = choose(offers, requirement, target, near=near)
        if isinstance(chosen, Refusal):
            return _unseen(requirement)
        return known[str(chosen.offer.sha256)]

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return what the best known wheel says of itself."""
        known = {wheel.sha256: wheel for wheel in self._cache.named(normalise(requirement.name))}
        chosen = choose_any([_offer(wheel) for wheel in known.values()], requirement, target, near=near)
        return _unseen(requirement) if chosen is None else _metadata(known[str(chosen.offer.sha256)])


class IndexWheels:
    """Find wheels on package indexes (a `seams.WheelSource` and `seams.MetadataSource`).

    `settings` is asked at the first question, so that nothing happens for an environment without leftovers. Connections
    end with the object.
    """

    def __init__(self, settings: Callable[[], PipSettings], *, cache: WheelCache, backoff: float = 0.3) -> None:
        self._settings = settings
        self._cache = cache
        self._backoff = backoff
        self._lock = threading.Lock()
        self._client: IndexClient | None = None
        self._offers: dict[str, Future[tuple[Offer, ...]]] = {}
        self._faults: dict[Url, Reason] = {}
        self._findings: dict[Finding, None] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return one finding per place that could not be used, sorted."""
        with self._lock:
            return tuple(sorted(self._findings, key=lambda one: (one.code, one.text)))

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the best wheel that installs on the target, or why there is none."""
        return self._answer(requirement, lambda client, offers: self._best(client, offers, requirement, target, near))

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return what the best wheel says of itself, also one that does not install on the target."""
        asked = replace(requirement, hashes=())

        def read(client: IndexClient, offers: Sequence[Offer]) -> DistributionMetadata | Reason:
            chosen = choose_any(offers, asked, target, near=near)
            if chosen is not None:
                return _metadata(self._read(client, chosen, asked))
            with self._lock:
                faults = tuple(self._faults.values())
            text = f"no package index has a wheel of {requirement.name} {requirement.specifier}".rstrip()
            return faults[0] if faults else Reason(code="no-wheel", text=text)

        return self._answer(asked, read)

    def _answer(
        self, requirement: PipRequirement, ask: Callable[[IndexClient, Sequence[Offer]], _Answer | Reason]
    ) -> _Answer | Reason:
        """Return what a question about the offers of a name comes to, or why nobody answers it."""
        try:
            client = self._opened()
            return ask(client, self._offered(client, normalise(requirement.name)))
        except NetworkError as fault:
            self._tell(Reason(code="index-unreachable", text=fault.message))
            return Reason(code="index-unreachable", text=fault.message)
        except IndexFaultError as fault:
            return fault.reason

    def _best(
        self,
        client: IndexClient,
        offers: Sequence[Offer],
        requirement: PipRequirement,
        target: Target,
        near: str | None,
    ) -> Wheel | Reason:
        """Return the best wheel whose own metadata too admits the target's Python."""
        refused = None
        for _ in range(_TRIES):
            chosen = choose(offers, requirement, target, near=near)
            if isinstance(chosen, Refusal):
                return refused or self._refusal(client, chosen)
            wheel = self._read(client, chosen, requirement)
            if requires_python_met(wheel.requires_python, target.python):
                return wheel
            text = f"{wheel.name} {wheel.version} requires Python {wheel.requires_python}, not {target.python}"
            refused = Reason(code="wheel-other-python", text=text)
            offers = [
                replace(one, requires_python=wheel.requires_python) if one == chosen.offer else one for one in offers
            ]
        return refused or Reason(code="wheel-other-python", text=f"no wheel of {requirement.name} fits the target")

    def _read(self, client: IndexClient, chosen: Candidate, requirement: PipRequirement) -> Wheel:
        offer = chosen.offer
        known = self._cache.read(chosen.name, offer.sha256) if offer.sha256 else None
        if known is not None and all(one.startswith("sha256:") for one in requirement.hashes):
            return replace(known, file_name=offer.file_name, url=offer.url, yanked=offer.yanked)
        wheel = read_wheel(client, chosen, requirement)
        self._cache.write(wheel)
        return wheel

    def _refusal(self, client: IndexClient, refusal: Refusal) -> Reason:
        with self._lock:
            faults = tuple(self._faults.values())
        if refusal.reason.code in {"not-on-index", "no-such-version"} and faults:
            return faults[0]  # the place that gave no answer may have it
        if refusal.sdist is None:
            return refusal.reason
        return replace(refusal.reason, text=f"{refusal.reason.text}; {build_needs(client, refusal.sdist)}")

    def _opened(self) -> IndexClient:
        with self._lock:
            if self._client is None:
                self._client = IndexClient(settings=self._settings(), backoff=self._backoff)
                weakref.finalize(self, self._client.close)
            return self._client

    def _offered(self, client: IndexClient, name: str) -> tuple[Offer, ...]:
        """Return the offers of every place; a name is looked up once, however many ask."""
        with self._lock:
            known = self._offers.get(name)
            mine = known is None
            future = self._offers.setdefault(name, Future())
        if mine:
            try:
                future.set_result(self._look_up(client, name))
            except BaseException as fault:
                future.set_exception(fault)
                raise
        return future.result()

    def _look_up(self, client: IndexClient, name: str) -> tuple[Offer, ...]:
        places: list[_Place] = [(index_offers, url) for url in client.settings.index_urls]
        places += [(find_links_offers, url) for url in client.settings.find_links]

        def ask(place: _Place) -> tuple[Offer, ...]:
            read, url = place
            with self._lock:
                if url in self._faults:
                    return ()
            try:
                return read(client, url, name)
            except IndexFaultError as fault:
                self._tell(fault.reason, url)
                return ()

        if not places:
            return ()
        with ThreadPoolExecutor(max_workers=len(places)) as pool:
            found = [offer for offers in pool.map(ask, places) for offer in offers]
        return tuple({(offer.file_name, offer.sha256): offer for offer in reversed(found)}.values())

    def _tell(self, reason: Reason, url: Url | None = None) -> None:
        with self._lock:
            if url is not None:
                self._faults[url] = reason
            self._findings[Finding(code=reason.code, severity="warning", text=reason.text)] = None


def _unseen(requirement: PipRequirement) -> Reason:
    text = f"offline: no package index is asked, and no wheel of {requirement.name} was seen before"
    return Reason(code="offline", text=text)


def _metadata(wheel: Wheel) -> DistributionMetadata:
    return DistributionMetadata(
        name=wheel.name,
        version=wheel.version,
        requires=wheel.requires,
        extras=wheel.extras,
        source=wheel.file_name,
    )


def _offer(wheel: Wheel) -> Offer:
    return Offer(
        file_name=wheel.file_name,
        url=wheel.url,
        sha256=wheel.sha256,
        requires_python=wheel.requires_python,
        yanked=wheel.yanked,
    )
