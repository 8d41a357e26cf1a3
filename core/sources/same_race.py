"""A race is its laps, not its id: whether two versions are one race, corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain, pairwise

from core.sources.race import Race


def laps_of(race: Race) -> tuple[tuple[int, ...], ...]:
    """The laps of each driver in milliseconds, in the order driven, as they are compared here."""
    return tuple(tuple(lap.time_ms for lap in driver.laps) for driver in race.drivers)


def is_same_race(one: Iterable[Sequence[int]], other: Iterable[Sequence[int]]) -> bool:
    """Whether two versions are one race: half of the smaller stands in the other.

    Compared are pairs of neighbouring laps, whoever drove them; single laps where the smaller
    version has no pairs. Two different heats share none.

    Args:
        one: The laps of each driver in milliseconds, in the order driven.
        other: Likewise.

    Returns:
        False where either has no laps: no laps is no race yet.
    """
    ones, others = [tuple(laps) for laps in one], [tuple(laps) for laps in other]
    pairs = _counted(chain.from_iterable(map(pairwise, ones)))
    other_pairs = _counted(chain.from_iterable(map(pairwise, others)))
    if not pairs or not other_pairs:
        pairs = _counted(chain.from_iterable(ones))
        other_pairs = _counted(chain.from_iterable(others))
    smaller = min(pairs.total(), other_pairs.total())
    return bool(smaller) and 2 * (pairs & other_pairs).total() >= smaller


def _counted(items: Iterable[Hashable]) -> Counter[Hashable]:
    return Counter(items)
