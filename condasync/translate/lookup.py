"""Asking every source of names, and deciding between them by facts of the channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from condasync.model.translation import Evidence, NameCandidate, Reason
from condasync.seams import ABSENT, NameSource
from condasync.translate.opinion import Judged, Opinion, facts_of, fits, opinion_of
from condasync.translate.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Hold what the sources said about one name: a candidate that holds, or the reason why there is none.

    `refused` are the conda names of proposals that did not hold or could not be decided between, as far as the channel
    has them; `evidence` begins with what decided. `disagreement` says who was overruled and why. `guessed` candidates
    go by the equal name alone, `fits` says whether the channel has the version asked for (None: no version is asked).
    """

    candidate: NameCandidate | None
    reason: Reason
    refused: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    disagreement: str | None = None
    guessed: bool = False
    fits: bool | None = None
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    """Hold a candidate, or why there is none; `sides` are the candidates between which nothing decides."""

    candidate: NameCandidate | None = None
    reason: Reason | None = None
    disagreement: str | None = None
    sides: tuple[NameCandidate, ...] = ()
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    pypi_name: str
    wanted: str
    shelf: Shelf

    def fits(self, candidate: NameCandidate) -> bool:
        return fits(candidate, self.wanted, self.shelf) is True

    def same(self, one: NameCandidate, other: NameCandidate) -> bool:
        if one.drop or other.drop:
            return one.drop == other.drop
        return self.shelf.related(one.conda_names[0], other.conda_names[0])


def look_up(pypi_name: str, sources: Sequence[NameSource], shelf: Shelf, wanted: str = "") -> Lookup:
    """Return what stands for a normalised PyPI name; `wanted` is a conda constraint for its version, "" for any.

    A reviewed row or the user's own decides. Tables come next: where they disagree, the one whose versions meet what
    is wanted. Last comes a Python package of the same name, unless a table leads to another name: it is then most
    likely another thing.
    """
    question = _Question(pypi_name=pypi_name, wanted=wanted, shelf=shelf)
    opinions = tuple(opinion_of(source, pypi_name, shelf) for source in sources)
    decision = _decide(opinions, question)
    chosen = decision.candidate
    named = chosen is not None and bool(chosen.conda_names)
    return Lookup(
        candidate=chosen,
        reason=decision.reason or _nothing(pypi_name),
        refused=_refused(opinions, decision, question),
        evidence=_evidence(opinions, chosen, question),
        disagreement=decision.disagreement,
        guessed=decision.guessed,
        fits=fits(chosen, wanted, shelf) if chosen is not None and named else None,
        known=any(opinion.judged for opinion in opinions if not opinion.guess),
    )


def _decide(opinions: Sequence[Opinion], question: _Question) -> _Decision:
    reviewed = next((opinion for opinion in opinions if opinion.trusted), None)
    if reviewed is not None:
        held = next(iter(reviewed.holding), None)
        return _Decision(candidate=held, reason=None if held else reviewed.judged[-1].fault)
    tables = [opinion for opinion in opinions if not opinion.guess]
    guess = next((found for opinion in opinions if opinion.guess for found in opinion.holding), None)
    voices = [opinion for opinion in tables if opinion.holding]
    denial = next((opinion for opinion in tables if opinion.denial), None)
    if voices:
        return _between(voices, guess, denial, question)
    elsewhere = [opinion for opinion in tables if opinion.leads_elsewhere(question.pypi_name)]
    if guess is None or elsewhere:
        faults = [one.fault for opinion in elsewhere or opinions for one in opinion.judged if one.fault]
        return _Decision(reason=faults[-1] if faults else None)
    if denial is not None:
        return _against(denial, guess, question, guessed=True)
    return _Decision(candidate=guess, guessed=not _is_proven(guess, question))


def _between(
    voices: Sequence[Opinion], guess: NameCandidate | None, denial: Opinion | None, question: _Question
) -> _Decision:
    """Decide between tables that each hold."""
    favourites = [opinion.holding[0] for opinion in voices]
    agreed = next((each for opinion in voices for each in opinion.holding if _all_say(voices, each, question)), None)
    if agreed is None:
        fitting = [each for each in favourites if question.fits(each)]
        if len(fitting) != 1:
            return _open(favourites)
        return _Decision(candidate=fitting[0], disagreement=_resolved(favourites, fitting[0], question))
    if denial is not None:
        return _against(denial, agreed, question, guessed=False)
    rival = guess is not None and not question.same(guess, agreed) and question.fits(guess)
    if guess is not None and rival and question.wanted and not question.fits(agreed):
        return _open([agreed, guess])
    return _Decision(candidate=agreed)


