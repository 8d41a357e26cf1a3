"""ORP, Optimal Race Pace: one number from 0 to 100 for one racer's laps in one heat.

It rewards repeating your pace and punishes losing it. Lap times come in as whole milliseconds and
every figure is worked out in integers and rounded once, half to even, from its exact value: the
same laps give the same digits on every machine and every database. No I/O, no floating point
before the last division.

The formula is the project's own (ORP specification, "Formula").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import mul
from typing import Any, Final

from core.errors import BadInput
from core.rounding import round_half_even, round_less_root, round_root
from core.scoring.advice import (
    Bias,
    ExperienceLevel,
    Recommendation,
    Scenario,
    Status,
    Strategy,
    recommendation,
    scenario_for,
)

MIN_LAPS: Final = 2

# Fade compares the mean of the fastest laps with that of the last ones.
FASTEST_LAPS: Final = 3
LAST_LAPS: Final = 5
MIN_LAPS_FOR_FADE: Final = FASTEST_LAPS
# In % of fade: up to here, a fade factor of 1.01, it costs nothing.
FADE_WITHOUT_PENALTY: Final = 1
PENALTY_PER_PERCENT: Final = 2
MOST_PENALTY: Final = 20

LEAST_CONFIDENCE: Final = 1
FULL_CONFIDENCE: Final = 5
CONFIDENCE_NEEDED: Final = 3
NOT_RATED: Final = 3

# In tenths of a point of ORP.
AVANT_GARDE_FROM: Final = 850
BALANCED_FROM: Final = 700


class Gate(StrEnum):
    """Whether the driver is sure enough of the car for the score to stand."""

    PASSED = "PASSED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Components:
    """What the score is made of.

    Attributes:
        consistency_score: Consistency, 0 to 100, two decimals.
        fade_penalty: Points taken off for fading, 0 to 20, one decimal.
        fade_penalty_shown: The same penalty with two decimals, for the sum a racer reads:
            ``97.14 consistency − 4.42 fade = 92.7``. One-decimal parts would often not add up.
        confidence_gate: FAILED below a confidence of 3.
        confidence: The driver's confidence in the car, 1 to 5; 3 where it was not rated.
        confidence_rated: Whether the driver gave it.
    """

    consistency_score: float
    fade_penalty: float
    fade_penalty_shown: float
    confidence_gate: Gate
    confidence: int
    confidence_rated: bool


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures behind a score; times in seconds.

    Attributes:
        lap_count: Laps that were scored, 2 or more.
        best_lap: Fastest lap, three decimals.
        worst_lap: Slowest lap, three decimals.
        avg_lap: Mean of all laps, three decimals.
        std_dev: Sample standard deviation (n − 1), four decimals.
        consistency_pct: 100 − 100·std_dev/avg_lap held within 0..100, in %, two decimals.
        fade_factor: Mean of the last 5 laps (all when fewer) over the mean of the 3 fastest, four
            decimals; 1.0 below 3 laps. Never under 1.
        fade_pct: 100·(fade factor − 1), in %, two decimals.
        top_3_avg: Mean of the 3 fastest laps, three decimals; None below 3 laps.
        last_5_avg: Mean of the last 5 laps (all when fewer), three decimals; None below 3 laps.
    """

    lap_count: int
    best_lap: float
    worst_lap: float
    avg_lap: float
    std_dev: float
    consistency_pct: float
    fade_factor: float
    fade_pct: float
    top_3_avg: float | None
    last_5_avg: float | None


