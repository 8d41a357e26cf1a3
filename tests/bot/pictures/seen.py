"""What can be seen in a picture: its texts and their places, the marks in its plot."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

# Letters stand a little apart from the edge of the box they are measured by.
TOUCHING = 3.0


def texts_of(figure: Figure) -> list[Text]:
    """Every text that can be read, also those of the scales."""
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    for axes in figure.axes:
        texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
    return [text for text in texts if text.get_visible() and text.get_text()]


def words_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts_of(figure)]


def colour_of(figure: Figure, words: str) -> str:
    (text,) = [text for text in texts_of(figure) if text.get_text() == words]
    return to_hex(text.get_color()).upper()


def axes_of(figure: Figure) -> Axes:
    (axes,) = figure.axes
    return axes


def marks(figure: Figure, marker: str, colour: str | None = None) -> list[Line2D]:
    """The marks in the plot of that shape, and colour where one is given."""
    return [
        line
        for line in axes_of(figure).lines
        if line.get_marker() == marker
        and (colour is None or to_hex(line.get_markeredgecolor()).upper() == colour.upper())
    ]


def across(line: Line2D) -> list[float]:
    """Where a line's points are across the plot."""
    return [float(x) for x in np.asarray(line.get_xdata()).tolist()]


def upwards(line: Line2D) -> list[float]:
    """The times a line's points stand at."""
    return [float(y) for y in np.asarray(line.get_ydata()).tolist()]


def marked(figure: Figure, marker: str, colour: str | None = None) -> dict[int, float]:
    """The lap numbers that carry a mark, each with the time it stands at."""
    return {
        int(x): y
        for line in marks(figure, marker, colour)
        for x, y in zip(across(line), upwards(line), strict=True)
    }


def assert_readable(figure: Figure) -> None:
    """No text covers another, and none is cut off."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    width, height = figure.get_size_inches() * figure.dpi
    for words, box in boxes:
        assert box.x0 >= 0, words
        assert box.x1 <= width, words
        assert box.y0 >= 0, words
        assert box.y1 <= height, words
    for (one, box), (other, other_box) in combinations(boxes, 2):
        wide = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
        high = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
        assert wide <= TOUCHING or high <= TOUCHING, f"“{one}” and “{other}”"
