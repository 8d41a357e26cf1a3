"""The score: worked cases, an exact oracle of its own, and the facts that must hold for any run."""

from __future__ import annotations

import json
import statistics
from dataclasses import FrozenInstanceError
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.rounding import round_half_even, round_less_root
from core.scoring.advice import ExperienceLevel, Recommendation, Status, Strategy
from core.scoring.orp import Gate, OrpResult, calculate_orp

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "orp_golden.json").read_text("utf-8"))

steady_runs = st.lists(st.integers(19_000, 24_000), min_size=2, max_size=30)
wild_runs = st.lists(st.integers(1, 999_999), min_size=2, max_size=12)
runs = steady_runs | wild_runs


def scored(
    laps: list[int],
    *,
    confidence: int | None = None,
    experience_level: ExperienceLevel = ExperienceLevel.INTERMEDIATE,
    practice_rounds: int = 0,
) -> OrpResult:
    result = calculate_orp(
        laps,
        confidence=confidence,
        experience_level=experience_level,
        practice_rounds=practice_rounds,
    )
    assert result is not None
    return result


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_every_figure_of_every_worked_case(case: dict[str, Any]) -> None:
    laps = [round(seconds * 1000) for seconds in case["laps"]]
    expected = case["expect"]

    result = calculate_orp(laps, confidence=case["confidence"])

    if expected["status"] == "insufficient":
        assert result is None
        return
    assert result is not None
    stored = result.as_dict()
    figures = stored | stored["components"] | stored["metrics"]
    assert {key: figures[key] for key in expected} == expected


def test_the_worked_cases_are_all_there() -> None:
    assert len(GOLDEN) == 22


# An oracle that shares nothing with the code: whether a shown figure is the nearest one to
# minuend − √square is decided by squaring fractions, without taking a root.


def assert_nearest(shown: float, decimals: int, minuend: Fraction, square: Fraction) -> None:
    unit = Fraction(1, 10**decimals)
    steps = round(shown * 10**decimals)
    assert shown == steps / 10**decimals
    nearest = steps * unit
    to_upper, to_lower = minuend - nearest - unit / 2, minuend - nearest + unit / 2
    is_upper_tie = to_upper >= 0 and to_upper**2 == square
    is_lower_tie = to_lower >= 0 and to_lower**2 == square
    if is_upper_tie or is_lower_tie:
        assert steps % 2 == 0
    else:
        assert to_upper < 0 or to_upper**2 < square
        assert to_lower > 0
        assert square < to_lower**2


def exact_fade(laps: list[int]) -> Fraction:
    if len(laps) < 3:
        return Fraction(1)
    last = laps[-5:]
    best = sorted(laps)[:3]
    return Fraction(sum(last), len(last)) / Fraction(sum(best), 3)


def exact_penalty(laps: list[int]) -> Fraction:
    fade = exact_fade(laps)
    return Fraction(0) if fade <= Fraction("1.01") else min(Fraction(20), 200 * (fade - 1))


@given(runs)
def test_every_figure_is_the_one_nearest_to_the_exact_value(laps: list[int]) -> None:
    result = scored(laps)
    metrics, components = result.metrics, result.components
    exact = [Fraction(lap, 1000) for lap in laps]
    mean, variance = statistics.mean(exact), statistics.variance(exact)
    relative = 10_000 * variance / mean**2
    fade, penalty = exact_fade(laps), exact_penalty(laps)

    assert metrics.lap_count == len(laps)
    assert (metrics.best_lap, metrics.worst_lap) == (min(laps) / 1000, max(laps) / 1000)
    assert metrics.avg_lap == float(round(mean, 3))
    assert_nearest(-metrics.std_dev, 4, Fraction(0), variance)
    if relative >= 10_000:
        assert metrics.consistency_pct == 0
    else:
        assert_nearest(metrics.consistency_pct, 2, Fraction(100), relative)
    assert metrics.fade_factor == float(round(fade, 4))
    assert metrics.fade_pct == float(round(100 * (fade - 1), 2))
    assert components.consistency_score == metrics.consistency_pct
    assert components.fade_penalty == float(round(penalty, 1))
    assert components.fade_penalty_shown == float(round(penalty, 2))
    if penalty >= 100 or relative >= (100 - penalty) ** 2:
        assert result.orp_score == 0
    else:
        assert_nearest(result.orp_score, 1, 100 - penalty, relative)
    if len(laps) >= 3:
        assert metrics.top_3_avg == float(round(statistics.mean(sorted(exact)[:3]), 3))
        assert metrics.last_5_avg == float(round(statistics.mean(exact[-5:]), 3))
    else:
        assert metrics.top_3_avg is None
        assert metrics.last_5_avg is None