@dataclass(frozen=True, slots=True)
class OrpResult:
    """One racer's score with everything it rests on.

    Attributes:
        orp_score: 0 to 100, one decimal; 0 when rejected.
        status: Whether the driver's confidence let the score stand.
        strategy: How far to go with the setup; None when rejected.
        scenario: The event, which decides what may be changed.
        components: What the score is made of.
        experience_level: Whose tone the advice takes; it never moves the score.
        metrics: The figures behind the score.
    """

    orp_score: float
    status: Status
    strategy: Strategy | None
    scenario: Scenario
    components: Components
    experience_level: ExperienceLevel
    metrics: Metrics

    @property
    def recommendation(self) -> Recommendation:
        """What to do next."""
        return recommendation(self.status, self.strategy, self.scenario)

    @property
    def bias(self) -> Bias:
        """What the racer's level should weigh; information, never part of the score."""
        return self.experience_level.bias

    @property
    def valid_score(self) -> float | None:
        """The score where the driver's confidence let it stand."""
        return self.orp_score if self.status is Status.VALID else None

    def as_dict(self) -> dict[str, Any]:
        """This result in JSON's own types, for storing; ``from_dict`` brings it back."""
        return _figures(self) | {
            "status": self.status.value,
            "strategy": None if self.strategy is None else self.strategy.value,
            "scenario": self.scenario.value,
            "experience_level": self.experience_level.value,
            "metrics": _figures(self.metrics),
            "components": _figures(self.components)
            | {"confidence_gate": self.components.confidence_gate.value},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> OrpResult:
        """The result that ``as_dict`` wrote.

        Raises:
            KeyError: A part is missing.
            TypeError: A part has figures it should not have, or lacks some.
            ValueError: A word is none of its enumeration.
        """
        strategy = stored["strategy"]
        components = Components(**stored["components"])
        return cls(
            orp_score=stored["orp_score"],
            status=Status(stored["status"]),
            strategy=None if strategy is None else Strategy(strategy),
            # Scores of before the scenario was stored; editing the session puts it right.
            scenario=Scenario(stored.get("scenario", Scenario.B)),
            components=replace(components, confidence_gate=Gate(components.confidence_gate)),
            experience_level=ExperienceLevel(stored["experience_level"]),
            metrics=Metrics(**stored["metrics"]),
        )


def _figures(part: OrpResult | Components | Metrics) -> dict[str, Any]:
    """One part by the names of its figures; dataclasses.asdict would copy each value deeply."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def check_confidence(confidence: int | None) -> None:
    """Refuse a confidence outside 1..5; None, not rated, is none.

    Raises:
        BadInput: It is outside.
    """
    if confidence is not None and not LEAST_CONFIDENCE <= confidence <= FULL_CONFIDENCE:
        raise BadInput(
            f"Confidence goes from {LEAST_CONFIDENCE} (no trust in the car) "
            f"to {FULL_CONFIDENCE} (full trust)."
        )


def calculate_orp(
    lap_times_ms: Sequence[int],
    *,
    confidence: int | None = None,
    experience_level: ExperienceLevel = ExperienceLevel.INTERMEDIATE,
    practice_rounds: int = 0,
) -> OrpResult | None:
    """Score one run.

    Args:
        lap_times_ms: The laps that count, in the order driven, in milliseconds, each above 0.
        confidence: The driver's confidence in the car, 1 to 5; None, not rated, counts as 3.
        experience_level: Whose tone the recommendation takes; it never moves the score.
        practice_rounds: Practice rounds of the session, 0 or more; they decide what the
            recommendation lets the racer change.

    Returns:
        The score with its figures, or None below 2 laps, whatever the confidence.

    Raises:
        BadInput: A confidence outside 1..5, a lap time of 0 or less, or a negative number of
            practice rounds.
    """
    check_confidence(confidence)
    laps = sorted(lap_times_ms)
    if laps and laps[0] <= 0:
        raise BadInput("A lap time must be more than 0 seconds.")
    scenario = scenario_for(practice_rounds)
    lap_count = len(laps)
    if lap_count < MIN_LAPS:
        return None

    # With S the sum of the laps and Q the sum of their squares, the sample variance is
    # deviation / (n·(n − 1)) where deviation = n·Q − S², and the coefficient of variation,
    # deviation over mean, is √(deviation·n·(n − 1)) / ((n − 1)·S): all integers under the root.
    total = sum(laps)
    deviation = lap_count * sum(map(mul, laps, laps)) - total * total
    pairs = lap_count * (lap_count - 1)
    radicand = deviation * pairs
    divisor = (lap_count - 1) * total
    # Held within 0..100 after rounding instead of before: both ends are whole, so it is the same.
    consistency_hundredths = max(
        0, round_less_root(10_000 * divisor, 100_000_000 * radicand, divisor)
    )

    # Fade factor as the fraction last_mean_part / best_mean_part.
    last_part = best_part = 1
    top_3_avg = last_5_avg = None
    if lap_count >= MIN_LAPS_FOR_FADE:
        fastest = sum(laps[:FASTEST_LAPS])
        window = min(LAST_LAPS, lap_count)
        last = sum(lap_times_ms[-window:])
        top_3_avg = round_half_even(fastest, FASTEST_LAPS) / 1000
        last_5_avg = round_half_even(last, window) / 1000
        last_part, best_part = FASTEST_LAPS * last, window * fastest
    penalty_part, penalty_whole = fade_penalty(last_part, best_part)

    score_tenths = max(
        0,
        round_less_root(
            divisor * (1000 * penalty_whole - 10 * penalty_part),
            1_000_000 * radicand * penalty_whole * penalty_whole,
            divisor * penalty_whole,
        ),
    )
    rating = NOT_RATED if confidence is None else confidence
    passed = rating >= CONFIDENCE_NEEDED
    status = Status.VALID if passed else Status.REJECTED
    strategy = _strategy(score_tenths) if passed else None
    consistency_pct = consistency_hundredths / 100
    return OrpResult(
        orp_score=score_tenths / 10 if passed else 0.0,
        status=status,
        strategy=strategy,
        scenario=scenario,
        components=Components(
            consistency_score=consistency_pct,
            fade_penalty=round_half_even(10 * penalty_part, penalty_whole) / 10,
            fade_penalty_shown=round_half_even(100 * penalty_part, penalty_whole) / 100,
            confidence_gate=Gate.PASSED if passed else Gate.FAILED,
            confidence=rating,
            confidence_rated=confidence is not None,
        ),
        experience_level=experience_level,
        metrics=Metrics(
            lap_count=lap_count,
            best_lap=laps[0] / 1000,
            worst_lap=laps[-1] / 1000,
            avg_lap=round_half_even(total, lap_count) / 1000,
            std_dev=round_root(100 * radicand, pairs) / 10_000,
            consistency_pct=consistency_pct,
            fade_factor=round_half_even(10_000 * last_part, best_part) / 10_000,
            fade_pct=round_half_even(10_000 * (last_part - best_part), best_part) / 100,
            top_3_avg=top_3_avg,
            last_5_avg=last_5_avg,
        ),
    )


def fade_penalty(last_part: int, best_part: int) -> tuple[int, int]:
    """The points a fade factor of last_part / best_part costs, exactly.

    None while the factor is at most 1.01 (compared exactly), else 2 a percent, at most 20.

    Args:
        last_part: Above 0; the last laps in any unit.
        best_part: Above 0; the fastest laps in the same unit.

    Returns:
        The points, 0 to 20, as a fraction: its part and its whole.
    """
    # What the percents and the points are, both times best_part.
    percents = 100 * (last_part - best_part)
    points = PENALTY_PER_PERCENT * percents
    if percents <= FADE_WITHOUT_PENALTY * best_part:
        return 0, 1
    if points >= MOST_PENALTY * best_part:
        return MOST_PENALTY, 1
    return points, best_part


def _strategy(score_tenths: int) -> Strategy:
    if score_tenths >= AVANT_GARDE_FROM:
        return Strategy.AVANT_GARDE
    if score_tenths >= BALANCED_FROM:
        return Strategy.BALANCED
    return Strategy.STABILITY
