"""Imports: what is asked before laps are stored, what is remembered, and who may do what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from core.bootstrap import Services, build_services
from core.commands import ImportLaps
from core.database import Database
from core.errors import BadInput, NotAllowed, NotFound, Redelivered
from core.models import Draft, Heat, RaceSession
from core.results.importing import (
    Fate,
    ImportAsks,
    ImportQuestion,
)
from core.results.question import LeftAlone
from core.sources.race import Difference, LeftOut, Source
from tests.databases import FakeClock
from tests.races import race
from tests.services.imports import (
    ANNS,
    BENS,
    LATER,
    PAGE,
    URL,
    asks,
    begin,
    call,
    done,
    pick,
    stored,
)
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
    posts,
    set_crew_role,
    start_session,
)
from tests.services.scripted import Scripted, silence


@pytest.fixture
def elsewhere() -> Scripted:
    return Scripted()


@pytest.fixture
async def services(database: Database, elsewhere: Scripted) -> AsyncIterator[Services]:
    yield build_services(database, elsewhere)
    await elsewhere.close()


# One race


async def test_a_link_brings_the_whole_teams_laps(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "roe, ann")
    await call(services, BEN, "Ben Doe")
    elsewhere.pages[URL] = race(PAGE, class_name="Buggy")
    outcome = done(await begin(services, ANN))
    assert stored(outcome) == {"Ann": Fate.NEW, "Ben": Fate.NEW}
    assert outcome.own_entry is not None
    assert await count(database, Draft) == 0
    assert [post.silent for post in await posts(database)] == [False]


async def test_a_link_or_a_file_and_not_both(services: Services) -> None:
    with pytest.raises(BadInput, match="one of the two"):
        await services.importing.begin(by(ANN), ImportLaps(URL), b"laps", silence)
    with pytest.raises(BadInput, match="one of the two"):
        await services.importing.begin(by(ANN), ImportLaps(), None, silence)


async def test_the_first_import_opens_a_session_named_like_the_event(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE, event="Winter Cup  2026", track="The Arena")
    outcome = done(await begin(services, ANN))
    assert outcome.opened_session
    assert outcome.session is not None
    assert outcome.session.name == "Winter Cup 2026"
    assert await count(database, RaceSession, RaceSession.track_key == "thearena") == 1


async def test_who_is_asked_where_nobody_matches_and_it_is_remembered(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    elsewhere.pages[URL] = race(PAGE)
    asked = asks(await begin(services, ANN), ImportAsks.WHO)
    assert asked.text == "Which one are you?"
    assert len(asked.options) == 4
    assert stored(await pick(services, ANN, asked, "Ann Roe")) == {"Ann": Fate.NEW}
    assert (await services.profile.show(by(ANN))).driver_name == "Ann Roe"
    # The page was fetched once, and the next race needs no question.
    assert elsewhere.asked == [URL]
    elsewhere.pages[URL] = race({"ann roe": LATER}, "Q2")
    assert stored(await begin(services, ANN)) == {"Ann": Fate.NEW}


async def test_none_of_them_leaves_no_trace(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    elsewhere.pages[URL] = race(PAGE)
    outcome = done(await pick(services, ANN, await begin(services, ANN), "None of them"))
    assert stored(outcome) == {}
    assert await count(database, Heat) == 0
    assert await count(database, Draft) == 0


async def test_a_name_that_is_nearly_the_same_is_asked_about(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Anna Roesler")
    elsewhere.pages[URL] = race({"Anna Roessler": ANNS})
    asked = asks(await begin(services, ANN), ImportAsks.WHO)
    assert asked.options == ("That is me", "Somebody else")
    assert stored(await pick(services, ANN, asked, "That is me")) == {"Ann": Fate.NEW}


async def test_somebody_else_is_not_asked_about_again(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Anna Roesler")
    elsewhere.pages[URL] = race({"Anna Roessler": ANNS})
    outcome = await pick(services, ANN, await begin(services, ANN), "Somebody else")
    assert stored(outcome) == {}


async def test_a_name_that_stands_twice_is_asked_about(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    twice = race({"Ann Roe": ANNS, "Roe Ann": BENS}, source=Source.MYRCM)
    elsewhere.pages[URL] = twice
    first = asks(await begin(services, ANN), ImportAsks.WHO)
    assert "P1 Ann Roe" in first.text
    second = asks(await pick(services, ANN, first, "Somebody else"), ImportAsks.WHO)
    outcome = done(await pick(services, ANN, second, "That is me"))
    (run,) = outcome.races[0].taken.runs
    assert tuple(lap.time_ms for lap in run.page) == BENS


async def test_only_crew_is_asked_about_others(services: Services, elsewhere: Scripted) -> None:
    await set_crew_role(services)
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    await call(services, BEN, "Benjamin Doer")
    elsewhere.pages[URL] = race({"Ann Roe": ANNS, "Benjamin Doerr": BENS})
    assert stored(await begin(services, ANN)) == {"Ann": Fate.NEW}
    asked = asks(await begin(services, by(ANN, crew=True)), ImportAsks.WHO)
    assert asked.options == ("Ben", "Somebody else")
    outcome = await pick(services, by(ANN, crew=True), asked, "Ben")
    assert stored(outcome) == {"Ann": Fate.SAME, "Ben": Fate.NEW}


async def test_crew_says_who_the_others_are(services: Services, elsewhere: Scripted) -> None:
    await set_crew_role(services)
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE)
    assert done(await begin(services, ANN)).draft_id is None
    crew = by(ANN, crew=True)
    outcome = done(await begin(services, crew))
    assert outcome.strangers == ((1, "BEN DOE"), (2, "Cleo Poe"))
    assert outcome.draft_id is not None
    again = await services.importing.who_is(crew, outcome.draft_id, 1, BEN, silence)
    assert stored(again) == {"Ann": Fate.SAME, "Ben": Fate.NEW}
    assert (await services.profile.show(by(BEN))).driver_name == "BEN DOE"
    with pytest.raises(NotAllowed):
        await services.importing.who_is(by(ANN), outcome.draft_id, 2, CLEO, silence)


async def test_who_is_crew_no_more_says_nothing_of_others(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await set_crew_role(services)
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    await call(services, BEN, "Benjamin Doer")
    elsewhere.pages[URL] = race({"Ann Roe": ANNS, "Benjamin Doerr": BENS})
    asked = asks(await begin(services, by(ANN, crew=True)), ImportAsks.WHO)
    before = await everything(database)
    with pytest.raises(NotAllowed):
        await pick(services, ANN, asked, "Ben")
    assert await everything(database) == before


async def test_a_transponder_is_nobodys_name(services: Services, elsewhere: Scripted) -> None:
    await start_session(services)
    elsewhere.pages[URL] = race({"3342665/0": ANNS}, source=Source.MYRCM)
    asked = asks(await begin(services, ANN), ImportAsks.WHO)
    assert stored(await pick(services, ANN, asked, "3342665/0")) == {"Ann": Fate.NEW}
    assert (await services.profile.show(by(ANN))).driver_name is None


# Classes


async def test_the_pages_class_is_asked_about_once(services: Services, elsewhere: Scripted) -> None:
    await start_session(services)
    await log(services, BEN, heat="P1", class_name="Buggy")
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE, class_name="1/8 Nitro Buggy")
    asked = asks(await begin(services, ANN), ImportAsks.CLASS)
    outcome = done(await pick(services, ANN, asked, "This is our Buggy"))
    heat = outcome.races[0].taken.heat
    assert heat is not None
    assert heat.label == "Buggy Q1 Heat 1"
    elsewhere.pages[URL] = race({"Ann Roe": LATER}, "Q2 Heat 1", "1/8 nitro  buggy")
    again = done(await begin(services, ANN)).races[0].taken.heat
    assert again is not None
    assert again.label == "Buggy Q2 Heat 1"


async def test_a_class_of_its_own_is_kept_too(services: Services, elsewhere: Scripted) -> None:
    await start_session(services)
    await log(services, BEN, heat="P1", class_name="Buggy")
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE, class_name="Truggy")
    asked = await begin(services, ANN)
    heat = done(await pick(services, ANN, asked, "a class of its own")).races[0].taken.heat
    assert heat is not None
    assert heat.class_name == "Truggy"


async def test_heat_and_class_that_were_typed_win(services: Services, elsewhere: Scripted) -> None:
    await start_session(services)
    await log(services, BEN, heat="P1", class_name="Buggy")
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE, class_name="1/8 Nitro Buggy")
    outcome = done(await begin(services, ANN, heat="Final", class_name="buggy"))
    heat = outcome.races[0].taken.heat
    assert heat is not None
    assert heat.label == "Buggy Final"


# Again


async def test_a_correction_is_shown_and_asked_about(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE)
    await begin(services, ANN)
    assert stored(await begin(services, ANN)) == {"Ann": Fate.SAME}
    corrected = (*ANNS[:2], 20_277, *ANNS[3:])
    elsewhere.pages[URL] = race(PAGE | {"Ann Roe": corrected})
    asked = asks(await begin(services, ANN), ImportAsks.CORRECTION)
    assert asked.lines == ("Ann: lap 3 20.377 → 20.277",)
    left = await pick(services, ANN, asked, "Leave it")
    assert isinstance(left, LeftAlone)
    assert await count(database, Draft) == 0
    asked = asks(await begin(services, ANN), ImportAsks.CORRECTION)
    assert stored(await pick(services, ANN, asked, "Take what it says")) == {"Ann": Fate.CORRECTED}


async def test_typed_laps_of_others_give_way_for_crew_only(
    services: Services, elsewhere: Scripted
) -> None:
    await set_crew_role(services)
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    await call(services, BEN, "Ben Doe")
    await log(services, BEN, " ".join(f"{lap / 1000:.2f}" for lap in BENS), heat="Q1 Heat 1")
    elsewhere.pages[URL] = race(PAGE)
    assert stored(await begin(services, ANN)) == {"Ann": Fate.NEW, "Ben": Fate.OTHERS}
    crew = stored(await begin(services, by(ANN, crew=True)))
    assert crew == {"Ann": Fate.SAME, "Ben": Fate.TYPED}
    assert stored(await begin(services, ANN)) == {"Ann": Fate.SAME, "Ben": Fate.SAME}


async def test_somebody_elses_import_cannot_be_answered(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    elsewhere.pages[URL] = race(PAGE)
    asked = asks(await begin(services, ANN), ImportAsks.WHO)
    with pytest.raises(NotFound):
        await services.importing.answer(by(BEN), asked.draft_id, "0", silence)
    with pytest.raises(NotFound):
        await services.importing.answer(by(ANN), asked.draft_id, "99", silence)


async def test_late_races_come_without_a_notification(
    services: Services, database: Database, elsewhere: Scripted, clock: FakeClock
) -> None:
    await start_session(services, time_zone="Europe/Berlin")
    await call(services, ANN, "Ann Roe")
    here = clock.moment.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    for number, hours in enumerate((1, 5)):
        url = f"{URL}{number}"
        laps = {"Ann Roe": ANNS if number else BENS}
        elsewhere.pages[url] = race(
            laps,
            f"Q{number + 1}",
            completed_at=here - timedelta(hours=hours),
            source_id=str(number),
        )
        await begin(services, ANN, url)
    assert [post.silent for post in await posts(database)] == [False, True]


# Whose, and how often


async def test_an_import_that_is_delivered_twice_changes_nothing_twice(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    elsewhere.pages[URL] = race(PAGE)
    asked = asks(await begin(services, by(ANN, interaction=1)), ImportAsks.WHO)
    before = await everything(database)
    with pytest.raises(Redelivered):
        await begin(services, by(ANN, interaction=1))
    assert await everything(database) == before
    await pick(services, by(ANN, interaction=2), asked, "Ann Roe")
    before = await everything(database)
    # The draft has gone; whoever presses again is told so, and nothing is stored.
    with pytest.raises(NotFound):
        await pick(services, by(ANN, interaction=2), asked, "Ann Roe")
    assert await everything(database) == before


async def test_nothing_of_an_import_reaches_into_another_team(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await set_crew_role(services)
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE)
    crew = by(ANN, crew=True)
    outcome = done(await begin(services, crew))
    assert outcome.draft_id is not None
    rival = by(ANN, team=RIVALS, manager=True)
    before = await everything(database)
    with pytest.raises(NotFound):
        await services.importing.who_is(rival, outcome.draft_id, 1, BEN, silence)
    with pytest.raises(NotFound):
        await services.importing.drivers(rival, outcome.draft_id)
    with pytest.raises(NotFound):
        await services.importing.answer(rival, outcome.draft_id, "0", silence)
    assert await everything(database) == before
    # The rivals know nobody of that name, and their session is their own.
    assert isinstance(await begin(services, rival), ImportQuestion)


async def test_what_is_brought_in_again_goes_where_it_is_though_that_has_closed(
    services: Services, database: Database, elsewhere: Scripted, clock: FakeClock
) -> None:
    session = await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE)
    await begin(services, ANN)
    await close_session(services, ANN)
    clock.advance(days=2)
    outcome = done(await begin(services, ANN))
    assert outcome.session is not None
    assert (outcome.session.id, stored(outcome)) == (session.id, {"Ann": Fate.SAME})
    assert await count(database, RaceSession) == 1


async def test_which_event_is_asked_where_several_are_open(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services, BEN, "North Cup")
    await start_session(services, CLEO, "South Cup")
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[URL] = race(PAGE)
    asked = asks(await begin(services, ANN), ImportAsks.PLACE)
    outcome = done(await pick(services, ANN, asked, "South Cup"))
    assert outcome.session is not None
    assert outcome.session.name == "South Cup"
    assert elsewhere.asked == [URL]


async def test_figures_that_do_not_follow_and_laps_left_out_are_told(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    what = race(PAGE)
    ann = replace(what.drivers[0], left_out=(LeftOut(4, "0.000"),))
    ben = replace(what.drivers[1], left_out=(LeftOut(2, "0.000"),))
    elsewhere.pages[URL] = replace(
        what,
        drivers=(ann, ben, what.drivers[2]),
        differences=(Difference("Ann Roe", "average", "20.4", "20.3"),),
    )
    (read,) = done(await begin(services, ANN)).races
    assert read.differences == ("Ann Roe: average 20.4 on the page, 20.3 from the laps",)
    assert read.left_out == ("Ann Roe: lap 4 (0.000)",)
