"""Figures beside the score, worked by hand for a real main and checked by slow oracles."""

from __future__ import annotations

import csv
import statistics
from dataclasses import astuple
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.first_crossing import is_first_crossing
from core.laps import Lap, RaceTotal, median, median_absolute_deviation, race_total
from core.scoring.clean_run import CleanRun, clean_run, typed_length_s
from core.scoring.liverc_row import LiveRcRow, live_rc_row
from core.scoring.mistakes import Mistake, Mistakes, find_mistakes

HEATS = Path(__file__).parents[1] / "data" / "real_heats.csv"

lap_lists = st.lists(
    st.builds(Lap, st.integers(1, 300), st.integers(18_000, 30_000), st.booleans()),
    max_size=25,
    unique_by=lambda lap: lap.number,
)


def laps_of(times: list[int], *, left_out: tuple[int, ...] = ()) -> list[Lap]:
    return [Lap(number, time, number not in left_out) for number, time in enumerate(times, 1)]


def real_heats() -> dict[tuple[str, int], dict[str, list[Lap]]]:
    """Runs by (heat, length in ms) and driver; a first crossing is marked as not counting.

    In a qualifier each driver's clock starts at the loop, so the run to it is no part of the race.
    """
    times: dict[tuple[str, int], dict[str, list[int]]] = {}
    with HEATS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            heat = times.setdefault((row["heat"], int(row["length_s"]) * 1000), {})
            run = heat.setdefault(row["driver"], [])
            before_the_clock = row["kind"] == "start_crossing" and "-q" in row["heat"]
            if int(row["lap_time_ms"]) > 0 and not before_the_clock:
                run.append(int(row["lap_time_ms"]))
    return {
        heat: {
            driver: laps_of(run, left_out=(1,) if is_first_crossing(run) else ())
            for driver, run in drivers.items()
        }
        for heat, drivers in times.items()
    }


ELECTRIC = real_heats()["electric-a3-main", 600_000]


def cleaned(
    laps: list[Lap], *, length_ms: int | None = None, rivals: list[RaceTotal] | None = None
) -> CleanRun:
    run = clean_run(laps, length_ms=length_ms, rivals=rivals)
    assert run is not None
    return run


def electric_clean_run(driver: str) -> CleanRun:
    rivals = [race_total(laps) for name, laps in ELECTRIC.items() if name != driver]
    not_started = [RaceTotal(0, 0)] * 3
    return cleaned(ELECTRIC[driver], length_ms=600_000, rivals=rivals + not_started)


class TestFirstCrossing:
    @pytest.mark.parametrize(
        ("times", "is_crossing"),
        [
            ([10_600, 14_000, 14_100, 14_200], True),
            ([15_999, 20_000, 20_000, 20_000], True),
            ([16_000, 20_000, 20_000, 20_000], False),  # exactly 80 %
            ([7_999, 9_999, 10_001, 10_001, 9_999], True),  # median 10,000 of an even number
            ([8_000, 9_999, 10_001, 10_001, 9_999], False),
            ([10_600, 14_000, 14_100], False),  # three laps
            ([14_000, 10_600, 14_100, 14_200], False),  # only lap 1 is ever left out
            ([15_900, 15_000, 20_000, 20_000], True),  # median of the others 20,000, of all 17,950
            ([], False),
        ],
    )
    def test_boundary(self, times: list[int], is_crossing: bool) -> None:
        assert is_first_crossing(times) is is_crossing


