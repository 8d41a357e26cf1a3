"""Starting, finishing, showing, renaming and deleting heats."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from core.bootstrap import Services
from core.commands import RenameHeat, StartHeat
from core.database import Database
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.models import Entry, Heat, HeatRacer, RunLog, SummaryPost
from core.names import HeatKind
from core.race_day import outbox as core_outbox
from core.results.heat import HeatFinished, HeatStarted, HeatTable
from core.results.question import LeftAlone, Question
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    by,
    claim,
    close_session,
    count,
    everything,
    finish_heat,
    log,
    open_heats,
    posts,
    publish,
    rename_heat,
    set_crew_role,
    start_heat,
    start_session,
)

# Start


async def test_start_opens_a_heat_and_says_what_it_finished(services: Services) -> None:
    session = await start_session(services)
    first = await start_heat(services, ANN, "  q1 ")
    assert (first.heat.name, first.session.id) == ("q1", session.id)
    assert (first.finished, first.opened_session) == ((), False)
    await log(services, ANN)
    second = await start_heat(services, ANN)
    assert (second.heat.name, second.finished) == ("q2", (first.heat,))
    assert await open_heats(services) == ["q2"]


async def test_start_finishes_the_heat_of_that_class_only(services: Services) -> None:
    await start_session(services)
    buggy = (await log(services, ANN, heat="Q1", class_name="Buggy")).heat
    await start_heat(services, BEN, "Q1", "Truggy")
    started = await start_heat(services, ANN)
    assert (started.heat.label, started.finished) == ("Buggy Q2", (buggy,))
    assert await open_heats(services) == ["Truggy Q1", "Buggy Q2"]


async def test_start_leaves_no_heat_of_the_class_open(services: Services, clock: FakeClock) -> None:
    await start_session(services)
    await log(services, ANN, heat="P1")
    await log(services, BEN, heat="P1")
    await log(services, BEN, heat="P2")
    await log(services, ANN, heat="P2")
    clock.advance(minutes=2)
    started = await start_heat(services, CLEO, "Q1")
    assert [heat.name for heat in started.finished] == ["P1", "P2"]
    assert await open_heats(services) == ["Q1"]
    # Whoever was in the other heat is not sent back into it.
    assert (await log(services, ANN)).heat.name == "Q1"


async def test_start_wants_a_free_name(database: Database, services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1", class_name="Buggy")
    before = await everything(database)
    with pytest.raises(Conflict, match="Buggy Q1 exists already"):
        await start_heat(services, ANN, "q1")
    assert await everything(database) == before
    assert (await start_heat(services, ANN, "Q1", "Truggy")).heat.label == "Truggy Q1"


async def test_starts_at_once_use_one_heat_until_somebody_drives(services: Services) -> None:
    await start_session(services)
    results = await asyncio.gather(
        *(services.heat.start(by(person), StartHeat()) for person in (ANN, BEN, CLEO))
    )
    names = [result.heat.name for result in results if isinstance(result, HeatStarted)]
    assert names == ["P1"] * 3
    assert len(await open_heats(services)) == 1


async def test_a_name_that_nobody_drove_is_free(services: Services) -> None:
    await start_session(services)
    results = await asyncio.gather(
        *(services.heat.start(by(person), StartHeat("Q1")) for person in (ANN, BEN)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["HeatStarted"] * 2
    assert await open_heats(services) == ["Q1"]


# Finish


async def test_finish_closes_ones_own_heat_and_orders_its_summary(
    database: Database, services: Services
) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q2")
    logged = await log(services, ANN, heat="Q1")
    await log(services, CLEO, heat="Q3")
    finished = await finish_heat(services, by(ANN, channel=44))
    assert (finished.heat, finished.already, finished.has_laps) == (logged.heat, False, True)
    assert (finished.channel_id, finished.problem) == (44, None)
    assert [post.state for post in await posts(database)] == ["pending"]
    post = await claim(services)
    assert isinstance(post.content, HeatTable)
    assert (post.content.heat, post.channel_id) == (logged.heat, 44)


async def test_finish_without_laps_in_one_takes_the_classs(services: Services) -> None:
    await start_session(services)
    await start_heat(services, BEN, "Q1", "Buggy")
    await start_heat(services, BEN, "Q2", "Truggy")
    await services.heat.finish(by(BEN), "Truggy Q2")
    assert (await finish_heat(services, by(ANN))).heat.label == "Buggy Q1"


async def test_finish_pressed_twice_finishes_nothing_else(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q1", class_name="Truggy")
    await log(services, ANN, heat="Q1", class_name="Buggy")
    assert (await finish_heat(services, by(ANN))).heat.label == "Buggy Q1"
    again = await finish_heat(services, by(ANN))
    assert (again.heat.label, again.already) == ("Buggy Q1", True)
    clock.advance(minutes=10)
    # Nobody means the one of a while ago: another class's is open, and is asked about.
    question = await services.heat.finish(by(ANN))
    assert isinstance(question, Question)
    assert question.text == "Buggy: no heat is open. Finish another one?"
    assert question.options == ("Truggy Q1", "Not yet")
    (left,) = await services.lap_entry.answer(by(ANN), question.draft_id, "1")
    assert isinstance(left, LeftAlone)
    assert await open_heats(services) == ["Truggy Q1"]
    asked_again = await services.heat.finish(by(ANN))
    assert isinstance(asked_again, Question)
    (finished,) = await services.lap_entry.answer(by(ANN), asked_again.draft_id, "0")
    assert isinstance(finished, HeatFinished)
    assert finished.heat.label == "Truggy Q1"
    clock.advance(minutes=10)
    with pytest.raises(NotFound, match="No heat is open"):
        await services.heat.finish(by(ANN))


async def test_finishing_twice_changes_nothing(database: Database, services: Services) -> None:
    await log(services, ANN)
    await services.heat.finish(by(ANN))
    before = await everything(database)
    again = await finish_heat(services, by(BEN), "p1")
    assert again.already
    after = await everything(database)
    # Ben has typed something, so the team knows him now.
    assert len(after.pop("racer_profiles")) == len(before.pop("racer_profiles")) + 1
    assert after == before


async def test_two_finishes_at_once_order_one_summary(
    database: Database, services: Services
) -> None:
    await log(services, ANN)
    results = await asyncio.gather(*(finish_heat(services, by(p), "P1") for p in (ANN, BEN, CLEO)))
    assert sorted(result.already for result in results) == [False, True, True]
    assert await count(database, SummaryPost) == 1


async def test_finish_and_order_are_one_transaction(
    database: Database, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log(services, ANN)
    before = await everything(database)
    with monkeypatch.context() as patch:
        patch.setattr(core_outbox, "problem_of", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await services.heat.finish(by(ANN))
    assert await everything(database) == before
    assert await open_heats(services) == ["P1"]
    assert not (await finish_heat(services, by(ANN))).already


async def test_finish_tells_where_the_summary_goes(services: Services) -> None:
    await log(services, ANN)
    await services.team.set_channel(by(ANN, manager=True), 99)
    assert (await finish_heat(services, by(ANN, channel=44))).channel_id == 99
    await start_heat(services, ANN)
    finished = await finish_heat(services, by(ANN))
    assert (finished.heat.name, finished.has_laps) == ("P2", False)
    assert (await claim(services)).channel_id == 99


# Late laps


async def test_a_finished_heat_takes_laps_and_corrections(
    services: Services, clock: FakeClock
) -> None:
    first = await log(services, ANN, "20.1 20.2")
    await services.heat.finish(by(ANN))
    await publish(services)
    clock.advance(hours=2)
    late = await log(services, ANN, "20.3", heat="P1")
    assert (late.heat, late.heat_is_open, late.opened_heat) == (first.heat, False, False)
    assert (late.finished_by, len(late.run.laps)) == (None, 3)
    edited = await publish(services)
    assert isinstance(edited.content, HeatTable)
    assert len(edited.content.runs[0].laps) == 3
    await services.lap_entry.set_lap_counts(
        by(ANN), first.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    )
    clock.advance(seconds=3)
    edited = await publish(services)
    assert isinstance(edited.content, HeatTable)
    assert [lap.counts for lap in edited.content.runs[0].laps] == [False, True, True]


# Show and list


async def test_show_without_a_name(services: Services) -> None:
    await start_session(services)
    with pytest.raises(NotFound, match="no heat yet"):
        await services.heat.show(by(ANN))
    await log(services, ANN, heat="Q1", class_name="Buggy")
    await log(services, BEN, heat="Q2", class_name="Buggy")
    await log(services, CLEO, heat="Q1", class_name="Truggy")
    assert (await services.heat.show(by(ANN))).heat.label == "Buggy Q1"
    assert (await services.heat.show(by(BEN))).heat.label == "Buggy Q2"
    for name in ("Buggy Q1", "Buggy Q2"):
        await services.heat.finish(by(ANN), name)
    shown = await services.heat.show(by(ANN))
    assert (shown.heat.label, shown.is_open, shown.kind) == (
        "Buggy Q2",
        False,
        HeatKind.QUALIFYING,
    )
    await close_session(services, ANN)
    assert (await services.heat.show(by(ANN), "buggy q1")).heat.label == "Buggy Q1"


async def test_list_counts_racers_and_laps(services: Services, clock: FakeClock) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await log(services, BEN, "20.1", heat="Q1")
    clock.advance(minutes=5)
    await services.heat.finish(by(ANN))
    await start_heat(services, ANN, "A-Main")
    first, second = (await services.heat.list_heats(by(BEN))).heats
    assert (first.heat.name, first.racers, first.laps, first.is_open) == ("Q1", 2, 3, False)
    assert first.finished_at is not None
    assert (first.finished_at - first.opened_at).seconds == 300
    assert (second.heat.name, second.racers, second.laps) == ("A-Main", 0, 0)
    assert (second.kind, second.is_open, second.finished_at) == (HeatKind.MAIN, True, None)


async def test_heats_are_offered_newest_first(services: Services) -> None:
    await start_session(services)
    q1 = (await log(services, ANN, heat="Q1", class_name="Buggy")).heat
    q2 = (await log(services, ANN, heat="Q2")).heat
    choices = await services.heat.suggest(by(BEN), "BUGGY  q")
    assert [(choice.label, choice.value) for choice in choices] == [
        ("Buggy Q2", str(q2.id)),
        ("Buggy Q1", str(q1.id)),
    ]
    assert [choice.label for choice in await services.heat.suggest(by(BEN), "q1")] == ["Buggy Q1"]


# Rename


async def test_rename_moves_the_kind_and_the_posts(services: Services, clock: FakeClock) -> None:
    logged = await log(services, ANN, class_name="Buggy")
    await services.heat.finish(by(ANN))
    await publish(services)
    clock.advance(minutes=1)
    renamed = await rename_heat(services, by(BEN), "Buggy P1", " A-Main ")
    assert (renamed.old_label, renamed.heat.label) == ("Buggy P1", "Buggy A-Main")
    post = await publish(services)
    assert isinstance(post.content, HeatTable)
    assert (post.content.heat.name, post.content.kind) == ("A-Main", HeatKind.MAIN)
    assert renamed.heat.id == logged.heat.id
    assert (await log(services, ANN, heat="a-main")).heat.id == logged.heat.id


async def test_rename_wants_a_free_usable_name(database: Database, services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1", class_name="Buggy")
    await log(services, ANN, heat="Q2", class_name="Buggy")
    await log(services, BEN, heat="Q3", class_name="Truggy")
    before = await everything(database)
    with pytest.raises(BadInput):
        await services.heat.rename(by(ANN), RenameHeat("Q1"))
    with pytest.raises(BadInput):
        await services.heat.rename(by(ANN), RenameHeat("Q1", "all"))
    with pytest.raises(NotFound):
        await services.heat.rename(by(ANN), RenameHeat("Q9", "Q4"))
    assert await everything(database) == before
    assert (await rename_heat(services, by(ANN), "Q1", "Q3")).heat.label == "Buggy Q3"
    assert (await rename_heat(services, by(ANN), "Q2", "q2")).heat.name == "q2"


# Delete


async def test_delete_removes_laps_and_leaves_the_post_to_remove(
    database: Database, services: Services
) -> None:
    await set_crew_role(services)
    logged = await log(services, ANN, "20.1 20.2")
    await log(services, BEN, "20.1", heat="P2")
    await services.heat.finish(by(ANN), "P1")
    await publish(services)
    crew = by(CLEO, crew=True)
    asked = await services.heat.ask_delete(crew, "p1")
    assert (asked.id, asked.label, asked.laps) == (logged.heat.id, "P1", 2)
    assert await services.heat.delete(crew, asked.id) == asked
    assert await count(database, Heat) == 1
    assert await count(database, RunLog) == 1
    assert await count(database, Entry) == 1
    assert await count(database, HeatRacer) == 1
    (post,) = await posts(database)
    assert (post.state, post.message_id, post.has_subject) == ("removing", 7_000, False)
    with pytest.raises(NotFound):
        await services.heat.delete(crew, asked.id)


@pytest.mark.parametrize("heat_id", [None, UUID(int=1)])
async def test_delete_is_crews_business(
    heat_id: UUID | None, database: Database, services: Services
) -> None:
    await set_crew_role(services)
    logged = await log(services, ANN)
    before = await everything(database)
    with pytest.raises(NotAllowed, match="crew"):
        await services.heat.ask_delete(by(ANN), "P1")
    with pytest.raises(NotAllowed, match="crew"):
        await services.heat.delete(by(ANN), heat_id or logged.heat.id)
    with pytest.raises(NotFound):
        await services.heat.delete(by(CLEO, crew=True), uuid4())
    assert await everything(database) == before
