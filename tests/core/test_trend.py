"""The trend of a run: worked by hand, as defined, and called no more often than chance allows."""

from __future__ import annotations

import random
import statistics
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laps import Lap, counting_laps
from core.scoring.mistakes import find_mistakes
from core.scoring.trend import Direction, Trend, chance_of_order, find_trend
from tests.core.test_analysis import ELECTRIC, laps_of, real_heats

RISING = list(range(20_000, 20_400, 50))
run_of_laps = st.lists(
    st.builds(Lap, st.integers(1, 300), st.integers(18_000, 30_000), st.booleans()),
    max_size=30,
    unique_by=lambda lap: lap.number,
)


# driver-07, no mistakes: 36,587 37,506 37,874 36,441 37,980 38,537 37,302 37,999 38,570.
#   Of the 36 pairs 28 get slower and 8 faster: S = 20. No ties: 9 × 8 × 23 / 18 = 92, and
#   z = 19 / √92 = 1.981, which normal figures pass on either side 4.76 times in 100.
#   In order of size the slopes 18 and 19 of 36 are 158 and 201.7 ms a lap, the middle 179.9; over
#   8 laps 1,439 ms, beyond 1 % of the median 37,874.
# driver-01 without lap 15, driver-03: 58.4 ms a lap down and 108 up, beyond 1 % over the run, but
#   their order is one that chance has 37 and 6 times in 100. driver-02: the slopes cancel out.
# driver-04 without laps 5, 6 and 8: −16.7 ms over 14 laps, −234 ms, is within 1 % of 41,185.
def test_worked_by_hand() -> None:
    assert find_trend(ELECTRIC["driver-07"]) == Trend(0.180, Direction.FADING)
    assert find_trend(ELECTRIC["driver-01"]) == Trend(-0.058, Direction.NONE)
    assert find_trend(ELECTRIC["driver-02"]) == Trend(0.0, Direction.NONE)
    assert find_trend(ELECTRIC["driver-03"]) == Trend(0.108, Direction.NONE)
    assert find_trend(ELECTRIC["driver-04"]) == Trend(-0.017, Direction.NONE)
    assert chance_of_order([lap.time_ms for lap in ELECTRIC["driver-07"]]) == pytest.approx(
        0.0476, abs=0.00005
    )


@pytest.mark.parametrize(
    ("times", "chance"),
    [
        # S = 28, variance 8 × 7 × 21 / 18 = 65.333: z = 27 / 8.0829 = 3.3404.
        ([1, 2, 3, 4, 5, 6, 7, 8], 0.000837),
        # Four ties of two take 4 × 2 × 1 × 9 = 72 of 1,176: variance 61.333, S = 24, z = 2.9368.
        ([1, 1, 2, 2, 3, 3, 4, 4], 0.003316),
        # S = 12; two ties of two and one of three take 18 + 18 + 66 of 2,250: variance 119.333,
        # z = 11 / 10.924 = 1.0070.
        ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 0.3193),
        ([5] * 8, 1.0),
        ([], 1.0),
    ],
)
def test_chance_worked_by_hand(times: list[int], chance: float) -> None:
    assert chance_of_order(times) == pytest.approx(chance, rel=0.001)
    assert chance_of_order(times[::-1]) == chance_of_order(times)


