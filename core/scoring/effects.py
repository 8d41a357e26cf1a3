"""Did it help? The odds that a change of the car made the racer faster, and when to say so.

Compared are the last two settings of the car, in pace, against what everybody else gained
meanwhile. Two runs differ for no reason too; by how much is learned from runs between which
nothing was changed. What most changes can do, 2 % of a lap, is held against what was measured:
normal prior, normal error, so the posterior is normal too (Gelman et al., *Bayesian Data
Analysis*, 2.5).

Definition: ORP specification, "Did it help?". Pace and settings have files of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import fsum, sqrt
from statistics import NormalDist, fmean, median
from typing import Final

from core.scoring.pace import Pace
from core.scoring.settings import last_change, lasts_until, settings_of

MIN_OTHERS: Final = 3
# The variance of a median is that much of the variance of a mean: π/2.
VARIANCE_OF_A_MEDIAN: Final = 1.57

# In % of a lap, by how much runs differ for no reason: where nothing is known, and at least. What
# is known before weighs as much as so many pairs of runs.
USUAL_SPREAD_PCT: Final = 1.0
LEAST_SPREAD_PCT: Final = 0.75
PAIRS_KNOWN_BEFORE: Final = 6

# In % of the pace before.
USUAL_EFFECT_PCT: Final = 2.0

SURE: Final = 0.95
LIKELY: Final = 0.90
MOST_MORE_RUNS: Final = 9


class Verdict(StrEnum):
    """What may be said about a change."""

    HELPED = "helped"
    HURT = "hurt"
    LOOKS_HELPED = "looks like it helped"
    LOOKS_HURT = "looks like it hurt"
    CANNOT_TELL = "can't tell yet"
    TOO_SMALL = "too small to see in laps"


@dataclass(frozen=True, slots=True)
class Outing:
    """One run of the racer who asks, with everybody else who drove the heat.

    Attributes:
        note: What was changed on the car before it; None where nothing was noted.
        pace: The racer's pace; None below 4 laps that count.
        others: The pace of each of the others of 4 counting laps or more, by a name or id that is
            the same in every heat: the imported page's whole field, else team-mates of the class.
    """

    note: str | None
    pace: Pace | None
    others: Mapping[str, Pace]


@dataclass(frozen=True, slots=True)
class Field:
    """How much everybody else gained meanwhile.

    Attributes:
        change_ms: Median of their change of pace in milliseconds a lap, unrounded, below 0 where
            they got faster.
        error_ms: Its standard error in milliseconds a lap, 0 or more.
        drivers: How many they are, 3 or more.
    """

    change_ms: float
    error_ms: float
    drivers: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What changing the car did; times in milliseconds a lap, unrounded.

    Attributes:
        before, after: The two settings, as ``core.scoring.settings`` names them.
        runs_before, runs_after: With how many runs each was driven, 1 or more.
        change_ms: Pace after minus before, below 0 where it got faster.
        field: How much everybody else gained meanwhile; None with fewer than 3 others.
        effect_ms: The change after what everybody gained, below 0 where the racer got faster.
        error_ms: The standard error of the effect, above 0.
        pace_ms: The plain mean of the paces before, above 0.
        chance_faster: How likely the new setting is the faster one, 0 to 1.
        verdict: What may be said.
        more_runs: With how many more runs each way an effect as large would be likely, 1 to 9;
            None where it is likely already, and where so many would not be enough.
    """

    before: str
    after: str
    runs_before: int
    runs_after: int
    change_ms: float
    field: Field | None
    effect_ms: float
    error_ms: float
    pace_ms: float
    chance_faster: float
    verdict: Verdict
    more_runs: int | None

    @property
    def chance_of_luck(self) -> float:
        """How likely it is the other way round, 0 to 0.5, as in ``could be luck (3 in 10)``."""
        return 1 - surer(self.chance_faster)


@dataclass(frozen=True, slots=True)
class _Side:
    """One setting's runs together: their weighted mean in ms, its variance in ms²."""

    runs: int
    mean: float
    variance: float


