"""What can be seen in a picture: its texts and marks with their places, read back from its SVG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from itertools import combinations
from xml.etree import ElementTree

from PIL import Image

from bot.pictures.fonts import BOLD_SHARE, width_of
from bot.pictures.look import Picture, Point

# Of the size of the letters: a capital's height, and how far above a line it begins.
_CAPITAL = 0.714
# Widths are the most a text may take, and letters stand a little apart.
TOUCHING = 1.0
# What laps are drawn with.
_MARKS = ("circle", "polygon", "polyline")


@dataclass(frozen=True)
class Text:
    """A text with the box of its capitals, in points."""

    words: str
    colour: str
    points: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Seen:
    """A mark or a line: its kind, colour, whether it is hollow, and its points."""

    tag: str
    colour: str
    hollow: bool
    points: tuple[Point, ...]

    @cached_property
    def middle(self) -> Point:
        across = [x for x, _ in self.points]
        down = [y for _, y in self.points]
        return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2


def texts_of(picture: Picture) -> list[Text]:
    return list(_texts(picture))


def words_of(picture: Picture) -> list[str]:
    return [text.words for text in texts_of(picture)]


def text_of(picture: Picture, words: str) -> Text:
    """The one text with these words."""
    (text,) = [text for text in texts_of(picture) if text.words == words]
    return text


def seen_in(picture: Picture, tag: str, colour: str | None = None) -> list[Seen]:
    """The marks or lines of a kind, and colour where one is given."""
    found = [seen for seen in _marks(picture) if seen.tag == tag]
    return [seen for seen in found if colour is None or seen.colour == colour]


def rects_of(picture: Picture, colour: str) -> list[dict[str, float]]:
    """The rectangles of a colour: x, y, width, height and fill-opacity."""
    names = ("x", "y", "width", "height", "fill-opacity")
    return [
        {name: float(element.attrib[name]) for name in names}
        for element in _root(picture)
        if _tag(element) == "rect" and element.attrib["fill"] == colour
    ]


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def assert_readable(picture: Picture) -> None:
    """No text covers another, none is cut off, and every mark is inside."""
    texts = texts_of(picture)
    for text in texts:
        assert text.left >= 0, text
        assert text.right <= picture.width, text
        assert text.top >= 0, text
        assert text.bottom <= picture.height, text
    for seen in _marks(picture):
        for x, y in seen.points:
            assert 0 <= x <= picture.width, seen
            assert 0 <= y <= picture.height, seen
    for one, other in combinations(texts, 2):
        wide = min(one.right, other.right) - max(one.left, other.left)
        high = min(one.bottom, other.bottom) - max(one.top, other.top)
        assert wide <= TOUCHING or high <= 0, f"“{one.words}” and “{other.words}”"


# A test looks at the same few pictures again and again, and draws no more into one it has seen.
_keep = lru_cache(maxsize=64)


@_keep
def _texts(picture: Picture) -> tuple[Text, ...]:
    return tuple(_text(element) for element in _root(picture) if _tag(element) == "text")


@_keep
def _marks(picture: Picture) -> tuple[Seen, ...]:
    return tuple(_seen(element) for element in _root(picture) if _tag(element) in _MARKS)


@_keep
def _root(picture: Picture) -> ElementTree.Element:
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser()
    parser.feed(picture.svg())
    root: object = None
    for event in parser.read_events():
        root = event[-1]
    assert isinstance(root, ElementTree.Element)
    return root


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ElementTree.Element) -> Text:
    words = "".join(element.itertext())
    points, x, y = (float(element.attrib[name]) for name in ("font-size", "x", "y"))
    width = width_of(words, points) * (BOLD_SHARE if "font-weight" in element.attrib else 1)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[element.attrib["text-anchor"]]
    colour = element.attrib["fill"]
    return Text(words, colour, points, left, left + width, y - _CAPITAL * points, y)


def _seen(element: ElementTree.Element) -> Seen:
    hollow = element.attrib["fill"] == "none"
    colour = element.attrib["stroke" if hollow else "fill"]
    if _tag(element) == "circle":
        points = [(float(element.attrib["cx"]), float(element.attrib["cy"]))]
    else:
        pairs = (pair.split(",") for pair in element.attrib["points"].split())
        points = [(float(x), float(y)) for x, y in pairs]
    return Seen(_tag(element), colour, hollow, tuple(points))
