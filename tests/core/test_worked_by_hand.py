"""Three racers of a real ten-minute main, worked out on paper before the program was asked.

Every number below comes from the lap times alone, with the definitions of the ORP specification
("Beside the score"); the comments are the working.
"""

from __future__ import annotations

import pytest

from core.laps import Lap, RaceTotal, median, median_absolute_deviation, race_total
from core.scoring.clean_run import CleanRun, clean_run
from core.scoring.comparison import compare
from core.scoring.mistakes import Mistake, Mistakes, find_mistakes
from tests.e2e.real_heats import laps_of

EVERYBODY = [f"driver-0{number}" for number in range(1, 8)]

# driver-01, 16 laps in 614.477 s. In order of size:
#   36,589 36,958 37,069 37,355 37,612 37,823 37,912 38,013 | 38,037 38,409 38,468 38,539 39,660
#   39,721 40,020 42,292
# Median: (38,013 + 38,037) / 2 = 38,025.
# Distances from it, in order: 12 12 113 202 384 413 443 514 | 670 956 1,067 1,436 1,635 1,696
#   1,995 4,267. MAD: (514 + 670) / 2 = 592.
# Threshold: 3 × 1.4826 × 592 = 4.4478 × 592 = 2,633.1; 5 % of 38,025 is 1,901.25, which is less.
# Over it: 42,292 − 38,025 = 4,267, which was lap 15. The next, 40,020, is only 1,995 over.
# Clean: 614.477 − 4.267 = 610.210, past 600 s: 16 laps still. Nobody else has 16: 1st and 1st.

# driver-02, 15 laps in 610.510 s:
#   38,626 38,626 38,701 38,845 39,396 39,621 39,742 | 39,962 | 40,234 40,701 40,971 41,499 42,704
#   44,364 46,518
# Median: 39,962. Distances: 0 220 272 341 566 739 1,009 | 1,117 | 1,261 1,336 1,336 1,537 2,742
#   4,402 6,556. MAD: 1,117.
# Threshold: 4.4478 × 1,117 = 4,968.2; 5 % of 39,962 is 1,998.1, which is less.
# Over it: 46,518 − 39,962 = 6,556, which was lap 9. Lap 7, 44,364, is 4,402 over: no mistake.
# Clean: 610.510 − 6.556 = 603.954, past 600 s: 15 laps still. 2nd behind the 16 laps, twice.

# driver-04, 15 laps in 638.315 s:
#   39,806 40,022 40,179 40,272 40,554 40,731 40,994 | 41,185 | 41,263 41,541 41,662 42,056 45,207
#   46,701 56,142
# Median: 41,185. Distances: 0 78 191 356 454 477 631 | 871 | 913 1,006 1,163 1,379 4,022 5,516
#   14,957. MAD: 871.
# Threshold: 4.4478 × 871 = 3,874.0; 5 % of 41,185 is 2,059.3, which is less.
# Over it: 45,207 by 4,022 (lap 6), 46,701 by 5,516 (lap 5), 56,142 by 14,957 (lap 8).
#   4,022 + 5,516 + 14,957 = 24,495.
# Clean: 638.315 − 24.495 = 613.820, past 600 s: 15 laps still. Of those with 15, driver-02's
#   610.510 stays ahead, driver-03's 624.192 falls behind: 4th becomes 3rd.

MEDIANS = {"driver-01": 38_025, "driver-02": 39_962, "driver-04": 41_185}
SPREADS = {"driver-01": 592, "driver-02": 1_117, "driver-04": 871}
MISTAKES = {
    "driver-01": Mistakes((Mistake(15, 42_292, 4_267),), 4_267),
    "driver-02": Mistakes((Mistake(9, 46_518, 6_556),), 6_556),
    "driver-04": Mistakes(
        (Mistake(5, 46_701, 5_516), Mistake(6, 45_207, 4_022), Mistake(8, 56_142, 14_957)), 24_495
    ),
}
CLEAN_RUNS = {
    "driver-01": (RaceTotal(16, 614_477), RaceTotal(16, 610_210), 1, 1),
    "driver-02": (RaceTotal(15, 610_510), RaceTotal(15, 603_954), 2, 2),
    "driver-04": (RaceTotal(15, 638_315), RaceTotal(15, 613_820), 4, 3),
}


