"""What waits for a tap, was refused or was taken back is told by the racer's next answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from core.bootstrap import Services
from core.commands import Answers, EditLaps, FixedLaps, LogLaps, RenameHeat, StartHeat
from core.database import Database
from core.errors import NotFound, RacerError
from core.models import RunLog
from core.results.question import DROP, LeftAlone, Question
from core.results.waiting import Told, WaitsFor
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    count,
    log,
    must_choose,
    pick,
    save_form,
    set_crew_role,
    start_heat,
    start_session,
    statements,
    undoable,
)

Look = Callable[[Services], Awaitable[object]]

# What answers tell it that change nothing of it.
LOOKS: dict[str, Look] = {
    "orp": lambda s: s.card.show(by(ANN)),
    "orp of another": lambda s: s.card.show(by(ANN), racer=BEN),
    "orp of the session": lambda s: s.card.show(by(ANN), "all"),
    "orp beside another": lambda s: s.card.side_by_side(by(ANN), BEN),
    "heat show": lambda s: s.heat.show(by(ANN)),
    "heat list": lambda s: s.heat.list_heats(by(ANN)),
    "heat rename": lambda s: s.heat.rename(by(ANN), RenameHeat("P1", "P9")),
    "heat finish": lambda s: s.heat.finish(by(ANN)),
    "heat start": lambda s: s.heat.start(by(ANN), StartHeat("Q5", answers=Answers(is_sure=True))),
    "session show": lambda s: s.session.show(by(ANN)),
    "session list": lambda s: s.session.list_sessions(by(ANN)),
}


async def waits(services: Services, looking: Awaitable[object] | None = None) -> WaitsFor | None:
    """Return what Ann's next answer tells."""
    result = await (looking or services.heat.show(by(ANN)))
    assert isinstance(result, Told), result
    return result.waiting.waits_for if result.waiting else None


async def refuse(services: Services, times: str = "20.4 2O.5") -> UUID:
    """Have laps of Ann's refused."""
    command = LogLaps(times)
    with pytest.raises(RacerError) as why:
        await services.lap_entry.log(by(ANN), command)
    return await services.form.keep(by(ANN), command, why.value)


@pytest.mark.parametrize("look", LOOKS)
async def test_every_answer_tells_what_was_refused(services: Services, look: str) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", confidence=4)
    await log(services, BEN, "20.3 20.5")
    assert await waits(services) is None
    draft_id = await refuse(services)
    result = await LOOKS[look](services)
    assert isinstance(result, Told)
    assert result.waiting is not None
    assert (result.waiting.draft_id, result.waiting.typed) == (draft_id, "20.4 2O.5")
    assert result.waiting.waits_for is WaitsFor.FIX


async def test_the_lap_after_it_tells_it_and_the_ones_after_that_no_more(
    services: Services,
) -> None:
    await log(services, ANN, "20.1")
    draft_id = await refuse(services)
    assert await waits(services, log(services, ANN, "20.4")) is WaitsFor.FIX
    assert await waits(services, log(services, ANN, "20.5")) is None
    # It is kept all the same.
    assert (await services.form.open_again(by(ANN), draft_id)).laps == "20.4 2O.5"


async def test_it_is_told_to_whoever_typed_it_in_that_team_only(services: Services) -> None:
    for caller in (by(ANN), by(ANN, team=RIVALS), by(BEN)):
        await log(services, caller, "20.1")
    await refuse(services)
    for reader in (by(ANN, team=RIVALS), by(BEN)):
        assert await waits(services, services.heat.show(reader)) is None
    assert await waits(services, services.card.show(by(BEN), racer=ANN)) is None
    assert await waits(services, services.card.show(by(ANN), racer=BEN)) is WaitsFor.FIX


async def test_crew_is_told_of_their_own(services: Services) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    await log(services, ANN, "20.1")
    await refuse(services)
    logged = await log(services, crew, "20.2", racer=ANN)
    assert logged.waiting is None
    undone = await services.undo.take_back(crew, undoable(logged))
    assert undone.waiting is None, "the answer is about it"
    assert await waits(services, services.heat.show(crew)) is WaitsFor.PUT_BACK
    assert await waits(services) is WaitsFor.FIX


async def test_what_was_taken_back_is_told_until_laps_are_logged_again(
    services: Services,
) -> None:
    await log(services, ANN, "20.1", class_name="Buggy")
    await services.undo.take_back(by(ANN), undoable(await log(services, ANN, "20.2 20.3")))
    shown = await services.heat.show(by(ANN))
    assert shown.waiting is not None
    assert (shown.waiting.typed, shown.waiting.heat) == ("20.200 20.300", "Buggy P1")
    assert await waits(services, log(services, ANN, "20.4")) is WaitsFor.PUT_BACK
    assert await waits(services) is None
    # Where the laps went again in the end, it is told once more.
    logged = await log(services, ANN, "20.5")
    await services.undo.take_back(by(ANN), undoable(logged))
    assert await waits(services) is WaitsFor.PUT_BACK


