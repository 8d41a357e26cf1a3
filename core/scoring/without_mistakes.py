"""The score of the same run without its mistakes, which says more about the car than they do.

Definition: ORP specification, "Beside the score".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.laps import Lap, counting_laps, median
from core.scoring.advice import Recommendation, Strategy, recommendation
from core.scoring.mistakes import find_mistakes
from core.scoring.orp import OrpResult, calculate_orp

# In points of ORP, as they are shown.
WORTH_SAYING: Final = 5.0


@dataclass(frozen=True, slots=True)
class WithoutMistakes:
    """What a run would have scored.

    Attributes:
        orp_score: 0 to 100, one decimal.
        strategy: What that score says.
        recommendation: What to do next, by that score.
        mistakes: How many were taken out, 1 or more.
    """

    orp_score: float
    strategy: Strategy
    recommendation: Recommendation
    mistakes: int


def without_mistakes(laps: Sequence[Lap], orp: OrpResult) -> WithoutMistakes | None:
    """The score with each mistake at the median of the laps that count.

    Args:
        laps: The laps of one run in any order.
        orp: Their score.

    Returns:
        What the run would have scored; None without mistakes, where that is less than 5 points
        apart, and where the driver was not sure enough of the car: the gate is the same.
    """
    mistakes = {mistake.number for mistake in find_mistakes(laps).laps}
    if not mistakes or orp.valid_score is None:
        return None
    counting = counting_laps(laps)
    # A median may end in half a millisecond. Twice the laps are whole, and score the same.
    twice_usual = int(2 * median(lap.time_ms for lap in counting))
    clean = calculate_orp(
        [twice_usual if lap.number in mistakes else 2 * lap.time_ms for lap in counting]
    )
    if clean is None or clean.strategy is None:
        return None
    if round(abs(clean.orp_score - orp.orp_score), 1) < WORTH_SAYING:
        return None
    return WithoutMistakes(
        orp_score=clean.orp_score,
        strategy=clean.strategy,
        recommendation=recommendation(clean.status, clean.strategy, orp.scenario),
        mistakes=len(mistakes),
    )
