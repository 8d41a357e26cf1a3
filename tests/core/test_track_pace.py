"""How the track got faster or slower over a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scoring.pace import Pace
from core.scoring.track_pace import pace_over_day


def heat(**paces: float) -> dict[str, Pace]:
    return {driver: Pace(ms, 0.0) for driver, ms in paces.items()}


FIRST = heat(a=20_000, b=21_000, c=22_000, d=23_000)


def changes(heats: Sequence[Mapping[str, Pace]]) -> list[float | None]:
    return [None if moved is None else moved.change_ms for moved in pace_over_day(heats)]


def test_each_heat_is_held_against_the_first() -> None:
    second = heat(a=19_900, b=20_700, c=21_800, d=23_500)
    third = heat(a=19_500, b=20_500, c=21_500)
    # −100, −300, −200, +500: the median is −150. Then −500 for each of three.
    assert changes([FIRST, second, third]) == [0.0, -150.0, -500.0]


def test_where_too_few_drove_the_first_it_goes_on_from_the_last_that_is_known() -> None:
    second = heat(b=20_900, c=21_900, d=22_900, e=20_000, f=20_000)
    apart = heat(x=1, y=2)
    last = heat(d=22_700, e=19_800, f=19_700)
    assert changes([FIRST, second, apart, last]) == [0.0, -100.0, None, -300.0]


def test_the_first_is_the_first_that_another_can_be_held_against() -> None:
    later = heat(a=19_900, b=20_900, c=21_900)
    assert changes([heat(a=25_000), FIRST, later]) == [None, 0.0, -100.0]
    assert changes([heat(x=1, y=2, z=3), FIRST, later]) == [None, 0.0, -100.0]


def test_the_most_heats_are_told_of() -> None:
    early = heat(a=20_000, b=20_000, c=20_000)
    late = heat(d=20_000, e=20_000, f=20_000, g=20_000)
    faster = heat(d=19_900, e=19_900, f=19_900, g=19_900)
    assert changes([early, early, late, faster, late]) == [None, None, 0.0, -100.0, 0.0]


# −100, −300 and −200 differ by a variance of 10,000: 1.57 of it over 3 is 5,233.3, the root 72.34.
# Gone on from there with the same once more, 10,466.7, the root 102.31.
def test_how_sure_it_is() -> None:
    second = heat(a=19_900, b=20_700, c=21_800, e=30_000, f=30_000)
    third = heat(c=21_700, e=29_700, f=29_800)
    heats = [heat(a=20_000, b=21_000, c=22_000), second, third]
    assert changes(heats) == [0.0, -200.0, -400.0]
    errors = [moved.error_ms for moved in pace_over_day(heats) if moved]
    assert errors == pytest.approx([0, 72.34, 102.31], abs=0.005)


def test_without_a_heat_there_is_nothing() -> None:
    assert pace_over_day([]) == []
    assert pace_over_day([{}]) == [None]
    assert pace_over_day([{}, FIRST]) == [None, None]


@given(
    st.dictionaries(
        st.sampled_from("ABCDEF"),
        st.integers(18_000, 22_000).map(lambda ms: Pace(float(ms), 0.0)),
        min_size=3,
    ),
    st.lists(st.integers(-500, 500), max_size=5),
)
def test_what_all_gain_is_what_the_track_gained(
    first: Mapping[str, Pace], gained: list[int]
) -> None:
    heats = [first] + [
        {driver: Pace(pace.ms + gain, 0.0) for driver, pace in first.items()} for gain in gained
    ]
    assert changes(heats) == ([0.0, *map(float, gained)] if gained else [None])
