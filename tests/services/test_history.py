"""The earlier system's files brought in: all of it, once, as it was, and nothing is posted."""

from __future__ import annotations

import csv
import io
from uuid import UUID, uuid4

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.database import Database
from core.errors import BadInput, Conflict, RacerError
from core.models import Heat, RacerProfile, RaceSession, RunLog, SummaryPost
from core.racer_link import read_racer_link
from core.results.card import OrpCard
from core.results.history import Counted, HistoryBroughtIn, KeptRun
from core.services.history import HistoryService
from core.sources.history_files import read_history_file
from tests.databases import FakeClock
from tests.services.racing import ANN, BEN, RIVALS, TEAM, by, count, everything, log, start_session

ANN_THEN = UUID(int=1)
BEN_THEN = UUID(int=2)
MARCH = UUID(int=3)
APRIL = UUID(int=4)
BENS = UUID(int=5)
PROFILES = (
    "id,name,created_at,updated_at,experience_level,driving_style\n"
    f"{ANN_THEN},Ann,2025-01-01T10:00:00,2025-01-02T10:00:00,Pro,calm\n"
    f"{BEN_THEN},Ben,2025-01-01T10:00:00,,,\n"
)
SESSIONS = (
    "id,profile_id,session_name,track_name,status,created_at,closed_at,updated_at,"
    "practice_rounds,qualifying_rounds\n"
    f"{MARCH},{ANN_THEN},March,Arena,completed,2025-03-01T09:00:00,2025-03-01T17:00:00,,1,2\n"
    f"{APRIL},{ANN_THEN},April,Arena,active,2025-04-05T09:00:00,,,,\n"
    f"{BENS},{BEN_THEN},March,Arena,completed,2025-03-01T09:00:00,2025-03-01T17:00:00,,1,2\n"
)
HEADING = "session_id,heat_name,lap_number,lap_time,confidence_rating,created_at\n"
# The main is driven last and stands first; a run from the grid to the loop is in it.
LAPS = HEADING + "".join(
    f"{session},{heat},{number},{time},{confidence},2025-{day}T{hour}:00:{number:02}+00:00\n"
    for session, day, heat, hour, confidence, times in [
        (MARCH, "03-01", "Main", 15, 4, ("10.100", "19.900", "20.100", "20.000")),
        (MARCH, "03-01", "Q1", 12, 3, ("20.500", "20.300", "20.400")),
        (BENS, "03-01", "Q1", 12, "", ("21.500", "21.300", "21.400")),
        (APRIL, "04-05", "Q1", 12, 5, ("19.500", "19.800", "19.700")),
    ]
    for number, time in enumerate(times, 1)
)


async def bring_in(
    database: Database,
    *texts: str,
    racers: tuple[str, ...] = (),
    team: int = TEAM,
    is_rehearsal: bool = False,
) -> HistoryBroughtIn:
    files = [read_history_file(f"{at}.csv", text.encode()) for at, text in enumerate(texts, 1)]
    said = [read_racer_link(text) for text in racers]
    return await HistoryService(database, team).bring_in(
        files, said, time_zone="Europe/Berlin", is_rehearsal=is_rehearsal
    )


