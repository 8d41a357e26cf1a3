"""Which changes helped at a track: what several racers found out about the same one, together.

A try is one racer's comparison of two settings on one day. Tries of the same setting by racers of a
class are pooled: the mean weighted by 1/variance, variance 1/Σ of these. Tries that contradict one
another are less sure than they say: where χ² = Σ (effect − mean)²/variance exceeds its degrees of
freedom, k − 1, the variance is that many times as large (Birge 1932, *The calculation of errors by
the method of least squares*, Phys. Rev. 40). Then as in ``core.scoring.effects``, with what changes
usually do held against it. Each of two settings that
were driven in turn is one try, however often the racer went back and forth.

It takes what a setting was compared with to be about the same car.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import fmean

from core.scoring.effects import (
    LIKELY,
    MOST_MORE_RUNS,
    USUAL_EFFECT_PCT,
    Effect,
    Outing,
    Verdict,
    chance_faster_of,
    find_effect,
    surer,
    verdict_of,
)
from core.scoring.settings import lasts_until, setting_key, settings_of


@dataclass(frozen=True, slots=True)
class Try:
    """What one racer found out about a setting on one day; times in ms a lap, unrounded.

    Attributes:
        setting: The one that was driven later first.
        effect_ms: Its effect after what everybody gained, below 0 where it was faster.
        error_ms: The standard error of that, above 0.
        pace_ms: The pace with the other setting, above 0.
        has_field: Whether there were enough others to tell it from the track.
    """

    setting: str
    effect_ms: float
    error_ms: float
    pace_ms: float
    has_field: bool = True


@dataclass(frozen=True, slots=True)
class Pooled:
    """What all tries of a setting say together; times in ms a lap, unrounded.

    Attributes:
        setting: The setting, as it was written first.
        tries: How many tries, 1 or more.
        racers: By how many racers.
        fields: In how many there were enough others to tell it from the track.
        effect_ms: The effect after what everybody gained, below 0 where it was faster.
        error_ms: The standard error of that, above 0.
        chance_faster: How likely it is the faster one, 0 to 1.
        verdict: What may be said.
        more_tries: How many more as sure would tell, 1 to 9; None where it is told already, and
            where so many would not be enough.
        contradict: Whether more could be said if the tries did not contradict one another.
    """

    setting: str
    tries: int
    racers: int
    fields: int
    effect_ms: float
    error_ms: float
    chance_faster: float
    verdict: Verdict
    more_tries: int | None
    contradict: bool = False

    @property
    def has_field(self) -> bool:
        """Whether each try could be told from the track."""
        return self.fields == self.tries

    @property
    def chance_of_luck(self) -> float:
        """How likely it is the other way round, 0 to 0.5."""
        return 1 - surer(self.chance_faster)


def tries_of(outings: Sequence[Outing], spread_pct: float) -> list[Try]:
    """What a racer found out on one day, each two settings that were compared once.

    Args:
        outings: The racer's runs in one class, track and session, in the order driven.
        spread_pct: τ, as for ``find_effect``.
    """
    settings = settings_of([outing.note for outing in outings])
    latest: dict[frozenset[str], Effect] = {}
    end = 0
    while end < len(outings):
        end = lasts_until(settings, end)
        effect = find_effect(outings[:end], spread_pct)
        if effect is not None:
            latest[frozenset((effect.before, effect.after))] = effect
    return [_try(effect, settings) for effect in latest.values()]


def pool(tries: Iterable[tuple[object, Try]]) -> list[Pooled]:
    """What tries of the same settings say together, in the order they were given first.

    Args:
        tries: Whose it was, and the try; all of one class and track.
    """
    by_setting: dict[str, list[tuple[object, Try]]] = defaultdict(list)
    for racer, tried in tries:
        by_setting[setting_key(tried.setting)].append((racer, tried))
    return [_pooled(together) for together in by_setting.values()]


def _try(effect: Effect, settings: Sequence[str]) -> Try:
    later, sign = effect.after, 1
    if settings.index(effect.after) < settings.index(effect.before):
        # The racer went back: it tells as much about what was left again.
        later, sign = effect.before, -1
    has_field = effect.field is not None
    return Try(later, sign * effect.effect_ms, effect.error_ms, effect.pace_ms, has_field)


def _pooled(together: Sequence[tuple[object, Try]]) -> Pooled:
    tries = [tried for _, tried in together]
    weights = [1 / tried.error_ms**2 for tried in tries]
    variance = 1 / fsum(weights)
    effect = variance * fsum(
        weight * tried.effect_ms for weight, tried in zip(weights, tries, strict=True)
    )
    usual_effect = USUAL_EFFECT_PCT / 100 * fmean(tried.pace_ms for tried in tries)
    verdict_if_alike = _told(effect, variance, usual_effect, len(tries))[1]
    variance *= _contradiction(tries, effect)
    chance_faster, verdict, more_tries = _told(effect, variance, usual_effect, len(tries))
    contradict = verdict is not verdict_if_alike
    if contradict and verdict is Verdict.TOO_SMALL:
        verdict = Verdict.CANNOT_TELL
    return Pooled(
        setting=tries[0].setting,
        tries=len(tries),
        racers=len({racer for racer, _ in together}),
        fields=sum(tried.has_field for tried in tries),
        effect_ms=effect,
        error_ms=sqrt(variance),
        chance_faster=chance_faster,
        verdict=verdict,
        more_tries=more_tries,
        contradict=contradict,
    )


def _contradiction(tries: Sequence[Try], mean: float) -> float:
    """How many times as large the variance is as the tries say themselves, 1 or more."""
    if len(tries) == 1:
        return 1.0
    apart = fsum(((tried.effect_ms - mean) / tried.error_ms) ** 2 for tried in tries)
    return max(1.0, apart / (len(tries) - 1))


def _told(
    effect: float, variance: float, usual_effect: float, tries: int
) -> tuple[float, Verdict, int | None]:
    """The chance that it is the faster one, what may be said, and how many more would tell."""
    chance_faster = chance_faster_of(effect, variance, usual_effect)
    more_tries = None
    if surer(chance_faster) < LIKELY:
        more_tries = _tries_to_tell(effect, variance, usual_effect, tries)
    return chance_faster, verdict_of(chance_faster, more_tries), more_tries


def _tries_to_tell(effect: float, variance: float, usual_effect: float, tries: int) -> int | None:
    """How many more tries as sure would make an effect as large likely; None where over 9."""
    for more in range(1, MOST_MORE_RUNS + 1):
        variance_then = variance * tries / (tries + more)
        if surer(chance_faster_of(effect, variance_then, usual_effect)) >= LIKELY:
            return more
    return None
