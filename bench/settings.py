"""How much is measured: the whole bench, or what fits into a minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bench.databases import Databases


@dataclass(frozen=True, slots=True)
class Effort:
    """How often things are repeated, and how much is stored.

    Attributes:
        quick: Whether rows that take long are left out.
        turns: How often the sides take turns.
        block: How many commands a side is given in a turn.
        flood: How many commands a turn with many in flight has.
        history_laps: How many laps the large history has.
        growth_laps: The histories of the picture of growth, smallest first.
        history_turns: How often the histories take turns.
        starts: How often each bot is started.
        memory_commands: After how many commands memory is looked at.
        kills: How often a bot is killed.
        studios: How often a drawing process is started.
    """

    quick: bool
    turns: int
    block: int
    flood: int
    history_laps: int
    growth_laps: tuple[int, ...]
    history_turns: int
    starts: int
    memory_commands: int
    kills: int
    studios: int


WHOLE: Final = Effort(
    quick=False,
    turns=15,
    block=20,
    flood=400,
    history_laps=1_000_000,
    growth_laps=(1_000, 10_000, 100_000, 1_000_000),
    history_turns=12,
    starts=7,
    memory_commands=10_000,
    kills=3,
    studios=5,
)
QUICK: Final = Effort(
    quick=True,
    turns=3,
    block=8,
    flood=100,
    history_laps=10_000,
    growth_laps=(),
    history_turns=3,
    starts=0,
    memory_commands=0,
    kills=0,
    studios=1,
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a measurement is given."""

    databases: Databases
    effort: Effort
