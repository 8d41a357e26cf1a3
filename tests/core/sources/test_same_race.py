"""A race is its laps, not its id."""

from __future__ import annotations

import csv
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.sources.race import Race, free_heat_name
from core.sources.recognise import parse
from core.sources.same_race import is_same_race, laps_of
from tests.core.sources.pages import HEATS, RESULT, page, result_page, row_of, script_of

Laps = list[list[int]]


def heats() -> dict[str, Laps]:
    found: dict[str, dict[str, list[int]]] = {}
    with HEATS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["lap"] != "0":
                laps = found.setdefault(row["heat"], {}).setdefault(row["driver"], [])
                laps.append(int(row["lap_time_ms"]))
    return {heat: list(drivers.values()) for heat, drivers in found.items()}


def laps_on(data: bytes) -> tuple[tuple[int, ...], ...]:
    race = parse(data)
    assert isinstance(race, Race)
    return laps_of(race)


def test_two_heats_are_two_races() -> None:
    assert not any(is_same_race(one, other) for one, other in combinations(heats().values(), 2))


def test_a_correction_is_the_same_race() -> None:
    for laps in heats().values():
        without_driver = laps[1:]
        without_first = [run[1:] for run in laps]
        without_fifths = [[lap for at, lap in enumerate(run, 1) if at % 5] for run in laps]
        other_order = laps[::-1]
        for corrected in (laps, without_driver, without_first, without_fifths, other_order):
            assert is_same_race(laps, corrected)
            assert is_same_race(corrected, laps)


def test_a_leg_under_a_used_id_is_a_new_heat() -> None:
    """The second leg of a main is written over the first one's page."""
    first = result_page(
        [script_of("1", "Ann", ["0", "20.1", "20.4", "20.7"])],
        [row_of("1", "1", "Ann", "3/1:01.200")],
    )
    second = result_page(
        [script_of("1", "Ann", ["0", "20.2", "20.1", "20.5"])],
        [row_of("1", "1", "Ann", "3/1:00.800")],
    )
    corrected = result_page(
        [
            script_of("1", "Ann", ["0", "20.1", "20.4", "20.7"]),
            script_of("2", "Ben", ["0", "21.1", "21.4", "21.7"]),
        ],
        [row_of("1", "1", "Ann", "3/1:01.200"), row_of("2", "2", "Ben", "3/1:04.200")],
    )
    assert is_same_race(laps_on(first), laps_on(corrected))
    assert not is_same_race(laps_on(first), laps_on(second))
    assert free_heat_name("A-Main", ["A main", "a-main 2"]) == "A-Main 3"


def test_the_real_page_is_the_heat() -> None:
    assert is_same_race(laps_on(page(RESULT)), heats()["electric-a3-main"])


def test_half_of_the_pairs_of_the_smaller_is_enough() -> None:
    one = [[1, 2, 3, 4, 5]]
    assert is_same_race(one, [[1, 2, 3, 9, 8]])
    assert not is_same_race(one, [[1, 2, 9, 8, 7]])
    # A pair is in order, and counts as often as it stands there.
    assert not is_same_race([[1, 2]], [[2, 1]])
    assert not is_same_race([[5, 5, 5, 5]], [[5, 5, 1, 5, 1]])


def test_single_laps_where_there_are_no_pairs() -> None:
    assert is_same_race([[10], [20]], [[10, 30, 40]])
    assert is_same_race([[10, 30, 40]], [[10], [20]])
    assert not is_same_race([[10], [20], [30]], [[10], [40], [50]])


def test_no_laps_is_no_race_yet() -> None:
    assert not is_same_race([], [])
    assert not is_same_race([[], []], [[]])
    assert not is_same_race([[10, 20]], [[]])


_laps = st.lists(st.lists(st.integers(1, 9), max_size=6), max_size=4)


@settings(deadline=None)
@given(one=_laps, other=_laps)
def test_it_does_not_matter_which_is_which(one: Laps, other: Laps) -> None:
    assert is_same_race(one, other) == is_same_race(other, one)


@settings(deadline=None)
@given(laps=_laps)
def test_a_race_is_itself(laps: Laps) -> None:
    assert is_same_race(laps, laps) == any(laps)


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=50), taken=st.lists(st.text(max_size=50), max_size=5))
def test_a_free_name_is_no_other_races(name: str, taken: list[str]) -> None:
    free = free_heat_name(name, [*taken, name])
    assert free != name
    assert len(free) <= 50
    assert free_heat_name(free, [*taken, name]) == free
