"""Laps that were typed before their page came: whether a typed run is one of a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

# For how long a typed run is taken for the one of a page that comes later.
TYPED_WITHIN: Final = timedelta(minutes=60)
# How far a lap that was read off a clock lies from the page's.
_TOLERANCE_MS: Final = 150
# How many laps more or fewer have come before, on either side.
_MOST_SHIFTED: Final = 2
_FEWEST: Final = 2


def are_the_same(typed_ms: Sequence[int], page_ms: Sequence[int]) -> bool:
    """Tell whether most laps of a typed run match those of a page in order, to 0.15 s each.

    A lap or two may be missing or too many, wherever; fewer than two laps that match say nothing.
    """
    return matching(typed_ms, page_ms) * 2 > max(len(typed_ms), _FEWEST)


def matching(typed_ms: Sequence[int], page_ms: Sequence[int]) -> int:
    """Return how many laps match in order, where the runs fit best.

    Each place where laps are missing or too many takes one off: a run that fits anywhere by luck
    fits nowhere for long.
    """
    shifts = range(-_MOST_SHIFTED, _MOST_SHIFTED + 1)
    # The best so far of all ways that end at a shift of the typed laps against the page's.
    best = dict.fromkeys(shifts, 0)
    for at, typed in enumerate(typed_ms):
        changed = max(best.values()) - 1
        for shift in shifts:
            is_there = 0 <= at + shift < len(page_ms)
            matches = is_there and abs(typed - page_ms[at + shift]) <= _TOLERANCE_MS
            best[shift] = max(best[shift], changed) + matches
    return max(best.values())
