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
class Part:
    """A part of what one command costs.

    Attributes:
        database: "SQLite" or "PostgreSQL".
        name: What is done in it.
        took_ms: Its median, in milliseconds.
    """

    database: str
    name: str
    took_ms: float

    def line(self) -> str:
        """Return the part as one line."""
        return f"{'part':<9} {self.database:<10} {self.took_ms:6.2f} ms   {self.name}"

    def as_dict(self) -> dict[str, Any]:
        """Return the part in JSON's own types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Part:
        """Return the part that ``as_dict`` has written."""
        return cls(stored["database"], stored["name"], stored["took_ms"])


@dataclass(frozen=True, slots=True)
class Findings:
    """Rows, and the curves and parts that were found with them."""

    rows: list[Row]
    curves: list[Curve] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
