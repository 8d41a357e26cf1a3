"""What all pictures share is seen by everybody."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from bot import colours
from bot.pictures import look

from .contrast import contrast

TEXT_COLOURS = (
    colours.TEXT,
    colours.QUIET_TEXT,
    colours.NO_SCORE,
    *colours.STRATEGY_COLOURS.values(),
    *(style.colour for style in look.RACER_STYLES),
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


def test_racers_differ_without_colour() -> None:
    assert len({style.marker for style in look.RACER_STYLES}) == 12


def test_the_first_racers_differ_for_deuteranopes_too() -> None:
    """Colours as seen without green cones (Viénot, Brettel and Mollon 1999)."""
    first = [seen_without_green(style.colour) for style in look.RACER_STYLES[:4]]
    assert all(np.abs(one - other).max() > 0.15 for one, other in combinations(first, 2))


def seen_without_green(colour: str) -> NDArray[np.float64]:
    red, green, blue = np.array(to_rgb(colour)) ** 2.2
    yellow = 0.292_75 * red + 0.707_25 * green
    rest = -0.022_34 * red + 0.022_34 * green + blue
    return np.array([yellow, yellow, max(rest, 0)]) ** (1 / 2.2)


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