@given(runs)
def test_the_shown_sum_adds_up(laps: list[int]) -> None:
    result = scored(laps)
    components = result.components
    shown = round(100 * components.consistency_score) - round(100 * components.fade_penalty_shown)
    if shown >= 5:
        assert abs(shown - 10 * round(10 * result.orp_score)) <= 5


def test_the_score_is_rounded_once_from_the_exact_difference() -> None:
    # 95.9341… − 8.6786… = 87.2554…: one-decimal parts leave 87.2, two-decimal parts a tie at 87.25.
    result = scored([20_000, 21_500, 22_000, 21_800, 21_200, 20_100])
    assert result.components.consistency_score == 95.93
    assert result.components.fade_penalty_shown == 8.68
    assert result.components.fade_penalty == 8.7
    assert result.orp_score == 87.3


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_round_half_even_agrees_with_fractions(numerator: int, denominator: int) -> None:
    assert round_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("minuend", "radicand", "denominator", "expected"),
    [(5, 4, 2, 2), (7, 4, 2, 2), (9, 4, 2, 4), (0, 9, 2, -2), (0, 2, 1, -1), (0, 3, 1, -2)],
)
def test_halves_go_to_the_even_number(
    minuend: int, radicand: int, denominator: int, expected: int
) -> None:
    assert round_less_root(minuend, radicand, denominator) == expected


# Three laps of m − d, m and m + d deviate by exactly d and never fade, so ties can be set up.


@pytest.mark.parametrize(
    ("deviation", "consistency", "score", "strategy"),
    [
        (1, 100.0, 100.0, Strategy.AVANT_GARDE),  # exactly 99.995
        (3, 99.98, 100.0, Strategy.AVANT_GARDE),  # exactly 99.985
        (10, 99.95, 100.0, Strategy.AVANT_GARDE),
        (30, 99.85, 99.8, Strategy.AVANT_GARDE),
        (3010, 84.95, 85.0, Strategy.AVANT_GARDE),
        (3011, 84.94, 84.9, Strategy.BALANCED),  # exactly 84.945
        (6010, 69.95, 70.0, Strategy.BALANCED),
        (6011, 69.94, 69.9, Strategy.STABILITY),
    ],
)
def test_ties_and_the_strategy_of_the_rounded_score(
    deviation: int, consistency: float, score: float, strategy: Strategy
) -> None:
    result = scored([20_000 - deviation, 20_000, 20_000 + deviation])
    assert result.metrics.std_dev == deviation / 1000
    assert result.metrics.consistency_pct == consistency
    assert result.orp_score == score
    assert result.strategy is strategy


def test_an_average_half_way_goes_to_the_even_millisecond() -> None:
    assert scored([1000, 1001]).metrics.avg_lap == 1.0
    assert scored([1001, 1002]).metrics.avg_lap == 1.002


def test_a_fade_of_exactly_one_percent_costs_nothing() -> None:
    at_limit = scored([20_000] * 3 + [20_200] * 5)
    past_it = scored([20_000] * 3 + [20_200] * 4 + [20_201])
    assert at_limit.components.fade_penalty_shown == 0.0
    assert past_it.metrics.fade_factor == at_limit.metrics.fade_factor == 1.01
    assert past_it.components.fade_penalty_shown == 2.0


