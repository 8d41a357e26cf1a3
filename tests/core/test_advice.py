"""What a score means for the car, for every level, event and outcome."""

from itertools import product

import pytest

from core.errors import BadInput
from core.scoring.advice import (
    SAFE_CHANGES,
    Bias,
    Change,
    ExperienceLevel,
    Mode,
    Scenario,
    Status,
    Strategy,
    allowed_changes,
    recommendation,
    scenario_for,
)
from core.scoring.orp import calculate_orp

SAFE = ("oils", "ride height", "camber")
BOLD = ("pistons", "geometry", "arm positions")
OUTCOMES = list(product(Strategy, ExperienceLevel, Scenario))


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
    ("strategy", "scenario", "changes"),
    [
        (Strategy.AVANT_GARDE, Scenario.A, BOLD + SAFE),
        (Strategy.AVANT_GARDE, Scenario.B, SAFE),
        (Strategy.BALANCED, Scenario.A, SAFE),
        (Strategy.BALANCED, Scenario.B, SAFE),
        (Strategy.STABILITY, Scenario.A, SAFE),
        (Strategy.STABILITY, Scenario.B, SAFE),
    ],
)
def test_score_and_event_together_decide_what_may_change(
    strategy: Strategy, scenario: Scenario, changes: tuple[str, ...]
) -> None:
    assert allowed_changes(Status.VALID, strategy, scenario) == changes


@pytest.mark.parametrize("scenario", Scenario)
def test_a_rejected_score_may_change_nothing(scenario: Scenario) -> None:
    assert allowed_changes(Status.REJECTED, None, scenario) == ()
    for level in ExperienceLevel:
        sentence = recommendation(Status.REJECTED, None, level, scenario)
        assert sentence.startswith("Change nothing on the car: trust the driver.")
        assert not any(change.value in sentence for change in Change)


def test_each_level_weighs_and_sounds_as_specified() -> None:
    assert {level.value: level.bias for level in ExperienceLevel} == {
        "Sportsman": Bias(0.8, 0.2, "repeat the lap first, speed follows"),
        "Intermediate": Bias(0.5, 0.5, "balance"),
        "Pro": Bias(0.3, 0.7, "pace first, hold it"),
    }


def test_each_strategy_has_its_name_and_words() -> None:
    assert {strategy.label: strategy.words for strategy in Strategy} == {
        "Avant Garde": "the setup is locked in; room to experiment",
        "Balanced": "competitive; small steps only",
        "Stability": "find consistency before new ideas",
    }


@pytest.mark.parametrize(("strategy", "level", "scenario"), OUTCOMES)
def test_a_recommendation_names_exactly_what_may_change(
    strategy: Strategy, level: ExperienceLevel, scenario: Scenario
) -> None:
    sentence = recommendation(Status.VALID, strategy, level, scenario)
    named = {change for change in Change if change.value in sentence}
    assert named == set(allowed_changes(Status.VALID, strategy, scenario))
    assert len(sentence) <= 160
    assert sentence.endswith(".")


def test_every_outcome_reads_differently_except_where_the_event_makes_no_difference() -> None:
    sentences = {
        outcome: recommendation(Status.VALID, *outcome[:2], outcome[2]) for outcome in OUTCOMES
    }
    assert len(set(sentences.values())) == 3 * len(ExperienceLevel) + len(ExperienceLevel)
    for level in ExperienceLevel:
        for strategy in (Strategy.BALANCED, Strategy.STABILITY):
            assert sentences[strategy, level, Scenario.A] == sentences[strategy, level, Scenario.B]


@pytest.mark.parametrize(
    ("level", "tone"),
    [("Sportsman", "speed follows"), ("Intermediate", "speed"), ("Pro", "pace")],
)
def test_the_level_sets_the_tone(level: str, tone: str) -> None:
    for strategy in Strategy:
        sentence = recommendation(Status.VALID, strategy, ExperienceLevel(level), Scenario.A)
        assert tone in sentence.lower()


@pytest.mark.parametrize("level", ExperienceLevel)
@pytest.mark.parametrize("scenario", Scenario)
def test_stability_settles_the_laps_first(level: ExperienceLevel, scenario: Scenario) -> None:
    sentence = recommendation(Status.VALID, Strategy.STABILITY, level, scenario)
    assert "settle the laps first" in sentence
    assert "pace first" not in sentence.lower()


def test_a_result_carries_the_recommendation_of_its_event_and_level() -> None:
    laps = [20_000] * 5
    for level, rounds in product(ExperienceLevel, (2, 3)):
        result = calculate_orp(laps, experience_level=level, practice_rounds=rounds)
        assert result is not None
        assert result.recommendation == recommendation(
            Status.VALID, Strategy.AVANT_GARDE, level, scenario_for(rounds)
        )


def test_the_safe_three() -> None:
    assert SAFE_CHANGES == SAFE
