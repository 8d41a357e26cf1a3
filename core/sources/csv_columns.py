"""What stands in the columns of a table of laps: told by headings where known, else by shape."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from core.sources.clock import clock_ms
from core.sources.csv_cells import Row

_TIME_WORDS: Final = (
    {"laptime", "laptimes", "laptimems", "rundenzeit", "rundenzeiten", "tempsautour", "tempstour"}
    | {"tiempodevuelta", "tiempovuelta", "tempogiro", "tempodigiro", "rondetijd", "varvtid"}
    | {"czasokrazenia", "omgangstid", "kierrosaika", "laptimesec", "laptimeseconds", "laptm"}
)
_WEAK_TIME_WORDS: Final = frozenset(
    {"time", "zeit", "temps", "tiempo", "tempo", "tijd", "czas", "tid"}
)
_LAP_WORDS: Final = {
    "lap",
    "laps",
    "lapno",
    "lapnr",
    "lapnum",
    "lapnumber",
    "runde",
    "rundennr",
    "rundennummer",
} | {"rd", "tour", "notour", "vuelta", "giro", "ronde", "varv", "okrazenie", "omgang"}
_DRIVER_WORDS: Final = (
    {"driver", "drivername", "racer", "racername", "pilot", "pilotname", "callsign", "name"}
    | {"fahrer", "fahrername", "pilote", "piloto", "pilota", "rijder", "coureur", "competitor"}
    | {"participant", "nom", "nombre", "nome", "naam", "namn", "kierowca", "forare", "rider"}
)
_HEAT_WORDS: Final = {
    "heat",
    "heatname",
    "race",
    "racename",
    "run",
    "session",
    "sessionname",
    "lauf",
    "rennen",
} | {"manche", "course", "manga", "carrera", "gara", "batteria", "bieg", "round"}
_CLASS_WORDS: Final = frozenset(
    {"class", "classname", "klasse", "classe", "clase", "category", "klasa"}
)
_COUNTS_WORDS: Final = frozenset({"counts", "valid", "isvalid", "gultig", "valide", "valido"})
_MILLISECONDS: Final = re.compile(
    r"(?:^|[\s_(\[])m(?:illi)?s(?:ec(?:onds)?)?[)\]]?$", re.IGNORECASE
)

_COUNT: Final = re.compile(r"(?P<word>[^\W\d_]{0,12})\.?\s*#?\s*(?P<number>[0-9]{1,4})\.?")
_DECIMAL: Final = re.compile(r"[.,:]")
# The share of a column's cells that must be of a kind.
_MOST: Final = 0.8


def word_of(heading: str) -> str:
    """A heading as it is compared: small letters and digits, without accents."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def by_heading(headings: Sequence[str], words: frozenset[str]) -> int | None:
    """The first column with one of these words for a heading."""
    return next((at for at, heading in enumerate(headings) if word_of(heading) in words), None)


def time_column(headings: Sequence[str]) -> int | None:
    """The column of lap times as its heading says: ``lap time`` before a plain ``time``."""
    strong = frozenset(_TIME_WORDS)
    found = next((at for at, text in enumerate(headings) if _bare(text) in strong), None)
    return by_heading(headings, _WEAK_TIME_WORDS) if found is None else found


def is_any_time(heading: str) -> bool:
    """Whether a heading says time and not whether it is a lap's or one from the start."""
    return word_of(heading) in _WEAK_TIME_WORDS


def _bare(heading: str) -> str:
    """A heading without its unit."""
    return word_of(
        re.sub(r"[\s_]*[(\[]?\b(?:m?s|sec|seconds)[)\]]?$", "", heading.replace("_", " "))
    )


def lap_column(headings: Sequence[str]) -> int | None:
    """The column of lap numbers as its heading says."""
    return by_heading(headings, frozenset(_LAP_WORDS))


def driver_column(headings: Sequence[str]) -> int | None:
    """The column of drivers as its heading says."""
    return by_heading(headings, frozenset(_DRIVER_WORDS))


def heat_columns(headings: Sequence[str]) -> list[int]:
    """The columns of rounds and heats as their headings say."""
    return [at for at, heading in enumerate(headings) if word_of(heading) in _HEAT_WORDS]


def class_column(headings: Sequence[str]) -> int | None:
    """The column of classes as its heading says."""
    return by_heading(headings, _CLASS_WORDS)


def class_title(text: str) -> str:
    """The class that a title such as ``Class: Open`` names; empty where it names none."""
    word, _, name = text.partition(":")
    return name.strip() if word_of(word) in _CLASS_WORDS else ""


def counts_column(headings: Sequence[str]) -> int | None:
    """The column that says whether a lap counts."""
    return by_heading(headings, _COUNTS_WORDS)


def is_milliseconds(heading: str) -> bool:
    """Whether a column's heading ends with the unit ms."""
    return _MILLISECONDS.search(heading.strip()) is not None


def cell_ms(cell: str, *, is_ms: bool = False) -> int | None:
    """A cell's time in milliseconds; None where it is none."""
    text = cell.strip().removesuffix("s").strip()
    if is_ms:
        whole = re.fullmatch(r"([0-9]{1,9})(?:[.,][0-9]{1,9})?", text)
        return int(whole[1]) if whole else None
    return clock_ms(text)


def is_time(cell: str) -> bool:
    """Whether a cell is a time beyond doubt: with decimals or minutes."""
    return _DECIMAL.search(cell) is not None and cell_ms(cell) is not None


def lap_number(cell: str) -> int | None:
    """The number in ``3``, ``Lap 3``, ``R3`` or ``3.``; None for anything else."""
    found = _COUNT.fullmatch(cell.strip())
    return int(found["number"]) if found else None


def is_text(cell: str) -> bool:
    """Whether a cell is words: no number, no time, not empty."""
    return bool(cell.strip()) and not is_time(cell) and not cell.strip().isdecimal()


def column(rows: Sequence[Row], at: int) -> list[str]:
    """A column's cells, those that are missing empty."""
    return [row.cells[at].strip() if at < len(row.cells) else "" for row in rows]


def mostly_times(cells: Sequence[str]) -> bool:
    """Whether a column is one of times."""
    shown = [cell for cell in cells if cell]
    return bool(shown) and sum(map(is_time, shown)) >= _MOST * len(shown)


def mostly_text(cells: Sequence[str]) -> bool:
    """Whether a column is one of words."""
    shown = [cell for cell in cells if cell]
    return len(shown) >= _MOST * len(cells) and sum(map(is_text, shown)) >= _MOST * len(shown)


def counts_laps(cells: Sequence[str]) -> bool:
    """Whether a column counts laps: whole numbers that go up by one or begin again."""
    numbers = [int(cell) for cell in cells if cell.isdecimal() and cell.isascii() and len(cell) < 6]
    if len(numbers) != len(cells) or not numbers or numbers[0] > 1:
        return False
    return all(two in (one + 1, 0, 1) for one, two in pairwise(numbers))


def counts_up(numbers: Sequence[int | None]) -> bool:
    """Whether numbers count up by one from 0 or 1."""
    return (
        bool(numbers)
        and numbers[0] in (0, 1)
        and all(one is not None and two == one + 1 for one, two in pairwise(numbers))
    )