def test_the_penalty_stops_at_twenty() -> None:
    assert scored([20_000] * 3 + [21_990] * 5).components.fade_penalty_shown == 19.9
    assert scored([20_000] * 3 + [22_000] * 5).components.fade_penalty_shown == 20.0
    assert scored([20_000] * 3 + [24_000] * 5).components.fade_penalty_shown == 20.0


@given(
    st.lists(st.integers(1, 999_999), max_size=1),
    st.none() | st.integers(1, 5),
    st.sampled_from(ExperienceLevel),
)
def test_too_few_laps_come_before_the_gate(
    laps: list[int], confidence: int | None, level: ExperienceLevel
) -> None:
    assert calculate_orp(laps, confidence=confidence, experience_level=level) is None


@given(runs, st.integers(1, 2))
def test_a_failed_gate_takes_the_score_and_leaves_the_figures(
    laps: list[int], confidence: int
) -> None:
    rejected, valid = scored(laps, confidence=confidence), scored(laps, confidence=3)
    assert (rejected.status, rejected.orp_score, rejected.strategy) == (Status.REJECTED, 0.0, None)
    assert rejected.components.confidence_gate is Gate.FAILED
    assert rejected.components.confidence == confidence
    assert rejected.metrics == valid.metrics
    assert rejected.components.fade_penalty == valid.components.fade_penalty
    assert rejected.components.consistency_score == valid.components.consistency_score
    assert rejected.recommendation is Recommendation.TRUST_THE_DRIVER


@given(runs, st.integers(3, 5), st.sampled_from(ExperienceLevel), st.integers(0, 5))
def test_above_the_gate_only_the_laps_move_the_score(
    laps: list[int], confidence: int, level: ExperienceLevel, practice_rounds: int
) -> None:
    result = scored(
        laps,
        confidence=confidence,
        experience_level=level,
        practice_rounds=practice_rounds,
    )
    assert (result.status, result.components.confidence_gate) == (Status.VALID, Gate.PASSED)
    assert result.orp_score == scored(laps).orp_score
    assert result.strategy is scored(laps).strategy
    assert result.experience_level is level
    assert result.bias == level.bias


def test_no_rating_counts_as_three_and_says_so() -> None:
    components = scored([20_000, 20_100]).components
    assert (components.confidence, components.confidence_rated) == (3, False)
    assert scored([20_000, 20_100], confidence=3).components.confidence_rated
    assert scored([20_000, 20_100]).experience_level is ExperienceLevel.INTERMEDIATE


@given(runs)
def test_figures_stay_in_their_bounds(laps: list[int]) -> None:
    result = scored(laps)
    assert 0 <= result.orp_score <= 100
    assert 10 * round(10 * result.orp_score) <= round(100 * result.metrics.consistency_pct) + 5
    assert 0 <= result.metrics.consistency_pct <= 100
    assert 0 <= result.components.fade_penalty <= 20
    assert result.metrics.fade_factor >= 1
    assert result.metrics.best_lap <= result.metrics.avg_lap <= result.metrics.worst_lap


@given(st.data())
def test_with_the_same_laps_more_fade_never_scores_more(data: st.DataObject) -> None:
    laps = data.draw(steady_runs)
    other = data.draw(st.permutations(laps))
    one, two = scored(laps), scored(other)
    assert one.metrics.consistency_pct == two.metrics.consistency_pct
    assert one.metrics.std_dev == two.metrics.std_dev
    assert one.metrics.top_3_avg == two.metrics.top_3_avg
    fades_less, fades_more = sorted([laps, other], key=exact_fade)
    assert scored(fades_more).orp_score <= scored(fades_less).orp_score


@given(steady_runs)
def test_slowest_laps_last_never_score_more_than_slowest_laps_first(laps: list[int]) -> None:
    falling_off, picking_up = sorted(laps), sorted(laps, reverse=True)
    assert scored(falling_off).orp_score <= scored(picking_up).orp_score


