"""What a score means for the car, in words: on the card in a line, behind it in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.scoring.advice import (
    Change,
    ExperienceLevel,
    Recommendation,
    Strategy,
    Tone,
)

_STRATEGIES: Final = {
    Strategy.AVANT_GARDE: "the setup is locked in; room to experiment",
    Strategy.BALANCED: "competitive; small steps only",
    Strategy.STABILITY: "find consistency before new ideas",
}
_TONES: Final = {
    Tone.REPEAT_FIRST: "repeat the lap first, speed follows",
    Tone.BALANCE: "balance",
    Tone.PACE_FIRST: "pace first, hold it",
}
# ``{}`` takes what may be changed.
_STEPS: Final = {
    Recommendation.TRUST_THE_DRIVER: "change nothing on the car, drive it until you are sure of it",
    Recommendation.SETTLE_THE_LAPS: "settle the laps first, then only {}",
    Recommendation.SMALL_STEPS: "small steps, one at a time: {}",
    Recommendation.TUNE_DONT_PIVOT: "tune, don't pivot: {}",
    Recommendation.EXPERIMENT: "room to experiment: {}",
}
_REASONS: Final = {
    Recommendation.TRUST_THE_DRIVER: (
        "A setup cannot be judged by a driver who is not sure of the car."
    ),
    Recommendation.SETTLE_THE_LAPS: "Find consistency before new ideas.",
    Recommendation.SMALL_STEPS: "Competitive as it is: one change, then look again.",
    Recommendation.TUNE_DONT_PIVOT: (
        "The setup is locked in, but practice is short: nothing that needs a day to get used to."
    ),
    Recommendation.EXPERIMENT: "The setup is locked in, and there is practice to try things in.",
}
# How each level's tone sounds once the score is known: a Pro who must settle the laps first is
# not told "pace first" in the same breath.
_ADVICE: Final = {
    ExperienceLevel.SPORTSMAN: {
        Strategy.AVANT_GARDE: "Keep repeating the lap; speed follows.",
        Strategy.BALANCED: "Repeat the lap first; speed follows.",
        Strategy.STABILITY: "Drive a lap you can repeat every time; speed follows.",
    },
    ExperienceLevel.INTERMEDIATE: {
        Strategy.AVANT_GARDE: "Keep speed and consistency in balance.",
        Strategy.BALANCED: "Balance speed and consistency.",
        Strategy.STABILITY: "Give up a little speed until the laps repeat.",
    },
    ExperienceLevel.PRO: {
        Strategy.AVANT_GARDE: "Go for pace first, and hold it.",
        Strategy.BALANCED: "Pace first, then hold it.",
        Strategy.STABILITY: "Drive the pace you can hold.",
    },
}


def strategy_words(strategy: Strategy) -> str:
    """Return a strategy in words, a phrase without a full stop."""
    return _STRATEGIES[strategy]


def tone_words(tone: Tone) -> str:
    """Return the attitude of an experience level in a few words."""
    return _TONES[tone]


def next_step(recommendation: Recommendation) -> str:
    """Return what to do next with every part that may be changed, without a full stop."""
    return _STEPS[recommendation].format(_either(recommendation.changes))


def reason(recommendation: Recommendation) -> str:
    """Return why that is what to do next, a sentence."""
    return _REASONS[recommendation]


def how_to_drive(strategy: Strategy, level: ExperienceLevel) -> str:
    """Return what a strategy asks of a racer of a level, a sentence."""
    return _ADVICE[level][strategy]


def _either(changes: Sequence[Change]) -> str:
    """Return ``oils, ride height or camber``; nothing without any."""
    return f"{', '.join(changes[:-1])} or {changes[-1]}" if changes else ""
