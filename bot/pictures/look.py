"""What all pictures share: size, colours, text, and how a picture becomes PNG bytes.

Lengths and text sizes are in points of a phone: a picture is 380 points wide, about what Discord
gives it there, and drawn with three pixels a point. The background is opaque and dark, so it reads
the same on Discord's dark and light themes.

The colours are those of ``bot.colours``. Nothing is told by colour alone: racers also differ in
their marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from bot import colours
from bot.pictures.fonts import DPI, POINTS_PER_INCH, font
from core.rounding import round_half_even

WIDTH: Final = 380.0
SMALL: Final = 9.0
NORMAL: Final = 10.0
LARGE: Final = 13.0
MARK_SIZE: Final = 4.0
MARK_EDGE: Final = 0.8
SWATCH_WIDTH: Final = 10.0

# Of the size of the letters: every script then stands on one line, whatever hangs below it.
_HALF_CAPITAL: Final = 0.357
_SWATCH_HEIGHT: Final = 7.0

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class RacerStyle:
    """How one racer's line looks; colour, mark and dashes as matplotlib takes them."""

    colour: str
    marker: str
    dashes: str


# Each mark occurs once, so that twelve racers are told apart without any colour.
RACER_STYLES: Final = (
    RacerStyle(colours.ORANGE, "o", "-"),
    RacerStyle(colours.SKY, "s", "-"),
    RacerStyle(colours.YELLOW, "^", "-"),
    RacerStyle(colours.PINK, "D", "-"),
    RacerStyle(colours.GREEN, "v", "-"),
    RacerStyle(colours.RED, "P", "-"),
    RacerStyle(colours.BLUE, "X", "-"),
    RacerStyle(colours.WHITE, "*", "-"),
    RacerStyle(colours.ORANGE, "<", "--"),
    RacerStyle(colours.SKY, ">", "--"),
    RacerStyle(colours.YELLOW, "p", "--"),
    RacerStyle(colours.PINK, "h", "--"),
)


def new_figure(height: float) -> Figure:
    """Return an empty picture of that height in points."""
    figure = Figure(
        figsize=(WIDTH / POINTS_PER_INCH, height / POINTS_PER_INCH),
        dpi=DPI,
        facecolor=colours.BACKGROUND,
    )
    FigureCanvasAgg(figure)
    return figure


def height_of(figure: Figure) -> float:
    """Return a picture's height in points."""
    return float(figure.get_figheight()) * POINTS_PER_INCH


def write(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    *,
    points: float = SMALL,
    colour: str = colours.TEXT,
    align: Align = "left",
) -> Text:
    """Write one line; user text went through ``fonts.fitted`` or ``fonts.readable``.

    A name and a number beside it are written apart, so that an Arabic name does not reorder them.

    Args:
        figure: The picture.
        x: Points from its left edge to where the text is aligned.
        y: Points from its upper edge to the middle of a capital letter.
        text: Taken letter by letter; ``$`` has no meaning.
        points: The size of the letters.
        colour: One of ``bot.colours``.
        align: Which part of the text is at ``x``.
    """
    return figure.text(
        x,
        y + _HALF_CAPITAL * points,
        text,
        transform=from_top_left(figure),
        fontproperties=font(points),
        color=colour,
        horizontalalignment=align,
        verticalalignment="baseline",
        parse_math=False,
    )


def mark(figure: Figure, x: float, y: float, style: RacerStyle, *, hollow: bool = False) -> Line2D:
    """Draw a racer's mark, its middle at those points from the upper left."""
    drawn = Line2D(
        [x],
        [y],
        transform=from_top_left(figure),
        linestyle="",
        marker=style.marker,
        markersize=MARK_SIZE,
        markeredgewidth=MARK_EDGE,
        markeredgecolor=style.colour,
        markerfacecolor=colours.BACKGROUND if hollow else style.colour,
    )
    figure.add_artist(drawn)
    return drawn


def stroke(figure: Figure, x: Sequence[float], y: Sequence[float], colour: str) -> Line2D:
    """Draw a faint line, such as one that leads to a label, through points from the upper left."""
    drawn = Line2D(
        x, y, transform=from_top_left(figure), color=colour, alpha=0.6, linewidth=0.6, dashes=(2, 2)
    )
    figure.add_artist(drawn)
    return drawn


def swatch(figure: Figure, x: float, y: float, colour: str, alpha: float) -> Rectangle:
    """Draw a small field of a colour, its left edge and middle at those points."""
    drawn = Rectangle(
        (x, y - _SWATCH_HEIGHT / 2),
        SWATCH_WIDTH,
        _SWATCH_HEIGHT,
        transform=from_top_left(figure),
        color=colour,
        alpha=alpha,
        linewidth=0,
    )
    figure.add_artist(drawn)
    return drawn


def from_top_left(figure: Figure) -> Affine2D:
    """Return the transform of points right of the left edge and below the upper one."""
    scale = DPI / POINTS_PER_INCH
    return Affine2D().scale(scale, -scale).translate(0, height_of(figure) * scale)


def add_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Return a plot without frame or ticks; its place is in points from the upper left."""
    whole = height_of(figure)
    axes = figure.add_axes(
        (left / WIDTH, 1 - (top + height) / whole, width / WIDTH, height / whole),
        facecolor="none",
    )
    axes.tick_params(length=0, pad=4, colors=colours.QUIET_TEXT)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_axisbelow(True)
    return axes


def png(figure: Figure) -> bytes:
    """Return the picture as a PNG of at most 256 colours; equal pictures give equal bytes."""
    raw = BytesIO()
    figure.savefig(raw, format="rgba", dpi=DPI)
    size = figure.canvas.get_width_height()
    drawn = Image.frombytes("RGBA", size, raw.getvalue()).convert("RGB")
    file = BytesIO()
    drawn.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def lap_text(ms: int) -> str:
    """Write a lap time with one decimal: ``58.2``, from a minute on ``1:02.3``."""
    tenths = round_half_even(ms, 100)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest / 10:04.1f}" if minutes else f"{rest / 10:.1f}"
