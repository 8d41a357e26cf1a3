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
from core.scoring.finish import Place

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
        run(
            "racer-1",
            (11_116, 18_604, 23_550, 23_550, *(18_700,) * 12),
            left_out=(1,),
            change=-0.8,
            has_moved=False,
        ),
        81.3,
        Strategy.BALANCED,
    ),
)


def lines_of(*runs: RacerRun) -> list[str]:
    description = description_of(heat_summary(table(*runs)))
    return description.removeprefix("```\n").removesuffix("\n```").split("\n")


def test_the_card_is_that_of_the_specification_with_how_sure_it_is() -> None:
    others = (run(f"racer-{number}", (20_000,) * 14, confidence=2) for number in range(3, 9))
    assert lines_of(*EXAMPLE, *others)[:4] == [
        " 1 racer-2     92.7 ±2 ▲4.1 avant",
        "   P2/8 16/5:09.3 18.812 lost 2.1⭐",
        " 2 racer-1     81.3 ±3 −0.8 balanced",
        "   P1/8 16/5:01.2 18.604 lost 9.7",
    ]


def test_the_first_line_is_that_of_the_specification() -> None:
    answer = heat_summary(table(*EXAMPLE))
    assert answer.content == ("🏁 Q1 · Club Race: best ORP 92.7 racer-2 · fast lap 18.604 racer-1")


def test_the_class_stands_in_front_of_the_heat() -> None:
    answer = heat_summary(table(*EXAMPLE, class_name="2WD Mod"))
    assert answer.content.startswith("🏁 2WD Mod Q1 · Club Race: best ORP 92.7")


def test_without_a_score_the_first_line_says_so() -> None:
    for driven in (
        run(times=(20_812,)),
        run(times=(20_812,), left_out=(1,)),
        run(confidence=2),
    ):
        assert heat_summary(table(driven)).content == "🏁 Q1 · Club Race: no ORP yet"


def test_who_is_not_ranked_is_never_in_the_first_line() -> None:
    ranked = run("Eva", (20_900, 20_950) * 5)
    below = (
        run("Max", (20_000, 20_000)),
        run("Tim", (19_000,)),
        run("Ben", (19_500,) * 10, confidence=1),
    )
    answer = heat_summary(table(*below, ranked))
    assert answer.content == "🏁 Q1 · Club Race: best ORP 99.9 Eva · fast lap 20.900 Eva"


def test_a_heat_without_laps_has_only_the_line() -> None:
    answer = heat_summary(table())
    assert answer.content == "🏁 Q1 · Club Race: no laps"
    assert answer.embed is None


def test_without_a_change_there_is_no_column_for_it() -> None:
    assert lines_of(run("Max", best=True)) == [
        " 1 Max            99.5 avant",
        "   P1/1 5/1:44.894 20.850 lost 0.0⭐",
    ]


def test_practice_has_no_places() -> None:
    shown = description_of(heat_summary(table(run("Max", best=True), name="P1")))
    assert shown.split("\n")[2] == "   5/1:44.894 20.850 lost 0.0⭐"


def test_the_place_of_the_page_stands_alone() -> None:
    driven = table(run("Max"))
    placed = replace(driven, runs=(replace(driven.runs[0], place=Place(5, None)),))
    assert description_of(heat_summary(placed)).split("\n")[2].startswith("   P5 5/1:44.894 ")


def test_the_strategys_word_gives_way_before_names_are_cut() -> None:
    first = run("Maximilian-Alexander", (20_000,) * 5, change=12.3)
    second = run("Bo", (20_000, 26_000, 20_100, 31_000), change=-3.0)
    assert lines_of(first, second) == [
        " 1 Maximilian-Alexander 100.0 ▲12.3",
        "   P1/2 5/1:40.000 20.000 lost 0.0",
        " 2 Bo                    58.2 ▼3.0",
        "   P2/2 4/1:37.100 20.000 lost 0.0",
    ]
    longer = run("Maximilian-Alexander of the Hills", (20_000,) * 5, change=12.3)
    assert lines_of(longer, second)[0] == " 1 Maximilian-Alexander… 100.0 ▲12.3"


