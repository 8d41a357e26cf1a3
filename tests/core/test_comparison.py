"""Two racers side by side: the figures of each, and a gap whose parts add up."""

from __future__ import annotations

import re
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.phrases import gap_words, parts_words
from core.laps import Lap
from core.scoring.comparison import Side, compare
from core.scoring.mistakes import Mistakes, find_mistakes
from core.scoring.orp import calculate_orp
from tests.e2e.real_heats import laps_of as real_laps_of

lap_lists = st.lists(
    st.builds(Lap, st.integers(1, 300), st.integers(18_000, 30_000), st.booleans()),
    max_size=25,
    unique_by=lambda lap: lap.number,
).filter(lambda laps: any(lap.counts for lap in laps))


def laps_of(times: list[int], *, left_out: tuple[int, ...] = ()) -> list[Lap]:
    return [Lap(number, time, number not in left_out) for number, time in enumerate(times, 1)]


def electric(driver: str) -> list[Lap]:
    return laps_of(real_laps_of("electric-a3-main", driver))


def parts(laps: list[Lap], other_laps: list[Lap]) -> tuple[int, int, int]:
    comparison = compare(laps, other_laps)
    return (
        comparison.gap_hundredths,
        comparison.pace_hundredths,
        comparison.mistakes_hundredths,
    )


def test_the_parts_of_the_gap() -> None:
    # Means 20.500 and 20.810, medians 20.400 and 20.520.
    quick = laps_of([20_300, 20_400, 20_800])
    slow = laps_of([20_300, 20_520, 21_610])
    assert parts(quick, slow) == parts(slow, quick) == (31, 12, 19)
    assert gap_words(compare(quick, slow)) == "0.31 s a lap faster"
    assert parts_words(compare(quick, slow)) == "0.12 pace, 0.19 mistakes"


def test_what_is_given_back_is_not_below_zero() -> None:
    # The faster one's median is the slower by 0.18 s.
    comparison = compare(electric("driver-03"), electric("driver-04"))
    assert parts_words(comparison) == "1.12 mistakes, 0.18 given back in pace"
    # Means 20.200 and 20.510, medians 20.000 and 20.350.
    quick = laps_of([20_000, 20_000, 20_600])
    slow = laps_of([20_350, 20_350, 20_830])
    assert parts(quick, slow) == (31, 35, -4)
    assert parts_words(compare(quick, slow)) == "0.35 pace, 0.04 given back in mistakes"


def test_figures_of_both_sides() -> None:
    laps = electric("driver-04")
    comparison = compare(laps, electric("driver-07"))
    score = calculate_orp([lap.time_ms for lap in laps])
    assert score is not None
    assert comparison.first == Side(
        best_ms=39_806,
        average_ms=42_554,
        best_5_ms=40_167,
        consistency_pct=score.metrics.consistency_pct,
        fade_pct=score.metrics.fade_pct,
        mistakes=find_mistakes(laps),
    )
    assert comparison.second_is_faster
    assert comparison.second.best_ms == 36_441


def test_fade_goes_by_lap_number_whatever_the_order() -> None:
    laps = laps_of([20_000, 20_100, 20_200, 21_000, 21_100, 21_200, 21_300])
    assert compare(laps[::-1], laps).first == compare(laps, laps).first


def test_equally_fast() -> None:
    laps = laps_of([20_000, 20_000])
    for other in (20_000, 20_004):
        assert compare(laps, laps_of([other, other])).is_level


def test_laps_left_out_do_not_enter_and_one_lap_is_enough() -> None:
    one_lap = laps_of([9_000, 20_000], left_out=(1,))
    comparison = compare(one_lap, laps_of([21_000, 21_000]))
    assert parts_words(comparison) == "1.00 pace, 0.00 mistakes"
    assert comparison.first == Side(20_000, 20_000, None, None, None, Mistakes((), 0))


def test_without_a_lap_that_counts_there_is_nothing_to_compare() -> None:
    laps, none = laps_of([20_000]), laps_of([20_000], left_out=(1,))
    for sides in ((laps, none), (none, laps), ([], laps)):
        with pytest.raises(ValueError, match="no lap counts"):
            compare(*sides)


@given(lap_lists, lap_lists)
def test_both_ways_round_say_the_same_and_parts_add_up(
    laps: list[Lap], other_laps: list[Lap]
) -> None:
    one, two = compare(laps, other_laps), compare(other_laps, laps)
    means, medians = (
        [
            function([Fraction(lap.time_ms, 10) for lap in run if lap.counts])
            for run in (laps, other_laps)
        ]
        for function in (statistics.mean, statistics.median)
    )
    assert one.gap_hundredths == two.gap_hundredths == round(abs(means[0] - means[1]))
    assert one.pace_hundredths + one.mistakes_hundredths == one.gap_hundredths
    if means[0] != means[1]:
        assert parts_words(one) == parts_words(two) or not one.gap_hundredths
        assert one.second_is_faster == (means[1] < means[0]) != two.second_is_faster
        sign = 1 if means[0] < means[1] else -1
        assert one.pace_hundredths == round(sign * (medians[1] - medians[0]))
    assert "−" not in parts_words(one)
    shown = [round(100 * float(part)) for part in re.findall(r"\d+\.\d\d", parts_words(one))]
    if "given back" in parts_words(one):
        shown[1] = -shown[1]
    assert sum(shown) == one.gap_hundredths
