"""Answering takes as long with a season of laps as with one heat: every look is by an index.

An index alone is not enough: one that finds the rows of all teams, or of all of a team's sessions,
grows with what is stored. So each look must be by columns that pick out few rows.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL

from core.bootstrap import Services, build_services
from core.commands import EditLaps, ImportLaps, LogLaps
from core.data_models import Forgotten
from core.database import Database
from core.errors import BadInput
from core.models import Base, DeletedRace
from core.results.card import OrpCard
from core.results.importing import ImportQuestion
from core.results.run_written import RunWritten
from core.results.standings import Standings
from core.services.run_logs import RunLogsService
from tests.databases import add
from tests.races import race
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    TEAM,
    by,
    close_session,
    log,
    publish,
    save_form,
    start_heat,
    start_session,
    undoable,
)
from tests.services.scripted import Scripted, silence

Statement = tuple[str, Sequence[Any]]
# A table and the columns that an index is asked for.
Look = tuple[str, frozenset[str]]

# What picks out few rows of each table: those of one heat, one racer, one entry, one draft.
FEW: Final[dict[str, list[set[str]]]] = {
    "deleted_races": [{"session_id"}],
    # A racer has few, and they are forgotten after a day.
    "drafts": [{"id"}, {"team_id", "discord_user_id"}],
    "entries": [{"id"}, {"heat_id"}],
    "heat_racers": [
        {"heat_id"},
        {"racer_id", "track_key", "class_key"},
        # Those of the last days.
        {"racer_id", "opened_at"},
    ],
    # Few of a team are forgotten.
    "forgotten": [{"team_id"}],
    "heats": [{"id"}, {"session_id"}],
    "interactions_seen": [{"id"}],
    "racer_profiles": [{"id"}, {"team_id", "discord_user_id"}],
    "run_logs": [{"id"}, {"heat_id"}, {"entry_id"}],
    # Few sessions of a team are open at a time.
    "sessions": [{"id"}, {"team_id", "status"}],
    "session_classes": [{"session_id"}],
    # The latest choice of a racer is the first row of its index.
    "session_racers": [{"session_id"}, {"racer_id"}],
    "summary_posts": [
        {"id"},
        {"heat_id"},
        {"session_id"},
        {"team_id", "state"},
        # Few posts of all teams are due at a time.
        {"state", "next_attempt_at"},
    ],
    "teams": [{"id"}],
}
# Who looks at a whole session reads its laps, and may read who is in the team.
A_SESSION: Final = {
    **FEW,
    # The racer's own in the order driven, from the newest back until ten at the track are found.
    "heat_racers": [*FEW["heat_racers"], {"racer_id"}],
    "racer_profiles": [*FEW["racer_profiles"], {"team_id"}],
    "run_logs": [*FEW["run_logs"], {"session_id"}],
}
# What PostgreSQL is made to believe: a thousand teams with ten seasons each. It takes the pages as
# they are, few, so that a table of few rows would be cheap to read whole. Rows of each table,
ROWS: Final = {
    "deleted_races": 200_000,
    "drafts": 100_000,
    "event_races": 20_000,
    "entries": 40_000_000,
    "follows": 2_000,
    "forgotten": 10_000,
    "heat_racers": 40_000_000,
    "heats": 2_000_000,
    "interactions_seen": 1_000_000,
    "racer_profiles": 200_000,
    "races_taken": 100_000,
    "run_logs": 1_000_000_000,
    "session_classes": 200_000,
    "session_racers": 4_000_000,
    "sessions": 200_000,
    "shared_cards": 100_000,
    "site_slots": 1_000,
    "summary_posts": 2_000_000,
    "teams": 1_000,
    "watched_pages": 20_000,
}
# and how many different values a column has; a key of its own has as many as there are rows.
DIFFERENT: Final = {
    "class_key": 5,
    "discord_user_id": 20_000,
    "entry_id": 40_000_000,
    "heat_id": 2_000_000,
    "racer_id": 20_000,
    "session_id": 200_000,
    "state": 5,
    "status": 2,
    "team_id": 1_000,
    "track_key": 500,
}
# The steps of a PostgreSQL plan that find rows of a table.
_LOOKS: Final = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}


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


async def looks(url: URL, statements: list[Statement]) -> dict[str, list[Look]]:
    """Return by which columns the database would look for rows, for each statement.

    A table that is read from end to end is looked for by no column.
    """
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as file:
            return {
                statement: list(_looks_of_sqlite(file, statement, parameters))
                for statement, parameters in statements
            }
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    server = await asyncpg.connect(address)
    try:
        await _pretend_a_season(server)
        found = {}
        for statement, parameters in statements:
            plan = await server.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *parameters)
            kept = await _kept_plan(server, statement, len(parameters))
            found[statement] = [
                look
                for each in (plan, kept)
                for look in _looks_of_postgresql(json.loads(each)[0]["Plan"])
            ]
        return found
    finally:
        # Other tests use the database after this one.
        for table in Base.metadata.sorted_tables:
            await server.execute("SELECT pg_clear_relation_stats('public', $1)", table.name)
            for column in table.columns:
                await server.execute(
                    "SELECT pg_clear_attribute_stats('public', $1, $2, false)",
                    table.name,
                    column.name,
                )
        await server.close()


async def _kept_plan(server: asyncpg.Connection[Any], statement: str, parameters: int) -> str:
    """Return the plan that PostgreSQL takes for any values, after it has been asked a few times."""
    await server.execute("SET plan_cache_mode = force_generic_plan")
    await server.execute(f"PREPARE asked AS {statement}")
    values = f"({', '.join(['NULL'] * parameters)})" if parameters else ""
    plan = await server.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{values}")
    await server.execute("DEALLOCATE asked")
    return str(plan)


def _looks_of_sqlite(
    file: sqlite3.Connection, statement: str, parameters: Sequence[Any]
) -> Iterator[Look]:
    aliases = dict(re.findall(r"(?:FROM|JOIN|,) (\w+) AS (\w+)", statement))
    tables: dict[str, str] = {alias: table for table, alias in aliases.items()}
    for *_, line in file.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
        look = re.match(r"(?:SCAN|SEARCH) (\w+)", line)
        name = str(look.group(1)) if look else ""
        table = tables.get(name, name)
        # What else is scanned are rows that the statement itself has found or made.
        if table in Base.metadata.tables:
            columns = re.findall(r"(\w+)[=<>]", line)
            yield table, frozenset("id" if name == "rowid" else name for name in columns)


async def _pretend_a_season(server: asyncpg.Connection[Any]) -> None:
    """Let the planner believe that every table is large: here it would read each one whole."""
    for table in Base.metadata.sorted_tables:
        # The planner multiplies rows a page by the pages that there are.
        await server.execute(
            "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', $1::text,"
            " 'relpages', 1::integer, 'reltuples', $2::real)",
            table.name,
            float(ROWS[table.name]),
        )
        for column in table.columns:
            values = min(DIFFERENT.get(column.name, 1_000), ROWS[table.name])
            await server.execute(
                "SELECT pg_restore_attribute_stats('schemaname', 'public', 'relname', $1::text,"
                " 'attname', $2::text, 'inherited', false,"
                " 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', $3::real)",
                table.name,
                column.name,
                -1.0 if column.name == "id" else float(values),
            )


def _looks_of_postgresql(plan: dict[str, Any], above: str = "") -> Iterator[Look]:
    """Walk down a plan; what scans an index for another step is told the table by that step."""
    table = str(plan.get("Relation Name", above))
    if plan["Node Type"] in _LOOKS:
        yield (
            table,
            frozenset(re.findall(r"(\w+)\)?(?:::\w+)? (?:=|<|>)", plan.get("Index Cond", ""))),
        )
    for below in plan.get("Plans", []):
        yield from _looks_of_postgresql(below, table)


def too_many(found: dict[str, list[Look]], few: dict[str, list[set[str]]]) -> list[str]:
    """Return each look that reads more rows the more is stored, with its statement."""
    return [
        f"{table} by {sorted(columns) or 'no index'}: {statement}"
        for statement, its_looks in found.items()
        for table, columns in its_looks
        if not any(enough <= columns for enough in few[table])
    ]


async def test_no_statement_reads_more_the_more_is_stored(
    database: Database, services: Services
) -> None:
    session = await start_session(services, track="Arena")
    logs = RunLogsService(database, TEAM)
    await log(services, ANN, heat="Q1", confidence=4)
    # What a publisher does once, when it begins, may look through all that waits.
    assert await services.outbox.claim() is None
    with collected(database) as typing:
        logged = await log(services, by(ANN, interaction=1), heat="Q1", note="35wt")
        await log(services, BEN)
        await services.lap_entry.set_lap_counts(
            by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=2, counts=False
        )
        await services.confidence.rate(by(ANN), logged.heat.id, 5)
        form = await services.form.open(by(ANN))
        edited = await save_form(
            services,
            by(ANN),
            EditLaps(logged.heat.id.hex, ANN.user_id, form.version, "20.1", "Q9", form.note),
        )
        assert edited.entry_id is not None
        await services.undo.take_back(by(ANN), undoable(edited))
        preview = await services.menu.preview(by(ANN), "20.1 20.2", ANN)
        stored = await services.menu.store(by(ANN), preview.draft_id)
        assert isinstance(stored, RunWritten)
        await services.undo.take_back(by(ANN), undoable(stored))
        repeated = await log(services, ANN, heat="Q1")
        removed = await services.form.remove_repeats(by(ANN), undoable(repeated))
        assert removed.entry_id is not None
        await services.undo.take_back(by(ANN), undoable(removed))
        await services.undo.take_back(by(ANN), undoable(repeated))
        await services.undo.take_back(by(ANN), undoable(logged))
        await services.heat.finish(by(ANN))
        await publish(services)
        await log(services, ANN, heat="Q1")
        await services.heat.show(by(ANN), "Q1")
        await services.card.show(by(ANN))
        await start_heat(services, ANN)
        await log(services, ANN, heat="Q2", note="soft springs")
        changed = await services.card.show(by(ANN))
        assert isinstance(changed, OrpCard)
        assert changed.effect is not None
        await services.outbox.unblock(TEAM)
    elsewhere = Scripted()
    importer = build_services(database, elsewhere).importing
    elsewhere.content = race({"Ann": (20_100, 20_200), "Rival": (20_000, 20_300)}, "Q7")
    # PostgreSQL reads a table without rows from end to end, whatever it is made to believe.
    await add(
        database,
        DeletedRace(
            session_id=session.id,
            heat_name="",
            source_table={"drivers": []},
            deleted_at=datetime.now(UTC),
        ),
        Forgotten(team_id=TEAM, key="00", who="", names=[], forgotten_at=datetime.now(UTC)),
    )
    with collected(database) as importing:
        for interaction in (51, 52):
            caller = by(ANN, interaction=interaction)
            asked = await importer.begin(caller, ImportLaps(), b"page", silence)
            if isinstance(asked, ImportQuestion):
                await importer.answer(by(ANN), asked.draft_id, "0", silence)
        await services.heat.show(by(ANN), "Q7")
        await services.card.show(by(ANN), "Q7")
    with collected(database) as looking:
        await services.heat.list_heats(by(ANN))
        await services.heat.suggest(by(ANN), "")
        await services.session.show(by(ANN))
        await services.session.export(by(ANN))
        await services.card.show(by(ANN), "all")
        await services.card.side_by_side(by(ANN), BEN)
        await services.card.side_by_side(by(ANN), BEN, "all")
        await logs.get_session_summary(session.id, racer=ANN.user_id)
        await logs.calculate_orp_from_session(session.id, racer=ANN.user_id)
        await services.track.show(by(ANN))
        await services.track.show(by(CLEO))
        await close_session(services, ANN)
        while not isinstance((await publish(services)).content, Standings):
            pass
    assert len({statement for statement, _ in typing}) > 30
    found = await looks(database.engine.url, typing + importing + looking)
    assert not too_many({statement: found[statement] for statement, _ in typing}, FEW)
    assert not too_many(found, A_SESSION)


async def test_a_list_of_sessions_reads_those_it_shows(
    database: Database, services: Services
) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1")
    # A table without a page is read whole, whatever the planner believes.
    await services.form.keep(by(ANN), LogLaps("20.1 oops"), BadInput("No lap time."))
    with collected(database) as listing:
        await services.session.list_sessions(by(ANN))
    found = await looks(database.engine.url, listing)
    # How many there are is counted in an index, without the rows.
    reading = {each: its for each, its in found.items() if not each.startswith("SELECT count(")}
    assert len(reading) == len(found) - 1
    assert not too_many(reading, FEW)
