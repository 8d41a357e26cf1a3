"""The picture of a heat: every number is the stored one, every lap is told, nothing is covered."""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate, pairwise

import pytest
from PIL import Image

from bot import colours
from bot.pictures import look
from bot.pictures.gallery import fields, read_heats
from bot.pictures.heat import REACH_SHARE, STRIPE_SHARE, draw_heat, heat_picture
from bot.pictures.look import Picture
from core.laps import median
from core.results.heat import HeatTable, RacerRun
from core.scoring.mistakes import find_mistakes
from tests.bot.render.build import HEATS, STEADY, run, table

from .contrast import contrast
from .seen import (
    Seen,
    Text,
    assert_readable,
    opened,
    rects_of,
    seen_in,
    text_of,
    texts_of,
    words_of,
)

REAL = read_heats(HEATS)
FIELDS = {f"{len(shown.runs)} racers": shown for shown in fields(REAL)}
SCRIPTS = (
    "محمد الرحمن العزيز",
    "דוד בן גוריון",
    "日本語の名前がとても長い",
    "한국 선수",
    "สมชาย ใจดี",
)
NAMES = (
    "🏁" * 32,
    "👨\u200d👩\u200d👧" * 11,
    "W" * 32,
    "𝓕𝓪𝓷𝓬𝔂",
    *SCRIPTS,
    "i" * 32,
    "<b>&\"'$x$",
    "क्षितिज",
)


