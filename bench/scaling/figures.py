"""What ``make bench`` has measured, as far as the simulation needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from bench.results import Results
from bench.rows import Row
from bench.scaling.saturday import Kind
from bench.trouble import Trouble

_STORED: Final = ", 1,000,000 laps of 1,000 teams"
LIKE: Final = {
    Kind.LAP: "/lap",
    Kind.SHOW: "/heat show",
    Kind.FINISH: "/heat finish",
    Kind.OPTION: "/lap heat:…",
    Kind.BUTTON: "/lap",
    Kind.CARD: "/heat show",
    Kind.POST: "/heat show",
    Kind.EDIT: "/heat show",
}
"""Whose figures each kind has: where it has none of its own, those of what it resembles most."""
_FIRST: Final = re.compile(r"[\d.]+")
_IN_DATABASE: Final = re.compile("in the driver and the database|^COMMIT")

GROUPS: Final = ("lap", "stored", "profile", "pictures", "memory")
"""The groups of ``make bench`` whose rows are used."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The costs on one kind of database.

    Attributes:
        database: "SQLite" or "PostgreSQL".
        answer_ms: What each kind takes by itself, from the question to the answer.
        busy_ms: How long it keeps the process busy when many come at once.
        database_ms: How long it keeps a connection to the database busy.
        laps_a_second: How many ``/lap`` a process stores a second at most.
        picture_s: What drawing a picture takes.
        memory_mib: What memory a process has for itself.
        days: When each group was measured.
    """

    database: str
    answer_ms: Mapping[Kind, float]
    busy_ms: Mapping[Kind, float]
    database_ms: Mapping[Kind, float]
    laps_a_second: float
    picture_s: float
    memory_mib: float
    days: Mapping[str, date]


def figures_of(results: Results, database: str) -> Figures:
    """Return what was measured with a kind of database.

    Raises:
        Trouble: A group that is needed was not measured.
    """
    for key in GROUPS:
        if key not in results.groups or results.groups[key].trouble:
            raise Trouble(f"There are no figures of it yet: make bench ONLY={key}")
    answer_ms = {
        kind: _behind(results, "stored", name + _STORED, database) for kind, name in LIKE.items()
    }
    laps_a_second = _behind(results, "lap", "/lap, 100 in flight", database)
    busy_share = 1000 / laps_a_second / answer_ms[Kind.LAP]
    in_database_share = _share_in_database(results, database)
    return Figures(
        database=database,
        answer_ms=answer_ms,
        busy_ms={kind: ms * busy_share for kind, ms in answer_ms.items()},
        database_ms={kind: ms * in_database_share for kind, ms in answer_ms.items()},
        laps_a_second=laps_a_second,
        picture_s=_middle(results, "pictures", "a heat's picture, warm"),
        memory_mib=_behind(
            results, "memory", "memory after 10,000 commands, beyond the bare bot", database
        ),
        days={key: results.groups[key].day for key in GROUPS},
    )


def _share_in_database(results: Results, database: str) -> float:
    """Return what share of a lap through the service is the driver's and the database's."""
    took = {
        part.name: part.took_ms
        for part in results.groups["profile"].parts
        if part.database == database
    }
    inside = sum(ms for name, ms in took.items() if _IN_DATABASE.search(name))
    return inside / took["a lap through the service"]


def _row(results: Results, key: str, name: str, database: str) -> Row:
    for row in results.groups[key].rows:
        if (row.name, row.database) == (name, database):
            return row
    raise Trouble(f"{name} was not measured: make bench ONLY={key}")


def _behind(results: Results, key: str, name: str, database: str) -> float:
    """Return the absolute figure behind a row, the first of the two that were compared."""
    found = _FIRST.match(_row(results, key, name, database).detail)
    if found is None:
        raise Trouble(f"{name} has no figure: make bench ONLY={key}")
    return float(found[0])


def _middle(results: Results, key: str, name: str) -> float:
    measured = _row(results, key, name, "").spread
    if measured is None:
        raise Trouble(f"{name} was left out: make bench ONLY={key}")
    return measured.middle
