"""Where the time of one ``/lap`` goes, from the call of the service to its return."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from sqlalchemy import Engine, event

from bench.databases import KINDS, Kind
from bench.findings import Findings, Part
from bench.project import lap_logger
from bench.settings import Setup

_LAPS_A_HEAT: Final = 20
_WARM_UP: Final = 60


@dataclass
class _Watch:
    """The moments of one transaction, in seconds of the clock, and what its statements took.

    Attributes:
        begun: When it began.
        ended: When its commit was about to begin.
        statements: How many there were.
        in_driver: What they took within the driver, in seconds.
        in_sqlalchemy: What they took with all that SQLAlchemy does around the driver.
    """

    begun: float = 0.0
    ended: float = 0.0
    statements: int = 0
    in_driver: float = 0.0
    in_sqlalchemy: float = 0.0
    _since: list[float] = field(default_factory=list)

    def watch(self, engine: Engine) -> None:
        """Watch the transactions of an engine."""

        @event.listens_for(engine, "begin")
        def on_begin(_: object) -> None:
            self.begun = time.perf_counter()

        @event.listens_for(engine, "commit")
        def on_commit(_: object) -> None:
            self.ended = time.perf_counter()

        @event.listens_for(engine, "before_execute")
        def on_statement(*_: object) -> None:
            self.statements += 1
            self._since.append(time.perf_counter())

        @event.listens_for(engine, "after_execute")
        def after_statement(*_: object) -> None:
            self.in_sqlalchemy += time.perf_counter() - self._since.pop()

        @event.listens_for(engine, "before_cursor_execute")
        def on_driver(*_: object) -> None:
            self._since.append(time.perf_counter())

        @event.listens_for(engine, "after_cursor_execute")
        def after_driver(*_: object) -> None:
            took = time.perf_counter() - self._since.pop()
            # BEGIN of SQLite is no statement of the bot's: it counts as the beginning.
            if self._since:
                self.in_driver += took
            else:
                self.begun = time.perf_counter()

    def clear(self) -> None:
        """Forget the transaction before."""
        self.statements = 0
        self.in_driver = self.in_sqlalchemy = 0.0


async def measure(setup: Setup) -> AsyncIterator[Findings]:
    """Measure the parts of a ``/lap`` on both databases."""
    for kind in KINDS:
        yield Findings([], parts=await _parts(setup, kind))


async def _parts(setup: Setup, kind: Kind) -> list[Part]:
    laps = setup.effort.turns * _LAPS_A_HEAT
    async with setup.databases.empty(kind) as url, lap_logger(url) as logger:
        for _ in range(_WARM_UP):
            await logger.log("warm up")
        whole = [await _timed(logger.log, f"Q{number // _LAPS_A_HEAT}") for number in range(laps)]
        least = [await _timed(logger.mark) for _ in range(laps)]
        watch = _Watch()
        watch.watch(logger.engine)
        rows = []
        for number in range(laps):
            watch.clear()
            called = time.perf_counter()
            await logger.log(f"W{number // _LAPS_A_HEAT}")
            returned = time.perf_counter()
            around = watch.in_sqlalchemy - watch.in_driver
            act = watch.ended - watch.begun
            rows.append(
                (
                    watch.begun - called,
                    watch.in_driver,
                    around,
                    act - watch.in_sqlalchemy,
                    returned - watch.ended,
                )
            )
    names = (
        "from the call to the transaction: lap times read, turn to write, trip to a thread, BEGIN",
        f"its {watch.statements} statements, in the driver and the database",
        "the same statements, in SQLAlchemy around the driver",
        "race day itself: rows read, where laps go, score, what the answer shows",
        "COMMIT with its wait for the disk, and the way back",
    )
    columns = zip(*rows, strict=True)
    return [
        Part(kind, "a lap through the service", _milliseconds(whole)),
        Part(kind, "for comparison: one INSERT in a transaction of its own", _milliseconds(least)),
        *(Part(kind, name, _milliseconds(took)) for name, took in zip(names, columns, strict=True)),
    ]


async def _timed(call: Callable[..., Awaitable[None]], *given: str) -> float:
    began = time.perf_counter()
    await call(*given)
    return time.perf_counter() - began


def _milliseconds(seconds: list[float] | tuple[float, ...]) -> float:
    return median(seconds) * 1000
