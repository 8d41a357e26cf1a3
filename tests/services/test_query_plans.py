"""Answering takes as long with a season of laps as with one heat: no statement reads all."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL

from core.bootstrap import Services
from core.database import Database
from core.results import LapsLogged
from core.services.edits import EditLaps
from core.services.run_logs import RunLogsService
from tests.services.racing import ANN, BEN, TEAM, by, log, publish, start_heat, start_session

Statement = tuple[str, Sequence[Any]]
# The tables that grow with every heat.
GROWING = "run_logs|heat_racers"


@contextmanager
def collected(database: Database) -> Iterator[list[Statement]]:
    """Collect the statements that look for something, with their parameters."""
    seen: list[Statement] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            many = isinstance(parameters, list)
            seen.append((statement, tuple(parameters[0] if many else parameters)))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def plans(url: URL, statements: list[Statement]) -> dict[str, str]:
    """Return what the database would do for each statement."""
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as file:
            return {
                statement: "\n".join(
                    row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                )
                for statement, parameters in statements
            }
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    server = await asyncpg.connect(address)
    try:
        # Tables as small as here are read whole unless that is the last resort.
        await server.execute("SET enable_seqscan = off")
        return {
            statement: "\n".join(
                row[0] for row in await server.fetch(f"EXPLAIN {statement}", *parameters)
            )
            for statement, parameters in statements
        }
    finally:
        await server.close()


def whole_reads(plan: str) -> list[str]:
    """Return the lines of a plan that go through a growing table from end to end."""
    lines = plan.splitlines()
    return [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if re.search(rf"^SCAN ({GROWING})\b", line)
        or (re.search(rf"Scan .*\bon ({GROWING})\b", line) and "Cond:" not in below)
    ]


async def test_no_statement_reads_all_laps(database: Database, services: Services) -> None:
    session = await start_session(services, track="Arena")
    logs = RunLogsService(database, TEAM)
    await log(services, ANN, heat="Q1", confidence=4)
    with collected(database) as typing:
        logged = await log(services, by(ANN, interaction=1), heat="Q1", note="35wt")
        await log(services, BEN)
        await services.entries.set_lap_counts(
            by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=2, counts=False
        )
        await services.entries.rate_confidence(by(ANN), logged.heat.id, 5)
        form = await services.edits.open(by(ANN))
        edited = await services.edits.save(
            by(ANN),
            EditLaps(logged.heat.id.hex, ANN.user_id, form.version, "20.1", "Q9", form.note),
        )
        assert edited.entry_id is not None
        await services.entries.undo(by(ANN), edited.entry_id)
        found = await services.messages.preview(by(ANN), "20.1 20.2", ANN)
        stored = await services.messages.store(by(ANN), found.draft_id)
        assert isinstance(stored, LapsLogged)
        await services.entries.undo(by(ANN), stored.entry_id)
        repeated = await log(services, ANN, heat="Q1")
        removed = await services.edits.remove_repeats(by(ANN), repeated.entry_id)
        assert removed.entry_id is not None
        await services.entries.undo(by(ANN), removed.entry_id)
        await services.entries.undo(by(ANN), repeated.entry_id)
        await services.entries.undo(by(ANN), logged.entry_id)
        await services.heats.finish(by(ANN))
        await publish(services)
        await log(services, ANN, heat="Q1")
        await services.heats.show(by(ANN), "Q1")
        await services.scores.card(by(ANN))
        await start_heat(services, ANN)
        await services.heats.delete(by(ANN, manager=True), logged.heat.id)
    with collected(database) as reading:
        await log(services, ANN)
        await log(services, BEN)
        await services.heats.list_heats(by(ANN))
        await services.heats.suggest(by(ANN), "")
        await services.sessions.show(by(ANN))
        await services.sessions.export(by(ANN))
        await services.scores.card(by(ANN), "all")
        await services.scores.side_by_side(by(ANN), BEN)
        await services.scores.side_by_side(by(ANN), BEN, "all")
        await logs.get_session_summary(session.id, racer=ANN.user_id)
        await logs.calculate_orp_from_session(session.id, racer=ANN.user_id)
    assert len({statement for statement, _ in typing}) > 40
    for statement, plan in (await plans(database.engine.url, typing + reading)).items():
        assert not whole_reads(plan), f"{statement}\n{plan}"
    for statement, plan in (await plans(database.engine.url, typing)).items():
        # Typing a lap costs the same at the end of a long day: one heat's laps are looked at.
        assert "ix_run_logs_session_id" not in plan, f"{statement}\n{plan}"
