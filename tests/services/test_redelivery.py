"""An interaction that Discord delivers twice changes nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from core.bootstrap import Services
from core.caller import Caller
from core.commands import (
    EditLaps,
    FixedLaps,
    LogLaps,
    ProfileFields,
    RenameHeat,
    SessionFields,
    StartHeat,
)
from core.database import Database
from core.errors import BadInput, Redelivered
from core.models import InteractionSeen
from core.results.form import NO_HEAT_YET
from core.results.run_written import RunWritten
from core.results.session import SessionInfo
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

_NO = BadInput("no")
_PASTED = EditLaps(None, ANN.user_id, NO_HEAT_YET, "20.1", "P9", "")

Call = Callable[[Services, Caller, RunWritten, SessionInfo], Awaitable[object]]

# Everything that changes something, given Ann's laps in the heat P1 of one session, and another
# session that is open too.
CALLS: dict[str, Call] = {
    "lap_entry.log": lambda s, c, _, __: s.lap_entry.log(c, LogLaps("20.1")),
    "undo.take_back": lambda s, c, logged, _: s.undo.take_back(c, undoable(logged)),
    "lap_entry.set_lap_counts": lambda s, c, logged, _: s.lap_entry.set_lap_counts(
        c, logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    ),
    "confidence.rate": lambda s, c, logged, _: s.confidence.rate(c, logged.heat.id, 4),
    "form.save": lambda s, c, _, __: s.form.save(c, _PASTED),
    "form.keep": lambda s, c, _, __: s.form.keep(c, _PASTED, BadInput("no")),
    "form.remove_repeats": lambda s, c, logged, _: s.form.remove_repeats(c, undoable(logged)),
    "menu.preview": lambda s, c, _, __: s.menu.preview(c, "20.1 20.2", ANN),
    "heat.start": lambda s, c, _, __: s.heat.start(c, StartHeat()),
    "heat.finish": lambda s, c, _, __: s.heat.finish(c),
    "heat.reopen": lambda s, c, logged, _: s.heat.reopen(c, logged.heat.id),
    "heat.rename": lambda s, c, _, __: s.heat.rename(c, RenameHeat("P1", "Q1")),
    "heat.delete": lambda s, c, logged, _: s.heat.delete(c, logged.heat.id),
    "session.start": lambda s, c, _, __: s.session.start(c, SessionFields(name="Third")),
    "session.edit": lambda s, c, _, __: s.session.edit(c, None, SessionFields(days=2)),
    "session.close": lambda s, c, _, __: s.session.close(c),
    "session.reopen": lambda s, c, _, other: s.session.reopen(c, other.id),
    "session.delete": lambda s, c, _, other: s.session.delete(c, other.id),
    "session.race_here": lambda s, c, _, other: s.session.race_here(c, other.id),
    "profile.update": lambda s, c, _, __: s.profile.update(c, ProfileFields(experience="pro")),
    "team.set_channel": lambda s, c, _, __: s.team.set_channel(c, 1),
    "team.set_crew": lambda s, c, _, __: s.team.set_crew(c, 1),
    "team.set_time_zone": lambda s, c, _, __: s.team.set_time_zone(c, "Europe/Berlin"),
    "team.set_auto_finish": lambda s, c, _, __: s.team.set_auto_finish(c, 5),
}


async def prepared(services: Services, caller: Caller) -> tuple[RunWritten, SessionInfo]:
    await start_session(services, caller, "Club Race")
    other = await start_session(services, caller, "Other")
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


# A tap on what is kept: refused laps, and laps that were taken back.
TAPS: dict[str, Callable[[Services, Caller, UUID, UUID], Awaitable[object]]] = {
    "fix": lambda s, c, refused, _: s.form.fix(c, refused, FixedLaps("20.4")),
    "keep": lambda s, c, refused, _: s.form.keep_fixed(c, refused, FixedLaps("2O.4"), _NO),
    "put back": lambda s, c, _, taken: s.undo.put_back(c, taken),
}


@pytest.mark.parametrize("name", TAPS)
async def test_a_tap_on_what_is_kept_changes_it_once(
    database: Database, services: Services, name: str
) -> None:
    refused = await services.form.keep(by(ANN), LogLaps("oops"), _NO)
    taken = (await services.undo.take_back(by(ANN), undoable(await log(services, ANN)))).draft_id
    assert taken is not None
    caller = by(ANN, interaction=7)
    await TAPS[name](services, caller, refused, taken)
    changed = await everything(database)
    with pytest.raises(Redelivered):
        await TAPS[name](services, caller, refused, taken)
    assert await everything(database) == changed


async def test_what_was_refused_may_come_again(database: Database, services: Services) -> None:
    await start_session(services)
    caller = by(BEN, interaction=5)
    with pytest.raises(Exception, match="lap"):
        await services.lap_entry.log(caller, LogLaps("20.1 oops"))
    assert await count(database, InteractionSeen) == 0
    assert isinstance(await services.lap_entry.log(caller, LogLaps("20.1")), RunWritten)


async def test_laps_of_a_redelivered_command_are_there_once(services: Services) -> None:
    _, session = await prepared(services, by(ANN))
    caller = by(CLEO, interaction=2**63 - 1)
    await services.session.race_here(by(CLEO), session.id)
    await log(services, caller, "20.1 20.2")
    with pytest.raises(Redelivered):
        await log(services, caller, "20.1 20.2")
    table = await services.heat.show(by(CLEO))
    assert len(table.runs[0].laps) == 2
    # Ids are Discord's, so one that another team's server had is not this one.
    with pytest.raises(Redelivered):
        await log(services, by(CLEO, team=RIVALS, interaction=2**63 - 1))