def run_spread(days: Iterable[Sequence[Outing]]) -> float:
    """By how much this racer's runs differ for no reason: τ.

    Formula: τ² = max(0.75², (6·1² + Σxᵢ)/(6 + m)), over m pairs of consecutive runs whose later one
    changed nothing, xᵢ = ((Δ − field)² − s₁² − s₂² − the field's variance)/2 in %² of the first
    pace. An xᵢ may be below 0.

    Args:
        days: The racer's runs of each session and class, in the order driven.

    Returns:
        τ in % of a lap, at least 0.75; 1 where no two runs can be compared.
    """
    found = [spread for day in days for spread in _spreads(day)]
    known = PAIRS_KNOWN_BEFORE * USUAL_SPREAD_PCT**2
    learned = (known + fsum(found)) / (PAIRS_KNOWN_BEFORE + len(found))
    return sqrt(max(LEAST_SPREAD_PCT**2, learned))


def find_effect(outings: Sequence[Outing], spread_pct: float) -> Effect | None:
    """What the last change of the car did.

    Effect = pace after − before − field; on each side the mean weighted by 1/(s² + τ²), variance
    1/Σ of these; plus the field's variance. Prior N(0, 2 % of the pace before). What is a share of
    the pace before is one of the plain mean of the paces before.

    Args:
        outings: The racer's runs in one class, track and session, in the order driven.
        spread_pct: What ``run_spread`` has found, in % of a lap, above 0.

    Returns:
        The effect; None where nothing was changed, and where one of the last two settings has no
        run of 4 counting laps or more.
    """
    settings = settings_of([outing.note for outing in outings])
    changed = last_change(settings)
    if changed is None:
        return None
    driven = list(zip(settings, outings, strict=True))
    driven_before = [run for setting, run in driven if setting == changed.before and run.pace]
    driven_after = [run for setting, run in driven if setting == changed.after and run.pace]
    if not driven_before or not driven_after:
        return None
    percent = fmean(pace.ms for pace in _paces(driven_before)) / 100
    before = _side(_paces(driven_before), spread_pct * percent)
    after = _side(_paces(driven_after), spread_pct * percent)
    field = find_field([run.others for run in driven_before], [run.others for run in driven_after])
    field_change, field_variance = _change_and_variance(field)
    effect = after.mean - before.mean - field_change
    variance_of_effect = before.variance + after.variance + field_variance
    usual_effect = USUAL_EFFECT_PCT * percent
    chance_faster = chance_faster_of(effect, variance_of_effect, usual_effect)
    more_runs = None
    if surer(chance_faster) < LIKELY:
        more_runs = _runs_to_tell(effect, before, after, field_variance, usual_effect)
    return Effect(
        before=changed.before,
        after=changed.after,
        runs_before=before.runs,
        runs_after=after.runs,
        change_ms=after.mean - before.mean,
        field=field,
        effect_ms=effect,
        error_ms=sqrt(variance_of_effect),
        pace_ms=100 * percent,
        chance_faster=chance_faster,
        verdict=verdict_of(chance_faster, more_runs),
        more_runs=more_runs,
    )


def find_effect_at(outings: Sequence[Outing], at: int, spread_pct: float) -> Effect | None:
    """What the last change did before a run, over all runs until the next change.

    Args:
        outings: As for ``find_effect``.
        at: Which run, from 0.
        spread_pct: As for ``find_effect``.
    """
    settings = settings_of([outing.note for outing in outings])
    return find_effect(outings[: lasts_until(settings, at)], spread_pct)


def find_field(
    before: Sequence[Mapping[str, Pace]], after: Sequence[Mapping[str, Pace]]
) -> Field | None:
    """How much everybody gained who drove on both sides.

    Formula: the median of their mean pace after minus before; its variance is 1.57 · var/n, var
    with n − 1.

    Args:
        before: The paces of a heat's drivers, for each heat before.
        after: The same for each heat after.

    Returns:
        The field; None where fewer than 3 drove on both sides.
    """
    was, became = _mean_paces(before), _mean_paces(after)
    changes = [became[driver] - was[driver] for driver in was if driver in became]
    if len(changes) < MIN_OTHERS:
        return None
    return Field(
        change_ms=median(changes),
        error_ms=sqrt(VARIANCE_OF_A_MEDIAN * _variance(changes) / len(changes)),
        drivers=len(changes),
    )


