"""Whether a typed run is one of a page: on real laps, typed as a person with a stop watch does."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

from core.race_day.typed_before import are_the_same, matching
from tests.e2e.real_heats import laps_of

HEATS = Path(__file__).parents[3] / "shared" / "data" / "consecutive_heats.csv"
PAGE = laps_of("electric-a3-main", "driver-01")


def read_off(laps_ms: list[int]) -> list[int]:
    """Return laps as they are read off a clock: a little late or early, in hundredths."""
    return [round(lap + (-1) ** at * 110, -1) for at, lap in enumerate(laps_ms)]


@pytest.mark.parametrize(
    "typed",
    [
        PAGE,
        read_off(PAGE),
        read_off(PAGE)[1:],
        [12_300, *read_off(PAGE)],
        read_off(PAGE)[:6],
        [*read_off(PAGE)[:8], *read_off(PAGE)[9:]],
        [*read_off(PAGE)[:5], 70_000, *read_off(PAGE)[5:]],
    ],
    ids=["exact", "read off", "first missing", "one before", "few", "one missing", "one too many"],
)
def test_what_was_read_off_is_found(typed: list[int]) -> None:
    assert are_the_same(typed, PAGE)


@pytest.mark.parametrize(
    "typed", [[], PAGE[:1], [lap + 400 for lap in PAGE], [*PAGE[:7], *[90_000] * 9]]
)
def test_what_says_too_little_or_differs_is_not(typed: list[int]) -> None:
    assert not are_the_same(typed, PAGE)


def test_laps_match_to_0_15_s() -> None:
    assert matching([20_000, 20_000], [20_150, 19_850]) == 2
    assert matching([20_000, 20_000], [20_151, 19_849]) == 0


def test_different_heats_of_a_driver_are_never_taken_for_one() -> None:
    if not HEATS.is_file():
        sentence = "real heats are missing: ../shared/data/consecutive_heats.csv"
        if "CI" in os.environ:
            pytest.fail(sentence)
        pytest.skip(sentence)
    runs: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    with HEATS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            runs[row["driver"]][row["heat"]].append(round(float(row["lap_time_s"]) * 1000))
    pairs = [
        (one, other)
        for heats in runs.values()
        for one in heats
        for other in heats
        if one != other and are_the_same(read_off(heats[one]), heats[other])
    ]
    assert len(runs) > 5
    assert pairs == []