@given(runs)
def test_driving_the_same_run_twice_is_no_less_consistent(laps: list[int]) -> None:
    assert scored(laps * 2).metrics.consistency_pct >= scored(laps).metrics.consistency_pct


@given(runs, st.integers(2, 9))
def test_a_longer_track_scores_the_same(laps: list[int], factor: int) -> None:
    result, longer = scored(laps), scored([lap * factor for lap in laps])
    assert longer.orp_score == result.orp_score
    assert longer.components == result.components
    assert longer.metrics.fade_factor == result.metrics.fade_factor


@given(st.integers(1, 999_999), st.integers(2, 40))
def test_identical_laps_are_perfect(lap: int, count: int) -> None:
    result = scored([lap] * count)
    assert (result.orp_score, result.metrics.std_dev, result.metrics.fade_pct) == (100.0, 0.0, 0.0)


@pytest.mark.parametrize("confidence", [-1, 0, 6])
@pytest.mark.parametrize("laps", [[], [20_000, 20_100]])
def test_a_confidence_outside_one_to_five_is_refused(confidence: int, laps: list[int]) -> None:
    with pytest.raises(BadInput, match=r"from 1 .* to 5 "):
        calculate_orp(laps, confidence=confidence)


@pytest.mark.parametrize("laps", [[0], [-1, 20_000], [20_000, 20_100, 0]])
def test_a_lap_without_time_is_refused(laps: list[int]) -> None:
    with pytest.raises(BadInput, match="more than 0"):
        calculate_orp(laps)


@given(runs, st.none() | st.integers(1, 5), st.sampled_from(ExperienceLevel))
def test_a_result_comes_back_from_json_unchanged(
    laps: list[int], confidence: int | None, level: ExperienceLevel
) -> None:
    result = scored(laps, confidence=confidence, experience_level=level)
    stored = json.loads(json.dumps(result.as_dict()))
    restored = OrpResult.from_dict(stored)
    assert restored == result
    assert restored.status is result.status
    assert restored.components.confidence_gate is result.components.confidence_gate
    assert restored.as_dict() == stored


def test_a_stored_result_holds_nothing_but_plain_values() -> None:
    stored = scored([20_000, 20_100, 20_300], confidence=1).as_dict()
    nested = [stored, stored["components"], stored["metrics"]]
    kinds = {type(value) for part in nested for value in part.values()}
    assert kinds == {str, float, int, bool, dict, type(None)}
    assert stored["strategy"] is None
    assert stored["components"]["confidence_gate"] == "FAILED"


def test_a_spoilt_stored_result_is_no_result() -> None:
    stored = scored([20_000, 20_100]).as_dict()
    with pytest.raises(ValueError, match="excellent"):
        OrpResult.from_dict(stored | {"status": "excellent"})
    with pytest.raises(TypeError):
        OrpResult.from_dict(stored | {"metrics": {"lap_count": 2}})
    del stored["metrics"]
    with pytest.raises(KeyError):
        OrpResult.from_dict(stored)


def test_a_score_stored_before_the_event_was_is_that_of_a_short_practice() -> None:
    result = scored([20_000, 20_100], practice_rounds=3)
    assert result.recommendation is Recommendation.EXPERIMENT
    stored = result.as_dict()
    del stored["scenario"]
    stored |= {"recommendation": "Room to experiment.", "bias": {"tone": "balance"}}
    assert OrpResult.from_dict(stored).recommendation is Recommendation.TUNE_DONT_PIVOT


@pytest.mark.parametrize("part", ["components", "metrics"])
def test_a_result_cannot_be_changed(part: str) -> None:
    result = scored([20_000, 20_100])
    with pytest.raises(FrozenInstanceError):
        setattr(result, part, None)
    frozen = getattr(result, part)
    with pytest.raises(FrozenInstanceError):
        setattr(frozen, frozen.__slots__[0], None)
