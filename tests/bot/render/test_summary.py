"""The posts in the team channel: exact lines, a phone's width, Discord's limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.summary import heat_summary, wrap_up
from core.results import RacerRun

from .build import (
    STEADY,
    cell,
    class_of,
    nasty_texts,
    real_runs,
    run,
    session,
    standings_of,
    table,
)
from .checks import assert_fits, assert_harmless, description_of, sections_of

# Laps that give the figures of the example in the specification.
TWO = (
    run(
        "racer-2",
        (18_812, 19_400, 19_300, 19_200, 19_350, 21_378, 19_250, 19_300)
        + (19_200, 19_280, 19_310, 19_220, 19_290, 19_260, 19_240, 19_153),
        change=4.1,
        best=True,
    ),
    run(
        "racer-1",
        (18_604, 20_100, 19_100, 19_950, 18_900, 25_100, 19_000, 19_900)
        + (18_950, 23_616, 19_000, 19_900, 20_050, 20_000, 19_050),
        change=-0.8,
    ),
)


def lines_of(*runs: RacerRun) -> list[str]:
    description = description_of(heat_summary(table(*runs)))
    return description.removeprefix("```\n").removesuffix("\n```").split("\n")


def test_the_card_has_the_columns_of_the_specification() -> None:
    print(lines_of(*TWO))
