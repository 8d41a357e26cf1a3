"""Two racers side by side: word for word, within a phone's width, whatever they are called."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.render.side_by_side import side_by_side
from core.results.card import SideBySide
from core.results.heat import RacerRun
from core.scoring.comparison import compare

from .build import CLUB_RACE, heat, nasty_texts, real_runs, run
from .checks import assert_fits, assert_harmless, description_of

REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}


def beside(first: RacerRun, second: RacerRun) -> SideBySide:
    comparison = compare(first.laps, second.laps)
    return SideBySide(CLUB_RACE, heat("Q1", "Buggy"), first, second, comparison)


def test_two_real_runs() -> None:
    answer = side_by_side(beside(REAL["driver-02"], REAL["driver-04"]))
    assert answer.content == ""
    assert answer.embed is not None
    assert answer.embed.title == "driver-02 and driver-04 · Buggy Q1 · Club Race"
    assert description_of(answer) == (
        "driver-02 is 1.85 s a lap faster: 1.22 pace, 0.63 mistakes.\n"
        "```\n"
        "              driver-02   driver-04\n"
        "ORP             87.7 ±3     85.5 ±5\n"
        "Best lap         38.626      39.806\n"
        "Average          40.701      42.554\n"
        "Top 5            38.839      40.167\n"
        "Consistency     94.41 %     90.09 %\n"
        "Fade             3.34 %      2.28 %\n"
        "Mistakes              1           3\n"
        "Lost              6.6 s      24.5 s\n"
        "```"
    )


def test_few_laps_leave_gaps_and_a_session_is_named() -> None:
    result = beside(run("Ann", (20_000,)), run("Ben_", (20_500, 62_345)))
    answer = side_by_side(replace(result, heat=None))
    assert answer.embed is not None
    assert answer.embed.title == "Ann and Ben\\_ · whole session · Club Race"
    lines = description_of(answer).split("\n")
    assert lines[0] == "Ann is 21.42 s a lap faster: 21.42 pace, 0.00 mistakes."
    assert lines[3:6] == [
        "ORP                   –     28.6 ±?",
        "Best lap         20.000      20.500",
        "Average          20.000      41.422",
    ]
    assert lines[6:9] == [
        "Top 5                 –           –",
        "Consistency           –     28.57 %",
        "Fade                  –      0.00 %",
    ]
    assert lines[10] == "Lost                  –           –"


def test_a_score_that_does_not_stand_is_said() -> None:
    result = beside(run("Ann", confidence=2), run("Ben", (20_912, 21_044), confidence=5))
    lines = description_of(side_by_side(result)).split("\n")
    assert lines[3] == "ORP            rejected     99.6 ±?"


def test_nothing_is_below_zero_in_the_sentence() -> None:
    result = beside(REAL["driver-03"], REAL["driver-04"])
    assert description_of(side_by_side(result)).startswith(
        "driver-03 is 0.94 s a lap faster: 1.12 mistakes, 0.18 given back in pace.\n"
    )
    level = beside(run("Ann", (20_000, 20_000)), run("Ben", (20_004, 20_004)))
    assert description_of(side_by_side(level)).startswith(
        "Ann and Ben are equally fast over a lap.\n"
    )


def test_a_fade_beyond_measure_stays_in_its_column() -> None:
    result = beside(run("Ann", (1, 1, 1, 400_001)), run("Ben", (1, 1, 1, 999_999)))
    lines = description_of(side_by_side(result)).split("\n")
    assert lines[8] == "Fade         10000000 %  24999950 %"


@given(
    nasty_texts,
    nasty_texts,
    st.lists(st.integers(1, 999_999), min_size=1, max_size=12),
    st.lists(st.integers(1, 999_999), min_size=1, max_size=12),
)
def test_any_two_fit_and_are_harmless(
    name: str, other: str, times: list[int], other_times: list[int]
) -> None:
    answer = side_by_side(beside(run(name, times), run(other, other_times)))
    assert_fits(answer)
    assert_harmless(answer)