def _against(denial: Opinion, candidate: NameCandidate, question: _Question, *, guessed: bool) -> _Decision:
    """Decide between a proposal and a source that says that there is no equivalent."""
    told = f"{denial.source.name} says that {denial.denial}"
    if question.fits(candidate):
        name, version = candidate.conda_names[0], question.wanted.removeprefix("==")
        return _Decision(
            candidate=candidate, disagreement=f"{told}, but {name} has the version {version}", guessed=guessed
        )
    text = f"{_side(candidate)}, but {told}, and no version decides"
    return _Decision(reason=Reason(code="sources-disagree", text=text), sides=(candidate,))


def _all_say(voices: Iterable[Opinion], candidate: NameCandidate, question: _Question) -> bool:
    return all(any(question.same(candidate, each) for each in opinion.holding) for opinion in voices)


def _open(sides: Sequence[NameCandidate]) -> _Decision:
    text = f"{', '.join(map(_side, sides))}; their versions do not decide"
    return _Decision(reason=Reason(code="sources-disagree", text=text), sides=tuple(sides))


def _resolved(sides: Iterable[NameCandidate], chosen: NameCandidate, question: _Question) -> str:
    name, version = chosen.conda_names[0], question.wanted.removeprefix("==")
    return f"{', '.join(map(_side, sides))}; only {name} has the version {version}"


def _side(candidate: NameCandidate) -> str:
    return f"{candidate.evidence.source} says {', '.join(candidate.conda_names) or 'that it is not needed'}"


def _is_proven(guess: NameCandidate, question: _Question) -> bool:
    """Return whether the records themselves state that a package of the same name is made of the distribution."""
    return question.pypi_name in question.shelf.pypi_names(guess.conda_names[0])


def _nothing(pypi_name: str) -> Reason:
    return Reason(
        code="no-known-name", text=f"no source knows {pypi_name}, and the channel has no package of that name"
    )


def _refused(opinions: Sequence[Opinion], decision: _Decision, question: _Question) -> tuple[str, ...]:
    if decision.sides:
        names = [name for each in decision.sides for name in each.conda_names]
    elif decision.candidate is not None:
        names = [
            name for opinion in opinions for one in opinion.judged if one.fault for name in one.proposal.conda_names
        ]
    else:
        counting = _counting(opinions, question)
        names = [name for opinion in counting for one in opinion.judged for name in one.proposal.conda_names]
    return tuple(name for name in dict.fromkeys(names) if question.shelf.has(name))


def _evidence(opinions: Sequence[Opinion], chosen: NameCandidate | None, question: _Question) -> tuple[Evidence, ...]:
    """Return the account: what decided, the channel's facts, then every other source in its order."""
    told = [] if chosen is None else _deciding(chosen, question)
    for opinion in opinions:
        told += [one.told for one in opinion.judged if _is_news(one, opinion, chosen, question)]
        if not opinion.judged and not (opinion.guess and chosen is not None):
            nothing = "no package of that name" if opinion.guess else _silence(opinion, question)
            told.append(Evidence(source=opinion.source.name, revision=opinion.source.revision, detail=nothing))
    return tuple(told)


def _silence(opinion: Opinion, question: _Question) -> str:
    if opinion.source.revision == ABSENT:
        return "no table on this machine"
    return f"no row for {question.pypi_name}"


def _counting(opinions: Sequence[Opinion], question: _Question) -> list[Opinion]:
    """Return the opinions that could have decided: a reviewed row silences all, another name silences the guess."""
    reviewed = [opinion for opinion in opinions if opinion.trusted]
    if reviewed:
        return reviewed[:1]
    elsewhere = any(one.leads_elsewhere(question.pypi_name) for one in opinions if not one.guess)
    return [opinion for opinion in opinions if not (elsewhere and opinion.guess)]


def _deciding(chosen: NameCandidate, question: _Question) -> list[Evidence]:
    if not chosen.conda_names:
        return [chosen.evidence]
    facts = facts_of(chosen, question.pypi_name, question.wanted, question.shelf)
    return [facts] if chosen.evidence.source == facts.source else [chosen.evidence, facts]


def _is_news(one: Judged, opinion: Opinion, chosen: NameCandidate | None, question: _Question) -> bool:
    """Return whether a proposal says something that the lines about the chosen one do not."""
    if chosen is not None and opinion.guess and one.proposal.conda_names == chosen.conda_names[:1]:
        return False  # the line about the chosen one says what it is
    if chosen is None or one.fault is not None:
        return True
    if chosen.drop and opinion.guess:
        return False
    return chosen not in opinion.holding and not (opinion.guess and question.same(one.proposal, chosen))
