"""The posts in the team channel: exact lines, a phone's width, Discord's limits."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.summary import heat_summary, wrap_up
from bot.render.text import cut, plain
from core.results.heat import RacerRun
from core.scoring.advice import Strategy

from .build import (
    STEADY,
    cell,
    class_of,
    nasty_texts,
    real_runs,
    run,
    session,
    standings_of,
    table,
)
from .checks import assert_fits, assert_harmless, description_of, sections_of


def scored(driven: RacerRun, score: float, strategy: Strategy) -> RacerRun:
    assert driven.orp is not None
    return replace(driven, orp=replace(driven.orp, orp_score=score, strategy=strategy))


# Laps that give the figures of the example in the specification.
EXAMPLE = (
    scored(
        run(
            "racer-2",
            (18_812, 19_592, 21_302, 19_213, *(19_202,) * 12),
            change=4.1,
            best=True,
        ),
        92.7,
        Strategy.AVANT_GARDE,
    ),
    scored(
        run("racer-1", (18_604, 20_264, 24_284, 24_284, 19_444, *(19_434,) * 10), change=-0.8),
        81.3,
        Strategy.BALANCED,
    ),
)


def lines_of(*runs: RacerRun) -> list[str]:
    description = description_of(heat_summary(table(*runs)))
    return description.removeprefix("```\n").removesuffix("\n```").split("\n")


def test_the_card_is_that_of_the_specification() -> None:
    assert description_of(heat_summary(table(*EXAMPLE))) == (
        "```\n"
        " 1 racer-2        92.7 ▲4.1 avant\n"
        "   16/5:09.343 18.812⭐ lost 2.1\n"
        " 2 racer-1        81.3 ▼0.8 balanced\n"
        "   15/5:01.220 18.604  lost 9.7\n"
        "```"
    )


def test_the_first_line_is_that_of_the_specification() -> None:
    answer = heat_summary(table(*EXAMPLE))
    assert answer.content == ("🏁 Q1 · Club Race: best ORP 92.7 racer-2 · fast lap 18.604 racer-1")


def test_the_class_stands_in_front_of_the_heat() -> None:
    answer = heat_summary(table(*EXAMPLE, class_name="2WD Mod"))
    assert answer.content.startswith("🏁 2WD Mod Q1 · Club Race: best ORP 92.7")


def test_without_a_score_the_first_line_says_so() -> None:
    answer = heat_summary(table(run(times=(20_812,))))
    assert answer.content == "🏁 Q1 · Club Race: no ORP yet · fast lap 20.812 racer-1"
    nothing_counts = heat_summary(table(run(times=(20_812,), left_out=(1,))))
    assert nothing_counts.content == "🏁 Q1 · Club Race: no ORP yet"


def test_a_heat_without_laps_has_only_the_line() -> None:
    answer = heat_summary(table())
    assert answer.content == "🏁 Q1 · Club Race: no laps"
    assert answer.embed is None


def test_without_a_change_there_is_no_column_for_it() -> None:
    assert lines_of(run("Max", best=True)) == [
        " 1 Max            99.5 avant",
        "   5/1:44.894 20.850⭐ lost 0.0",
    ]


def test_large_changes_and_long_words_take_their_room_from_the_names() -> None:
    first = run("Maximilian-Alexander", (20_000,) * 5, change=12.3)
    second = run("Bo", (20_000, 26_000, 20_100, 31_000), change=-3.0)
    assert lines_of(first, second) == [
        " 1 Maximilian… 100.0 ▲12.3 avant",
        "   5/1:40.000 20.000  lost 0.0",
        " 2 Bo           58.2 ▼3.0  stability",
        "   4/1:37.100 20.000  lost 0.0",
    ]


def test_who_has_no_score_is_listed_with_the_reason() -> None:
    runs = (run("Max"), run("Eva", (20_812,), best=True), run("Tim", confidence=2, best=True))
    assert lines_of(*runs)[2:] == [
        " – Eva            needs 2 laps",
        "   1/0:20.812 20.812⭐ lost 0.0",
        " – Tim           5/1:44.894 20.850⭐",
        "Rejected · not sure of the car (2/5)",
    ]


def test_one_extreme_total_leaves_the_others_their_decimals() -> None:
    long_day = run("Max", (999_999,) * 600, change=1.0, best=True)
    assert lines_of(run("Eva", best=True), long_day, run("Tim", STEADY[:3])) == [
        " 1 Eva             99.5      avant",
        "   5/1:44.894    20.850⭐ lost 0.0",
        " 2 Max            100.0 ▲1.0 avant",
        "   600/9999:59 16:39.999⭐ lost 0.0",
        " 3 Tim             99.7      avant",
        "   3/1:02.943    20.912  lost 0.0",
    ]
    # Out of line, but whole.
    assert lines_of(long_day, run("Ben", (60_000,) * 600))[3] == (
        "   600/600:00.000 1:00.000  lost 0.0"
    )


def test_the_real_race_fits_a_phone() -> None:
    answer = heat_summary(table(*real_runs("electric-a3-main")))
    assert_fits(answer)
    assert lines_of(*real_runs("electric-a3-main"))[:2] == [
        " 1 driver-07      90.9 avant",
        "     9/5:38.796 36.441  lost 0.0",
    ]


runs = st.builds(
    run,
    nasty_texts,
    st.lists(st.integers(1, 999_999), min_size=1, max_size=8)
    | st.lists(st.integers(18_000, 25_000), min_size=100, max_size=120),
    confidence=st.none() | st.integers(1, 5),
    change=st.none() | st.floats(-100, 100),
    best=st.booleans(),
    left_out=st.sampled_from([(), (1,)]),
)


@given(st.lists(runs, min_size=1, max_size=6))
def test_no_line_is_wider_than_a_phone_in_any_script(driven: list[RacerRun]) -> None:
    answer = heat_summary(table(*driven))
    assert_fits(answer)
    assert_harmless(answer)
    assert description_of(answer).count("\n") == 2 * len(driven) + 1


@pytest.mark.parametrize(
    "name", ["racer-{:02}", "日本の友達の名前が長い{}", "👨\u200d👩\u200d👧\u200d👦" * 2 + "{}"]
)
def test_forty_racers_fit(name: str) -> None:
    answer = heat_summary(
        table(*(run(name.format(n), STEADY * 12, change=1.0, best=True) for n in range(40)))
    )
    assert_fits(answer)
    assert "more" not in description_of(answer)


def test_what_does_not_fit_is_counted() -> None:
    answer = heat_summary(table(*(run(f"racer-{n}", STEADY) for n in range(80))))
    assert_fits(answer)
    last = description_of(answer).split("\n")[-2]
    assert last == "and 13 more: /heat show"


STANDINGS = standings_of(
    class_of(
        ["Q1", "Q2", "Main"],
        {
            "Max": [
                cell(88.6, lost_ms=2_100),
                cell(92.7, 4.1, note="35wt rear"),
                cell(90.0, -2.7),
            ],
            "Eva": [
                cell(81.3, best_lap_ms=20_500, lost_ms=9_700),
                None,
                cell(93.0, 11.7, lost_ms=1_200),
            ],
        },
        "Buggy",
    ),
    class_of(["Q1"], {"Tim": [cell(None, rejected=True)]}, "Truggy"),
)


def test_the_wrap_up_has_everything_of_the_session() -> None:
    answer = wrap_up(STANDINGS)
    assert answer.content == "🏁 Club Race is over: best ORP 93.0 Eva · fast lap 20.500 Eva"
    assert description_of(answer) == (
        "**Buggy**\n"
        "```\n"
        "          Q1    Q2  Main\n"
        "Max     88.6  92.7  90.0\n"
        "20.812        ▲4.1  ▼2.7\n"
        "Eva     81.3     –  93.0\n"
        "20.500             ▲11.7\n"
        "```\n"
        "**Truggy**\n"
        "```\n"
        "         Q1\n"
        "Tim    rej.\n"
        "20.812\n"
        "```\n"
        "rej. = not sure of the car"
    )
    assert sections_of(answer) == {
        "Best laps": "**Buggy** 20.500 Eva · 20.812 Max\n**Truggy** 20.812 Tim",
        "Biggest gain": "**Buggy** Eva: Main ▲11.7",
        "Seconds lost to mistakes": "**Buggy** Eva 10.9 · Max 2.1\n**Truggy** Tim 0.0",
        "Notes": "Buggy Q2 ▲4.1 · 35wt rear (Max)",
    }


def test_the_wrap_up_names_who_beat_their_best_at_the_track() -> None:
    rows = {
        "Max": [cell(92.7)],
        "Eva": [cell(90.0, best_lap_ms=20_500)],
        "Tim": [cell(80.0, best_lap_ms=21_000)],
        "Ben": [cell(70.0)],
    }
    before = (20_813, 21_034, 21_000, None)
    buggy = class_of(["Q1"], rows, "Buggy")
    raced = tuple(
        replace(row, best_before_ms=best) for row, best in zip(buggy.rows, before, strict=True)
    )
    at_track = replace(standings_of(replace(buggy, rows=raced)), session=session(track="Arena_33"))
    assert sections_of(wrap_up(at_track))["⭐ Personal bests at Arena\\_33"] == (
        "**Buggy** Eva 20.500 (was 21.034) · Max 20.812 (was 20.813)"
    )


@pytest.mark.parametrize("name", ["racer-{:02}", "the-very-long-name_of_racer_{:02}"])
def test_what_a_large_team_has_to_tell_is_cut_and_counted(name: str) -> None:
    rows = {name.format(n): [cell(90.0, 1.0, note="x" * 100, lost_ms=n * 100)] for n in range(40)}
    whole = standings_of(class_of(["Q1"], rows))
    best = replace(
        whole.classes[0],
        rows=tuple(replace(row, best_before_ms=21_034) for row in whole.classes[0].rows),
    )
    answer = wrap_up(replace(whole, session=session(track="Arena"), classes=(best,)))
    assert_fits(answer)
    sections = sections_of(answer)
    for heading in ("⭐ Personal bests at Arena", "Seconds lost to mistakes", "Notes"):
        named = re.findall(r"racer\S*\d\d", sections[heading])
        more = re.findall(r"and (\d+) more$", sections[heading])
        assert len(named) + sum(map(int, more)) == 40
        assert len(named) >= 4
    assert sections["Seconds lost to mistakes"].startswith(plain(name.format(39)) + " 3.9 · ")
    # What is left of the 6,000 characters is the table's.
    assert all(cut(name.format(n), 12) in description_of(answer) for n in range(40))


def test_a_session_without_laps_wraps_up_in_a_line() -> None:
    answer = wrap_up(replace(standings_of(), session=session(is_open=False)))
    assert answer.content == "🏁 Club Race is over: no laps"
    assert answer.embed is None


@given(nasty_texts, nasty_texts, nasty_texts)
def test_a_wrap_up_is_harmless(name: str, class_name: str, note: str) -> None:
    answer = wrap_up(
        standings_of(class_of([name], {name: [cell(50.0, 1.0, note=note)]}, class_name))
    )
    assert_fits(answer)
    assert_harmless(answer)
