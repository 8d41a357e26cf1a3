"""What was refused is kept and corrected in a form: nothing that was typed is typed again."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.bootstrap import Services
from core.caller import Caller
from core.commands import EditLaps, FixedLaps, LogLaps
from core.database import Database
from core.errors import BadInput, NotFound, RacerError
from core.models import Draft, RunLog
from core.results.question import Asks, LeftAlone, Question
from core.results.run_written import RunWritten
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    close_session,
    count,
    everything,
    log,
    pick,
    save_form,
    set_crew_role,
    start_session,
)


async def refused(services: Services, caller: Caller, command: LogLaps) -> UUID:
    """Log laps that are expected to be refused; return what was kept."""
    with pytest.raises(RacerError) as why:
        await services.lap_entry.log(caller, command)
    return await services.form.keep(caller, command, why.value)


async def fix(services: Services, caller: Caller, draft_id: UUID, sent: FixedLaps) -> RunWritten:
    """Save the form that handed back what was refused."""
    stored = await services.form.fix(caller, draft_id, sent)
    assert isinstance(stored, RunWritten)
    return stored


async def test_a_refused_lap_is_handed_back_with_all_that_was_typed(services: Services) -> None:
    await log(services, ANN, "58.0", heat="Q1", class_name="Buggy")
    typed = LogLaps("58.1 5O.2 58.3", "Q1", "Buggy", 4, "35wt rear")
    draft_id = await refused(services, by(ANN), typed)
    form = await services.form.open_again(by(ANN), draft_id)
    assert (form.laps, form.heat, form.class_name) == ("58.1 5O.2 58.3", "Q1", "Buggy")
    assert (form.confidence, form.note, form.racer) == (4, "35wt rear", ANN)
    stored = await fix(services, by(ANN), draft_id, FixedLaps("58.1\n58.2\nx 58.3", "Q1"))
    assert stored.heat.label == "Buggy Q1"
    assert [(lap.number, lap.counts) for lap in stored.new_laps] == [
        (2, True),
        (3, True),
        (4, False),
    ]
    assert (stored.run.confidence, stored.run.note) == (4, "35wt rear")
    # As though /lap had stored them: the next go behind them.
    assert (await log(services, ANN, "58.4")).new_laps[0].number == 5


async def test_any_option_that_was_refused_is_mended(services: Services) -> None:
    await start_session(services)
    for typed, mended in [
        (LogLaps("58.1", confidence=9), FixedLaps("58.1", confidence=" 4 ")),
        (LogLaps("58.1", class_name="x" * 31), FixedLaps("58.1", class_name="")),
        (LogLaps("58.1", heat="all"), FixedLaps("58.1", heat="")),
        (LogLaps("58.1", note="x" * 101), FixedLaps("58.1", note="35wt")),
        (LogLaps("58,59"), FixedLaps("58.59")),
    ]:
        draft_id = await refused(services, by(ANN), typed)
        stored = await fix(services, by(ANN), draft_id, mended)
        assert stored.heat.label == "P1", typed
    assert (stored.run.confidence, stored.run.note) == (4, "35wt")


async def test_what_the_form_has_no_room_for_stays_as_it_was_typed(services: Services) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    draft_id = await refused(services, crew, LogLaps("5O.1", "Q2", "Buggy", 3, "soft", ANN))
    stored = await fix(services, crew, draft_id, FixedLaps("50.1"))
    assert (stored.heat.label, stored.run.racer) == ("Buggy Q2", ANN)
    assert (stored.run.confidence, stored.run.note) == (3, "soft")


async def test_a_heat_that_was_picked_stays_the_one_that_was_picked(services: Services) -> None:
    elsewhere = await log(services, ANN, "58.0", heat="Q1")
    await close_session(services, ANN)
    today = await start_session(services, BEN, "Big Event")
    await services.session.race_here(by(BEN), today.id)
    await log(services, BEN, "59.0", heat="Q1")
    draft_id = await refused(services, by(BEN), LogLaps("5O.1", str(elsewhere.heat.id)))
    form = await services.form.open_again(by(BEN), draft_id)
    assert form.heat == "Q1"
    stored = await fix(services, by(BEN), draft_id, FixedLaps("50.1", form.heat))
    assert stored.heat.id == elsewhere.heat.id


async def test_what_is_refused_again_is_kept_as_one_draft(
    database: Database, services: Services
) -> None:
    draft_id = await refused(services, by(ANN), LogLaps("5O.1 50.2", "Q1", confidence=9))
    for laps, line in (("50.1\n5O.2", "Line 2"), ("50.1\n50.2", "Confidence")):
        sent = FixedLaps(laps, "Q3", confidence="8", note="35wt")
        with pytest.raises(BadInput, match=line) as why:
            await services.form.fix(by(ANN), draft_id, sent)
        assert await services.form.keep_fixed(by(ANN), draft_id, sent, why.value) == draft_id
        form = await services.form.open_again(by(ANN), draft_id)
        assert (form.laps, form.heat, form.confidence, form.note) == (laps, "Q3", 8, "35wt")
    assert await count(database, Draft) == 1
    await fix(services, by(ANN), draft_id, FixedLaps("50.1", confidence="4"))
    assert await count(database, Draft) == 0


async def test_it_is_stored_once_and_by_its_racer_only(
    database: Database, services: Services
) -> None:
    draft_id = await refused(services, by(ANN), LogLaps("5O.1"))
    before = await everything(database)
    for caller in (by(BEN, manager=True), by(ANN, team=RIVALS)):
        with pytest.raises(NotFound):
            await services.form.open_again(caller, draft_id)
        with pytest.raises(NotFound):
            await services.form.fix(caller, draft_id, FixedLaps("50.1"))
    assert await everything(database) == before
    await fix(services, by(ANN), draft_id, FixedLaps("50.1"))
    with pytest.raises(NotFound):
        await services.form.fix(by(ANN), draft_id, FixedLaps("50.1"))
    with pytest.raises(NotFound):
        await services.form.open_again(by(ANN), draft_id)
    assert await count(database, RunLog) == 1


async def test_who_may_not_enter_the_laps_of_others_is_handed_back_their_own(
    services: Services,
) -> None:
    await log(services, BEN, "59.0")
    draft_id = await refused(services, by(ANN), LogLaps("50.1", racer=BEN))
    form = await services.form.open_again(by(ANN), draft_id)
    assert (form.racer, form.is_crew) == (ANN, False)
    stored = await fix(services, by(ANN), draft_id, FixedLaps("50.1"))
    assert (stored.run.racer, stored.for_other) == (ANN, False)


async def test_what_has_to_be_asked_is_asked(services: Services) -> None:
    await start_session(services, ANN, "One")
    await start_session(services, ANN, "Two")
    draft_id = await refused(services, by(BEN), LogLaps("5O.1", "Q2", note="soft"))
    asked = await services.form.fix(by(BEN), draft_id, FixedLaps("x 50.1\n50.2", "Q2"))
    assert isinstance(asked, Question)
    assert (asked.asks, asked.laps_ms) == (Asks.EVENT, (50_100, 50_200))
    done = await pick(services, BEN, asked, "Two")
    assert isinstance(done, RunWritten)
    assert (done.heat.name, done.run.note, done.session.name) == ("Q2", "soft", "Two")
    assert [lap.counts for lap in done.run.laps] == [False, True]


async def test_a_form_without_laps_drops_what_was_refused(
    database: Database, services: Services
) -> None:
    draft_id = await refused(services, by(ANN), LogLaps("see you there"))
    assert isinstance(await services.form.fix(by(ANN), draft_id, FixedLaps(" \n")), LeftAlone)
    assert (await count(database, Draft), await count(database, RunLog)) == (0, 0)


async def test_a_refused_form_waits_no_more_once_it_is_saved(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, "20.1 20.2")
    form = await services.form.open(by(ANN))
    typed = EditLaps(logged.heat.id.hex, ANN.user_id, form.version, "20.1\n2O.3", "P1", "35wt")
    with pytest.raises(BadInput) as why:
        await save_form(services, by(ANN), typed)
    draft_id = await services.form.keep(by(ANN), typed, why.value)
    again = await services.form.open_again(by(ANN), draft_id)
    assert (again.laps, again.note, again.draft_id) == ("20.1\n2O.3", "35wt", draft_id)
    saved = await fix(services, by(ANN), draft_id, FixedLaps("20.1\n20.3", "P1", note="35wt"))
    assert [lap.time_ms for lap in saved.run.laps] == [20_100, 20_300]
    assert await count(database, Draft) == 0