async def test_laps_that_wait_for_an_answer_are_told_until_it_is_given(
    database: Database, services: Services
) -> None:
    await start_session(services, ANN, "One")
    await start_session(services, ANN, "Two")
    waiting = await must_choose(services, BEN, "20.1 20.2")
    shown = await services.session.show(by(BEN))
    assert shown.waiting is not None
    assert (shown.waiting.waits_for, shown.waiting.typed) == (WaitsFor.ANSWER, "20.1 20.2")
    again = await services.lap_entry.ask_again(by(BEN), waiting.draft_id)
    assert again == replace(waiting, again=True)
    with pytest.raises(NotFound):
        await services.lap_entry.ask_again(by(ANN), waiting.draft_id)
    session = (await services.session.list_sessions(by(BEN))).sessions[0]
    await services.session.race_here(by(BEN), session.id)
    for times in ("20.3", "20.4"):
        assert await waits(services, log(services, BEN, times)) is WaitsFor.ANSWER
    await pick(services, BEN, waiting, "One")
    assert await waits(services, services.session.show(by(BEN))) is None
    with pytest.raises(NotFound):
        await services.lap_entry.ask_again(by(BEN), waiting.draft_id)


async def test_laps_that_wait_for_an_answer_can_be_dropped(
    database: Database, services: Services
) -> None:
    await start_session(services, ANN, "One")
    await start_session(services, ANN, "Two")
    waiting, other = [await must_choose(services, BEN, times) for times in ("20.1", "20.2")]
    (dropped,) = await services.lap_entry.answer(by(BEN), waiting.draft_id, DROP)
    assert isinstance(dropped, LeftAlone)
    shown = await services.session.show(by(BEN))
    assert shown.waiting is not None
    assert shown.waiting.draft_id == other.draft_id
    assert await count(database, RunLog) == 0


async def test_what_is_settled_just_now_is_told_no_more(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, "20.1")
    draft_id = await refuse(services)
    fixed = await services.form.fix(by(ANN), draft_id, FixedLaps("20.4\n20.5"))
    assert await waits(services, answered(fixed)) is None
    form = await services.form.open(by(ANN))
    typed = EditLaps(first.heat.id.hex, ANN.user_id, form.version, "2O.1", "P1", "")
    with pytest.raises(RacerError) as why:
        await save_form(services, by(ANN), typed)
    draft_id = await services.form.keep(by(ANN), typed, why.value)
    assert await waits(services) is WaitsFor.FIX
    saved = await services.form.fix(by(ANN), draft_id, FixedLaps("20.1"))
    assert await waits(services, answered(saved)) is None
    undone = await services.undo.take_back(by(ANN), undoable(await log(services, ANN, "20.2")))
    assert undone.draft_id is not None
    back = await services.undo.put_back(by(ANN), undone.draft_id)
    assert await waits(services, answered(back)) is None


async def answered(result: object) -> object:
    return result


async def test_other_questions_and_previews_wait_too(services: Services) -> None:
    await log(services, BEN, "20.1")
    await log(services, ANN, "20.2")
    asked = await services.heat.start(by(ANN), StartHeat("Q2"))
    assert isinstance(asked, Question)
    assert await waits(services) is WaitsFor.ANSWER
    assert (await services.lap_entry.ask_again(by(ANN), asked.draft_id)).options == asked.options
    found = await services.menu.preview(by(ANN), "20.5 20.6", ANN)
    assert await waits(services) is WaitsFor.STORE
    stored = await services.menu.store(by(ANN), found.draft_id)
    assert await waits(services, answered(stored)) is None
    assert await waits(services) is None, "who logs on has left the question alone"


async def test_it_is_told_for_a_day(services: Services, clock: FakeClock) -> None:
    await start_session(services, days=3)
    await log(services, ANN, "20.1")
    await refuse(services)
    clock.advance(hours=23, minutes=59)
    assert await waits(services) is WaitsFor.FIX
    clock.advance(minutes=2)
    assert await waits(services) is None


async def test_looking_for_it_takes_no_statement(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1")
    with statements(database) as before:
        await log(services, ANN, "20.2")
    await refuse(services)
    with statements(database) as with_something:
        assert await waits(services, log(services, ANN, "20.3")) is WaitsFor.FIX
    assert len(with_something) == len(before)


async def test_starting_a_heat_tells_it_too(services: Services) -> None:
    await log(services, ANN, "20.1")
    await refuse(services)
    assert (await start_heat(services, ANN, "Q7")).waiting is not None