def test_one_percent_over_the_run() -> None:
    # Slope 28.5 × 7 = 199.5, and 29 × 7 = 203, with a median of about 20,100.
    slower = [20_000 + 57 * lap // 2 for lap in range(8)]
    assert find_trend(laps_of(slower)) == Trend(0.028, Direction.NONE)
    slower = [20_000 + 29 * lap for lap in range(8)]
    assert find_trend(laps_of(slower)) == Trend(0.029, Direction.FADING)
    assert find_trend(laps_of(slower[::-1])) == Trend(-0.029, Direction.IMPROVING)


def test_laps_keep_their_numbers() -> None:
    close = laps_of(RISING)
    apart = [Lap(2 * lap.number, lap.time_ms) for lap in close]
    assert find_trend(close) == Trend(0.05, Direction.FADING)
    assert find_trend(apart) == Trend(0.025, Direction.FADING)


def test_mistakes_and_left_out_laps_do_not_pull_it() -> None:
    times = [9_000, *RISING[:4], 35_000, *RISING[4:]]
    trend = find_trend(laps_of(times, left_out=(1,)))
    assert trend is not None
    assert trend.direction is Direction.FADING
    assert trend.slope_s_per_lap < 0.06


def test_below_eight_such_laps_there_is_none() -> None:
    assert find_trend([]) is None
    assert find_trend(laps_of(RISING)) is not None
    assert find_trend(laps_of(RISING[:7])) is None
    assert find_trend(laps_of([*RISING[:7], 35_000])) is None
    assert find_trend(laps_of([9_000, *RISING[:7]], left_out=(1,))) is None


def test_a_long_run_has_the_exact_middle_slope() -> None:
    chance = random.Random(5)
    laps = laps_of([20_000 + number // 3 + chance.randint(0, 900) for number in range(300)])
    slopes = sorted(
        Fraction(b.time_ms - a.time_ms, b.number - a.number) for a, b in combinations(laps, 2)
    )
    middle = (slopes[len(slopes) // 2] + slopes[-len(slopes) // 2 - 1]) / 2
    assert find_mistakes(laps).count == 0
    trend = find_trend(laps)
    assert trend is not None
    assert trend.slope_s_per_lap == round(middle) / 1000


def test_of_the_real_runs_one_has_a_trend() -> None:
    runs = [laps for drivers in real_heats().values() for laps in drivers.values()]
    trends = [trend for laps in runs if (trend := find_trend(laps))]
    assert len(trends) == 22
    assert [trend for trend in trends if trend.direction is not Direction.NONE] == [
        Trend(0.180, Direction.FADING)
    ]


def test_shuffled_laps_are_called_once_in_twenty_times_at_most() -> None:
    chance = random.Random(2026)
    asked = called = 0
    for drivers in real_heats().values():
        for laps in drivers.values():
            counting = counting_laps(laps)
            for _ in range(60):
                times = [lap.time_ms for lap in counting]
                chance.shuffle(times)
                trend = find_trend([Lap(number, time) for number, time in enumerate(times, 1)])
                asked += trend is not None
                called += trend is not None and trend.direction is not Direction.NONE
    assert asked == 22 * 60
    assert called <= 0.05 * asked


@given(run_of_laps, st.randoms())
def test_same_as_the_definition_in_any_order(laps: list[Lap], shuffler: random.Random) -> None:
    mistakes = {mistake.number for mistake in find_mistakes(laps).laps}
    used = sorted(
        (lap.number, lap.time_ms) for lap in laps if lap.counts and lap.number not in mistakes
    )
    shuffler.shuffle(laps)
    trend = find_trend(laps)
    if len(used) < 8:
        assert trend is None
        return
    pairs = list(combinations(used, 2))
    slope = statistics.median([Fraction(b_ms - a_ms, b - a) for (a, a_ms), (b, b_ms) in pairs])
    assert trend is not None
    assert trend.slope_s_per_lap == float(round(slope / 1000, 3))
    usual = statistics.median([Fraction(lap.time_ms) for lap in laps if lap.counts])
    share = slope * (used[-1][0] - used[0][0]) / usual
    # S counted pair by pair; a z of 1.96 is passed five times in a hundred.
    sign = sum((b > a) - (b < a) for (_, a), (_, b) in pairs)
    times = [time for _, time in used]
    spread = sum(
        factor * n * (n - 1) * (2 * n + 5)
        for factor, n in [(1, len(times)), *((-1, times.count(time)) for time in set(times))]
    )
    z = 0 if not spread else max(0, abs(sign) - 1) / (spread / 18) ** 0.5
    is_trend = abs(share) > Fraction(1, 100) and z > 1.959964
    expected = Direction.FADING if share > 0 else Direction.IMPROVING
    assert trend.direction is (expected if is_trend else Direction.NONE)
