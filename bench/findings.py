"""What a measurement hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.rows import Row


@dataclass(frozen=True, slots=True)
class Curve:
    """How the cost of one command grows with what is stored.

    Attributes:
        database: "SQLite" or "PostgreSQL".
        whose: Whose laps they are.
        command: What was typed.
        laps: How many are stored, smallest first.
        times: How many times the cost at the smallest each costs.
    """

    database: str
    whose: str
    command: str
    laps: tuple[int, ...]
    times: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the curve in JSON's own types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Curve:
        """Return the curve that ``as_dict`` has written."""
        laps, times = tuple(stored["laps"]), tuple(stored["times"])
        return cls(stored["database"], stored["whose"], stored["command"], laps, times)


@dataclass(frozen=True, slots=True)
class Findings:
    """Rows, and the curves that were found with them."""

    rows: list[Row]
    curves: list[Curve] = field(default_factory=list)
