"""Finishing places by laps and time, and which runs are too short for a rank."""

from __future__ import annotations

import pytest

from core.laps import RaceTotal
from core.scoring.finish import Place, is_short, places


def test_most_laps_first_then_least_time() -> None:
    totals = [RaceTotal(15, 305_000), RaceTotal(16, 309_300), RaceTotal(15, 301_200)]
    assert places(totals) == [Place(3, 3), Place(1, 3), Place(2, 3)]


def test_equal_totals_share_a_place() -> None:
    level = RaceTotal(15, 301_200)
    assert places([RaceTotal(14, 300_000), level, level]) == [Place(3, 3), Place(1, 3), Place(1, 3)]
    assert places([]) == []


@pytest.mark.parametrize(
    ("laps", "longest", "practice", "short"),
    [
        (8, 16, False, False),
        (7, 15, False, True),
        (2, 4, False, False),
        (1, 2, False, False),
        (0, 1, False, True),
        (4, 4, True, True),
        (5, 40, True, False),
    ],
)
def test_half_of_the_longest_run_and_five_laps_in_practice(
    laps: int, longest: int, practice: bool, short: bool
) -> None:
    assert is_short(laps, longest, practice=practice) is short
