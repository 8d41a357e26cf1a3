"""What a score means for the car, for every level, event and outcome."""

from __future__ import annotations

import pytest

from core.errors import BadInput
from core.scoring.advice import (
    SAFE_CHANGES,
    Bias,
    ExperienceLevel,
    Mode,
    Recommendation,
    Scenario,
    Status,
    Strategy,
    Tone,
    recommendation,
    scenario_for,
)
from core.scoring.orp import calculate_orp

SAFE = ("oils", "ride height", "camber")
BOLD = ("pistons", "geometry", "arm positions")


@pytest.mark.parametrize(("rounds", "scenario"), [(0, "B"), (2, "B"), (3, "A"), (7, "A")])
def test_three_practice_rounds_make_scenario_a(rounds: int, scenario: str) -> None:
    assert scenario_for(rounds) is Scenario(scenario)


def test_negative_practice_rounds_are_refused() -> None:
    with pytest.raises(BadInput, match="not -1"):
        scenario_for(-1)


def test_each_scenario_has_its_mode_and_its_list() -> None:
    assert Scenario.A.mode is Mode.AVANT_GARDE
    assert Scenario.B.mode is Mode.TUNE_DONT_PIVOT
    assert Scenario.A.changes == BOLD + SAFE
    assert Scenario.B.changes == SAFE
    assert [mode.value for mode in Mode] == ["avant_garde", "tune_dont_pivot"]


@pytest.mark.parametrize(
    ("strategy", "scenario", "step", "changes"),
    [
        (Strategy.AVANT_GARDE, Scenario.A, Recommendation.EXPERIMENT, BOLD + SAFE),
        (Strategy.AVANT_GARDE, Scenario.B, Recommendation.TUNE_DONT_PIVOT, SAFE),
        (Strategy.BALANCED, Scenario.A, Recommendation.SMALL_STEPS, SAFE),
        (Strategy.BALANCED, Scenario.B, Recommendation.SMALL_STEPS, SAFE),
        (Strategy.STABILITY, Scenario.A, Recommendation.SETTLE_THE_LAPS, SAFE),
        (Strategy.STABILITY, Scenario.B, Recommendation.SETTLE_THE_LAPS, SAFE),
    ],
)
def test_score_and_event_together_decide_what_may_change(
    strategy: Strategy, scenario: Scenario, step: Recommendation, changes: tuple[str, ...]
) -> None:
    assert recommendation(Status.VALID, strategy, scenario) is step
    assert step.changes == changes


@pytest.mark.parametrize("scenario", Scenario)
def test_a_rejected_score_may_change_nothing(scenario: Scenario) -> None:
    step = recommendation(Status.REJECTED, None, scenario)
    assert step is Recommendation.TRUST_THE_DRIVER
    assert step.changes == ()


def test_each_level_weighs_and_sounds_as_specified() -> None:
    assert {level.value: level.bias for level in ExperienceLevel} == {
        "Sportsman": Bias(0.8, 0.2, Tone.REPEAT_FIRST),
        "Intermediate": Bias(0.5, 0.5, Tone.BALANCE),
        "Pro": Bias(0.3, 0.7, Tone.PACE_FIRST),
    }


def test_each_strategy_has_its_name() -> None:
    assert [strategy.label for strategy in Strategy] == ["Avant Garde", "Balanced", "Stability"]


def test_a_result_carries_the_recommendation_of_its_event() -> None:
    for rounds, step in ((2, Recommendation.TUNE_DONT_PIVOT), (3, Recommendation.EXPERIMENT)):
        result = calculate_orp([20_000] * 5, practice_rounds=rounds)
        assert result is not None
        assert result.recommendation is step


def test_the_safe_three() -> None:
    assert SAFE_CHANGES == SAFE
