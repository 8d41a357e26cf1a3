"""A race that was read, taken into a session: which heat it is, and what stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from core.bootstrap import Services
from core.commands import ProfileFields
from core.database import Database, Unit
from core.laps import Lap, RaceTotal
from core.models import Entry, Heat, RaceSession
from core.names import HeatKind
from core.race_day.change import team_held
from core.race_day.drivers import people_in
from core.race_day.importing import take_in
from core.results.card import OrpCard
from core.results.importing import Fate, TakenIn
from core.results.session import SessionInfo
from core.scoring.clean_run import clean_run
from core.scoring.finish import Place
from core.sources.race import Race, Source
from tests.databases import FakeClock, scalars
from tests.races import race
from tests.services.racing import (
    ANN,
    BEN,
    by,
    close_session,
    count,
    everything,
    log,
    posts,
    rename_heat,
    start_heat,
    start_session,
    undoable,
)

ANNS = (20_512, 20_143, 20_377, 20_208, 20_611, 20_195)
BENS = (21_034, 20_876, 21_290, 20_955, 21_101, 21_066)
PAGE = {"ANN ROE": ANNS, "BEN DOE": BENS, "Somebody Else": (19_804, 19_911, 19_742, 20_020)}
TYPED = " ".join(f"{time_ms / 1000:.2f}" for time_ms in ANNS)
BENS_TYPED = " ".join(f"{time_ms / 1000:.2f}" for time_ms in BENS)


async def linked(services: Services, **names: str) -> None:
    for person in (ANN, BEN):
        name = names.get(person.name.lower())
        if name is not None:
            await services.profile.update(by(person), ProfileFields(driver_name=name))


async def ready(services: Services) -> SessionInfo:
    """Open a session of a team whose racers are linked."""
    session = await start_session(services)
    await linked(services, ann="Roe, Ann", ben="Ben Doe")
    return session


async def taken(
    database: Database, session: UUID, what: Race, *, is_fresh: bool = True, by_nobody: bool = False
) -> TakenIn:
    def act(unit: Unit) -> TakenIn:
        found = unit.db.get_one(RaceSession, session)
        assert found.team_id is not None
        team = team_held(unit, found.team_id)
        people = people_in(unit, team.id, what)
        return take_in(
            unit,
            team,
            found,
            what,
            by=None if by_nobody else next(iter(people.values()), None),
            is_fresh=is_fresh,
            channel_id=500,
            people=people,
        )

    return await database.write(act)


async def laps_in(services: Services, heat: str) -> Mapping[str, tuple[Lap, ...]]:
    table = await services.heat.show(by(ANN), heat)
    return {run.racer.name: run.laps for run in table.runs}


def times(laps: tuple[Lap, ...]) -> tuple[int, ...]:
    return tuple(lap.time_ms for lap in laps)


async def test_the_laps_of_the_whole_team_come_in_and_the_heat_posts_itself(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    told = await taken(database, session.id, race(PAGE, class_name="Buggy"))
    assert told.heat is not None
    assert (told.heat.label, told.is_new, told.drivers) == ("Buggy Q1 Heat 1", True, 3)
    assert [(run.racer, run.fate) for run in told.runs] == [(ANN, Fate.NEW), (BEN, Fate.NEW)]
    stands = await laps_in(services, "Buggy Q1 Heat 1")
    assert {name: times(laps) for name, laps in stands.items()} == {"Ann": ANNS, "Ben": BENS}
    assert not (await services.heat.list_heats(by(ANN))).heats[-1].is_open
    assert [post.silent for post in await posts(database)] == [False]
    assert await count(database, Entry, Entry.entered_by.is_(None), Entry.kind == "import") == 2


async def test_what_is_not_fresh_comes_without_a_notification(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    await taken(database, session.id, race(PAGE), is_fresh=False)
    assert [post.silent for post in await posts(database)] == [True]


async def test_what_comes_by_itself_is_nobodys(services: Services, database: Database) -> None:
    session = await ready(services)
    told = await taken(database, session.id, race(PAGE), by_nobody=True)
    assert told.has_stored
    assert [post.silent for post in await posts(database)] == [False]
    assert await count(database, Heat, Heat.opened_by.is_(None)) == 1


async def test_a_race_without_anybody_of_the_team_leaves_no_trace(
    services: Services, database: Database
) -> None:
    session = await start_session(services)
    before = await everything(database)
    told = await taken(database, session.id, race({"Somebody Else": ANNS}))
    assert (told.heat, told.runs) == (None, ())
    assert await everything(database) == before


async def test_imported_again_nothing_changes(services: Services, database: Database) -> None:
    session = await ready(services)
    await taken(database, session.id, race(PAGE))
    before = await everything(database)
    told = await taken(database, session.id, race(PAGE, source_id="901"))
    assert [run.fate for run in told.runs] == [Fate.SAME, Fate.SAME]
    assert await everything(database) == before


async def test_the_page_decides_on_lap_one(services: Services, database: Database) -> None:
    session = await ready(services)
    short = (9_000, *ANNS)
    await taken(database, session.id, race({"Ann Roe": short}))
    assert [lap.counts for lap in (await laps_in(services, "Q1 Heat 1"))["Ann"]] == [True] * 7
    other = {"Ann Roe": (20_100, *BENS)}
    await taken(database, session.id, race(other, "Q2 Heat 1", lap_one_counts=False))
    counts = [lap.counts for lap in (await laps_in(services, "Q2 Heat 1"))["Ann"]]
    assert counts == [False, *[True] * 6]


async def test_a_correction_takes_the_place_of_what_the_page_had(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    await taken(database, session.id, race(PAGE))
    corrected = PAGE | {"ANN ROE": (*ANNS, 20_333)}
    told = await taken(database, session.id, race(corrected, source_id="77"))
    assert [run.fate for run in told.runs] == [Fate.CORRECTED, Fate.SAME]
    assert times((await laps_in(services, "Q1 Heat 1"))["Ann"]) == (*ANNS, 20_333)
    assert await count(database, Heat) == 1


async def test_another_leg_under_the_same_id_is_a_heat_of_its_own(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    await taken(database, session.id, race({"ANN ROE": ANNS}, "A-Main"))
    told = await taken(database, session.id, race({"ANN ROE": BENS}, "A-Main"))
    assert told.heat is not None
    assert (told.heat.name, told.is_new, told.beside) == ("A-Main 2", True, None)


async def test_laps_corrected_by_hand_stay_and_are_told(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    await taken(database, session.id, race(PAGE))
    heat = (await services.heat.show(by(ANN), "Q1 Heat 1")).heat
    await services.lap_entry.set_lap_counts(
        by(ANN), heat.id, racer_id=ANN.user_id, lap_number=3, counts=False
    )
    told = await taken(database, session.id, race(PAGE))
    assert [(run.fate, run.differs) for run in told.runs] == [
        (Fate.KEPT, True),
        (Fate.SAME, False),
    ]
    assert not (await laps_in(services, "Q1 Heat 1"))["Ann"][2].counts


async def test_a_run_that_was_taken_back_is_not_brought_in_again(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    told = await taken(database, session.id, race(PAGE))
    assert told.runs[0].entry_id is not None
    await services.undo.take_back(by(ANN), told.runs[0].entry_id)
    again = await taken(database, session.id, race(PAGE))
    assert again.runs[0].fate is Fate.KEPT
    assert set(await laps_in(services, "Q1 Heat 1")) == {"Ben"}


async def test_a_heat_deleted_on_purpose_is_not_brought_in_again(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    told = await taken(database, session.id, race(PAGE))
    assert told.heat is not None
    await services.heat.delete(by(ANN, manager=True), told.heat.id)
    again = await taken(database, session.id, race(PAGE, source_id="5"))
    assert (again.deleted, again.heat) == ("Q1 Heat 1", None)
    assert await count(database, Heat) == 0


async def test_laps_typed_within_the_hour_give_way_in_their_heat(
    services: Services, database: Database, clock: FakeClock
) -> None:
    session = await ready(services)
    typed = await log(services, ANN, TYPED, heat="Quali", confidence=4, note="35wt")
    clock.advance(minutes=59)
    told = await taken(database, session.id, race(PAGE))
    assert told.heat == typed.heat
    assert [run.fate for run in told.runs] == [Fate.TYPED, Fate.NEW]
    table = await services.heat.show(by(ANN), "Quali")
    run = next(run for run in table.runs if run.racer == ANN)
    assert (times(run.laps), run.confidence, run.note) == (ANNS, 4, "35wt")
    assert not table.is_open
    # Undo brings the typed ones back.
    assert told.runs[0].entry_id is not None
    await services.undo.take_back(by(ANN), told.runs[0].entry_id)
    stands = (await laps_in(services, "Quali"))["Ann"]
    assert times(stands) == tuple(round(time_ms, -1) for time_ms in ANNS)


async def test_laps_typed_in_several_heats_come_into_one(
    services: Services, database: Database
) -> None:
    """A race is one heat: that in which most have typed it, else the one somebody has named."""
    session = await ready(services)
    await start_heat(services, ANN, "Quali")
    await log(services, ANN, TYPED, heat="Quali")
    await log(services, BEN, BENS_TYPED, heat="Heat 7", confidence=2, note="softer")
    told = await taken(database, session.id, race(PAGE))
    assert told.heat is not None
    assert told.heat.name == "Quali"
    assert [run.fate for run in told.runs] == [Fate.TYPED, Fate.TYPED]
    assert [run.typed_in and run.typed_in.name for run in told.runs] == [None, "Heat 7"]
    table = await services.heat.show(by(ANN), "Quali")
    run = next(run for run in table.runs if run.racer == BEN)
    assert (times(run.laps), run.confidence, run.note) == (BENS, 2, "softer")
    # What a lap had opened goes with it, and comes back with Undo.
    assert [each.heat.name for each in (await services.heat.list_heats(by(ANN))).heats] == ["Quali"]
    assert told.runs[1].entry_id is not None
    await services.undo.take_back(by(BEN), told.runs[1].entry_id)
    stands = (await laps_in(services, "Heat 7"))["Ben"]
    assert times(stands) == tuple(round(float(text) * 1000) for text in BENS_TYPED.split())
    again = await taken(database, session.id, race(PAGE))
    assert [run.fate for run in again.runs] == [Fate.SAME, Fate.KEPT]


async def test_who_is_linked_later_has_typed_laps_come_in_too(
    services: Services, database: Database
) -> None:
    session = await start_session(services)
    await linked(services, ann="Ann Roe")
    await taken(database, session.id, race(PAGE))
    await log(services, BEN, BENS_TYPED, heat="Heat 7")
    await linked(services, ben="Ben Doe")
    told = await taken(database, session.id, race(PAGE))
    assert [run.fate for run in told.runs] == [Fate.SAME, Fate.TYPED]
    heats = (await services.heat.list_heats(by(ANN))).heats
    assert [each.heat.name for each in heats] == ["Q1 Heat 1"]


async def test_laps_typed_longer_ago_stand_beside(
    services: Services, database: Database, clock: FakeClock
) -> None:
    session = await ready(services)
    typed = await log(services, ANN, TYPED, heat="Q1 Heat 1")
    clock.advance(minutes=61)
    told = await taken(database, session.id, race(PAGE))
    assert told.heat is not None
    assert (told.heat.name, told.beside) == ("Q1 Heat 1 2", typed.heat)
    assert len((await laps_in(services, "Q1 Heat 1"))["Ann"]) == len(ANNS)


async def test_typed_laps_that_match_nothing_stand_beside(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    typed = await log(services, ANN, "25.1 25.3 25.2 25.0", heat="Q1 Heat 1")
    told = await taken(database, session.id, race(PAGE))
    assert told.beside == typed.heat
    assert undoable(typed)


async def test_an_imported_heat_takes_typed_laps_only_when_it_is_named(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    await taken(database, session.id, race({"BEN DOE": BENS}, "Q1"))
    assert (await log(services, ANN, "20.1 20.2")).heat.name == "Q2"
    assert (await log(services, ANN, "20.1 20.2", heat="Q1")).heat.name == "Q1"


async def test_a_heat_that_was_started_and_is_empty_is_used(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    started = await start_heat(services, ANN, "q1 heat-1")
    told = await taken(database, session.id, race(PAGE))
    assert told.heat is not None
    assert (told.heat.id, told.beside) == (started.heat.id, None)


async def test_who_is_linked_later_gets_the_earlier_races(
    services: Services, database: Database
) -> None:
    session = await start_session(services)
    await linked(services, ann="Ann Roe")
    await taken(database, session.id, race(PAGE))
    await linked(services, ben="Ben Doe")
    told = await taken(database, session.id, race(PAGE))
    assert [run.fate for run in told.runs] == [Fate.SAME, Fate.NEW]


async def test_an_id_once_seen_decides(services: Services, database: Database) -> None:
    session = await ready(services)
    await taken(database, session.id, race({"ANN ROE": ANNS}))
    renamed = race({"Ann Married": BENS}, "Q2")
    renamed = replace(renamed, drivers=(replace(renamed.drivers[0], source_id="id of ANN ROE"),))
    told = await taken(database, session.id, renamed)
    assert [run.racer for run in told.runs] == [ANN]


# The field


async def test_the_summary_has_the_finishing_place_of_the_page(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    field: dict[str, tuple[int, ...]] = {
        f"Rival {number}": (19_000, 19_100, 19_200) for number in range(3)
    }
    await taken(database, session.id, race(field | PAGE))
    table = await services.heat.show(by(ANN), "Q1 Heat 1")
    assert {run.racer.name: run.place for run in table.runs} == {
        "Ann": Place(4, None),
        "Ben": Place(5, None),
    }


async def test_who_has_no_place_on_a_page_of_places_has_none(
    services: Services, database: Database
) -> None:
    """As who was disqualified, however many laps they have."""
    session = await ready(services)
    what = race({"Rival": ANNS[:4], "ANN ROE": ANNS, "BEN DOE": BENS[:3]})
    placed = zip(what.drivers, (1, None, 2), strict=True)
    drivers = tuple(replace(driver, position=position) for driver, position in placed)
    await taken(database, session.id, replace(what, drivers=drivers))
    table = await services.heat.show(by(ANN), "Q1 Heat 1")
    assert {run.racer.name: run.place for run in table.runs} == {"Ann": None, "Ben": Place(2, None)}


async def test_in_practice_nobody_finishes_anywhere(services: Services, database: Database) -> None:
    session = await ready(services)
    await taken(database, session.id, race(PAGE, "P1", kind=HeatKind.PRACTICE))
    table = await services.heat.show(by(ANN), "P1")
    assert [run.place for run in table.runs] == [None, None]
    card = await services.card.show(by(ANN), "P1")
    assert isinstance(card, OrpCard)
    assert card.rivals is None


async def test_a_clean_run_has_its_place_among_everybody_on_the_page(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    crashed = (20_500, 20_400, 20_600, 32_500, 20_500, 20_400)
    field = {
        "Rival": (20_900, 20_900, 20_900, 20_900, 20_900, 20_900),
        "ANN ROE": crashed,
        "BEN DOE": BENS,
    }
    await taken(database, session.id, race(field, length_s=120))
    card = await services.card.show(by(ANN), "Q1 Heat 1")
    assert isinstance(card, OrpCard)
    assert card.rivals == (RaceTotal(6, 125_400), RaceTotal(6, sum(BENS)))
    run = clean_run(card.run.laps, length_ms=120_000, rivals=card.rivals)
    assert run is not None
    assert (run.place, run.clean_place) == (3, 1)


async def test_the_run_to_the_loop_in_the_pages_time_moves_nobody(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    what = race({"ANN ROE": (20_100, 20_200), "Rival": (20_000, 20_250)}, source=Source.MYRCM)
    ann, rival = what.drivers
    drivers = (
        replace(ann, total_ms=ann.total_ms + 1_000),
        replace(rival, total_ms=rival.total_ms + 1_500),
    )
    await taken(database, session.id, replace(what, drivers=drivers))
    card = await services.card.show(by(ANN), "Q1 Heat 1")
    assert isinstance(card, OrpCard)
    assert card.rivals == (RaceTotal(2, 40_750),)


# Names of others


async def names_kept(database: Database) -> list[list[str]]:
    kept = await scalars(database, select(Heat.source_table))
    return [[driver["name"] for driver in table["drivers"]] for table in kept if table]


async def test_drivers_on_no_profile_are_forgotten_30_days_after_the_session_closed(
    services: Services, database: Database, clock: FakeClock
) -> None:
    session = await ready(services)
    await taken(database, session.id, race(PAGE))
    await close_session(services, ANN)
    clock.advance(days=29, hours=23)
    await services.housekeeping.run()
    assert await names_kept(database) == [list(PAGE)]
    clock.advance(hours=2)
    await services.housekeeping.run()
    assert await names_kept(database) == [["ANN ROE", "BEN DOE", "driver 3"]]
    # Their laps stay: they name a place.
    table = await services.heat.show(by(ANN), "Q1 Heat 1")
    assert next(run.place for run in table.runs if run.racer == ANN) == Place(1, None)


async def test_an_open_sessions_drivers_keep_their_names(
    services: Services, database: Database, clock: FakeClock
) -> None:
    session = await start_session(services, days=7)
    await linked(services, ann="Ann Roe")
    await taken(database, session.id, race(PAGE))
    await services.housekeeping.forget_strangers()
    assert await names_kept(database) == [list(PAGE)]


# Heats that become one


async def test_a_page_follows_its_laps_into_another_heat(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    await log(services, ANN, "25.1 25.2", heat="Semi")
    await taken(database, session.id, race({"BEN DOE": BENS, "Rival": ANNS}, "A-Main"))
    await rename_heat(services, ANN, "A-Main", "Semi")
    told = await taken(database, session.id, race({"BEN DOE": BENS, "Rival": ANNS}, "A-Main"))
    assert told.heat is not None
    assert (told.heat.name, [run.fate for run in told.runs]) == ("Semi", [Fate.SAME])


async def test_of_two_imported_heats_neither_is_brought_in_again(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    first = race({"ANN ROE": ANNS}, "A-Main")
    second = race({"BEN DOE": BENS}, "B-Main")
    await taken(database, session.id, first)
    await taken(database, session.id, second)
    await rename_heat(services, ANN, "B-Main", "A-Main")
    assert (await taken(database, session.id, second)).deleted == "B-Main"
    assert (await taken(database, session.id, first)).runs[0].fate is Fate.SAME
    assert await count(database, Heat) == 1


async def test_a_heat_started_where_an_import_was_taken_back_is_no_import(
    services: Services, database: Database
) -> None:
    session = await ready(services)
    what = race({"ANN ROE": ANNS, "Rival": BENS}, "Q1")
    told = await taken(database, session.id, what)
    assert told.runs[0].entry_id is not None
    await services.undo.take_back(by(ANN), told.runs[0].entry_id)
    await start_heat(services, ANN, "Q1")
    assert (await log(services, ANN, "20.1 20.2 20.3")).heat.name == "Q1"
    assert (await taken(database, session.id, what)).deleted == "Q1"