class TestLiveRcRow:
    # fast lap, average, average of the best 5, 10 and 15, best 3 in a row, consistency: as the
    # result page of this race shows them.
    @pytest.mark.parametrize(
        ("driver", "text", "figures"),
        [
            ("driver-01", "16/10:14.477", (36589, 38405, 37117, 37578, 38146, 112036, 96.39)),
            ("driver-02", "15/10:10.510", (38626, 40701, 38839, 39445, 40701, 118064, 94.6)),
            ("driver-03", "15/10:24.192", (39942, 41613, 40539, 41019, 41613, 120911, 97.64)),
            ("driver-04", "15/10:38.315", (39806, 42554, 40167, 40655, 42554, 121182, 90.43)),
            ("driver-05", "15/10:45.242", (40279, 43016, 40932, 41908, 43016, 124420, 95.72)),
            ("driver-06", "11/9:03.027", (41122, 49366, 42821, 46399, None, 138105, 79.17)),
            ("driver-07", "9/5:38.796", (36441, 37644, 37142, None, None, 111821, 98.09)),
        ],
    )
    def test_same_numbers_as_on_the_page(
        self, driver: str, text: str, figures: tuple[int | None, ...]
    ) -> None:
        row = live_rc_row(ELECTRIC[driver])
        assert row.total.text() == text
        assert astuple(row)[1:] == figures

    def test_a_lap_left_out_stays_in_laps_and_time_only(self) -> None:
        row = live_rc_row(laps_of([9_000, 20_000, 21_000, 22_000, 20_000], left_out=(1,)))
        figures = (20_000, 20_750, None, None, None, 63_000, 96.0)
        assert row == LiveRcRow(RaceTotal(5, 92_000), *figures)
        # The laps around one left out are not in a row.
        assert live_rc_row(laps_of([20_000] * 5, left_out=(3,))).best_3_consecutive_ms is None

    def test_nothing_that_counts(self) -> None:
        nothing = (None,) * 7
        assert live_rc_row([]) == LiveRcRow(RaceTotal(0, 0), *nothing)
        left_out = live_rc_row(laps_of([20_000], left_out=(1,)))
        assert left_out == LiveRcRow(RaceTotal(1, 20_000), *nothing)

    def test_laps_and_time_in_writing(self) -> None:
        assert RaceTotal(14, 305_123).text() == "14/5:05.123"
        assert RaceTotal(14, 305_123).text(1) == "14/5:05.1"
        assert RaceTotal(1, 9_000).text() == "1/0:09.000"
        assert RaceTotal(3, 59_950).text(1) == "3/1:00.0"  # a tie goes to the even tenth
        assert RaceTotal(3, 59_850).text(1) == "3/0:59.8"
        assert RaceTotal(80, 3_601_004).text() == "80/60:01.004"
        assert RaceTotal(2, 61_400).text(0) == "2/1:01"


