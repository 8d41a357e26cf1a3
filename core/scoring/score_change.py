"""Change: a score minus the racer's last valid score before it, in the same class.

A score is valid where the driver's confidence let it stand. What was rejected or had too few laps
has no change, and the next score is compared with what was valid before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.scoring.certainty import ScoreError, is_more_than_luck


def last_valid_at(scores: Sequence[float | None]) -> int | None:
    """The place of the last valid of some scores, from 0; None without any.

    Args:
        scores: In the order driven, None for one that is not valid.
    """
    return next((at for at in reversed(range(len(scores))) if scores[at] is not None), None)


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
    return [
        None if last is None else change_since(score, scores[last])
        for score, last in zip(scores, _lasts(scores), strict=True)
    ]


def have_moved(scores: Sequence[float | None], errors: Sequence[ScoreError | None]) -> list[bool]:
    """Whether each score has moved by more than luck since the last valid one before it.

    Args:
        scores: One racer's in one class, in the order driven, None for one that is not valid.
        errors: How sure each is; None where that is not known.
    """
    return [
        last is not None and is_more_than_luck(change, errors[at], errors[last])
        for at, (change, last) in enumerate(zip(changes(scores), _lasts(scores), strict=True))
    ]


def _lasts(scores: Sequence[float | None]) -> list[int | None]:
    """The place of the last valid score before each; None where there is none."""
    return [last_valid_at(scores[:at]) for at in range(len(scores))]
