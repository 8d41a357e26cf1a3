"""A racer is forgotten: nothing of them is left in any table, and nothing of others goes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, select

from core.bootstrap import Services, build_services
from core.caller import Person
from core.commands import LogLaps, ProfileFields
from core.data_models import SharedCard
from core.database import Database
from core.errors import BadInput, NotAllowed, NotFound
from core.models import Draft, Entry, Heat, RacerProfile, RaceSession, SummaryPost
from core.race_day.page_tables import PageTable
from core.results.data import DataHeld
from core.results.run_written import RunWritten
from tests.databases import FakeClock, execute, rows, scalar, scalars
from tests.races import race
from tests.services.following import race_day
from tests.services.imports import ANNS, BENS, CLEOS, URL, begin, done
from tests.services.racing import (
    ANN,
    BEN,
    CHANNEL,
    CLEO,
    RIVALS,
    by,
    count,
    edit,
    everything,
    finish_heat,
    log,
    posts,
    publish,
    set_crew_role,
    start_session,
    times,
    undoable,
)
from tests.services.scripted import Scripted
from tests.timing_site import Raced

DORA = Person(987_654_321, "Dora Quix")
DRIVER = "Quix, Dorothea"
CHIEF = by(CLEO, crew=True)


@pytest.fixture
def elsewhere() -> Scripted:
    return Scripted()


@pytest.fixture
async def services(database: Database, elsewhere: Scripted) -> AsyncIterator[Services]:
    yield build_services(database, elsewhere)
    await elsewhere.close()


async def forget(services: Services, person: Person) -> DataHeld:
    held = await services.data.ask_forget(by(person))
    return (await services.data.forget(by(person), held.racer_id)).held


async def traces(database: Database, person: Person, *more: str) -> list[str]:
    """Return all that is stored, of every table, in which something tells of a person."""
    told = [str(person.user_id), *person.name.split(), *more]
    return [
        f"{table}: {row}"
        for table, stored in (await everything(database)).items()
        for row in map(repr, stored)
        if any(word.casefold() in row.casefold() for word in told)
    ]


async def profile_id(database: Database, person: Person) -> str:
    found = await scalar(
        database, select(RacerProfile.id).where(RacerProfile.discord_user_id == person.user_id)
    )
    return str(found)


async def race_with_dora(services: Services, elsewhere: Scripted) -> None:
    """Leave something of Dora in every place where something of a racer can be."""
    await set_crew_role(services)
    await start_session(services, DORA, track="Arena")
    await services.profile.update(by(DORA), ProfileFields("Pro", "smooth", DRIVER))
    # Typed by herself, by others for her, by her for others.
    await log(services, DORA, "20.1 20.2 20.3", "Q1", "Buggy", confidence=4, note="soft")
    await log(services, by(BEN, crew=True), "20.4", "Q1", "Buggy", racer=DORA)
    await log(services, by(DORA, crew=True), "21.1 21.2", "Q1", "Buggy", racer=BEN)
    await edit(services, DORA, of="Buggy Q1", laps="20.1\n20.2\n20.35\n20.4")
    await log(services, ANN, "22.1 22.2", "Q1", "Buggy")
    await finish_heat(services, DORA)
    await publish(services, 7_001)
    # Hers alone, posted too.
    await log(services, DORA, "20.6 20.7", "Q2", "Buggy")
    await finish_heat(services, DORA)
    await publish(services, 7_002)
    # Moved from her to Ben, with the heat that went; moved from Ann to her.
    await log(services, DORA, "23.1 23.2", "P5", "Truggy")
    await edit(services, CHIEF, of="Truggy P5", whose=DORA, heat="P6", racer=BEN)
    await log(services, ANN, "24.1 24.2", "P6", "Truggy")
    await edit(services, CHIEF, of="Truggy P6", whose=ANN, heat="P6", racer=DORA)
    # Imported, with a place, and deleted again.
    page = {"Ann Roe": ANNS, DRIVER: CLEOS, "Ben Doe": BENS}
    await services.profile.update(by(ANN), ProfileFields(driver_name="Ann Roe"))
    for number, name in enumerate(("Q7", "Q8")):
        elsewhere.pages[URL + name] = race(
            {each: [ms + number for ms in laps] for each, laps in page.items()},
            name,
            "Buggy",
            source_id=name,
        )
        done(await begin(services, ANN, URL + name))
    gone = await services.heat.show(by(ANN), "Buggy Q8")
    await services.heat.delete(CHIEF, gone.heat.id)
    # What waits: hers, of others about her, and of others where she opened the heat.
    await log(services, DORA, "25.1", "Q9", "Buggy")
    logged = await log(services, BEN, "26.1", "Q9", "Buggy")
    await services.undo.take_back(by(BEN), undoable(logged))
    await services.undo.take_back(CHIEF, undoable(await log(services, DORA, "25.2", "Q9", "Buggy")))
    await services.undo.take_back(by(DORA), undoable(await log(services, DORA, "25.3")))
    elsewhere.pages[URL] = race({"Ann R": ANNS, DRIVER: BENS}, "Q11", "Buggy")
    await begin(services, CLEO)
    await services.card.share(by(BEN), 7_003, [DORA.user_id])
    await services.card.share(by(BEN), 7_004, [ANN.user_id, DORA.user_id])
    await services.card.share(by(BEN), 7_005, [ANN.user_id])


async def test_nothing_of_a_racer_is_left(
    database: Database, services: Services, elsewhere: Scripted
) -> None:
    await race_with_dora(services, elsewhere)
    racer_id = await profile_id(database, DORA)
    told = ("Dorothea", "Dora Quix", racer_id)
    tables = {trace.partition(":")[0] for trace in await traces(database, DORA, *told)}
    assert tables == {
        "deleted_races",
        "drafts",
        "entries",
        "heat_racers",
        "heats",
        "racer_profiles",
        "run_logs",
        "session_racers",
        "sessions",
        "shared_cards",
    }
    for_others = await services.form.open(by(BEN), "Buggy Q1")
    held = await forget(services, DORA)
    assert await traces(database, DORA, *told, racer_id.replace("-", "")) == []
    # Neither are laps that were moved to her, in what they were moved from.
    assert "24100" not in repr(await everything(database))
    assert held.is_self
    assert (held.notes, held.ratings, held.heats_alone) == (1, 1, 2)
    assert held.cards == {CHANNEL: 2}
    # What she typed for others stands, and so do her session and the places of the page.
    assert (await services.form.open(by(BEN), "Buggy Q1")).laps == for_others.laps
    assert await scalars(database, select(RaceSession.profile_id)) == [None]
    (table,) = await scalars(database, select(Heat.source_table).where(Heat.source.is_not(None)))
    assert table is not None
    first, second, third = PageTable.from_data(table).drivers
    assert (second.name, second.laps_ms, second.position) == ("a racer", CLEOS, 2)
    assert (first.name, third.name) == ("Ann Roe", "Ben Doe")
    labels = [info.heat.label for info in (await services.heat.list_heats(by(ANN))).heats]
    assert labels == ["Buggy Q1", "Truggy P6", "Buggy Q7"]


async def test_posts_follow_and_shared_cards_go(
    database: Database, services: Services, elsewhere: Scripted
) -> None:
    await race_with_dora(services, elsewhere)
    await forget(services, DORA)
    removed = await rows(
        database,
        select(SummaryPost.channel_id, SummaryPost.message_id)
        .where(SummaryPost.state == "removing", SummaryPost.message_id.is_not(None))
        .order_by(SummaryPost.message_id),
    )
    assert [tuple(row) for row in removed] == [(CHANNEL, 7_002), (CHANNEL, 7_003), (CHANNEL, 7_004)]
    summary = select(SummaryPost.state).where(SummaryPost.message_id == 7_001)
    assert await scalar(database, summary) == "pending"


async def test_a_card_of_who_was_forgotten_as_it_was_drawn_is_not_shared(
    services: Services, database: Database
) -> None:
    await log(services, DORA)
    await log(services, ANN)
    await forget(services, DORA)
    for racers in ([DORA.user_id], [ANN.user_id, DORA.user_id]):
        with pytest.raises(NotFound, match="There are no laps left for that card"):
            await services.card.share(by(BEN), 7_003, racers)
    assert await count(database, SharedCard) == 0


async def test_what_others_took_back_can_still_be_put_back(
    database: Database, services: Services, elsewhere: Scripted
) -> None:
    await race_with_dora(services, elsewhere)
    await forget(services, DORA)
    (draft,) = await scalars(database, select(Draft).where(Draft.kind == "taken_back"))
    assert draft.discord_user_id == BEN.user_id
    back = await services.undo.put_back(by(BEN), draft.id)
    assert isinstance(back, RunWritten)
    assert (back.heat.label, times(back)) == ("Buggy Q9", [26_100])
    # What had been hers and is Ben's by now is his.
    kept = await services.form.open(by(BEN), "Truggy P6")
    assert kept.laps.split() == ["23.100", "23.200"]
    # Taken back they go nowhere: where they came from is forgotten.
    moved = await scalar(
        database,
        select(Entry.id)
        .join(RacerProfile, RacerProfile.id == Entry.racer_id)
        .where(Entry.heat_id == kept.heat_id, RacerProfile.name == BEN.name),
    )
    assert moved is not None
    undone = await services.undo.take_back(CHIEF, moved)
    assert (undone.laps_removed, undone.laps_restored, undone.run.racer) == (2, 0, BEN)


# Who, and how they are found


async def test_only_crew_has_others_forgotten(services: Services, database: Database) -> None:
    await set_crew_role(services)
    await log(services, DORA)
    before = await everything(database)
    racer_id = (await services.data.ask_forget(by(DORA))).racer_id
    for attempt in (
        services.data.ask_forget(by(BEN), "Dora Quix"),
        services.data.forget(by(BEN), racer_id),
        services.data.suggest(by(BEN), ""),
    ):
        with pytest.raises(NotAllowed, match="Only crew"):
            await attempt
    with pytest.raises(NotFound):
        await services.data.forget(by(BEN, team=RIVALS, manager=True), racer_id)
    assert {**await everything(database), "teams": []} == {**before, "teams": []}
    assert (await services.data.ask_forget(by(DORA), "dora quix")).is_self
    held = await services.data.ask_forget(CHIEF, "dora quix")
    assert (held.racer_id, held.is_self, held.laps) == (racer_id, False, 6)
    assert not (await services.data.forget(CHIEF, racer_id)).held.is_self
    assert await traces(database, DORA) == []
    with pytest.raises(NotFound):
        await services.data.forget(CHIEF, racer_id)


async def test_who_has_left_is_found_by_name_id_and_mention(services: Services) -> None:
    await set_crew_role(services)
    await log(services, DORA)
    await log(services, BEN)
    await log(services, Person(404, "Ben"))
    assert [choice.label for choice in await services.data.suggest(CHIEF, "quix")] == ["Dora Quix"]
    (dora,) = await services.data.suggest(CHIEF, "dora")
    for text in (dora.value, "DORA-QUIX", str(DORA.user_id), f"<@{DORA.user_id}>"):
        found = await services.data.ask_forget(CHIEF, text)
        assert found.racer == DORA, text
    with pytest.raises(BadInput, match="2 racers are called so"):
        await services.data.ask_forget(CHIEF, "ben")
    bens = await services.data.suggest(CHIEF, "ben")
    assert len({choice.value for choice in bens}) == 2
    with pytest.raises(NotFound):
        await services.data.ask_forget(CHIEF, "nobody")


async def test_another_team_keeps_what_it_knows(services: Services, database: Database) -> None:
    await log(services, DORA)
    await log(services, by(DORA, team=RIVALS), "30.1 30.2")
    await forget(services, DORA)
    rivals = await services.data.ask_forget(by(DORA, team=RIVALS))
    assert rivals.laps == 2
    assert (await services.data.ask_forget(by(DORA))).is_nothing


async def test_what_waits_goes_without_a_profile_too(
    services: Services, database: Database
) -> None:
    await start_session(services, name="One")
    await start_session(services, CLEO, name="Two")
    await services.lap_entry.log(by(DORA), LogLaps("20.456"))
    await services.lap_entry.log(by(BEN), LogLaps("21.456"))
    await forget(services, DORA)
    assert await traces(database, DORA) == []
    assert await scalars(database, select(Draft.discord_user_id)) == [BEN.user_id]


async def test_who_comes_back_begins_anew(services: Services, database: Database) -> None:
    await log(services, DORA, "20.1 20.2", "Q1")
    await log(services, BEN, "21.1", "Q1")
    await forget(services, DORA)
    logged = await log(services, DORA, "22.1", "Q1")
    assert times(logged) == [22_100]
    assert logged.welcome


async def test_a_heat_of_nobody_else_goes_with_its_post(
    services: Services, database: Database
) -> None:
    logged = await log(services, BEN, "21.1", "Q1")
    await log(services, DORA, "20.1", "Q1")
    await services.undo.take_back(by(BEN), undoable(logged))
    await finish_heat(services, DORA)
    await publish(services)
    await forget(services, DORA)
    assert [post.state for post in await posts(database)] == ["removing"]
    assert await count(database, Entry) == 0


# Pages that come in


async def test_a_page_that_comes_in_again_does_not_bring_the_name(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    for racer, name in ((DORA, DRIVER), (BEN, "Ben Doe")):
        await services.profile.update(by(racer), ProfileFields(driver_name=name))
    elsewhere.pages[URL] = race({DRIVER: CLEOS, "Ben Doe": BENS, "Zoe Zander": ANNS})
    done(await begin(services, BEN))
    await forget(services, DORA)
    elsewhere.pages[URL] = race({"Dorothéa QUIX": CLEOS, "Ben Doe": BENS, "Zoe Zander": ANNS[1:]})
    done(await begin(services, BEN))
    (kept,) = await scalars(database, select(Heat.source_table))
    assert kept is not None
    names = [driver.name for driver in PageTable.from_data(kept).drivers]
    assert names == ["a racer", "Ben Doe", "Zoe Zander"]
    # Who comes back and says their name is on the page again.
    await services.profile.update(by(DORA), ProfileFields(driver_name=DRIVER))
    done(await begin(services, BEN))
    assert (await services.heat.show(by(BEN))).runs[0].racer == DORA


async def test_pages_that_are_followed_are_forgotten_too(
    database: Database, clock: FakeClock
) -> None:
    async with race_day(database, clock) as day:
        await day.link(DORA, DRIVER)
        await day.link(BEN, "Ben Doe")
        day.site.publish("7001", "A-Main", Raced(DRIVER, CLEOS), Raced("Ben Doe", BENS))
        await day.begin(DORA)
        await day.settle()
        assert "event_races" in {
            trace.partition(":")[0] for trace in await traces(database, DORA, "Dorothea")
        }
        assert "site_slots" in {trace.partition(":")[0] for trace in await traces(database, DORA)}
        await forget(day.services, DORA)
        assert await traces(database, DORA, "Dorothea") == []
        # All races are offered to the team again, for who is in it has changed.
        await day.pass_time(minutes=2)
        assert await traces(database, DORA, "Dorothea") == []
        assert await day.laps_of("Buggy A-Main") == list(BENS)


async def test_a_followed_page_stays_as_it_is_for_another_team_with_the_racer(
    database: Database, clock: FakeClock
) -> None:
    async with race_day(database, clock) as day:
        rival = by(DORA, team=RIVALS)
        await day.link(BEN, "Ben Doe")
        await day.link(DORA, DRIVER)
        await day.link(rival, DRIVER)
        day.site.publish("7001", "A-Main", Raced(DRIVER, CLEOS), Raced("Ben Doe", BENS))
        await day.begin(BEN)
        await day.begin(rival)
        await day.settle()
        await forget(day.services, DORA)
        await day.pass_time(minutes=2)
        runs = (await day.services.heat.show(rival)).runs
        assert [run.racer for run in runs] == [DORA]
        (own,) = await scalars(
            database,
            select(Heat.source_table)
            .join(RaceSession, RaceSession.id == Heat.session_id)
            .where(RaceSession.team_id != RIVALS),
        )
        assert "Dorothea" not in str(own)


async def test_who_is_back_with_an_older_copy_is_forgotten_again(
    services: Services, database: Database
) -> None:
    await log(services, DORA)
    (before,) = await rows(database, select(*RacerProfile.__table__.columns))
    await forget(services, DORA)
    await log(services, DORA, "22.1 22.2")
    assert await services.data.forget_again() == 0
    # As though the copy was put back: another profile, which had been forgotten, of the same name.
    await execute(
        database, insert(RacerProfile).values({**before._mapping, "discord_user_id": None})
    )
    assert await services.data.forget_again() == 1
    (after,) = await scalars(database, select(RacerProfile))
    assert after.id != before.id
    assert times(await log(services, DORA, "22.3")) == [22_100, 22_200, 22_300]
