"""What one ``/lap`` costs: alone, with a hundred in flight, with many laps before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Final

from bench.asking import LAP, block, flood, in_turn, lap, laps_of, typed
from bench.databases import KINDS
from bench.findings import Findings
from bench.rows import Budget, Row, against, ratios
from bench.settings import Setup
from bench.sides import Side, side

BARE_BOT: Final = "bare bot"
IN_FLIGHT: Final = 100
TEAMS: Final = 10
_WARM_UP: Final = 60
_ALONE: Final = {"SQLite": Budget(4, "×"), "PostgreSQL": Budget(5.5, "×")}
_TOGETHER: Final = {
    "SQLite": Budget(0.2, "×", is_least=True),
    "PostgreSQL": Budget(0.1, "×", is_least=True),
}
_LONG_RUN: Final = Budget(1.3, "×")
_FEW, _MANY = 10, 300
_MEASURED_IN_A_RUN: Final = 5


async def measure(setup: Setup) -> AsyncIterator[Findings]:
    """Measure everything about ``/lap`` on both databases."""
    async with three_sides(setup) as sides:
        for asked in sides:
            await block(asked, lap, _WARM_UP)
        yield Findings(await _one_at_a_time(setup, sides))
        yield Findings(await _many_in_flight(setup, sides))
        yield Findings(await _long_runs(setup, sides[1:]))


@asynccontextmanager
async def three_sides(setup: Setup) -> AsyncIterator[list[Side]]:
    """Start the bare bot and the bot on each database, which is empty."""
    async with AsyncExitStack() as stack:
        sides = [await stack.enter_async_context(side(BARE_BOT, None, teams=TEAMS))]
        for kind in KINDS:
            url = await stack.enter_async_context(setup.databases.empty(kind))
            sides.append(await stack.enter_async_context(side(kind, url, teams=TEAMS)))
        yield sides


async def _one_at_a_time(setup: Setup, sides: Sequence[Side]) -> list[Row]:
    effort = setup.effort
    medians: dict[str, list[float]] = {asked.name: [] for asked in sides}
    for turn in range(effort.turns):
        for asked in in_turn(sides, turn):
            if asked.name != BARE_BOT:
                # A new heat for every turn: as many laps in it as a racer has in one.
                await typed(asked.racer(turn), f"{LAP} heat:T{turn + 1}", asked.lap_answer)
            medians[asked.name].append(await block(asked, laps_of(turn), effort.block))
    return [_row("/lap, one at a time", kind, _ALONE[kind], medians) for kind in KINDS]


async def _many_in_flight(setup: Setup, sides: Sequence[Side]) -> list[Row]:
    rates: dict[str, list[float]] = {asked.name: [] for asked in sides}
    failed = dict.fromkeys(rates, 0)
    turns = max(2, setup.effort.turns // 3)
    for asked in sides:
        await flood(asked, IN_FLIGHT, IN_FLIGHT)
    for turn in range(turns):
        for asked in in_turn(sides, turn):
            came = await flood(asked, setup.effort.flood, IN_FLIGHT)
            rates[asked.name].append(came.per_second)
            failed[asked.name] += came.failed
    rows = []
    for kind in KINDS:
        row = _row(f"/lap, {IN_FLIGHT} in flight", kind, _TOGETHER[kind], rates, "a second")
        if failed[kind]:
            note = f"{failed[kind]} of {turns * setup.effort.flood} not carried out"
            row = replace(row, detail=f"{row.detail}; {note}")
        rows.append(row)
    return rows


def _row(
    name: str, kind: str, budget: Budget, figures: dict[str, list[float]], unit: str = "ms"
) -> Row:
    ours, bare = figures[kind], figures[BARE_BOT]
    pairs = list(zip(ours, bare, strict=True))
    return Row(name, kind, budget, ratios(pairs), against(ours, bare, unit))


async def _long_runs(setup: Setup, sides: Sequence[Side]) -> list[Row]:
    """Measure laps behind many against laps behind few, of one racer in two heats."""
    rows = []
    for asked in sides:
        pairs = []
        for turn in range(setup.effort.turns):
            took = {}
            for laps in (_FEW, _MANY) if turn % 2 else (_MANY, _FEW):
                racer = asked.racer(turn)
                times = " ".join(f"58.{number:03}" for number in range(laps))
                await typed(racer, f"/lap times:{times} heat:L{turn + 1}N{laps}", "58.")
                took[laps] = await block(asked, laps_of(turn), _MEASURED_IN_A_RUN)
            pairs.append((took[_MANY], took[_FEW]))
        many, few = zip(*pairs, strict=True)
        detail = against(many, few, "ms")
        rows.append(
            Row(f"/lap with {_MANY} laps in the run", asked.name, _LONG_RUN, ratios(pairs), detail)
        )
    return rows
