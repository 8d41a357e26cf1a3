"""The ranked table of a heat: two lines a racer, none wider than a phone's 36 cells.

What does not fit gives way: how sure the score is, the strategy's word, then names are cut; below,
the decimals of the total, those of the time lost, then ``lost 0.0``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from bot.render.phrases import (
    NEEDS_LAPS,
    change_mark,
    count,
    error_mark,
    rejected_words,
    seconds,
    strategy_word,
)
from bot.render.text import cells, code_block, cut, in_code, join_fitting, size
from core.laps import race_total
from core.laptimes import format_lap
from core.results.heat import RacerRun
from core.scoring.advice import Status
from core.scoring.finish import Place
from core.scoring.mistakes import find_mistakes

WIDTH: Final = 36

# So wide is the column of names where all of them are shorter and the rest leaves the room.
_NAME_WIDTH: Final = 14
_STAR: Final = "⭐"
_LOST: Final = "lost "
_NO_LAP: Final = "–"
_NO_RANK: Final = "–"


class _Detail(NamedTuple):
    """How much of the second line is told.

    Attributes:
        total: Decimals of the time for all laps.
        lost: Decimals of the time lost to mistakes.
        lost_nothing: Whether it is told that there were no mistakes.
    """

    total: Literal[0, 1, 3]
    lost: Literal[0, 1]
    lost_nothing: bool


_DETAILS: Final = (
    _Detail(3, 1, True),
    _Detail(1, 1, True),
    _Detail(0, 1, True),
    _Detail(0, 0, True),
    _Detail(0, 0, False),
)


def ranked_table(runs: Sequence[RacerRun], limit: int, *, hint: str, first_rank: int = 1) -> str:
    """Return the runs as one code block.

    Args:
        runs: In the order they are ranked; those without a rank are the last.
        limit: The most characters.
        hint: Where those left out are seen, such as ``/heat show``.
        first_rank: The rank of the first of them.
    """
    room = limit - size(code_block(""))
    lines = _lines(runs, first_rank, has_errors=True)
    if size("\n".join(lines)) > room:
        # That everybody is there is worth more than how sure the scores are.
        lines = _lines(runs, first_rank, has_errors=False)
    return code_block(join_fitting(lines, room, more=f"and {{}} more: {hint}"))


def _lines(runs: Sequence[RacerRun], first_rank: int, *, has_errors: bool) -> list[str]:
    """Return the two lines of each racer as one text."""
    heads = _Heads.of(runs, first_rank, has_errors=has_errors)
    figures = _Figures.of(runs, first_rank)
    racers = []
    for rank, run in enumerate(runs, start=first_rank):
        if run.orp is not None and run.orp.status is Status.REJECTED:
            lines = [
                heads.rejected(figures.short(run), run.racer.name),
                rejected_words(run.orp.components.confidence),
            ]
        else:
            lines = [heads.line(rank, run), figures.line(run)]
        racers.append("\n".join(cut(line.rstrip(), WIDTH) for line in lines))
    return racers


def _rank_width(runs: Sequence[RacerRun], first_rank: int) -> int:
    return max(2, len(str(first_rank + len(runs) - 1)))


@dataclass(frozen=True, slots=True)
class _Heads:
    """The first lines: rank, name, ORP with its error, change, strategy in columns."""

    rank: int
    name: int
    score: int
    error: int
    change: int
    has_strategy: bool

    @classmethod
    def of(cls, runs: Sequence[RacerRun], first_rank: int, *, has_errors: bool) -> _Heads:
        ranked = [run for run in runs if run.is_ranked]
        rank = _rank_width(runs, first_rank)
        score = _widest(_score(run) for run in ranked)
        change = _widest(_change(run) for run in ranked)
        strategy = _widest(_strategy(run) for run in ranked)
        room = WIDTH - rank - 1 - sum(1 + width for width in (score, change) if width)
        names = _widest(in_code(run.racer.name) for run in ranked)
        has_strategy = names <= room - 1 - strategy
        if has_strategy:
            room -= 1 + strategy
        error = _widest(error_mark(run.error) for run in ranked)
        # The blanks behind short names are room for it.
        if has_errors and any(run.error for run in ranked) and names <= room - 1 - error:
            room -= 1 + error
        else:
            error = 0
        return cls(rank, min(max(names, _NAME_WIDTH), room), score, error, change, has_strategy)

    def line(self, rank: int, run: RacerRun) -> str:
        """Return the first line of a racer whose score stands, or who has none yet."""
        if not run.is_ranked:
            few = f"only {count(run.laps_that_count, 'lap')}"
            reason = NEEDS_LAPS if run.orp is None else f"{_score(run):>{self.score}} {few}"
            return f"{_NO_RANK:>{self.rank}} {self._name(run.racer.name, reason)} {reason}"
        error = f" {error_mark(run.error):<{self.error}}" if self.error else ""
        change = f" {_change(run):<{self.change}}" if self.change else ""
        strategy = f" {_strategy(run)}" if self.has_strategy else ""
        name = in_code(run.racer.name, self.name)
        return f"{rank:>{self.rank}} {name} {_score(run):>{self.score}}{error}{change}{strategy}"

    def rejected(self, figures: str, name: str) -> str:
        """Return the first line of a racer whose reason takes all of the second."""
        return f"{_NO_RANK:>{self.rank}} {self._name(name, figures)} {figures}"

    def _name(self, name: str, beside: str) -> str:
        """Return the name of who has no rank, which nothing but what is beside it may cut."""
        room = WIDTH - self.rank - 2 - cells(beside)
        return in_code(name, max(1, min(room, max(self.name, cells(in_code(name))))))


@dataclass(frozen=True, slots=True)
class _Figures:
    """The second lines: place, laps and time, fast lap, time lost, and a star in columns.

    ``lost`` is the width of the number after the word.
    """

    indent: int
    detail: _Detail
    place: int
    total: int
    fast: int
    lost: int

    @classmethod
    def of(cls, runs: Sequence[RacerRun], first_rank: int) -> _Figures:
        """Return the columns with as much detail as all lines have room for."""
        told = [run for run in runs if run.orp is None or run.orp.status is Status.VALID]
        indent = _rank_width(runs, first_rank)
        stars = cells(_STAR) * any(run.is_personal_best for run in told)
        place = _widest(_place(run.place) for run in told)
        fast = _widest(_fast_lap(run) for run in told)
        for detail in _DETAILS:
            total = _widest(_total(run, detail) for run in told)
            lost = _widest(_lost(run, detail) for run in told)
            lost_words = len(_LOST) + lost if lost else 0
            columns = sum(1 + width for width in (place, total, fast, lost_words) if width)
            if indent + columns + stars <= WIDTH:
                break
        return cls(indent, detail, place, total, fast, lost)

    def line(self, run: RacerRun) -> str:
        """Return the second line of a racer."""
        lost = _lost(run, self.detail)
        figures = [
            f"{_place(run.place):<{self.place}}",
            f"{_total(run, self.detail):>{self.total}}",
            f"{_fast_lap(run):>{self.fast}}",
            f"{_LOST if lost else '':<{len(_LOST)}}{lost:>{self.lost}}" if self.lost else "",
        ]
        star = _star(run)
        in_columns = " ".join([" " * self.indent, *(each for each in figures if each)])
        if cells(in_columns + star) <= WIDTH:
            return in_columns + star
        return f"{'':{self.indent}} {self.short(run)}"

    def short(self, run: RacerRun) -> str:
        """Return what matters most of a run, in as few cells as can be."""
        parts = [_place(run.place), _total(run, self.detail), _fast_lap(run)]
        return " ".join(part for part in parts if part) + _star(run)


def _widest(texts: Iterable[str]) -> int:
    return max(map(cells, texts), default=0)


def _score(run: RacerRun) -> str:
    return "" if run.orp is None else f"{run.orp.orp_score:.1f}"


def _change(run: RacerRun) -> str:
    return change_mark(run.change, has_moved=run.has_moved)


def _strategy(run: RacerRun) -> str:
    if run.orp is None or run.orp.strategy is None:
        return ""
    return strategy_word(run.orp.strategy)


def _place(place: Place | None) -> str:
    """Return ``P1/3`` among those logged, ``P5`` on the race's page; nothing in practice."""
    if place is None:
        return ""
    return f"P{place.place}" if place.of is None else f"P{place.place}/{place.of}"


def _total(run: RacerRun, detail: _Detail) -> str:
    return race_total(run.laps).text(detail.total)


def _fast_lap(run: RacerRun) -> str:
    return _NO_LAP if run.best_lap_ms is None else format_lap(run.best_lap_ms)


def _star(run: RacerRun) -> str:
    return _STAR if run.is_personal_best else ""


def _lost(run: RacerRun, detail: _Detail) -> str:
    """Return the seconds lost to mistakes; nothing where that is none and not told."""
    lost_ms = find_mistakes(run.laps).lost_ms
    return seconds(lost_ms, detail.lost) if lost_ms or detail.lost_nothing else ""
