"""What looks odd among laps: probable typos, and laps that are there already.

Nothing is refused for it. Crash and pit laps are real, and so are equal laps; the answer to the
racer only points at what is found here. All times are whole milliseconds and all comparisons are
exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

REPEATED_RUN_LAPS: Final = 3


def doubtful_laps(
    new_ms: Sequence[int], existing_ms: Sequence[int] = (), usual_ms: Sequence[int] = ()
) -> tuple[int, ...]:
    """Find new laps under half or over three times the racer's median.

    The median is that of the laps the racer usually does, where a run has just begun and they are
    known; else that of the existing and the new laps together. Between an even number of laps it
    lies midway.

    Args:
        new_ms: The laps just logged.
        existing_ms: The racer's other laps in that heat, those that count, in any order.
        usual_ms: For a new run, the racer's laps elsewhere, those that count, in any order.

    Returns:
        Places in ``new_ms``, counted from 0, in order.
    """
    if not new_ms:
        return ()
    double_median = _double_median(usual_ms or [*existing_ms, *new_ms])
    return tuple(
        at
        for at, lap in enumerate(new_ms)
        if 4 * lap < double_median or 2 * lap > 3 * double_median
    )


def repeated_run(existing_ms: Sequence[int], new_ms: Sequence[int]) -> tuple[int, ...]:
    """Find new laps that belong to three or more in a row which are there already.

    That is what pasting a list again leaves behind, also when it has grown since or when only its
    end is pasted. Times must agree to the millisecond.

    Args:
        existing_ms: The racer's laps in that heat before, in the order driven.
        new_ms: The laps just logged, in order.

    Returns:
        Places in ``new_ms``, counted from 0, in order.
    """
    # A longer run is nothing but overlapping runs of three.
    known = set(_runs(existing_ms))
    repeated: set[int] = set()
    for start, run in enumerate(_runs(new_ms)):
        if run in known:
            repeated.update(range(start, start + REPEATED_RUN_LAPS))
    return tuple(sorted(repeated))


def _double_median(laps: Sequence[int]) -> int:
    """Twice the median, which is whole where the median may not be."""
    ordered = sorted(laps)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


def _runs(laps: Sequence[int]) -> list[tuple[int, ...]]:
    starts = range(len(laps) - REPEATED_RUN_LAPS + 1)
    return [tuple(laps[start : start + REPEATED_RUN_LAPS]) for start in starts]
