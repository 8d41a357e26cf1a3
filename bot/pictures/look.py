"""What all pictures share: size, colours, text and marks, and how a picture becomes PNG bytes.

A picture is written as SVG and drawn by resvg. Lengths and text sizes are in points of a phone: a
picture is 380 points wide, about what Discord gives it there, and drawn with two pixels a point.
The background is opaque and dark, so it reads the same on Discord's dark and light themes.

The colours are those of ``bot.colours``. Nothing is told by colour alone: what differs has marks of
different shapes, or says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import resvg_py

from bot import colours
from bot.pictures.fonts import BOLD_SHARE, LATIN, by_family, font_files, width_of
from core.rounding import round_half_even

WIDTH: Final = 380.0
SMALL: Final = 10.0
NORMAL: Final = 11.0
LARGE: Final = 14.0
PIXELS_A_POINT: Final = 2
SWATCH_WIDTH: Final = 12.0

# Of the size of the letters: every script then stands on one line, whatever hangs below it.
_HALF_CAPITAL: Final = 0.357
_SWATCH_HEIGHT: Final = 8.0
_MARK_EDGE: Final = 1.2
_CROSS_EDGE: Final = 1.8
_BOLD: Final = "600"
_NAMESPACE: Final = "http://www.w3.org/2000/svg"

Align = Literal["left", "center", "right"]
Shape = Literal["dot", "square", "diamond", "cross", "up", "down"]
Point = tuple[float, float]

_ANCHORS: Final[dict[Align, str]] = {"left": "start", "center": "middle", "right": "end"}
# Corners around the middle, as shares of the mark's half width.
_CORNERS: Final[dict[Shape, tuple[Point, ...]]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "up": ((-1.2, 0.8), (0, -1.2), (1.2, 0.8)),
    "down": ((-1.2, -0.8), (0, 1.2), (1.2, -0.8)),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a kind of lap is marked; ``size`` is half its width in points."""

    shape: Shape
    size: float
    colour: str
    hollow: bool = False


# Each differs in shape, too.
RACER_MARKS: Final = (Mark("dot", 2.4, colours.ORANGE), Mark("square", 2.2, colours.SKY))


class Picture:
    """A picture in the making; all places are in points from its upper left corner."""

    def __init__(self, height: float, *, width: float = WIDTH) -> None:
        self.width, self.height = width, height
        self.root = Element(
            "svg",
            {
                "xmlns": _NAMESPACE,
                "width": _number(width),
                "height": _number(height),
                "font-family": LATIN,
                "font-weight": "400",
            },
        )
        self.rect(0, 0, width, height, colours.BACKGROUND)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        points: float = SMALL,
        colour: str = colours.TEXT,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """Write one line; user text went through ``fonts.fitted`` or ``fonts.readable``.

        A name and a number beside it are written apart, so that an Arabic name does not reorder
        them.

        Args:
            x: Where the text is aligned.
            y: The middle of a capital letter.
            text: What to write.
            points: The size of the letters.
            colour: One of ``bot.colours``.
            align: Which part of the text is at ``x``.
            bold: Whether the letters are strong.
        """
        written = SubElement(
            self.root,
            "text",
            {
                "x": _number(x),
                "y": _number(y + _HALF_CAPITAL * points),
                "font-size": _number(points),
                "fill": colour,
                "text-anchor": _ANCHORS[align],
            },
        )
        if bold:
            written.set("font-weight", _BOLD)
        for family, piece in by_family(text):
            SubElement(written, "tspan", {"font-family": family}).text = piece

    def rect(
        self, x: float, y: float, width: float, height: float, colour: str, *, alpha: float = 1
    ) -> None:
        """Fill a rectangle."""
        self._add(
            "rect",
            {"x": x, "y": y, "width": width, "height": height},
            {"fill": colour, "fill-opacity": _number(alpha)},
        )

    def line(
        self,
        points: Sequence[Point],
        colour: str,
        *,
        width: float = 1,
        alpha: float = 1,
        dashes: str = "none",
    ) -> None:
        """Draw a line through points."""
        self._add(
            "polyline",
            {},
            {
                "points": " ".join(f"{_number(x)},{_number(y)}" for x, y in points),
                "fill": "none",
                "stroke": colour,
                "stroke-width": _number(width),
                "stroke-opacity": _number(alpha),
                "stroke-linejoin": "round",
                "stroke-dasharray": dashes,
            },
        )

    def mark(self, x: float, y: float, mark: Mark) -> None:
        """Draw a mark, its middle at a point."""
        look = {"fill": "none" if mark.hollow else mark.colour}
        if mark.hollow:
            look |= {"stroke": mark.colour, "stroke-width": _number(_MARK_EDGE)}
        size = mark.size
        if mark.shape == "dot":
            self._add("circle", {"cx": x, "cy": y, "r": size}, look)
        elif mark.shape == "cross":
            for way in (-1, 1):
                ends = [(x - size, y - way * size), (x + size, y + way * size)]
                self.line(ends, mark.colour, width=_CROSS_EDGE)
        else:
            corners = [
                (x + size * across, y + size * down) for across, down in _CORNERS[mark.shape]
            ]
            look["points"] = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)
            self._add("polygon", {}, look)

    def swatch(self, x: float, y: float, colour: str, alpha: float) -> None:
        """Draw a small field of a colour, its left edge and middle at a point."""
        self.rect(x, y - _SWATCH_HEIGHT / 2, SWATCH_WIDTH, _SWATCH_HEIGHT, colour, alpha=alpha)

    def put(self, picture: Picture, x: float, y: float) -> None:
        """Show another picture as a part of this one, its upper left corner at a point."""
        shown = SubElement(self.root, "svg", picture.root.attrib)
        shown.set("x", _number(x))
        shown.set("y", _number(y))
        shown.extend(picture.root)

    def svg(self) -> str:
        """Return the picture as SVG."""
        return ElementTree.tostring(self.root, encoding="unicode")

    def _add(self, tag: str, places: dict[str, float], look: dict[str, str]) -> None:
        numbers = {name: _number(value) for name, value in places.items()}
        SubElement(self.root, tag, numbers | look)


def png(picture: Picture, *, pixels_a_point: float = PIXELS_A_POINT) -> bytes:
    """Return the picture as a PNG; equal pictures give equal bytes on every machine.

    Raises:
        RuntimeError: The drawing library has given up.
    """
    try:
        return _drawn(picture, pixels_a_point)
    except BaseException as error:
        # What goes wrong inside the library is no Exception, and would end the process.
        raise RuntimeError("the drawing library has given up") from error


def _drawn(picture: Picture, pixels_a_point: float) -> bytes:
    return resvg_py.svg_to_bytes(
        svg_string=picture.svg(),
        zoom=pixels_a_point,
        skip_system_fonts=True,
        font_files=font_files(),
        font_family=LATIN,
    )


def bold_width(text: str, points: float) -> float:
    """Return how wide a readable text is at most when it is bold, in points."""
    return BOLD_SHARE * width_of(text, points)


def lap_text(ms: int) -> str:
    """Write a lap time with one decimal: ``58.2``, from a minute on ``1:02.3``."""
    tenths = round_half_even(ms, 100)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest / 10:04.1f}" if minutes else f"{rest / 10:.1f}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
