"""What mistakes cost, written under them; those too close for a text each share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import colours
from bot.pictures.fonts import width_of
from bot.pictures.look import SMALL, Picture
from bot.render.phrases import seconds

_GAP: Final = 4.0
_BELOW_LINE: Final = 6.0
_BESIDE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one mistake or several in a row cost.

    Attributes:
        marks: Where the mistakes are, in points, from left to right.
        lost_ms: What they cost together.
        x: The middle of the text, in points.
    """

    marks: tuple[float, ...]
    lost_ms: int
    x: float

    @property
    def text(self) -> str:
        """``+3.4``, in seconds."""
        return f"+{seconds(self.lost_ms)}"

    @property
    def half(self) -> float:
        """Half the room the text takes, with that to the next one."""
        return (width_of(self.text, SMALL) + _GAP) / 2


def costs_at(mistakes: Sequence[tuple[float, int]], left: float, right: float) -> list[Cost]:
    """Return the costs of some mistakes: each told, none over another, none outside.

    Args:
        mistakes: Where each is, from left to right in points, and what it cost in ms.
        left: Where the texts may begin.
        right: Where they must end.
    """
    costs: list[Cost] = []
    for mark, lost_ms in mistakes:
        cost = _shared([Cost((mark,), lost_ms, mark)], left, right)
        while costs and costs[-1].x + costs[-1].half > cost.x - cost.half:
            cost = _shared([costs.pop(), cost], left, right)
        costs.append(cost)
    return costs


def write_costs(picture: Picture, costs: Sequence[Cost], y: float) -> None:
    """Write costs with their middle at a height; a line above joins those that share a text."""
    for cost in costs:
        if len(cost.marks) > 1:
            above = y - _BELOW_LINE
            ends = [(cost.marks[0] - _BESIDE, above), (cost.marks[-1] + _BESIDE, above)]
            picture.line(ends, colours.MISTAKE)
        picture.write(cost.x, y, cost.text, colour=colours.MISTAKE, align="center")


def _shared(costs: Sequence[Cost], left: float, right: float) -> Cost:
    """Return several costs as one, in the middle of their mistakes as far as there is room."""
    marks = tuple(mark for cost in costs for mark in cost.marks)
    cost = Cost(marks, sum(cost.lost_ms for cost in costs), (marks[0] + marks[-1]) / 2)
    x = min(max(cost.x, left + cost.half), right - cost.half)
    return Cost(cost.marks, cost.lost_ms, x)
