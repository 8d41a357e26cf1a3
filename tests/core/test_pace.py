"""The pace of a run: worked by hand, and as defined."""

from __future__ import annotations

import statistics
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scoring.pace import Pace, find_pace
from tests.core.real_runs import RUNS

runs_of_laps = st.lists(st.integers(15_000, 60_000), min_size=4, max_size=30)


def pace_of(times: list[int]) -> Pace:
    pace = find_pace(times)
    assert pace is not None
    return pace


# 20.0 20.2 20.4 21.0: the faster half averages 20.1. Of three laps it is two: without each lap
#   20.3 20.2 20.1 20.1, on average 20.175. Distances 125 25 −75 −75 ms, squares 27,500 in all; 3/4
#   of it is 20,625, the root 143.61.
#
# The real run of 43.861 44.637 45.122 45.145 46.783 50.770 51.263: four of seven are the faster
#   half and average 178.765/4 = 44,691.25. Of six laps it is three: without the first 134.904/3 =
#   44,968, without the second 134.128/3 = 44,709.33, without the third 133.643/3 = 44,547.67,
#   without any other 133.620/3 = 44,540; on average 44,626.43. Distances 341.57 82.90 −78.76 and
#   four times −86.43, squares 159,627 in all; 6/7 of it is 136,823, the root 369.90.
@pytest.mark.parametrize(
    ("times", "pace", "error"),
    [
        ([20_000, 20_200, 20_400, 21_000], 20_100, 143.61),
        ([21_000, 20_400, 20_200, 20_000], 20_100, 143.61),
        ([20_000] * 5 + [45_000], 20_000, 0),
        (RUNS["nitro-q1", "driver-16"], 44_691.25, 369.90),
    ],
)
def test_worked_by_hand(times: list[int], pace: float, error: float) -> None:
    found = pace_of(times)
    assert found.ms == pace
    assert found.error_ms == pytest.approx(error, abs=0.005)


def test_below_four_laps_there_is_none() -> None:
    assert find_pace([]) is None
    assert find_pace([20_000] * 3) is None
    assert find_pace([20_000] * 4) == Pace(20_000, 0)


def _pace(times: list[int]) -> float:
    return statistics.fmean(sorted(times)[: -(-len(times) // 2)])


@given(runs_of_laps)
def test_same_as_the_definition(times: list[int]) -> None:
    found = pace_of(times)
    without_one = [_pace(times[:at] + times[at + 1 :]) for at in range(len(times))]
    assert found.ms == pytest.approx(_pace(times), abs=1e-6)
    error = statistics.pstdev(without_one) * sqrt(len(times) - 1)
    assert found.error_ms == pytest.approx(error, abs=1e-6)


@given(runs_of_laps, st.integers(-9_000, 9_000), st.integers(2, 9))
def test_a_longer_track_and_a_slower_clock(times: list[int], more: int, factor: int) -> None:
    pace = pace_of(times)
    longer, slower = (
        pace_of([time + more for time in times]),
        pace_of([factor * time for time in times]),
    )
    assert longer.ms == pytest.approx(pace.ms + more, abs=1e-6)
    assert longer.error_ms == pytest.approx(pace.error_ms, abs=1e-6)
    assert slower.ms == pytest.approx(factor * pace.ms, abs=1e-6)
    assert slower.error_ms == pytest.approx(factor * pace.error_ms, abs=1e-6)


@given(runs_of_laps, st.integers(60_000, 999_999))
def test_how_slow_the_slowest_lap_was_does_not_matter(times: list[int], slowest: int) -> None:
    assert pace_of([*times, 60_000]) == pace_of([*times, slowest])


def test_fifteen_laps_tell_it_to_less_than_a_hundredth() -> None:
    shares = [pace_of(run).error_ms / pace_of(run).ms for run in RUNS.values() if len(run) == 15]
    assert len(shares) > 10
    assert statistics.median(shares) < 0.009
