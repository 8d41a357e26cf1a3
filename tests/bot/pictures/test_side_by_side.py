"""The picture of two racers side by side: the sentence, both their laps, who is better at what."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from bot.pictures import look
from bot.pictures.side_by_side import draw_side_by_side, side_by_side_figure
from core.laps import median
from core.laptimes import format_lap
from core.results.card import SideBySide
from core.results.heat import RacerRun
from core.scoring.comparison import compare
from tests.bot.render.build import CLUB_RACE, STEADY, heat, real_runs, run

from .seen import (
    across,
    assert_readable,
    axes_of,
    colour_of,
    marked,
    marks,
    texts_of,
    upwards,
    words_of,
)

REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}
FIRST, SECOND = look.RACER_STYLES[0], look.RACER_STYLES[1]


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


def leaders(figure: Figure) -> dict[str, str]:
    """What is labelled with the shape of the one who is better at it."""
    labels = [text for text in texts_of(figure) if text.get_position()[0] == 10]
    shapes = [mark for mark in figure.get_children() if isinstance(mark, Line2D)]
    return {
        label.get_text(): str(mark.get_marker())
        for label in labels
        for mark in shapes
        # On one line, where a label stands at the foot of its letters.
        if abs(upwards(mark)[0] - float(label.get_position()[1])) < 6
    }


def test_two_real_runs_in_full() -> None:
    figure = side_by_side_figure(beside(REAL["driver-02"], REAL["driver-04"]))
    words = words_of(figure)
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
    assert colour_of(figure, "driver-04") == SECOND.colour
    assert leaders(figure) == {
        "best lap": FIRST.marker,
        "average": FIRST.marker,
        "top 5": FIRST.marker,
        "consistency": FIRST.marker,
        "fade": SECOND.marker,
        "mistakes": FIRST.marker,
        "lost to mistakes": FIRST.marker,
    }
    assert_readable(figure)


def test_every_lap_stands_at_its_time() -> None:
    pair = beside(REAL["driver-02"], REAL["driver-04"])
    figure = side_by_side_figure(pair)
    slow, _ = axes_of(figure).get_ylim()
    for driven, style in ((pair.first, FIRST), (pair.second, SECOND)):
        laps = {lap.number: min(lap.time_ms, slow) for lap in driven.laps}
        assert marked(figure, style.marker, style.colour) == laps
        usual = median(lap.time_ms for lap in driven.laps)
        assert colour_of(figure, format_lap(round(usual))) == style.colour
        (line,) = [
            line
            for line in axes_of(figure).lines
            if across(line) == [0, 1] and to_hex(line.get_color()).upper() == style.colour
        ]
        assert upwards(line) == [usual, usual]
    assert slow < 56_142


def test_the_faster_one_is_named_in_their_colour() -> None:
    for pair, name, style in (
        (beside(run("Ann", STEADY), run("Ben", (22_000, 22_100))), "Ann", FIRST),
        (beside(run("Ben", (22_000, 22_100)), run("Ann", STEADY)), "Ann", SECOND),
    ):
        figure = side_by_side_figure(pair)
        (title,) = [
            text
            for text in texts_of(figure)
            if text.get_text() == name and text.get_fontsize() == look.LARGE
        ]
        assert to_hex(title.get_color()).upper() == style.colour


def test_equally_fast() -> None:
    figure = side_by_side_figure(ODD["the same laps"])
    assert "Equally fast over a lap" in words_of(figure)
    assert not leaders(figure)


def test_what_few_laps_cannot_tell_is_left_out() -> None:
    figure = side_by_side_figure(ODD["a lap each"])
    assert words_of(figure).count("–") == 6
    assert leaders(figure) == {"best lap": FIRST.marker, "average": FIRST.marker}


def test_laps_that_do_not_count_are_hollow() -> None:
    figure = side_by_side_figure(ODD["run to the loop"])
    hollow = [
        mark
        for mark in marks(figure, FIRST.marker, FIRST.colour)
        if mark.get_markerfacecolor() == "none"
    ]
    assert [across(mark) for mark in hollow] == [[1.0]]
    assert {"10.6", "10.7"} & set(words_of(figure))


def test_a_whole_session_is_named() -> None:
    figure = side_by_side_figure(replace(ODD["600 laps"], heat=None))
    assert "whole session · Club Race" in words_of(figure)


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_no_text_covers_another_or_is_cut_off(odd: SideBySide) -> None:
    assert_readable(side_by_side_figure(odd))


def test_the_file_is_a_png_three_pixels_a_point() -> None:
    pair = beside(REAL["driver-02"], REAL["driver-04"])
    data = draw_side_by_side(pair)
    image = Image.open(BytesIO(data))
    assert (image.format, image.width) == ("PNG", 1_140)
    assert draw_side_by_side(pair) == data