async def test_a_whole_history_is_there_afterwards(database: Database, services: Services) -> None:
    done = await bring_in(database, LAPS, PROFILES, SESSIONS, racers=(f"ann={ANN.user_id}",))
    assert (done.racers, done.sessions) == (Counted(2, 0), Counted(3, 0))
    assert (done.heats, done.laps, done.kept) == (Counted(4, 0), Counted(13, 0), ())
    assert (done.linked, done.unlinked) == (("Ann",), ("Ben",))
    assert await count(database, SummaryPost) == 0
    listed = await services.session.list_sessions(by(ANN))
    assert [(each.name, each.is_open, each.heat_count) for each in listed.sessions] == [
        ("April", False, 1),
        ("March", False, 2),
        ("March", False, 1),
    ]
    assert {each.time_zone for each in listed.sessions} == {"Europe/Berlin"}
    heats = (await services.heat.list_heats(by(ANN), str(MARCH))).heats
    assert [(each.heat.name, each.is_open) for each in heats] == [("Q1", False), ("Main", False)]
    assert heats[0].opened_at.isoformat() == "2025-03-01T12:00:01+00:00"
    main = await services.heat.show(by(ANN), "Main", str(MARCH))
    (run,) = main.runs
    assert [lap.counts for lap in run.laps] == [False, True, True, True]
    assert (run.racer, run.confidence, run.best_before_ms) == (ANN, 4, 20_300)
    assert run.is_personal_best
    standings = await services.session.show(by(ANN), str(BENS))
    assert standings.classes[0].rows[0].racer == Person(0, "Ben")
    card = await services.card.show(by(ANN))
    assert isinstance(card, OrpCard)
    assert (card.session.name, card.run.best_before_ms) == ("April", 19_900)
    await services.housekeeping.run()
    assert await count(database, SummaryPost) == 0


async def test_what_came_in_goes_out_again(database: Database, services: Services) -> None:
    await bring_in(database, LAPS, PROFILES, SESSIONS)
    came = list(csv.DictReader(io.StringIO(LAPS)))
    for session in (MARCH, APRIL, BENS):
        text = (await services.session.export(by(ANN), str(session))).content
        gone = [
            {name: row[name] for name in HEADING.strip().split(",")}
            for row in csv.DictReader(io.StringIO(text, newline=""))
        ]
        of_session = [row for row in came if row["session_id"] == str(session)]
        assert gone == sorted(of_session, key=lambda row: row["created_at"])
    # And what has gone out is what stands here.
    done = await bring_in(database, (await services.session.export(by(ANN), str(MARCH))).content)
    assert (done.laps, done.kept) == (Counted(0, 7), ())


async def test_brought_in_again_nothing_changes(database: Database) -> None:
    first = await bring_in(
        database, LAPS, PROFILES, SESSIONS, racers=(f"{ANN_THEN}={ANN.user_id}",), is_rehearsal=True
    )
    assert first.is_rehearsal
    assert first.laps == Counted(13, 0)
    for model in (RacerProfile, RaceSession, Heat, RunLog):
        assert await count(database, model) == 0
    await bring_in(database, PROFILES)
    await bring_in(database, SESSIONS, LAPS)
    before = await everything(database)
    again = await bring_in(database, PROFILES, SESSIONS, LAPS)
    assert (again.racers, again.sessions) == (Counted(0, 2), Counted(0, 3))
    assert (again.heats, again.laps) == (Counted(0, 4), Counted(0, 13))
    assert await everything(database) == before