def test_below_decimals_give_way_and_then_what_was_not_lost() -> None:
    def second_lines(racers: int, crash_ms: int, *, best: bool = False) -> list[str]:
        clean = run("Ann", (20_000,) * 60, best=best)
        crashed = run("Ben", (*(20_000,) * 59, 20_000 + crash_ms))
        others = (run(f"racer-{n}", (20_100,) * 60) for n in range(racers - 2))
        return lines_of(clean, *others, crashed)[1 :: 2 * racers - 2]

    assert second_lines(2, 2_444) == [
        "   P1/2 60/20:00.000 20.000 lost 0.0",
        "   P2/2 60/20:02.444 20.000 lost 2.4",
    ]
    assert second_lines(2, 120_044) == [
        "   P1/2 60/20:00.0 20.000 lost   0.0",
        "   P2/2 60/22:00.0 20.000 lost 120.0",
    ]
    assert second_lines(9, 12_044, best=True) == [
        "   P1/9 60/20:00 20.000 lost  0.0⭐",
        "   P9/9 60/20:12 20.000 lost 12.0",
    ]
    assert second_lines(12, 120_044, best=True) == [
        "   P1/12  60/20:00 20.000 lost   0⭐",
        "   P12/12 60/22:00 20.000 lost 120",
    ]
    nobody = (run(f"racer-{n:02}", (62_345 + n,) * 100, best=True) for n in range(12))
    assert lines_of(*nobody)[1] == "   P1/12  100/103:54 1:02.345⭐"
    slow = run("Ann", (62_345,) * 60, best=True), run("Ben", (*(62_345,) * 59, 162_345))
    others = (run(f"racer-{n}", (62_400,) * 60) for n in range(10))
    assert lines_of(*slow, *others)[1::22] == [
        "   P1/12 60/62:21 1:02.345⭐",
        "   P12/12 60/64:01 1:02.345 lost 100",
    ]


def test_who_has_no_rank_is_listed_below_with_the_reason() -> None:
    runs = (
        run("Tim", confidence=2, best=True),
        run("Eva", (20_812,), best=True),
        run("Bo", (20_000, 20_000)),
        run("Max"),
    )
    assert lines_of(*runs) == [
        " 1 Max            99.5 avant",
        "   P1/4 5/1:44.894 20.850 lost 0.0",
        " – Bo             100.0 only 2 laps",
        "   P3/4 2/0:40.000 20.000 lost 0.0",
        " – Eva            needs 2 laps",
        "   P4/4 1/0:20.812 20.812 lost 0.0⭐",
        " – Tim      P1/4 5/1:44.894 20.850⭐",
        "Rejected · not sure of the car (2/5)",
    ]


def test_a_whole_practice_of_few_laps_has_no_rank() -> None:
    answer = heat_summary(table(run("Max", STEADY[:4]), name="P2"))
    assert answer.content == "🏁 P2 · Club Race: no ORP yet"
    assert description_of(answer).split("\n")[1] == " – Max            99.6 only 4 laps"


def test_a_total_too_long_for_its_line_is_told_whole() -> None:
    long_day = run("Max", (999_999,) * 600, change=1.0, best=True)
    crashed = run("Eva", (*(600_000,) * 399, 900_000))
    assert lines_of(long_day, crashed)[1::2] == [
        "   P1/2 600/9999:59 16:39.999⭐",
        "   P2/2 400/4005:00 10:00.000",
    ]


