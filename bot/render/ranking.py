"""The ranked table of a heat: two lines a racer, none wider than a phone's 36 cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.render.phrases import (
    NEEDS_LAPS,
    change_mark,
    is_scored,
    rejected_words,
    seconds,
    strategy_word,
)
from bot.render.text import cells, code_block, cut, in_code, join_fitting, size
from core.laps import RaceTotal, race_total
from core.laptimes import format_lap
from core.results.heat import RacerRun
from core.scoring.advice import Status
from core.scoring.mistakes import find_mistakes

WIDTH: Final = 36

_NAME_WIDTH: Final = 14
_STAR: Final = "⭐"
_STAR_WIDTH: Final = 2
_LOST: Final = " lost "
_NO_LAP: Final = "–"
_NO_RANK: Final = "–"
_LONG_LOSS_MS: Final = 99_950


def ranked_table(runs: Sequence[RacerRun], limit: int, *, hint: str, first_rank: int = 1) -> str:
    """Return the runs as one code block.

    Args:
        runs: In the order they are ranked.
        limit: The most characters.
        hint: Where those left out are seen, such as ``/heat show``.
        first_rank: The rank of the first of them.
    """
    table = _Table.of(runs)
    racers = [table.racer(rank, run) for rank, run in enumerate(runs, start=first_rank)]
    room = limit - size(code_block(""))
    return code_block(join_fitting(racers, room, more=f"and {{}} more: {hint}"))


@dataclass(frozen=True, slots=True)
class _Table:
    """The columns of one table, each as wide as its widest figure; names get what is left."""

    rank: int
    name: int
    score: int
    change: int
    total: int
    fast: int

    @classmethod
    def of(cls, runs: Sequence[RacerRun]) -> _Table:
        rank = max(2, len(str(len(runs))))
        score = max((len(_score(run)) for run in runs), default=0)
        change = max((len(_change(run)) for run in runs), default=0)
        strategy = max((len(_strategy(run)) for run in runs), default=0)
        beside_name = sum(width + 1 for width in (rank, score, change, strategy) if width)
        fast = max((len(_fast_lap(run)) for run in runs), default=0)
        loss = max((len(_loss(run)) for run in runs), default=0)
        room = WIDTH - (rank + 2 + fast + _STAR_WIDTH + len(_LOST) + loss)
        totals = [len(_total(run).text()) for run in runs]
        return cls(
            rank=rank,
            name=min(_NAME_WIDTH, WIDTH - beside_name),
            score=score,
            change=change,
            # One that is too long for its line does not take the room of the others.
            total=max((total for total in totals if total <= room), default=0),
            fast=fast,
        )

    def racer(self, rank: int, run: RacerRun) -> str:
        """Return the two lines of one racer."""
        if run.orp is not None and run.orp.status is Status.REJECTED:
            lines = [self._rejected_head(run), rejected_words(run.orp.components.confidence)]
        elif is_scored(run):
            lines = [self._head(rank, run), self._figures(run)]
        else:
            name = in_code(run.racer.name, min(self.name, WIDTH - self.rank - 2 - len(NEEDS_LAPS)))
            lines = [f"{_NO_RANK:>{self.rank}} {name} {NEEDS_LAPS}", self._figures(run)]
        return "\n".join(cut(line.rstrip(), WIDTH) for line in lines)

    def _head(self, rank: int, run: RacerRun) -> str:
        change = f" {_change(run):<{self.change}}" if self.change else ""
        name = in_code(run.racer.name, self.name)
        return f"{rank:>{self.rank}} {name} {_score(run):>{self.score}}{change} {_strategy(run)}"

    def _rejected_head(self, run: RacerRun) -> str:
        figures = f"{_total(run).text()} {_fast_lap(run)}{_star(run)}"
        width = max(1, min(self.name, WIDTH - self.rank - 2 - cells(figures)))
        return f"{_NO_RANK:>{self.rank}} {in_code(run.racer.name, width)} {figures}"

    def _figures(self, run: RacerRun) -> str:
        line = self._figures_line(run, 3, self.total, self.fast)
        if cells(line) > WIDTH:
            line = self._figures_line(run, 3)
        return line if cells(line) <= WIDTH else self._figures_line(run, 0)

    def _figures_line(
        self, run: RacerRun, decimals: Literal[0, 3], total_width: int = 0, fast_width: int = 0
    ) -> str:
        total = _total(run).text(decimals)
        return (
            f"{'':{self.rank}} {total:>{total_width}} {_fast_lap(run):>{fast_width}}{_star(run)}"
            f"{_LOST}{_loss(run)}"
        )


def _score(run: RacerRun) -> str:
    return f"{run.orp.orp_score:.1f}" if run.orp is not None and is_scored(run) else ""


def _change(run: RacerRun) -> str:
    return change_mark(run.change) if run.change is not None and is_scored(run) else ""


def _strategy(run: RacerRun) -> str:
    if run.orp is None or run.orp.strategy is None:
        return ""
    return strategy_word(run.orp.strategy)


def _total(run: RacerRun) -> RaceTotal:
    return race_total(run.laps)


def _fast_lap(run: RacerRun) -> str:
    return _NO_LAP if run.best_lap_ms is None else format_lap(run.best_lap_ms)


def _star(run: RacerRun) -> str:
    """Return the sign of a personal best or a blank; only one wide cell, so it stays outside."""
    return _STAR if run.is_personal_best else " "


def _loss(run: RacerRun) -> str:
    """Return the seconds lost to mistakes: one decimal, from 100 s on none."""
    lost_ms = find_mistakes(run.laps).lost_ms
    return seconds(lost_ms) if lost_ms < _LONG_LOSS_MS else f"{round(lost_ms / 1000)}"
