"""A row of the bench: what was measured, what it may be, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import median
from typing import Any, Final

_NAME_WIDTH: Final = 56
_DATABASE_WIDTH: Final = 10


class Verdict(StrEnum):
    """What became of a row."""

    PASSED = "pass"
    FAILED = "fail"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a figure may be.

    Attributes:
        limit: The highest figure allowed, or the lowest.
        unit: What both are given in: "×", "ms", "s" or "MiB".
        is_least: Whether the limit is the lowest figure allowed.
    """

    limit: float
    unit: str
    is_least: bool = False

    def holds(self, figure: float) -> bool:
        """Tell whether a figure is within the budget; one that is no number never is."""
        return figure >= self.limit if self.is_least else figure <= self.limit

    def text(self) -> str:
        """Return it as ``≤ 4 ×``."""
        return f"{'≥' if self.is_least else '≤'} {self.limit:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Spread:
    """What came out of several measurements.

    Attributes:
        middle: Their median.
        low: The lowest.
        high: The highest.
    """

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the bench.

    Attributes:
        name: What was measured.
        database: "SQLite" or "PostgreSQL"; empty where no database has a part in it.
        budget: What the figure may be.
        spread: The figure with its lowest and highest; None where it was left out.
        detail: The absolute figures behind it, for orientation.
        left_out: Why it was not measured.
    """

    name: str
    database: str
    budget: Budget
    spread: Spread | None
    detail: str = ""
    left_out: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether the figure is within the budget."""
        if self.spread is None:
            return Verdict.LEFT_OUT
        return Verdict.PASSED if self.budget.holds(self.spread.middle) else Verdict.FAILED

    def line(self) -> str:
        """Return the row as one line: verdict, name, database, figure, budget, what is behind."""
        start = f"{self.verdict:<9} {self.name:<{_NAME_WIDTH}} {self.database:<{_DATABASE_WIDTH}}"
        if self.spread is None:
            return f"{start} {'–':>10}   {self.budget.text():<11} {self.left_out}".rstrip()
        figure = f"{figure_text(self.spread.middle)} {self.budget.unit}"
        behind = f"{figure_text(self.spread.low)} to {figure_text(self.spread.high)}"
        if self.detail:
            behind += f"; {self.detail}"
        return f"{start} {figure:>10}   {self.budget.text():<11} {behind}"

    def as_dict(self) -> dict[str, Any]:
        """Return the row in JSON's own types."""
        return asdict(self) | {"verdict": self.verdict.value, "budget_text": self.budget.text()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Row:
        """Return the row that ``as_dict`` has written."""
        return cls(
            name=stored["name"],
            database=stored["database"],
            budget=Budget(**stored["budget"]),
            spread=None if stored["spread"] is None else Spread(**stored["spread"]),
            detail=stored["detail"],
            left_out=stored["left_out"],
        )


def spread(figures: Sequence[float]) -> Spread:
    """Return what came out of measurements, one at least."""
    return Spread(median(figures), min(figures), max(figures))


def ratios(pairs: Sequence[tuple[float, float]]) -> Spread:
    """Return how many times the second each first is, of pairs measured next to each other."""
    return spread([first / second for first, second in pairs])


def differences(pairs: Sequence[tuple[float, float]]) -> Spread:
    """Return how much more than the second each first is, of pairs measured next to each other."""
    return spread([first - second for first, second in pairs])


def against(first: Sequence[float], second: Sequence[float], unit: str) -> str:
    """Return the medians of both sides, as ``22.1 ms against 1.3 ms``."""
    return f"{figure_text(median(first))} {unit} against {figure_text(median(second))} {unit}"


def figure_text(figure: float) -> str:
    """Return a figure with three digits that matter: ``0.042``, ``1.31``, ``17.2``, ``340``."""
    size = abs(figure)
    if size >= 100 or figure == 0:
        return f"{figure:.0f}"
    if size >= 10:
        return f"{figure:.1f}"
    return f"{figure:.2f}" if size >= 0.1 else f"{figure:.3f}"
