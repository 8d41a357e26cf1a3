"""What needs no Discord: many laps through the service, and the score itself."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from timeit import timeit
from typing import Any, Final

from sqlalchemy.engine import URL

from bench.databases import KINDS, Kind
from bench.findings import Findings
from bench.history import TEAM_ID
from bench.project import RunLogsService, calculate_orp, open_run_logs
from bench.rows import Budget, Row, against, ratios
from bench.settings import Setup
from bench.storing import connect

RUNS: Final = 5
LAPS_A_RUN: Final = 2_000
_RACER: Final = 101
_THROUGH_THE_SERVICE: Final = Budget(6, "×")
_SCORE: Final = Budget(1, "×")
_SCORED_AT_ONCE: Final = 500
_TURNS: Final = 9
_LAPS: Final = tuple(20_000 + 137 * number % 911 for number in range(50))
_HEATS: Final = (
    "SELECT DISTINCT run_logs.session_id, heat_id, racer_id FROM run_logs "
    "JOIN heats ON heats.id = heat_id WHERE heats.name_key LIKE "
)
_INSERT: Final = (
    "INSERT INTO run_logs (session_id, heat_id, racer_id, lap_number, lap_time_ms, counts, "
    "counts_decided, created_at, updated_at) VALUES "
)


async def measure(setup: Setup) -> AsyncIterator[Findings]:
    """Measure the service on both databases, and the score."""
    for kind in KINDS:
        async with (
            setup.databases.empty(kind) as url,
            open_run_logs(url, TEAM_ID, _RACER) as (run_logs, session_id),
        ):
            yield Findings([await _stored(setup, kind, url, run_logs, session_id)])
    yield Findings([_scored()])


async def _stored(
    setup: Setup, kind: Kind, url: URL, run_logs: RunLogsService, session_id: str
) -> Row:
    service: list[float] = []
    driver: list[float] = []
    times = [f"{_LAPS[number % len(_LAPS)] / 1000:.3f}" for number in range(LAPS_A_RUN)]
    store = _with_sqlite3 if kind == "SQLite" else None
    for turn in range(2 if setup.effort.quick else RUNS):
        began = time.perf_counter()
        for run in range(RUNS):
            await run_logs.add_laps_batch(
                session_id, heat_name=f"T{turn} R{run}", racer=_RACER, lap_times=times
            )
        service.append((time.perf_counter() - began) * 1000)
        # Names are compared without blanks.
        like = f"t{turn}r%"
        driver.append(store(url, like) if store else await _with_asyncpg(url, like))
    pairs = list(zip(service, driver, strict=True))
    name = f"{RUNS * LAPS_A_RUN:,} laps through the service"
    detail = against(service, driver, "ms")
    return Row(name, kind, _THROUGH_THE_SERVICE, ratios(pairs), detail)


def _laps(heats: Sequence[Sequence[Any]], moment: object, *, yes: object, no: object) -> list[Any]:
    """Return as many laps again for the same runs, numbered behind those that are there."""
    if len(heats) != RUNS:
        raise RuntimeError(f"{RUNS} runs were stored, {len(heats)} are there to compare with")
    return [
        (*heat, LAPS_A_RUN + number + 1, _LAPS[number % len(_LAPS)], yes, no, moment, moment)
        for heat in heats
        for number in range(LAPS_A_RUN)
    ]


def _with_sqlite3(url: URL, like: str) -> float:
    """Store the laps by the driver alone; give the milliseconds."""
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        heats = connection.execute(f"{_HEATS} ?", [like]).fetchall()
        laps = _laps(heats, "2026-06-06 12:00:00.000000", yes=1, no=0)
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"{_INSERT} (?, ?, ?, ?, ?, ?, ?, ?, ?)", laps)
        connection.execute("COMMIT")
        return (time.perf_counter() - began) * 1000


async def _with_asyncpg(url: URL, like: str) -> float:
    """Store the laps by the driver alone; give the milliseconds."""
    connection = await connect(url)
    try:
        moment = await connection.fetchval("SELECT now()")
        heats = [tuple(row) for row in await connection.fetch(f"{_HEATS} $1", like)]
        laps = _laps(heats, moment, yes=True, no=False)
        began = time.perf_counter()
        async with connection.transaction():
            await connection.executemany(f"{_INSERT} ($1, $2, $3, $4, $5, $6, $7, $8, $9)", laps)
        return (time.perf_counter() - began) * 1000
    finally:
        await connection.close()


def _scored() -> Row:
    seconds = [time_ms / 1000 for time_ms in _LAPS]

    def by_statistics() -> tuple[float, float]:
        return statistics.mean(seconds), statistics.stdev(seconds)

    pairs = [
        (_microseconds(lambda: calculate_orp(_LAPS)), _microseconds(by_statistics))
        for _ in range(_TURNS)
    ]
    ours, theirs = zip(*pairs, strict=True)
    return Row("ORP of 50 laps", "", _SCORE, ratios(pairs), against(ours, theirs, "µs"))


def _microseconds(work: Callable[[], object]) -> float:
    return timeit(work, number=_SCORED_AT_ONCE) / _SCORED_AT_ONCE * 1_000_000
