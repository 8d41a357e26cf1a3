"""How the track got faster or slower over a day, told by everybody who drove it.

Each heat is held against the first one: the median change of pace of those who drove both, three
at least. Where too few did, it is held against the last heat that is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.scoring.effects import find_field
from core.scoring.pace import Pace


def pace_over_day(heats: Sequence[Mapping[str, Pace]]) -> list[float | None]:
    """How much slower each heat was than the first.

    Args:
        heats: Everybody's pace in each heat of a class, in the order driven, by what names the same
            driver in every heat.

    Returns:
        Milliseconds a lap, unrounded, below 0 where it was faster, 0 for the first; None where
        fewer than 3 can be compared.
    """
    changes: list[float | None] = []
    for at, heat in enumerate(heats):
        known = [before for before in range(at) if changes[before] is not None]
        change = None if at else 0.0
        for before in (*known[:1], *known[-1:]):
            field = find_field([heats[before]], [heat])
            if field is not None:
                change = field.change_ms + (changes[before] or 0.0)
                break
        changes.append(change)
    return changes
