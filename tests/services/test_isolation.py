"""Nothing of one team is ever visible, or changeable, in another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from core.bootstrap import Services
from core.caller import Caller
from core.commands import EditLaps, LogLaps, RenameHeat, SessionFields
from core.database import Database
from core.errors import NotFound
from core.results.card import NoLapsYet
from core.results.refs import Scope, ScopeKind
from core.results.run_written import RunWritten
from core.results.session import SessionInfo
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    TEAM,
    by,
    everything,
    log,
    start_session,
    undoable,
)


@dataclass(frozen=True)
class Stranger:
    """A person of another team, with every right there, and what they try to reach."""

    services: Services
    caller: Caller
    session: SessionInfo
    logged: RunWritten


CALLS: dict[str, Callable[[Stranger], Awaitable[object]]] = {
    "log": lambda s: s.services.lap_entry.log(s.caller, LogLaps("20.1", str(s.logged.heat.id))),
    "open the form": lambda s: s.services.form.open(s.caller, str(s.logged.heat.id)),
    "open the form of a run": lambda s: s.services.form.open_run(
        s.caller, s.logged.heat.id, ANN.user_id
    ),
    "save the form": lambda s: s.services.form.save(
        s.caller, EditLaps(s.logged.heat.id.hex, s.caller.person.user_id, "", "20.1", "Q1", "")
    ),
    "remove repeats": lambda s: s.services.form.remove_repeats(s.caller, undoable(s.logged)),
    "undo": lambda s: s.services.undo.take_back(s.caller, undoable(s.logged)),
    "set_lap_counts": lambda s: s.services.lap_entry.set_lap_counts(
        s.caller, s.logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    ),
    "rate_confidence": lambda s: s.services.confidence.rate(s.caller, s.logged.heat.id, 4),
    "card of a heat": lambda s: s.services.card.show(s.caller, str(s.logged.heat.id)),
    "card of a name": lambda s: s.services.card.show(s.caller, "Secret Q1"),
    "heat card": lambda s: s.services.card.show_of(
        s.caller, Scope(ScopeKind.HEAT, s.logged.heat.id), racer_id=ANN.user_id
    ),
    "session card": lambda s: s.services.card.show_of(
        s.caller, Scope(ScopeKind.SESSION, s.session.id), racer_id=ANN.user_id
    ),
    "side by side of a heat": lambda s: s.services.card.side_by_side(
        s.caller, BEN, str(s.logged.heat.id)
    ),
    "side by side of a name": lambda s: s.services.card.side_by_side(s.caller, BEN, "Secret Q1"),
    "heat side by side": lambda s: s.services.card.side_by_side_of(
        s.caller,
        Scope(ScopeKind.HEAT, s.logged.heat.id),
        racer_id=ANN.user_id,
        other_id=BEN.user_id,
    ),
    "session side by side": lambda s: s.services.card.side_by_side_of(
        s.caller, Scope(ScopeKind.SESSION, s.session.id), racer_id=ANN.user_id, other_id=BEN.user_id
    ),
    "show heat": lambda s: s.services.heat.show(s.caller, str(s.logged.heat.id)),
    "show heat by name": lambda s: s.services.heat.show(s.caller, "Secret Q1"),
    "finish": lambda s: s.services.heat.finish(s.caller, str(s.logged.heat.id)),
    "finish by name": lambda s: s.services.heat.finish(s.caller, "Secret Q1"),
    "rename": lambda s: s.services.heat.rename(s.caller, RenameHeat(str(s.logged.heat.id), "Q2")),
    "rename by name": lambda s: s.services.heat.rename(s.caller, RenameHeat("Secret Q1", "Q2")),
    "ask_delete heat": lambda s: s.services.heat.ask_delete(s.caller, str(s.logged.heat.id)),
    "delete heat": lambda s: s.services.heat.delete(s.caller, s.logged.heat.id),
    "show session": lambda s: s.services.session.show(s.caller, str(s.session.id)),
    "show session by name": lambda s: s.services.session.show(s.caller, s.session.name),
    "edit": lambda s: s.services.session.edit(
        s.caller, str(s.session.id), SessionFields(track="Arena")
    ),
    "edit by name": lambda s: s.services.session.edit(
        s.caller, s.session.name, SessionFields(track="Arena")
    ),
    "close": lambda s: s.services.session.close(s.caller, str(s.session.id)),
    "close by name": lambda s: s.services.session.close(s.caller, s.session.name),
    "ask_delete session": lambda s: s.services.session.ask_delete(s.caller, str(s.session.id)),
    "delete session": lambda s: s.services.session.delete(s.caller, s.session.id),
    "race_here": lambda s: s.services.session.race_here(s.caller, s.session.id),
    "export": lambda s: s.services.session.export(s.caller, str(s.session.id)),
    "export by name": lambda s: s.services.session.export(s.caller, s.session.name),
}


@pytest.fixture(params=["new team", "team with a session of its own"])
async def stranger(request: pytest.FixtureRequest, services: Services) -> Stranger:
    session = await start_session(services, ANN, "Secret Race", track="Secret Track")
    logged = await log(services, ANN, heat="Secret Q1", class_name="Secret Class")
    await log(services, BEN, heat="Secret Q1", class_name="Secret Class")
    if request.param != "new team":
        await start_session(services, by(ANN, team=RIVALS), "Open Race")
        await log(services, by(ANN, team=RIVALS), heat="P1")
    return Stranger(services, by(ANN, team=RIVALS, manager=True), session, logged)


async def test_no_id_or_name_reaches_into_another_team(
    database: Database, stranger: Stranger
) -> None:
    before = await everything(database)
    for name, call in CALLS.items():
        with pytest.raises(NotFound):
            await call(stranger)
        assert await everything(database) == before, name


async def test_nothing_of_another_team_is_offered_or_listed(stranger: Stranger) -> None:
    services, caller = stranger.services, stranger.caller
    offered = [
        *await services.heat.suggest(caller, "secret"),
        *await services.heat.suggest_classes(caller, ""),
        *await services.session.suggest(caller, "secret"),
        *await services.session.suggest_tracks(caller, ""),
    ]
    assert offered == []
    listed = await services.session.list_sessions(caller)
    assert stranger.session.id not in {session.id for session in listed.sessions}
    assert (await services.team.show(caller)).problems == ()


async def test_the_same_people_in_two_teams(services: Services) -> None:
    for team, seconds in ((TEAM, 20), (RIVALS, 30)):
        await start_session(services, by(ANN, team=team))
        await log(services, by(ANN, team=team), f"{seconds}.1 {seconds}.2", heat="Q1", confidence=4)
        await log(services, by(BEN, team=team), f"{seconds}.5", heat="Q1")
    for team, best_ms in ((TEAM, 20_100), (RIVALS, 30_100)):
        table = await services.heat.show(by(CLEO, team=team), "Q1")
        assert [run.best_lap_ms for run in table.runs] == [best_ms, best_ms + 400]
        card = await services.card.show(by(ANN, team=team))
        assert not isinstance(card, NoLapsYet)
        assert card.run.best_lap_ms == best_ms
        standings = await services.session.show(by(CLEO, team=team))
        assert [row.best_lap_ms for row in standings.classes[0].rows] == [best_ms, best_ms + 400]
        assert (await services.session.export(by(CLEO, team=team))).laps == 3


async def test_settings_and_profiles_are_the_teams_own(services: Services) -> None:
    await services.team.set_channel(by(ANN, manager=True), 1)
    await services.team.set_crew(by(ANN, manager=True), 2)
    await services.team.set_auto_finish(by(ANN, manager=True), 3)
    theirs = await services.team.show(by(ANN, team=RIVALS))
    assert (theirs.summary_channel_id, theirs.crew_role_id) == (None, None)
    assert theirs.auto_finish_minutes == 30
    profile = await services.profile.show(by(ANN, team=RIVALS), BEN)
    assert profile.racer == BEN
