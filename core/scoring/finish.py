"""Who finished where in a heat, and whose run is too short to be ranked beside the others.

Definition: commands specification, "The summary after each heat".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from core.laps import RaceTotal

# In practice everybody stops when they like: from so many laps on a run is ranked.
LAPS_IN_PRACTICE: Final = 5


class Place(NamedTuple):
    """A finishing place.

    Attributes:
        place: From 1; who drove the same laps in the same time shares one.
        of: Of how many whose laps were logged; None for the place the race's page gives.
    """

    place: int
    of: int | None


def places(totals: Sequence[RaceTotal]) -> list[Place]:
    """Where each of these finished among them: most laps first, then least time."""
    order = [(-total.laps, total.total_ms) for total in totals]
    return [Place(1 + sum(other < one for other in order), len(order)) for one in order]


def is_short(laps: int, longest: int, *, practice: bool) -> bool:
    """Whether a run is too short to be ranked.

    Args:
        laps: Its laps that count.
        longest: Those of the heat's longest run.
        practice: Whether the heat is practice.

    Returns:
        True below half of the longest; in practice below 5 laps.
    """
    return laps < LAPS_IN_PRACTICE if practice else 2 * laps < longest
