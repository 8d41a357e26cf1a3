"""All that was measured, kept in a JSON file so that a group of rows can be measured again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.findings import Curve, Part
from bench.rows import Row


@dataclass(frozen=True, slots=True)
class Group:
    """What came of one measurement.

    Attributes:
        day: When it was.
        rows: Its rows, as far as they were measured.
        curves: How costs grow, where it has looked at that.
        parts: Where the time goes, where it has looked at that.
        trouble: Why the rest could not be measured; empty when all went well.
    """

    day: date
    rows: Sequence[Row]
    curves: Sequence[Curve] = field(default_factory=list)
    parts: Sequence[Part] = field(default_factory=list)
    trouble: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the group in JSON's own types."""
        return {
            "day": self.day.isoformat(),
            "rows": [row.as_dict() for row in self.rows],
            "curves": [curve.as_dict() for curve in self.curves],
            "parts": [part.as_dict() for part in self.parts],
            "trouble": self.trouble,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Group:
        """Return the group that ``as_dict`` has written."""
        return cls(
            day=date.fromisoformat(stored["day"]),
            rows=[Row.from_dict(row) for row in stored["rows"]],
            curves=[Curve.from_dict(curve) for curve in stored["curves"]],
            parts=[Part.from_dict(part) for part in stored.get("parts", [])],
            trouble=stored["trouble"],
        )


@dataclass(frozen=True, slots=True)
class Results:
    """All that was measured on one machine.

    Attributes:
        machine: On what, by what it is called.
        groups: What came of each measurement, by its key.
    """

    machine: Mapping[str, str]
    groups: Mapping[str, Group]

    def save(self, file: Path) -> None:
        """Write the results to a JSON file."""
        groups = {key: group.as_dict() for key, group in self.groups.items()}
        stored = {"machine": dict(self.machine), "groups": groups}
        file.write_text(json.dumps(stored, indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Results:
        """Return what was saved.

        Raises:
            FileNotFoundError: Nothing was.
        """
        stored = json.loads(file.read_text(encoding="utf-8"))
        groups = {key: Group.from_dict(group) for key, group in stored["groups"].items()}
        return cls(stored["machine"], groups)
