"""What a score means for the car: the words, what may be changed, and the recommendation.

The score itself is made in ``core.scoring.orp``; this module only reads it. Nothing here moves a
score: the bias of an experience level is information, the event decides what may be touched, and a
driver who is not sure of the car is trusted, so that nothing is changed at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.errors import BadInput

ROUNDS_FOR_SCENARIO_A: Final = 3


class Status(StrEnum):
    """Whether the driver's confidence let the score stand."""

    VALID = "valid"
    REJECTED = "rejected"


class Strategy(StrEnum):
    """How far a racer with this score may go with the setup."""

    AVANT_GARDE = "avant_garde"
    BALANCED = "balanced"
    STABILITY = "stability"

    @property
    def label(self) -> str:
        """The name as a racer reads it, such as ``Avant Garde``."""
        return self.value.replace("_", " ").title()

    @property
    def words(self) -> str:
        """The strategy in words, a phrase without a full stop."""
        return _STRATEGY_WORDS[self]


@dataclass(frozen=True, slots=True)
class Bias:
    """What an experience level should weigh; information, never part of the score.

    Attributes:
        consistency: Weight of repeating the lap, 0 to 1.
        speed: Weight of going faster, 0 to 1; with ``consistency`` it makes 1.
        tone: The attitude in a few words.
    """

    consistency: float
    speed: float
    tone: str


class ExperienceLevel(StrEnum):
    """A racer's own level; the values are the strings that are stored."""

    SPORTSMAN = "Sportsman"
    INTERMEDIATE = "Intermediate"
    PRO = "Pro"

    @classmethod
    def stored(cls, text: str) -> ExperienceLevel:
        """Return a profile's level; one that only the earlier system knew is Intermediate."""
        return cls(text) if text in set(cls) else cls.INTERMEDIATE

    @property
    def bias(self) -> Bias:
        """What this level should weigh."""
        return _BIASES[self]


class Mode(StrEnum):
    """How boldly the car may be worked on at this event."""

    AVANT_GARDE = "avant_garde"
    TUNE_DONT_PIVOT = "tune_dont_pivot"


class Scenario(StrEnum):
    """The kind of event, told by how much practice there is to try things in."""

    A = "A"
    B = "B"

    @property
    def mode(self) -> Mode:
        """How boldly the car may be worked on."""
        return Mode.AVANT_GARDE if self is Scenario.A else Mode.TUNE_DONT_PIVOT

    @property
    def changes(self) -> tuple[Change, ...]:
        """What this event lets anybody change, whatever the score."""
        return tuple(Change) if self is Scenario.A else SAFE_CHANGES


class Change(StrEnum):
    """A part of the setup that can be changed; the values are how racers name it."""

    PISTONS = "pistons"
    GEOMETRY = "geometry"
    ARM_POSITIONS = "arm positions"
    OILS = "oils"
    RIDE_HEIGHT = "ride height"
    CAMBER = "camber"


SAFE_CHANGES: Final = (Change.OILS, Change.RIDE_HEIGHT, Change.CAMBER)

_STRATEGY_WORDS: Final = {
    Strategy.AVANT_GARDE: "the setup is locked in; room to experiment",
    Strategy.BALANCED: "competitive; small steps only",
    Strategy.STABILITY: "find consistency before new ideas",
}

_BIASES: Final = {
    ExperienceLevel.SPORTSMAN: Bias(0.8, 0.2, "repeat the lap first, speed follows"),
    ExperienceLevel.INTERMEDIATE: Bias(0.5, 0.5, "balance"),
    ExperienceLevel.PRO: Bias(0.3, 0.7, "pace first, hold it"),
}

# How each level's tone sounds once the score is known: a Pro who must settle the laps first is
# not told "pace first" in the same breath.
_TONES: Final = {
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

_TRUST_THE_DRIVER: Final = (
    "Change nothing on the car: trust the driver. Drive it until you are sure of it, then tune."
)


def scenario_for(practice_rounds: int) -> Scenario:
    """The scenario of an event.

    Args:
        practice_rounds: How many practice rounds the session has, 0 when nobody stated it.

    Returns:
        A from 3 practice rounds on, else B.

    Raises:
        BadInput: The number is negative.
    """
    if practice_rounds < 0:
        raise BadInput(f"Practice rounds are 0 or more, not {practice_rounds}.")
    return Scenario.A if practice_rounds >= ROUNDS_FOR_SCENARIO_A else Scenario.B


def allowed_changes(
    status: Status, strategy: Strategy | None, scenario: Scenario
) -> tuple[Change, ...]:
    """What this racer may change on the car.

    Args:
        status: Whether the score stands.
        strategy: What the score says; None where it was rejected.
        scenario: What the event says.

    Returns:
        Nothing when rejected; the scenario's list for Avant Garde; else the safe three.
    """
    if status is Status.REJECTED or strategy is None:
        return ()
    return scenario.changes if strategy is Strategy.AVANT_GARDE else SAFE_CHANGES


def recommendation(
    status: Status, strategy: Strategy | None, level: ExperienceLevel, scenario: Scenario
) -> str:
    """What to do next, in one to three short sentences for a racer on a phone.

    Args:
        status: Whether the score stands.
        strategy: What the score says; None where it was rejected.
        level: Whose tone to take.
        scenario: What the event says.

    Returns:
        Plain text without markup; it names every part that may be changed.
    """
    if status is Status.REJECTED or strategy is None:
        return _TRUST_THE_DRIVER
    parts = _in_words(allowed_changes(status, strategy, scenario))
    if strategy is Strategy.STABILITY:
        advice = f"Find consistency before new ideas: settle the laps first, then only {parts}."
    elif strategy is Strategy.BALANCED:
        advice = f"Competitive: small steps only, one at a time, on {parts}."
    elif scenario.mode is Mode.AVANT_GARDE:
        advice = f"The setup is locked in: room to experiment with {parts}."
    else:
        advice = f"The setup is locked in, but practice is short. Tune, don't pivot: {parts}."
    return f"{advice} {_TONES[level][strategy]}"


def _in_words(changes: tuple[Change, ...]) -> str:
    return f"{', '.join(changes[:-1])} or {changes[-1]}"
