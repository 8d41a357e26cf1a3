"""What a score means for the car: how far to go with it, what may be changed, and what to do next.

The score itself is made in ``core.scoring.orp``; this module only reads it. Nothing here moves a
score: the bias of an experience level is information, the event decides what may be touched, and a
driver who is not sure of the car is trusted, so that nothing is changed at all. What racers read is
put into words by whoever shows it.
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


class Tone(StrEnum):
    """The attitude of an experience level."""

    REPEAT_FIRST = "repeat_first"
    BALANCE = "balance"
    PACE_FIRST = "pace_first"


@dataclass(frozen=True, slots=True)
class Bias:
    """What an experience level should weigh; information, never part of the score.

    Attributes:
        consistency: Weight of repeating the lap, 0 to 1.
        speed: Weight of going faster, 0 to 1; with ``consistency`` it makes 1.
        tone: The attitude.
    """

    consistency: float
    speed: float
    tone: Tone


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

_BIASES: Final = {
    ExperienceLevel.SPORTSMAN: Bias(0.8, 0.2, Tone.REPEAT_FIRST),
    ExperienceLevel.INTERMEDIATE: Bias(0.5, 0.5, Tone.BALANCE),
    ExperienceLevel.PRO: Bias(0.3, 0.7, Tone.PACE_FIRST),
}


class Recommendation(StrEnum):
    """What to do next with the car."""

    TRUST_THE_DRIVER = "trust_the_driver"
    SETTLE_THE_LAPS = "settle_the_laps"
    SMALL_STEPS = "small_steps"
    TUNE_DONT_PIVOT = "tune_dont_pivot"
    EXPERIMENT = "experiment"

    @property
    def changes(self) -> tuple[Change, ...]:
        """The parts of the setup that may be changed."""
        return _CHANGES[self]


_CHANGES: Final = {
    Recommendation.TRUST_THE_DRIVER: (),
    Recommendation.SETTLE_THE_LAPS: SAFE_CHANGES,
    Recommendation.SMALL_STEPS: SAFE_CHANGES,
    Recommendation.TUNE_DONT_PIVOT: Scenario.B.changes,
    Recommendation.EXPERIMENT: Scenario.A.changes,
}


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


def recommendation(status: Status, strategy: Strategy | None, scenario: Scenario) -> Recommendation:
    """What to do next.

    Args:
        status: Whether the score stands.
        strategy: What the score says; None where it was rejected.
        scenario: What the event says.

    Returns:
        Nothing to change when rejected; as far as the scenario goes for Avant Garde; else a step
        that leaves all but the safe three alone.
    """
    if status is Status.REJECTED or strategy is None:
        return Recommendation.TRUST_THE_DRIVER
    if strategy is Strategy.STABILITY:
        return Recommendation.SETTLE_THE_LAPS
    if strategy is Strategy.BALANCED:
        return Recommendation.SMALL_STEPS
    if scenario.mode is Mode.AVANT_GARDE:
        return Recommendation.EXPERIMENT
    return Recommendation.TUNE_DONT_PIVOT
