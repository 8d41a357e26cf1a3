"""What letters a font file has and how wide they are.

Read straight from two of its tables, ``cmap`` and ``hmtx``, as the OpenType specification lays them
out: a library for fonts would take more memory than everything else that draws.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import unpack_from
from typing import Final

_COLLECTION: Final = b"ttcf"
_UNICODE: Final = (0, 3)
_BY_SEGMENTS: Final = 4
_BY_GROUPS: Final = 12
_MISSING: Final = 0

# First and last character of a row of them, and the glyph of the first.
_Group = tuple[int, int, int]


class Letters:
    """The letters of a font file; of a collection, those of its first font."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap(file.fileno(), 0, access=ACCESS_READ)
        self._tables = self._find_tables()
        self._groups = sorted(self._read_groups())
        self._firsts = [first for first, _, _ in self._groups]
        (self._em,) = unpack_from(">H", self._data, self._tables["head"] + 18)
        (self._widths,) = unpack_from(">H", self._data, self._tables["hhea"] + 34)

    def has(self, letter: str) -> bool:
        """Tell whether the font has a letter."""
        return self._glyph(letter) != _MISSING

    def width(self, letter: str) -> float:
        """Return how wide a letter is, as a share of the letters' size."""
        # The last width is that of all glyphs behind it.
        number = min(self._glyph(letter), self._widths - 1)
        (width,) = unpack_from(">H", self._data, self._tables["hmtx"] + 4 * number)
        return float(width / self._em)

    def _glyph(self, letter: str) -> int:
        code = ord(letter)
        index = bisect_right(self._firsts, code) - 1
        if index < 0:
            return _MISSING
        first, last, glyph = self._groups[index]
        return glyph + code - first if code <= last else _MISSING

    def _find_tables(self) -> dict[str, int]:
        """Return where each table begins."""
        start = 0
        if self._data[:4] == _COLLECTION:
            (start,) = unpack_from(">I", self._data, 12)
        (count,) = unpack_from(">H", self._data, start + 4)
        tables = (unpack_from(">4sII", self._data, start + 12 + 16 * n) for n in range(count))
        return {tag.decode("ascii"): offset for tag, _, offset in tables}

    def _read_groups(self) -> Iterator[_Group]:
        """Yield the rows of characters of the fullest table, none of them twice."""
        cmap = self._tables["cmap"]
        (count,) = unpack_from(">H", self._data, cmap + 2)
        places = {}
        for number in range(count):
            platform, _, offset = unpack_from(">HHI", self._data, cmap + 4 + 8 * number)
            (layout,) = unpack_from(">H", self._data, cmap + offset)
            if platform in _UNICODE:
                places[layout] = cmap + offset
        if _BY_GROUPS in places:
            return self._by_groups(places[_BY_GROUPS])
        return self._by_segments(places[_BY_SEGMENTS])

    def _by_groups(self, offset: int) -> Iterator[_Group]:
        (count,) = unpack_from(">I", self._data, offset + 12)
        for number in range(count):
            yield unpack_from(">III", self._data, offset + 16 + 12 * number)

    def _by_segments(self, offset: int) -> Iterator[_Group]:
        (doubled,) = unpack_from(">H", self._data, offset + 6)
        lasts, firsts = offset + 14, offset + 16 + doubled
        deltas, offsets = firsts + doubled, firsts + 2 * doubled
        for step in range(0, doubled, 2):
            (first,) = unpack_from(">H", self._data, firsts + step)
            (last,) = unpack_from(">H", self._data, lasts + step)
            (delta,) = unpack_from(">H", self._data, deltas + step)
            (offset,) = unpack_from(">H", self._data, offsets + step)
            if not offset:
                yield from (
                    (code, code, glyph)
                    for code in range(first, last + 1)
                    if (glyph := (code + delta) % 0x10000)
                )
                continue
            for code in range(first, last + 1):
                at = offsets + step + offset + 2 * (code - first)
                (glyph,) = unpack_from(">H", self._data, at)
                if glyph:
                    yield code, code, (glyph + delta) % 0x10000
