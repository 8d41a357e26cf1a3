"""A race Saturday: which teams race when, and what their racers do around each heat.

Everything here is assumed, and said on the page. Each team has its own chance, so that it does the
same whoever else is there, and the same each time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import Enum
from typing import Final

RACES_TODAY: Final = 0.5
"""The share of the teams that race on one Saturday."""
ZONES: Final = {1: 0.55, -5: 0.15, -8: 0.1, 9: 0.1, 10: 0.1}
"""Hours from UTC, and the share of the teams that live there."""
OPENS: Final = 9
CLOSES: Final = 17
HEAT_EVERY_S: Final = 600.0
RACERS: Final = 4
"""How many of a team drive in each heat; each types the laps at once."""
TYPED_AFTER_S: Final = 90.0
FINISHED_AFTER_S: Final = 120.0
LOOKS_AT_CARD: Final = 0.4
LOOKS_AT_HEAT: Final = 0.25
PRESSES: Final = 0.5
OPTIONS_A_COMMAND: Final = 3
"""How often Discord asks what an option offers while a command is typed."""
EDIT_APART_S: Final = 2.0

BEFORE_S: Final = 900.0
"""What is played before the hour that counts, so that it begins in the middle of a day."""
HOUR_S: Final = 3600.0
ENDS_S: Final = BEFORE_S + HOUR_S


class Kind(Enum):
    """What somebody does, or the bot by itself."""

    LAP = "/lap"
    CARD = "/orp"
    SHOW = "/heat show"
    FINISH = "/heat finish"
    BUTTON = "a button"
    OPTION = "an option's offers"
    POST = "a post"
    EDIT = "an edit of a post"


ASKED: Final = (Kind.LAP, Kind.CARD, Kind.SHOW, Kind.FINISH, Kind.BUTTON, Kind.OPTION)
"""What the bot is asked; the rest it sends by itself."""

Happening = tuple[float, Kind]
"""A moment in seconds, and what happens."""


def share_racing(hour: int) -> float:
    """Return the share of all teams that race in an hour of the day in UTC."""
    return RACES_TODAY * sum(
        share for offset, share in ZONES.items() if OPENS <= (hour + offset) % 24 < CLOSES
    )


def busiest_hour() -> int:
    """Return the hour of the day in UTC in which most teams race."""
    return max(range(24), key=share_racing)


def happenings(team: int) -> Iterator[Happening]:
    """Yield what happens for a team in the busiest hour and a little before, in no order."""
    chance = random.Random(team)
    # The first always races: a single team wants to know what its race day takes.
    if team and chance.random() >= share_racing(busiest_hour()):
        return
    ends_at = chance.uniform(-HEAT_EVERY_S, 0)
    while ends_at < ENDS_S:
        for at, kind in _around_heat(chance):
            if 0 <= ends_at + at < ENDS_S:
                yield ends_at + at, kind
        ends_at += HEAT_EVERY_S


def _around_heat(chance: random.Random) -> Iterator[Happening]:
    """Yield what comes of a heat, from the moment it ends."""
    finished_at = FINISHED_AFTER_S + chance.expovariate(1 / FINISHED_AFTER_S)
    yield from _typed(finished_at, Kind.FINISH)
    yield finished_at, Kind.POST
    edited_at = finished_at
    for typed_at in sorted(chance.expovariate(1 / TYPED_AFTER_S) for _ in range(RACERS)):
        yield from _typed(typed_at, Kind.LAP)
        if chance.random() < PRESSES:
            yield typed_at + chance.uniform(5, 60), Kind.BUTTON
        if chance.random() < LOOKS_AT_CARD:
            yield from _typed(typed_at + chance.uniform(5, 120), Kind.CARD)
        # Laps that come later change the post; those that come together change it once.
        if typed_at > edited_at + EDIT_APART_S:
            edited_at = typed_at
            yield typed_at, Kind.EDIT
    if chance.random() < LOOKS_AT_HEAT:
        yield from _typed(finished_at + chance.uniform(5, 120), Kind.SHOW)


def _typed(at: float, kind: Kind) -> Iterator[Happening]:
    for before in range(1, OPTIONS_A_COMMAND + 1):
        yield at - before, Kind.OPTION
    yield at, kind