def test_the_real_race_fits_a_phone() -> None:
    answer = heat_summary(table(*real_runs("electric-a3-main")))
    assert_fits(answer)
    assert lines_of(*real_runs("electric-a3-main"))[:2] == [
        " 1 driver-07      90.9 ±3  avant",
        "   P7/7   9/5:38.8 36.441 lost  0.0",
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


@given(st.lists(runs, min_size=1, max_size=6) | st.lists(runs, min_size=40, max_size=40))
def test_no_line_is_wider_than_a_phone_in_any_script(driven: list[RacerRun]) -> None:
    answer = heat_summary(table(*driven))
    assert_fits(answer)
    assert_harmless(answer)
    told = description_of(answer)
    assert told.count("\n") == 2 * len(driven) + 1 or " more: /heat show" in told


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
    assert last == "and 18 more: /heat show"


def test_a_wrap_up_names_no_short_run_first_and_no_class_as_one() -> None:
    buggy = class_of(
        ["P1", "Q1"],
        {
            "Max": [cell(88.6, best_lap_ms=20_900), cell(80.0, best_lap_ms=20_800)],
            "Eva": [cell(99.9, best_lap_ms=20_100, is_short=True), cell(81.3, -18.6)],
            "Tim": [cell(99.0, 20.0, best_lap_ms=20_000, is_short=True), None],
        },
        "Buggy",
    )
    answer = wrap_up(standings_of(buggy, class_of(["P1"], {"Ben": [cell(70.0)]})))
    assert answer.content == "🏁 Club Race is over: best ORP 88.6 Max · fast lap 20.800 Max"
    assert description_of(answer) == (
        "**Buggy**\n"
        "```\n"
        "           P1     Q1\n"
        "Max      88.6   80.0\n"
        "20.800\n"
        "Eva    (99.9)   81.3\n"
        "20.100         ▼18.6\n"
        "Tim    (99.0)      –\n"
        "20.000  ▲20.0\n"
        "```\n"
        "**No class**\n"
        "```\n"
        "         P1\n"
        "Ben    70.0\n"
        "20.812\n"
        "```\n"
        "(…) = short run"
    )
    assert sections_of(answer) == {
        "Best laps": ("**Buggy** 20.000 Tim · 20.100 Eva · 20.800 Max\n**No class** 20.812 Ben"),
    }


def test_where_nothing_has_a_class_there_is_no_heading_for_it() -> None:
    answer = wrap_up(standings_of(class_of(["Q1"], {"Max": [cell(92.7)]})))
    assert "No class" not in description_of(answer)
    assert sections_of(answer) == {"Best laps": "20.812 Max"}


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
        "Seconds lost to mistakes": "**Buggy** Eva 10.9 · Max 2.1",
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
    rows = {
        name.format(n): [cell(90.0, 1.0, note="x" * 100, lost_ms=100 + n * 100)] for n in range(40)
    }
    whole = standings_of(class_of(["Q1"], rows))
    best = replace(
        whole.classes[0],
        rows=tuple(replace(row, best_before_ms=21_034) for row in whole.classes[0].rows),
    )
    answer = wrap_up(replace(whole, session=session(track="Arena"), classes=(best,)))
    assert_fits(answer)
    sections = sections_of(answer)
    for heading in ("⭐ Personal bests at Arena", "Seconds lost to mistakes", "Notes"):
        told = "\n".join(text for name, text in sections.items() if name.startswith(heading))
        named = re.findall(r"racer\S*\d\d", told)
        more = re.findall(r"and (\d+) more$", told)
        assert len(named) + sum(map(int, more)) == 40
        assert len(named) >= 4
    assert sections["Seconds lost to mistakes"].startswith(plain(name.format(39)) + " 4.0 · ")
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


# Six laps: how sure they are is known.
SURE = (*STEADY, 22_500)


def test_how_sure_scores_are_gives_way_first() -> None:
    def first_line(name: str, change: float | None = None) -> str:
        return lines_of(run(name, SURE, change=change, has_moved=False))[0]

    assert first_line("Max") == " 1 Max            93.4 ±5 avant"
    assert first_line("Max", 4.1) == " 1 Max            93.4 ±5 +4.1 avant"
    # The blanks behind a short name are room.
    assert first_line("Max", 14.1) == " 1 Max           93.4 ±5 +14.1 avant"
    assert first_line("Maximilian", 14.1) == " 1 Maximilian    93.4 ±5 +14.1 avant"
    assert first_line("Maximilian Alex") == " 1 Maximilian Alex 93.4 ±5 avant"
    assert first_line("Maximilian Alex", 4.1) == " 1 Maximilian Alex 93.4 +4.1 avant"


def test_no_name_below_is_cut_for_how_sure_those_above_are() -> None:
    first, below = run("Max", SURE, change=14.1, has_moved=False), run("Maximilian A.", (20_812,))
    assert lines_of(first, below)[::2] == [
        " 1 Max           93.4 ±5 +14.1 avant",
        " – Maximilian A. needs 2 laps",
    ]
    assert (
        lines_of(first, run("Maximilian Alex", (20_812,)))[2] == " – Maximilian Alex needs 2 laps"
    )


def test_in_a_full_heat_nobody_is_left_out_for_it() -> None:
    told = description_of(heat_summary(table(*(run(f"r-{n}", SURE) for n in range(62)))))
    assert "more" not in told
    assert "±" not in told
    assert "±" in description_of(heat_summary(table(*(run(f"r-{n}", SURE) for n in range(40)))))
