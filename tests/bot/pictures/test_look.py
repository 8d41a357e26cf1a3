"""What all pictures share is seen by everybody."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot import colours
from bot.pictures import look
from bot.pictures.look import Mark, Picture

from .contrast import contrast, shares
from .seen import opened, words_of

TEXT_COLOURS = (
    colours.TEXT,
    colours.QUIET_TEXT,
    colours.NO_SCORE,
    colours.MISTAKE,
    *colours.STRATEGY_COLOURS.values(),
    *(mark.colour for mark in look.RACER_MARKS),
)


@pytest.mark.parametrize("colour", sorted(set(TEXT_COLOURS)))
def test_every_text_colour_is_read_on_the_background(colour: str) -> None:
    assert contrast(colour, colours.BACKGROUND) >= 4.5
    assert contrast(colour, colours.PANEL) >= 4.5


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_the_background_is_dark_on_either_theme_of_discord() -> None:
    assert contrast(colours.BACKGROUND, "#FFFFFF") > 10
    assert contrast(colours.BACKGROUND, "#313338") < 1.5
    assert contrast(colours.TEXT, colours.BACKGROUND) > 10


def test_two_racers_differ_without_colour_and_for_deuteranopes_too() -> None:
    one, other = look.RACER_MARKS
    assert one.shape != other.shape
    reds, blues = seen_without_green(one.colour), seen_without_green(other.colour)
    assert max(abs(red - blue) for red, blue in zip(reds, blues, strict=True)) > 0.15


def seen_without_green(colour: str) -> tuple[float, float]:
    """A colour as seen without green cones (Viénot, Brettel and Mollon 1999)."""
    red, green, blue = (part**2.2 for part in shares(colour))
    yellow = 0.292_75 * red + 0.707_25 * green
    rest = -0.022_34 * red + 0.022_34 * green + blue
    return yellow ** (1 / 2.2), max(rest, 0) ** (1 / 2.2)


def test_each_shape_of_a_mark_looks_different() -> None:
    drawn = set()
    for shape in ("dot", "square", "diamond", "cross", "up", "down"):
        picture = Picture(20, width=20)
        picture.mark(10, 10, Mark(shape, 4, colours.TEXT))
        drawn.add(look.png(picture))
    assert len(drawn) == 6


@pytest.mark.parametrize("text", ["<b>&\"'", "$x$ \\alpha", "]]>", "{}", "&amp;"])
def test_markup_is_text(text: str) -> None:
    picture = Picture(20)
    picture.write(5, 10, text)
    assert words_of(picture) == [text]
    assert look.png(picture)


def test_bold_is_drawn_no_wider_than_it_is_measured() -> None:
    for text in ("68.4", "100.0", "WWWW", "iiiiiiii"):
        picture = Picture(40)
        picture.write(0, 20, text, points=28, bold=True)
        drawn = opened(look.png(picture, pixels_a_point=1))
        right = drawn.convert("L").point(lambda level: 255 * (level > 60)).getbbox()
        assert right is not None
        assert right[2] <= look.bold_width(text, 28) + 1


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (58_234, "58.2"),
        (59_960, "1:00.0"),
        (62_345, "1:02.3"),
        (9_050, "9.0"),
        (3_600_000, "60:00.0"),
    ],
)
def test_lap_times_have_one_decimal(ms: int, text: str) -> None:
    assert look.lap_text(ms) == text


def test_sizes_read_on_a_phone() -> None:
    assert look.WIDTH == 380
    assert look.SMALL >= 10
    assert all(one < other for one, other in pairwise((look.SMALL, look.NORMAL, look.LARGE)))
