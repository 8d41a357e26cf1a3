"""How sure a score is, and whether a change of it is more than luck.

One run's ORP has an error of about 5 points. It is the delete-one jackknife error: the run is
scored without its first lap, without its second, and so on, each time unrounded and with the
bounds of penalty and score; √((n − 1)/n · Σ(ORPᵢ − mean)²) says how far those scores are apart.

Definition: ORP specification, "How sure is the score?".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from operator import mul
from typing import Final

from core.scoring.advice import Status
from core.scoring.jackknife import jackknife_error
from core.scoring.orp import FASTEST_LAPS, LAST_LAPS, fade_penalty

# One more than the last laps, so that those are still five with one left out.
MIN_LAPS_FOR_ERROR: Final = 6
LEAST_ERROR: Final = 1.0
# Of a normal spread 10 % lie further out on both sides together.
DEVIATIONS_BEYOND_LUCK: Final = 1.65


@dataclass(frozen=True, slots=True)
class ScoreError:
    """How sure a score is.

    Attributes:
        points: The standard error in points of ORP, unrounded, at least 1.
    """

    points: float

    @property
    def shown(self) -> int:
        """The same in whole points, at least 1, as in ``ORP 81 ±5``."""
        return round(self.points)


def score_error(lap_times_ms: Sequence[int], status: Status) -> ScoreError | None:
    """The error of one run's score.

    Args:
        lap_times_ms: The laps that count, in the order driven, in milliseconds, each above 0.
        status: Whether the score stands.

    Returns:
        The error; None below 6 laps, and for a rejected score, which no lap has moved.
    """
    if status is Status.REJECTED or len(lap_times_ms) < MIN_LAPS_FOR_ERROR:
        return None
    error = jackknife_error(list(_scores_without_one(lap_times_ms)))
    return ScoreError(max(LEAST_ERROR, error))


def is_more_than_luck(
    change: float | None, first: ScoreError | None, second: ScoreError | None
) -> bool:
    """Whether a score has really moved: change more than 1.65 · √(±₁² + ±₂²).

    Args:
        change: One score minus the other in points, of either sign; None where there is none.
        first: The error of one of them; None where it is not known.
        second: The error of the other.

    Returns:
        Whether it has; False wherever one of the three is not known.
    """
    if change is None or first is None or second is None:
        return False
    return abs(change) > DEVIATIONS_BEYOND_LUCK * hypot(first.points, second.points)


def _scores_without_one(times: Sequence[int]) -> Iterator[float]:
    """The run's ORP, unrounded, with each lap left out in turn.

    Sums are taken once and each lap is taken out of them. The laps that are left are scored as in
    ``core.scoring.orp``, whose radicand and divisor these are.
    """
    left = len(times) - 1
    total, squares = sum(times), sum(map(mul, times, times))
    fastest = sorted(times)[: FASTEST_LAPS + 1]
    of_fastest = sum(fastest)
    last = times[-LAST_LAPS - 1 :]
    of_last = sum(last)
    first_of_last = len(times) - LAST_LAPS
    for at, time in enumerate(times):
        total_left = total - time
        deviation = left * (squares - time * time) - total_left * total_left
        divisor = (left - 1) * total_left
        consistency = 100 - 100 * sqrt(deviation * left * (left - 1)) / divisor
        # The lap that is left out, where it is one of these; else the one too many.
        best = of_fastest - min(time, fastest[-1])
        latest = of_last - (time if at >= first_of_last else last[0])
        penalty_part, penalty_whole = fade_penalty(FASTEST_LAPS * latest, LAST_LAPS * best)
        # A consistency below 0 makes a score of 0 as well.
        yield max(0.0, consistency - penalty_part / penalty_whole)
