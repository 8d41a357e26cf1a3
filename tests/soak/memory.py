"""Whether a process keeps more and more: what it holds, quarter by quarter of the day.

What a process takes from the system and what it keeps are two things. A leak shows in how many
blocks of memory Python keeps in it, some for each object; one elsewhere, such as in a buffer of a
library, only in what it takes. That
also rises, and stays, with the busiest moment so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

_QUARTERS: Final = 4
# Where nothing leaks it was a quarter of a per cent; five objects left by each answer are one.
MOST_BLOCKS: Final = 0.01
# Everybody at once, after the database was away, was two per cent.
MOST_MEMORY: Final = 0.03


@dataclass(frozen=True)
class Held:
    """What a process holds at a moment.

    Attributes:
        own_mib: Memory it has for itself.
        beside_mib: That of the processes it has started: one draws, one reads pages.
        blocks: How many blocks of memory Python keeps in it.
    """

    own_mib: float
    beside_mib: float
    blocks: int


def quarters(figures: Sequence[float]) -> list[float]:
    """Return the median of each quarter of the day; nothing where there are too few."""
    length = len(figures) // _QUARTERS
    starts = range(0, _QUARTERS * length, length) if length else ()
    return [median(figures[start : start + length]) for start in starts]


def grown(figures: Sequence[float]) -> float:
    """Return by what share the last quarter is above the second; the first warms up."""
    by_quarter = quarters(figures)
    return by_quarter[-1] / by_quarter[1] - 1 if by_quarter else 0.0


def not_flat(day: Sequence[Held]) -> list[str]:
    """Return what grew more than chance and busy moments explain, a sentence each."""
    found = []
    for what, figures, most in (
        ("blocks", [held.blocks for held in day], MOST_BLOCKS),
        ("memory", [held.own_mib for held in day], MOST_MEMORY),
    ):
        by = grown(figures)
        if by > most:
            found.append(
                f"the process that was not killed keeps more {what}: {by:.1%} more in the last "
                f"quarter than in the second, {most:.0%} is the most"
            )
    return found