async def test_who_a_racer_is_can_be_said_later(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await bring_in(database, LAPS, PROFILES, SESSIONS)
    await start_session(services, track="Arena")
    await log(services, ANN, "19.1 19.2 19.3", heat="Q1")
    await log(services, BEN, "22.1 22.2 22.3", heat="Q2")
    # A name is enough, though two are called so by now, and the files need not be there.
    assert (await bring_in(database, racers=(f"Ann={ANN.user_id}",))).linked == ("Ann",)
    # Ann's own profile has both by now: her bests of then and her laps of today.
    assert await count(database, RacerProfile) == 3
    card = await services.card.show(by(ANN))
    assert isinstance(card, OrpCard)
    assert (card.run.best_lap_ms, card.run.best_before_ms) == (19_100, 19_500)
    before = await everything(database)
    again = await bring_in(database, PROFILES, SESSIONS, LAPS)
    assert (again.racers, again.laps, again.unlinked) == (Counted(0, 2), Counted(0, 13), ("Ben",))
    assert await everything(database) == before
    with pytest.raises(Conflict, match="is the Discord user 101 already"):
        await bring_in(database, PROFILES, SESSIONS, racers=("Ann=999",))


async def test_what_was_changed_since_stays(database: Database, services: Services) -> None:
    await bring_in(database, PROFILES, SESSIONS, racers=(f"Ann={ANN.user_id}",))
    await services.session.reopen(by(ANN, crew=True, manager=True), APRIL)
    await services.session.race_here(by(ANN), APRIL)
    await log(services, ANN, "25.1 25.2", heat="Q1")
    done = await bring_in(database, LAPS)
    assert done.kept == (KeptRun("April", "Q1", "Ann", 3),)
    assert (done.laps, done.left_out) == (Counted(10, 0), 3)
    # Old laps end no session that is open.
    info = (await services.session.show(by(ANN), str(APRIL))).session
    assert info.is_open
    assert info.closes_at is not None
    assert info.closes_at > database.clock()


async def test_of_rows_that_fit_nothing_none_is_stored(database: Database) -> None:
    before = await everything(database)
    for texts, sentence in (
        ((LAPS,), "1.csv line 2 names a session that is nowhere; 1.csv line 3"),
        ((LAPS, SESSIONS), "2.csv line 2 names a profile that is nowhere"),
        ((PROFILES, PROFILES), "2.csv line 2 has the id of 1.csv line 2"),
        (
            (PROFILES, SESSIONS, LAPS, LAPS),
            "4.csv line 2 has lap 1 of 3.csv line 2 again; 4.csv line 3",
        ),
        (
            (PROFILES, SESSIONS, HEADING + f"{MARCH},--,1,20.1,,\n"),
            "3.csv line 2 has a heat_name without letters or digits",
        ),
        (
            (PROFILES, SESSIONS.replace(str(BEN_THEN), ""), LAPS),
            "3.csv line 9 is nobody's: its session names no racer",
        ),
        (
            (PROFILES, SESSIONS, HEADING.replace("\n", ",racer\n") + f"{MARCH},Q1,1,20,,,Zoe\n"),
            "3.csv line 2 names a racer who is nowhere",
        ),
    ):
        with pytest.raises(BadInput, match="Nothing was stored") as refused:
            await bring_in(database, *texts)
        assert sentence in refused.value.sentence
        assert await everything(database) == before


async def test_a_racer_who_is_nobody_is_refused(database: Database) -> None:
    twins = PROFILES + f"{uuid4()},ben,,,,\n"
    for racer, sentence in (
        ("Ann", "nobody's Discord user id"),
        ("Ann=0", "nobody's Discord user id"),
        ("Zoe=7", "nobody is called “Zoe”"),
        (f"{uuid4()}=7", "nobody has the id"),
        ("Ben=7", "several are called “Ben”"),
    ):
        with pytest.raises(RacerError) as refused:
            await bring_in(database, twins, racers=(racer,))
        assert sentence in refused.value.sentence
        assert await count(database, RacerProfile) == 0


async def test_rows_name_racers_of_their_own(database: Database, services: Services) -> None:
    heading = HEADING.replace("\n", ",class,racer,racer_id,counts,note\n")
    text = heading + (
        f"{MARCH},Q1,1,20.100,4,,Buggy,Ann,{ANN.user_id},1,35wt\n"
        f"{MARCH},Q1,2,20.200,4,,Buggy,Ann,{ANN.user_id},0,35wt\n"
        f"{MARCH},Q1,1,21.100,,,Buggy,Ben,,1,\n"
        f"{MARCH},Q1,2,21.200,,,Buggy,,,1,\n"
    )
    await bring_in(database, PROFILES, SESSIONS.replace(str(ANN_THEN), str(BEN_THEN)), text)
    table = await services.heat.show(by(ANN), "Q1", str(MARCH))
    runs = {run.racer: run for run in table.runs}
    assert runs[ANN].note == "35wt"
    assert [lap.counts for lap in runs[ANN].laps] == [True, False]
    assert [lap.time_ms for lap in runs[Person(0, "Ben")].laps] == [21_100, 21_200]


async def test_a_team_gets_nothing_of_anothers(database: Database) -> None:
    await bring_in(database, PROFILES, SESSIONS, LAPS, team=RIVALS)
    before = await everything(database)
    for files in ((PROFILES,), (LAPS,)):
        with pytest.raises(Conflict, match="another team's"):
            await bring_in(database, *files)
    assert await everything(database) == before
