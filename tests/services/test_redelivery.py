"""An interaction that Discord delivers twice changes nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.bootstrap import Services
from core.caller import Caller
from core.commands import EditLaps, LogLaps, ProfileFields, SessionFields, StartHeat
from core.database import Database
from core.errors import BadInput, Redelivered
from core.models import InteractionSeen
from core.results.laps import RunWritten
from core.results.sessions import SessionInfo
from core.services.edits import NO_HEAT_YET
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    count,
    everything,
    log,
    start_session,
    undoable,
)

_PASTED = EditLaps(None, ANN.user_id, NO_HEAT_YET, "20.1", "P9", "")

Call = Callable[[Services, Caller, RunWritten, SessionInfo], Awaitable[object]]

# Everything that changes something, given Ann's laps in the heat P1 of one session, and another
# session that is open too.
CALLS: dict[str, Call] = {
    "entries.log": lambda s, c, _, __: s.entries.log(c, LogLaps("20.1")),
    "entries.undo": lambda s, c, logged, _: s.entries.undo(c, undoable(logged)),
    "entries.set_lap_counts": lambda s, c, logged, _: s.entries.set_lap_counts(
        c, logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    ),
    "entries.rate_confidence": lambda s, c, logged, _: s.entries.rate_confidence(
        c, logged.heat.id, 4
    ),
    "edits.save": lambda s, c, _, __: s.edits.save(c, _PASTED),
    "edits.keep": lambda s, c, _, __: s.edits.keep(c, _PASTED, BadInput("no")),
    "edits.remove_repeats": lambda s, c, logged, _: s.edits.remove_repeats(c, undoable(logged)),
    "messages.preview": lambda s, c, _, __: s.messages.preview(c, "20.1 20.2", ANN),
    "heats.start": lambda s, c, _, __: s.heats.start(c, StartHeat()),
    "heats.finish": lambda s, c, _, __: s.heats.finish(c),
    "heats.rename": lambda s, c, _, __: s.heats.rename(c, "P1", "Q1"),
    "heats.delete": lambda s, c, logged, _: s.heats.delete(c, logged.heat.id),
    "sessions.start": lambda s, c, _, __: s.sessions.start(c, SessionFields(name="Third")),
    "sessions.edit": lambda s, c, _, __: s.sessions.edit(c, None, SessionFields(days=2)),
    "sessions.close": lambda s, c, _, __: s.sessions.close(c),
    "sessions.delete": lambda s, c, _, other: s.sessions.delete(c, other.id),
    "sessions.race_here": lambda s, c, _, other: s.sessions.race_here(c, other.id),
    "profiles.update": lambda s, c, _, __: s.profiles.update(c, ProfileFields(experience="pro")),
    "teams.set_channel": lambda s, c, _, __: s.teams.set_channel(c, 1),
    "teams.set_crew": lambda s, c, _, __: s.teams.set_crew(c, 1),
    "teams.set_time_zone": lambda s, c, _, __: s.teams.set_time_zone(c, "Europe/Berlin"),
    "teams.set_auto_finish": lambda s, c, _, __: s.teams.set_auto_finish(c, 5),
}


async def prepared(services: Services, caller: Caller) -> tuple[RunWritten, SessionInfo]:
    other = await start_session(services, caller, "Other")
    await start_session(services, caller, "Club Race")
    await log(services, caller, "20.1 20.2 20.3")
    return await log(services, caller, "20.1 20.2 20.3"), other


async def test_whatever_changes_something_changes_it_once(
    database: Database, services: Services
) -> None:
    for number, (name, call) in enumerate(CALLS.items()):
        team = 10_000 + number
        logged, other = await prepared(services, by(ANN, team=team, manager=True))
        untouched = await everything(database)
        delivered = by(ANN, team=team, manager=True, interaction=1_000 + number)
        # Twice at once, as a reconnect may bring it, and once more later.
        results = await asyncio.gather(
            *(call(services, delivered, logged, other) for _ in range(2)), return_exceptions=True
        )
        assert sum(isinstance(result, Redelivered) for result in results) == 1, (name, results)
        assert sum(not isinstance(result, Exception) for result in results) == 1, (name, results)
        changed = await everything(database)
        assert changed != untouched, name
        with pytest.raises(Redelivered):
            await call(services, delivered, logged, other)
        assert await everything(database) == changed, name
    assert await count(database, InteractionSeen) == len(CALLS)


async def test_what_was_refused_may_come_again(database: Database, services: Services) -> None:
    await start_session(services)
    caller = by(BEN, interaction=5)
    with pytest.raises(Exception, match="lap"):
        await services.entries.log(caller, LogLaps("20.1 oops"))
    assert await count(database, InteractionSeen) == 0
    assert isinstance(await services.entries.log(caller, LogLaps("20.1")), RunWritten)


async def test_laps_of_a_redelivered_command_are_there_once(services: Services) -> None:
    _, session = await prepared(services, by(ANN))
    caller = by(CLEO, interaction=2**63 - 1)
    await services.sessions.race_here(by(CLEO), session.id)
    await log(services, caller, "20.1 20.2")
    with pytest.raises(Redelivered):
        await log(services, caller, "20.1 20.2")
    table = await services.heats.show(by(CLEO))
    assert len(table.runs[0].laps) == 2
    # Ids are Discord's, so one that another team's server had is not this one.
    with pytest.raises(Redelivered):
        await log(services, by(CLEO, team=RIVALS, interaction=2**63 - 1))