def _variance(changes: Sequence[float]) -> float:
    """The variance with n − 1, without the fractions of ``statistics``, which take long."""
    centre = fmean(changes)
    return fsum((change - centre) ** 2 for change in changes) / (len(changes) - 1)


def _mean_paces(heats: Sequence[Mapping[str, Pace]]) -> dict[str, float]:
    """The mean pace of each driver over the heats that driver was in."""
    paces: dict[str, list[float]] = {}
    for heat in heats:
        for driver, pace in heat.items():
            paces.setdefault(driver, []).append(pace.ms)
    return {driver: fmean(driven) for driver, driven in paces.items()}


def _change_and_variance(field: Field | None) -> tuple[float, float]:
    """What the field takes off a change, in ms, and adds to its variance, in ms²."""
    return (field.change_ms, field.error_ms**2) if field else (0.0, 0.0)


def _spreads(day: Sequence[Outing]) -> Iterator[float]:
    """The xᵢ of consecutive runs with the same setting, in %²."""
    settings = settings_of([outing.note for outing in day])
    for (first, then), (earlier, later) in zip(pairwise(day), pairwise(settings), strict=True):
        if earlier == later and first.pace and then.pace:
            field_change, field_variance = _change_and_variance(
                find_field([first.others], [then.others])
            )
            difference = then.pace.ms - first.pace.ms - field_change
            luck = first.pace.error_ms**2 + then.pace.error_ms**2 + field_variance
            yield (difference**2 - luck) / 2 * (100 / first.pace.ms) ** 2


def _paces(outings: Sequence[Outing]) -> list[Pace]:
    return [outing.pace for outing in outings if outing.pace]


def _side(paces: Sequence[Pace], spread: float) -> _Side:
    weights = [1 / (pace.error_ms**2 + spread**2) for pace in paces]
    return _Side(
        runs=len(paces),
        mean=fsum(weight * pace.ms for weight, pace in zip(weights, paces, strict=True))
        / fsum(weights),
        variance=1 / fsum(weights),
    )


def chance_faster_of(effect: float, variance_of_effect: float, usual_effect: float) -> float:
    """How likely an effect is below 0, after what is usual was held against what was measured.

    Args:
        effect: What was measured, in ms.
        variance_of_effect: Its variance, in ms², above 0.
        usual_effect: The standard deviation of what changes do, in ms, above 0.
    """
    believed = usual_effect**2 / (usual_effect**2 + variance_of_effect)
    return NormalDist(believed * effect, sqrt(believed * variance_of_effect)).cdf(0)


def surer(chance: float) -> float:
    """The chance of the likelier of two, 0.5 to 1."""
    return max(chance, 1 - chance)


def _runs_to_tell(
    effect: float, before: _Side, after: _Side, field_variance: float, usual_effect: float
) -> int | None:
    """How many more runs each way would make an effect as large likely; None where over 9.

    More runs are taken to be as sure as those driven, on average: with k runs the variance is V,
    with N more it is V · k/(k + N). The field's stays.
    """
    for more in range(1, MOST_MORE_RUNS + 1):
        variance_then = field_variance + fsum(
            side.variance * side.runs / (side.runs + more) for side in (before, after)
        )
        if surer(chance_faster_of(effect, variance_then, usual_effect)) >= LIKELY:
            return more
    return None


def verdict_of(chance_faster: float, more_runs: int | None) -> Verdict:
    """What may be said where a setting is the faster one by this chance.

    Args:
        chance_faster: 0 to 1.
        more_runs: How many more would tell; None where it is told already, or so many would not.
    """
    faster = chance_faster > 1 / 2
    if surer(chance_faster) >= SURE:
        return Verdict.HELPED if faster else Verdict.HURT
    if surer(chance_faster) >= LIKELY:
        return Verdict.LOOKS_HELPED if faster else Verdict.LOOKS_HURT
    return Verdict.TOO_SMALL if more_runs is None else Verdict.CANNOT_TELL
