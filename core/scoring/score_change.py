"""Change: a score minus the racer's last valid score before it, in the same class.

A score is valid where the driver's confidence let it stand. What was rejected or had too few laps
has no change, and the next score is compared with what was valid before it.
"""

from __future__ import annotations

from collections.abc import Sequence


def last_valid(scores: Sequence[float | None]) -> float | None:
    """The last valid of some scores; None without any.

    Args:
        scores: In the order driven, None for one that is not valid.
    """
    return next((score for score in reversed(scores) if score is not None), None)


def change_since(score: float | None, last: float | None) -> float | None:
    """A score minus the last valid one before it, one decimal as both have.

    Args:
        score: 0 to 100; None where it is not valid.
        last: The same; None where there was none.

    Returns:
        The change, above 0 for a better score; None without either.
    """
    if score is None or last is None:
        return None
    return round(score - last, 1)


def changes(scores: Sequence[float | None]) -> list[float | None]:
    """The change of each score since the last valid one before it.

    Args:
        scores: One racer's in one class, in the order driven, None for one that is not valid.
    """
    return [change_since(score, last_valid(scores[:at])) for at, score in enumerate(scores)]