def driven(driver: str) -> list[Lap]:
    times = laps_of("electric-a3-main", driver)
    return [Lap(number, time_ms) for number, time_ms in enumerate(times, start=1)]


@pytest.mark.parametrize("driver", MEDIANS)
def test_median_and_spread(driver: str) -> None:
    times = [lap.time_ms for lap in driven(driver)]
    assert median(times) == MEDIANS[driver]
    assert median_absolute_deviation(times) == SPREADS[driver]


@pytest.mark.parametrize("driver", MISTAKES)
def test_mistakes(driver: str) -> None:
    assert find_mistakes(driven(driver)) == MISTAKES[driver]


@pytest.mark.parametrize("driver", CLEAN_RUNS)
def test_clean_run(driver: str) -> None:
    rivals = [race_total(driven(other)) for other in EVERYBODY if other != driver]
    actual, clean, place, clean_place = CLEAN_RUNS[driver]
    assert clean_run(driven(driver), length_ms=600_000, rivals=rivals) == CleanRun(
        actual, clean, place, clean_place, MISTAKES[driver], length_known=True
    )


# Means: driver-01 614,477 / 16 = 38,404.81; driver-02 610,510 / 15 = 40,700.67; driver-04
# 638,315 / 15 = 42,554.33.
#   01 and 02: 2,295.85 apart, 2.30 s; medians 39,962 − 38,025 = 1,937, 1.94 s; the rest is 0.36.
#   02 and 04: 1,853.67 apart, 1.85 s; medians 41,185 − 39,962 = 1,223, 1.22 s; the rest is 0.63.
#   04 and 01: 4,149.52 apart, 4.15 s; medians 41,185 − 38,025 = 3,160, 3.16 s; the rest is 0.99.
@pytest.mark.parametrize(
    ("driver", "other", "second_is_faster", "gap", "pace", "mistakes"),
    [
        ("driver-01", "driver-02", False, 230, 194, 36),
        ("driver-02", "driver-04", False, 185, 122, 63),
        ("driver-04", "driver-01", True, 415, 316, 99),
    ],
)
def test_comparison(
    driver: str, other: str, second_is_faster: bool, gap: int, pace: int, mistakes: int
) -> None:
    found = compare(driven(driver), driven(other))
    assert found.second_is_faster is second_is_faster
    assert (found.gap_hundredths, found.pace_hundredths) == (gap, pace)
    assert found.mistakes_hundredths == mistakes


def test_figures_of_a_comparison() -> None:
    comparison = compare(driven("driver-02"), driven("driver-04"))
    first, second = comparison.first, comparison.second
    # Best 5: 38,626 + 38,626 + 38,701 + 38,845 + 39,396 = 194,194, a fifth is 38,838.8; and
    # 39,806 + 40,022 + 40,179 + 40,272 + 40,554 = 200,833, a fifth is 40,166.6.
    assert (first.best_ms, first.average_ms, first.best_5_ms) == (38_626, 40_701, 38_839)
    assert (second.best_ms, second.average_ms, second.best_5_ms) == (39_806, 42_554, 40_167)
    # Fade: the last five 39,962 40,234 39,396 38,626 41,499 average 39,943.4, the three fastest
    # 115,953 / 3 = 38,651: 1,292.4 / 38,651 = 3.34 %. And 41,541 40,554 41,185 40,022 41,263
    # average 40,913 over 120,007 / 3 = 40,002.33: 910.67 / 40,002.33 = 2.28 %.
    assert (first.fade_pct, second.fade_pct) == (3.34, 2.28)
    assert [side.mistakes.lost_ms for side in (first, second)] == [6_556, 24_495]
