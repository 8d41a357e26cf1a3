"""The words of the advice, for every level, event and outcome."""

from __future__ import annotations

from itertools import product

import pytest

from bot.render.advice import how_to_drive, next_step, reason, strategy_words, tone_words
from core.scoring.advice import Change, ExperienceLevel, Recommendation, Strategy, Tone


@pytest.mark.parametrize("step", Recommendation)
def test_the_next_step_names_exactly_what_may_change(step: Recommendation) -> None:
    words = next_step(step)
    assert {change for change in Change if change.value in words} == set(step.changes)
    assert len(words) <= 90
    assert not words.endswith(".")
    assert reason(step).endswith(".")


def test_the_words_of_the_specification() -> None:
    assert [strategy_words(strategy) for strategy in Strategy] == [
        "the setup is locked in; room to experiment",
        "competitive; small steps only",
        "find consistency before new ideas",
    ]
    assert [tone_words(tone) for tone in Tone] == [
        "repeat the lap first, speed follows",
        "balance",
        "pace first, hold it",
    ]


def test_every_step_and_every_level_sounds_different() -> None:
    assert len({next_step(step) for step in Recommendation}) == len(Recommendation)
    assert len({reason(step) for step in Recommendation}) == len(Recommendation)
    told = [how_to_drive(*each) for each in product(Strategy, ExperienceLevel)]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("level", "tone"),
    [("Sportsman", "speed follows"), ("Intermediate", "speed"), ("Pro", "pace")],
)
def test_the_level_sets_the_tone(level: str, tone: str) -> None:
    for strategy in Strategy:
        assert tone in how_to_drive(strategy, ExperienceLevel(level)).lower()


@pytest.mark.parametrize("level", ExperienceLevel)
def test_stability_settles_the_laps_first(level: ExperienceLevel) -> None:
    assert "settle the laps first" in next_step(Recommendation.SETTLE_THE_LAPS)
    assert "pace first" not in how_to_drive(Strategy.STABILITY, level).lower()