class TestMistakes:
    # driver-01: median 38,025, MAD 592, threshold 3 × 1.4826 × 592 = 2,633.1 over 5 % = 1,901.3;
    # only lap 15 (42,292) is 4,267 over. driver-02: median 39,962, MAD 1,117, threshold 4,968.2;
    # lap 9 is 6,556 over, lap 7 only 4,402. driver-04: median 41,185, MAD 871, threshold 3,874.0;
    # laps 5, 6 and 8 are over.
    def test_worked_by_hand(self) -> None:
        found = [find_mistakes(ELECTRIC[driver]) for driver in ("driver-01", "driver-02")]
        assert found[0] == Mistakes((Mistake(15, 42_292, 4_267),), 4_267)
        assert found[1] == Mistakes((Mistake(9, 46_518, 6_556),), 6_556)
        three = (Mistake(5, 46_701, 5_516), Mistake(6, 45_207, 4_022), Mistake(8, 56_142, 14_957))
        assert find_mistakes(ELECTRIC["driver-04"]) == Mistakes(three, lost_ms=24_495)
        assert find_mistakes(ELECTRIC["driver-04"]).count == 3

    def test_exactly_five_percent_over_is_no_mistake(self) -> None:
        assert find_mistakes(laps_of([20_000] * 6 + [21_000])).count == 0
        assert find_mistakes(laps_of([20_000] * 6 + [21_001])).laps == (Mistake(7, 21_001, 1_001),)

    def test_exactly_on_the_spread_is_no_mistake(self) -> None:
        # Median 100,000 and MAD 5,000 make a threshold of exactly 22,239.
        steady = [90_000, 95_000, 95_000, 100_000, 105_000, 105_000]
        assert median_absolute_deviation([*steady, 122_239]) == 5_000
        assert find_mistakes(laps_of([*steady, 122_239])).count == 0
        assert find_mistakes(laps_of([*steady, 122_240])).count == 1

    def test_halves_are_kept_until_the_end(self) -> None:
        # The median is 20,000.5, so both mistakes end in a half; together they are whole.
        found = find_mistakes(laps_of([20_000] * 4 + [20_001] * 2 + [30_000, 30_001]))
        assert [mistake.lost_ms for mistake in found.laps] == [10_000, 10_000]
        assert found.lost_ms == 20_000

    def test_only_laps_that_count_are_looked_at(self) -> None:
        times = [9_000, 20_000, 20_000, 90_000, 20_000, 25_000]
        found = find_mistakes(laps_of(times, left_out=(1, 4)))
        assert found.laps == (Mistake(6, 25_000, 5_000),)
        assert find_mistakes(laps_of([9_000], left_out=(1,))) == Mistakes((), 0)

    @given(lap_lists)
    def test_same_as_the_definition(self, laps: list[Lap]) -> None:
        times = [Fraction(lap.time_ms) for lap in laps if lap.counts]
        found = find_mistakes(laps)
        if not times:
            assert found.count == 0
            return
        usual = statistics.median(times)
        spread = statistics.median([abs(time - usual) for time in times])
        threshold = max(Fraction("4.4478") * spread, usual / 20)
        slow = [lap for lap in laps if lap.counts and lap.time_ms - usual > threshold]
        assert {mistake.number for mistake in found.laps} == {lap.number for lap in slow}
        assert found.lost_ms == round(sum((lap.time_ms - usual for lap in slow), Fraction()))
        assert all(round(m.time_ms - usual) == m.lost_ms > 0 for m in found.laps)


