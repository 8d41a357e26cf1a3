"""The picture of two racers side by side: the sentence, both their laps, who is better at what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.pictures import look
from bot.pictures.look import Picture
from bot.pictures.side_by_side import draw_side_by_side, side_by_side_picture
from core.laps import median
from core.laptimes import format_lap
from core.results.card import SideBySide
from core.results.heat import RacerRun
from core.scoring.comparison import compare
from tests.bot.render.build import CLUB_RACE, STEADY, heat, real_runs, run

from .seen import Seen, assert_readable, opened, seen_in, text_of, texts_of, words_of

REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}
FIRST, SECOND = look.RACER_MARKS
TAGS = {"dot": "circle", "square": "polygon"}


def beside(first: RacerRun, second: RacerRun) -> SideBySide:
    comparison = compare(first.laps, second.laps)
    return SideBySide(CLUB_RACE, heat("Q1", "Buggy"), first, second, comparison)


ODD = {
    "a lap each": beside(run("Ann", (20_000,)), run("Ben", (20_500,))),
    "the same laps": beside(run("Ann", (20_000,) * 6), run("Ben", (20_000,) * 6)),
    "far apart": beside(run("Ann", STEADY), run("Ben", (61_234, 62_345, 63_456, 119_999))),
    "crashes": beside(
        run("Ann", (*STEADY, 90_000, 91_000, *STEADY)),
        run("Ben", (*STEADY, 92_000, 93_000, *STEADY)),
    ),
    "run to the loop": beside(
        run("Ann", (10_600, 14_000, 14_100, 14_200), left_out=(1,)),
        run("Ben", (10_700, 14_050, 14_150, 14_250), left_out=(1,)),
    ),
    "600 laps": beside(run("Ann", STEADY * 120), run("Ben", (*STEADY, 30_000) * 100)),
    "scripts": beside(run("محمد بن سلمان", STEADY), run("日本 太郎 🏁", (21_000, 21_100))),
    "endless names": replace(
        beside(run("W" * 80, STEADY), run("مممممم " * 12, (21_000, 21_100))),
        heat=heat("Q" * 50, "C" * 50),
    ),
}


def marks_of(picture: Picture, mark: look.Mark) -> list[Seen]:
    return seen_in(picture, TAGS[mark.shape], mark.colour)


def leaders(picture: Picture) -> dict[str, str]:
    """What is labelled with the shape of the one who is better at it."""
    labels = [text for text in texts_of(picture) if text.left == 10]
    return {
        label.words: mark.shape
        for label in labels
        for mark in look.RACER_MARKS
        for seen in marks_of(picture, mark)
        if abs(seen.middle[1] - label.middle) < 2
    }


def test_two_real_runs_in_full() -> None:
    picture = side_by_side_picture(beside(REAL["driver-02"], REAL["driver-04"]))
    words = words_of(picture)
    for shown in (
        *("is 1.85 s a lap faster", "1.22 pace, 0.63 mistakes", "Buggy Q1 · Club Race"),
        *("median", "39.962", "41.185"),
        *("38.626", "39.806", "40.701", "42.554", "38.839", "40.167"),
        *("94.41 %", "90.09 %", "3.34 %", "2.28 %", "1", "3", "6.6 s", "24.5 s"),
        "56.1",
    ):
        assert shown in words
    assert words.count("driver-02") == 2
    assert words.count("driver-04") == 1
    assert text_of(picture, "driver-04").colour == SECOND.colour
    assert leaders(picture) == {
        "best lap": FIRST.shape,
        "average": FIRST.shape,
        "top 5": FIRST.shape,
        "consistency": FIRST.shape,
        "fade": SECOND.shape,
        "mistakes": FIRST.shape,
        "lost to mistakes": FIRST.shape,
    }
    assert_readable(picture)


def test_every_lap_stands_at_its_time() -> None:
    pair = beside(REAL["driver-02"], REAL["driver-04"])
    picture = side_by_side_picture(pair)
    heights: dict[int, float] = {}
    for driven, mark in ((pair.first, FIRST), (pair.second, SECOND)):
        (line,) = [
            line
            for line in seen_in(picture, "polyline", mark.colour)
            if len(line.points) == len(driven.laps)
        ]
        middles = {seen.middle for seen in marks_of(picture, mark)}
        assert all(
            any(middle == pytest.approx(point, abs=0.02) for middle in middles)
            for point in line.points
        )
        for lap, (_, y) in zip(driven.laps, line.points, strict=True):
            heights[lap.time_ms] = y
        usual = median(lap.time_ms for lap in driven.laps)
        assert text_of(picture, format_lap(round(usual))).colour == mark.colour
    ordered = [heights[time_ms] for time_ms in sorted(heights)]
    assert ordered == sorted(ordered), "a faster lap is higher, whoever drove it"


def test_the_faster_one_is_named_in_their_colour() -> None:
    for pair, name, style in (
        (beside(run("Ann", STEADY), run("Ben", (22_000, 22_100))), "Ann", FIRST),
        (beside(run("Ben", (22_000, 22_100)), run("Ann", STEADY)), "Ann", SECOND),
    ):
        picture = side_by_side_picture(pair)
        (title,) = [
            text for text in texts_of(picture) if text.words == name and text.points == look.LARGE
        ]
        assert title.colour == style.colour


def test_equally_fast() -> None:
    picture = side_by_side_picture(ODD["the same laps"])
    assert "Equally fast over a lap" in words_of(picture)
    assert not leaders(picture)


def test_what_few_laps_cannot_tell_is_left_out() -> None:
    picture = side_by_side_picture(ODD["a lap each"])
    assert words_of(picture).count("–") == 6
    assert leaders(picture) == {"best lap": FIRST.shape, "average": FIRST.shape}


def test_laps_that_do_not_count_are_hollow() -> None:
    picture = side_by_side_picture(ODD["run to the loop"])
    assert len([mark for mark in marks_of(picture, FIRST) if mark.hollow]) == 1
    assert {"10.6", "10.7"} & set(words_of(picture))


def test_a_whole_session_is_named() -> None:
    picture = side_by_side_picture(replace(ODD["600 laps"], heat=None))
    assert "whole session · Club Race" in words_of(picture)


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_no_text_covers_another_or_is_cut_off(odd: SideBySide) -> None:
    assert_readable(side_by_side_picture(odd))


def test_the_file_is_a_png_two_pixels_a_point() -> None:
    pair = beside(REAL["driver-02"], REAL["driver-04"])
    data = draw_side_by_side(pair)
    assert opened(data).width == 760
    assert draw_side_by_side(pair) == data