def racers(count: int, laps: int, *, crashes: float = 0.05, seed: int = 5) -> tuple[RacerRun, ...]:
    """Racers with names of every kind, ranked, whose crashes take up to twice a lap."""
    chance = random.Random(seed)
    runs = []
    for number in range(count):
        usual = 20_000 + 60 * number
        times = [
            round(chance.gauss(usual, 350))
            + chance.randint(4_000, 20_000) * (chance.random() < crashes)
            for _ in range(laps)
        ]
        runs.append(run(NAMES[number % len(NAMES)] + "b" * (number // len(NAMES)), times))
    return tuple(sorted(runs, key=lambda driven: -driven.orp.orp_score if driven.orp else 0))


EXTREME = {
    "40 racers, 60 laps": table(*racers(40, 60), name="F" * 40),
    "72 crashes": table(*racers(12, 60, crashes=0.1)),
    "a crash every other lap": table(*racers(12, 20, crashes=0.5)),
    "300 laps": table(*racers(2, 300)),
    "everybody alike": table(*(run(name, (20_000,) * 5) for name in NAMES)),
    "one lap": table(run("Solo", (20_912,))),
    "nothing counts": table(run("Nobody", (10_600, 10_700), left_out=(1, 2))),
    "an hour a lap": table(run("Endurance", (3_600_000, 3_500_000, 3_700_000))),
    "a second a lap": table(run("Fast", (1_000, 1_001, 1_005))),
    "all kinds": table(
        run("Steady"),
        run("W" * 32, (20_100,)),
        run("Z" * 32, (20_000, 20_001), left_out=(1, 2)),
        run(SCRIPTS[0] * 2, (5_000, *STEADY, 90_000), left_out=(1,), confidence=1),
    ),
    "rejected alone": table(run("Doubtful", confidence=2)),
}
ALL = {**REAL, **FIELDS, **EXTREME}


def every(heats: dict[str, HeatTable]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", heats)


@cache
def picture_of(name: str) -> Picture:
    return heat_picture(ALL[name])


def stripes(picture: Picture) -> list[dict[str, float]]:
    """The stripe of each racer, from the top; the one in the key is narrow."""
    return [rect for rect in rects_of(picture, colours.STRIPE) if rect["width"] > 100]


def bounds(picture: Picture) -> list[tuple[float, float]]:
    """Where each strip begins and ends."""
    middles = [text.middle for text in ranks(picture)]
    tops = [middle - 10 for middle in middles]
    # Below the last one is the clock.
    last = max(text.top for text in texts_of(picture))
    return [(top, next_top) for top, next_top in pairwise([*tops, last])]


def ranks(picture: Picture) -> list[Text]:
    return [text for text in texts_of(picture) if text.right == pytest.approx(20)]


def marks_in(picture: Picture, bound: tuple[float, float]) -> list[Seen]:
    """The marks of a strip from left to right; a cross is two short lines, told once."""
    marks = [*seen_in(picture, "circle"), *seen_in(picture, "polygon")]
    crosses = [
        line
        for line in seen_in(picture, "polyline", colours.MISTAKE)
        if len({y for _, y in line.points}) == 2 and line.points[0][1] < line.points[1][1]
    ]
    found = [mark for mark in [*marks, *crosses] if bound[0] < mark.middle[1] < bound[1]]
    return sorted((mark for mark in found if mark.middle[0] > 125), key=lambda mark: mark.middle)


@every(ALL)
def test_no_text_is_covered_or_cut_off(name: str) -> None:
    assert_readable(picture_of(name))


@every(ALL)
def test_everybody_has_a_strip_in_the_order_of_the_ranking(name: str) -> None:
    shown, picture = ALL[name], picture_of(name)
    assert [text.words for text in ranks(picture)] == [
        str(rank) for rank in range(1, len(shown.runs) + 1)
    ]
    assert len(stripes(picture)) == len(shown.runs)
    for driven, (top, bottom) in zip(shown.runs, bounds(picture), strict=True):
        own = [text for text in texts_of(picture) if top < text.middle < bottom]
        if driven.orp is None:
            assert "needs 2 laps" in [text.words for text in own]
        elif driven.orp.strategy is None:
            assert "rejected" in [text.words for text in own]
        else:
            (score,) = [text for text in own if text.words == f"{driven.orp.orp_score:.1f}"]
            assert score.colour == colours.STRATEGY_COLOURS[driven.orp.strategy]


@every(FIELDS)
def test_every_name_is_read_whole_or_with_an_ellipsis(name: str) -> None:
    words = words_of(picture_of(name))
    for driven in ALL[name].runs:
        assert driven.racer.name in words or driven.racer.name.startswith("Maximilian")
    assert len(ALL[name].runs) < 25 or any(word.startswith("Maximilian S") for word in words)


@every(ALL)
def test_every_lap_is_where_it_was_driven(name: str) -> None:
    """Across the moment it ended, up how far off the racer's own median it was."""
    shown, picture = ALL[name], picture_of(name)
    end_ms = max(sum(lap.time_ms for lap in driven.laps) for driven in shown.runs)
    for driven, stripe, bound in zip(shown.runs, stripes(picture), bounds(picture), strict=True):
        counting = [lap.time_ms for lap in driven.laps if lap.counts]
        usual = float(median(counting or [lap.time_ms for lap in driven.laps]))
        middle = stripe["y"] + stripe["height"] / 2
        two_percent = stripe["height"] / 2
        expected = []
        for end, lap in zip(
            accumulate(lap.time_ms for lap in driven.laps), driven.laps, strict=True
        ):
            share = min(max(lap.time_ms / usual - 1, -REACH_SHARE), REACH_SHARE)
            across = 130 + (372 - 3.51 - 130) * end / end_ms
            expected.append((lap, across, middle + two_percent * share / STRIPE_SHARE))
        lines = [
            line
            for line in seen_in(picture, "polyline", colours.QUIET_TEXT)
            if bound[0] < line.middle[1] < bound[1]
        ]
        through = [point for line in lines for point in line.points]
        wanted = [(x, y) for lap, x, y in expected if lap.counts]
        if len(wanted) > 1:
            assert through == [pytest.approx(point, abs=0.02) for point in wanted]
        if len(counting) <= 60:
            marks = marks_in(picture, bound)
            assert len(marks) == len(driven.laps)
            for mark, (lap, x, y) in zip(marks, expected, strict=True):
                assert mark.middle[0] == pytest.approx(x, abs=0.1)
                assert mark.middle[1] == pytest.approx(y, abs=0.6)
                is_hollow = mark.tag == "circle" and mark.hollow
                assert is_hollow is not lap.counts


@every(ALL)
def test_every_mistake_is_a_cross_and_its_cost_is_told(name: str) -> None:
    shown, picture = ALL[name], picture_of(name)
    for driven, (top, bottom) in zip(shown.runs, bounds(picture), strict=True):
        told = [
            float(text.words.removeprefix("+"))
            for text in texts_of(picture)
            if top < text.middle < bottom and text.colour == colours.MISTAKE
        ]
        mistakes = find_mistakes(driven.laps)
        assert bool(told) == bool(mistakes.count)
        assert sum(told) == pytest.approx(mistakes.lost_ms / 1000, abs=0.051 * len(told) + 0.01)
        crosses = [
            mark
            for mark in marks_in(picture, (top, bottom))
            if mark.tag == "polyline" and mark.colour == colours.MISTAKE
        ]
        assert len(crosses) == mistakes.count


def test_the_stripe_is_two_percent_and_all_strips_have_one_scale() -> None:
    for name in ALL:
        for stripe in stripes(picture_of(name)):
            assert stripe["height"] == pytest.approx(2 * 13.5 * STRIPE_SHARE / REACH_SHARE)


def test_up_is_faster() -> None:
    picture = heat_picture(table(run("Max", (20_000, 20_200, 19_800))))
    (line,) = [
        line for line in seen_in(picture, "polyline", colours.QUIET_TEXT) if len(line.points) == 3
    ]
    usual, slow, fast = (y for _, y in line.points)
    assert fast < usual < slow
    assert "Laps over the heat, by ORP · up is faster" in words_of(picture)


def test_what_does_not_count_is_hollow_and_the_key_says_so() -> None:
    picture = heat_picture(table(run("Max", STEADY, left_out=(2,))))
    hollow = [mark for mark in seen_in(picture, "circle") if mark.hollow]
    assert len(hollow) == 2, "the lap and its key"
    assert "not counted" in words_of(picture)
    assert "not counted" not in words_of(heat_picture(table(run("Max"))))


def test_a_lap_beyond_the_edge_is_an_arrow_at_the_edge() -> None:
    wild = (20_000, 30_000, 21_000, 30_000, 25_000, 26_000)
    picture = heat_picture(table(run("Wild", wild)))
    arrows = [mark for mark in seen_in(picture, "polygon", colours.LAP) if len(mark.points) == 3]
    middle = stripes(picture)[0]["y"] + stripes(picture)[0]["height"] / 2
    # Of the two that were too fast one is the best lap, which has a mark of its own.
    assert [mark.middle[1] > middle for mark in arrows] == [True, False, True]


def test_of_equal_laps_the_first_is_the_best() -> None:
    picture = heat_picture(table(run("Even", (20_000,) * 5)))
    assert len(seen_in(picture, "polygon", colours.FASTEST)) == 2, "the lap and its key"


def test_only_real_laps_make_the_picture_high() -> None:
    calm, wild = run("Calm"), run("Wild", (*STEADY, 95_000))
    two = heat_picture(table(calm, calm)).height
    assert heat_picture(table(calm, wild)).height > two
    assert heat_picture(table(*[calm] * 40)).height < 40 * 50


def test_the_clock_stands_above_many_strips_too() -> None:
    assert words_of(picture_of("12 racers")).count("1:00") == 1
    assert words_of(picture_of("40 racers")).count("1:00") == 2


def test_the_title_is_heat_and_session() -> None:
    assert "Buggy Q1 · Club Race" in words_of(heat_picture(table(run("Max"), class_name="Buggy")))


@every(ALL)
def test_text_reads_on_a_phone(name: str) -> None:
    picture = picture_of(name)
    assert picture.width == 380
    for text in texts_of(picture):
        assert text.points >= 10
        assert contrast(text.colour, colours.PANEL) >= 4.5
    assert text_of(picture, "1").points >= 10


def test_the_picture_is_an_opaque_png_of_the_same_bytes() -> None:
    drawn = draw_heat(REAL["nitro-q1"])
    assert drawn.startswith(b"\x89PNG")
    picture = opened(drawn)
    assert picture.width == look.PIXELS_A_POINT * 380
    assert picture.height == round(look.PIXELS_A_POINT * heat_picture(REAL["nitro-q1"]).height)
    assert picture.getpixel((0, 0)) == tuple(bytes.fromhex(colours.BACKGROUND[1:]))
    assert draw_heat(REAL["nitro-q1"]) == drawn


def test_nothing_is_told_by_colour_alone() -> None:
    """Without any colour the marks are still told apart by their shapes."""
    picture = heat_picture(table(run("Max", (5_000, *STEADY, 20_800, 30_000), left_out=(1,))))
    circles = {mark.hollow for mark in seen_in(picture, "circle")}
    assert circles == {True, False}
    assert seen_in(picture, "polygon", colours.FASTEST)
    assert seen_in(picture, "polyline", colours.MISTAKE)
    assert isinstance(opened(look.png(picture)), Image.Image)


def test_a_heat_without_laps_has_no_picture() -> None:
    with pytest.raises(ValueError, match="without laps"):
        draw_heat(table())