class TestCleanRun:
    def test_a_retired_driver_gets_no_laps_for_stopping(self) -> None:
        # driver-06 stopped at 543 s with a median of 47.4 s: another lap would have fitted in.
        run = electric_clean_run("driver-06")
        assert (run.actual, run.clean) == (RaceTotal(11, 543_027), RaceTotal(11, 511_433))
        assert (run.place, run.clean_place) == (6, 6)
        # driver-07 stopped early and made no mistake.
        run = electric_clean_run("driver-07")
        assert run.clean == run.actual

    @pytest.mark.parametrize(
        ("length_ms", "clean"),
        [
            (100_000, RaceTotal(5, 100_000)),  # over the line as the clock runs out
            (100_001, RaceTotal(6, 120_000)),
            (120_000, RaceTotal(6, 120_000)),
            (120_001, RaceTotal(7, 140_000)),
            (150_000, RaceTotal(8, 160_000)),  # one median short of the end: still racing
            (150_001, RaceTotal(5, 100_000)),  # more than that: retired
            (70_000, RaceTotal(5, 100_000)),  # laps are added, never taken away
            (None, RaceTotal(5, 100_000)),
        ],
    )
    def test_time_left_is_filled(self, length_ms: int | None, clean: RaceTotal) -> None:
        run = cleaned(laps_of([20_000, 20_000, 50_000, 20_000, 20_000]), length_ms=length_ms)
        assert (run.actual, run.clean) == (RaceTotal(5, 130_000), clean)
        assert (run.place, run.clean_place) == (None, None)

    def test_laps_that_do_not_count_stay_in_the_race_as_they_were(self) -> None:
        times = [9_000, 9_500, 20_000, 20_200, 20_400, 25_000]
        run = cleaned(laps_of(times, left_out=(1, 2)))
        assert (run.actual, run.clean) == (RaceTotal(6, 104_100), RaceTotal(6, 99_400))

    def test_a_rival_half_a_millisecond_ahead_stays_ahead(self) -> None:
        # The clean run takes 120,002.5 ms (median 20,000.5), shown as 120,002.
        laps = laps_of([20_000, 20_000, 20_000, 20_001, 20_001, 30_000])
        assert cleaned(laps, rivals=[RaceTotal(6, 120_002)]).clean == RaceTotal(6, 120_002)
        assert cleaned(laps, rivals=[RaceTotal(6, 120_002)]).clean_place == 2
        assert cleaned(laps, rivals=[RaceTotal(6, 120_003)]).clean_place == 1

    def test_level_drivers_share_a_place_and_more_laps_beat_less_time(self) -> None:
        laps = laps_of([20_000] * 3)
        rivals = [RaceTotal(3, 60_000), RaceTotal(4, 99_000), RaceTotal(2, 1_000), RaceTotal(0, 0)]
        assert cleaned(laps, rivals=rivals).place == 2
        assert cleaned(laps, rivals=[]).place == 1

    def test_without_laps_there_is_no_run(self) -> None:
        assert clean_run([], length_ms=300_000, rivals=[]) is None
        left_out = cleaned(laps_of([9_000], left_out=(1,)), length_ms=300_000)
        assert left_out.clean == left_out.actual == RaceTotal(1, 9_000)

    @pytest.mark.parametrize(
        ("longest_run_ms", "length_s"),
        [
            (284_999, None),
            (285_000, 300),  # 0.95 of it
            (390_000, 300),  # 1.3 of it
            (390_001, None),
        ],
    )
    def test_a_typed_heat_lasts_what_the_session_says_where_a_run_took_that(
        self, longest_run_ms: int, length_s: int | None
    ) -> None:
        assert typed_length_s(5, longest_run_ms) == length_s
        assert typed_length_s(None, longest_run_ms) is None

    @given(lap_lists.filter(bool), st.none() | st.integers(60_000, 700_000))
    def test_never_fewer_laps_nor_more_time_for_the_same(
        self, laps: list[Lap], length_ms: int | None
    ) -> None:
        rivals = [race_total(run) for run in ELECTRIC.values()]
        run = cleaned(laps, length_ms=length_ms, rivals=rivals)
        assert run.clean.laps >= run.actual.laps
        if run.clean.laps == run.actual.laps:
            saved = run.actual.total_ms - run.clean.total_ms
            assert abs(saved - run.mistakes.lost_ms) <= 1
        else:
            assert length_ms is not None
            assert run.clean.total_ms >= length_ms
            usual = median([lap.time_ms for lap in laps if lap.counts])
            assert run.clean.total_ms - usual < length_ms + 1
        assert run.place is not None
        assert run.clean_place is not None
        assert run.clean_place <= run.place

    def test_the_43_real_runs(self) -> None:
        runs = [
            cleaned(
                laps,
                length_ms=length_ms,
                rivals=[race_total(other) for name, other in drivers.items() if name != driver],
            )
            for (_, length_ms), drivers in real_heats().items()
            for driver, laps in drivers.items()
        ]
        lost = [run.mistakes.lost_ms for run in runs if run.mistakes.count]
        assert len(runs) == 43
        assert len(lost) == 29
        assert statistics.median(lost) == 8_467
        assert sum((run.clean_place or 0) < (run.place or 0) for run in runs) == 13
        assert sum(run.clean.laps > run.actual.laps for run in runs) == 7


@given(st.lists(st.integers(-99, 99), min_size=1, max_size=9))
def test_medians_are_exact(values: list[int]) -> None:
    usual = statistics.median([Fraction(value) for value in values])
    assert median(values) == usual
    assert median_absolute_deviation(values) == statistics.median(
        [abs(value - usual) for value in values]
    )


def test_there_is_no_median_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])
