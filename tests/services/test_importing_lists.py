"""Imports of pages that offer races: an event, a class, a day of practice; and of plain text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from core.bootstrap import Services, build_services
from core.database import Database
from core.errors import BadInput
from core.models import Draft
from core.results.importing import (
    Fate,
    ImportAsks,
    ImportQuestion,
    OnlyShown,
    Progress,
)
from core.sources.race import ClassLink, ListedPage, RaceLink, RaceList, Source
from tests.races import race
from tests.services.imports import (
    ANNS,
    BENS,
    CLEOS,
    EVENT,
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
    by,
    count,
    everything,
    start_heat,
    start_session,
)
from tests.services.scripted import Scripted


@pytest.fixture
def elsewhere() -> Scripted:
    return Scripted()


@pytest.fixture
async def services(database: Database, elsewhere: Scripted) -> AsyncIterator[Services]:
    yield build_services(database, elsewhere)
    await elsewhere.close()


def offering(*links: RaceLink) -> RaceList:
    return RaceList(Source.LIVERC, ListedPage.EVENT, links, address=EVENT, event="Winter Cup")


def link(number: int, **more: object) -> RaceLink:
    made = race({}, f"Q{number}")
    return RaceLink(
        source_id=str(number),
        address=f"{URL}{number}",
        title=f"Race {number}: Buggy (Q{number})",
        heat_name=f"Q{number}",
        kind=made.kind,
        class_name="Buggy",
        at=datetime.fromisoformat(f"2026-11-24 1{number}:00"),
    )


async def test_an_event_page_offers_its_races(services: Services, elsewhere: Scripted) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[EVENT] = offering(link(2), link(1))
    elsewhere.pages[f"{URL}1"] = race({"Ann Roe": ANNS}, None, source_id="1")
    asked = asks(await begin(services, ANN, EVENT), ImportAsks.RACES)
    assert [option.split(" · ")[0] for option in asked.options] == [
        "Race 2: Buggy (Q2)",
        "Race 1: Buggy (Q1)",
        "All of them",
    ]
    outcome = done(await pick(services, ANN, asked, "Race 1"))
    heat = outcome.races[0].taken.heat
    assert heat is not None
    assert heat.label == "Buggy Q1"
    again = asks(await begin(services, ANN, EVENT), ImportAsks.RACES)
    assert again.options[1].startswith("✓ ")


async def test_all_of_them_come_in_the_order_they_were_driven(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[EVENT] = offering(link(3), link(2), link(1))
    elsewhere.pages[f"{URL}1"] = race({"Ann Roe": ANNS}, None, source_id="1")
    elsewhere.pages[f"{URL}2"] = race({"Somebody": CLEOS}, None, source_id="2")
    elsewhere.pages[f"{URL}3"] = race({"Ann Roe": BENS}, None, source_id="3")
    asked = await begin(services, ANN, EVENT)
    told: list[Progress] = []

    async def tell(doing: Progress) -> None:
        told.append(doing)

    assert isinstance(asked, ImportQuestion)
    last = str(len(asked.options) - 1)
    outcome = done(await services.importing.answer(by(ANN), asked.draft_id, last, tell))
    assert [read.taken.heat and read.taken.heat.name for read in outcome.races] == ["Q1", "Q3"]
    assert told[:3] == [Progress(0, 3), Progress(1, 3), Progress(2, 3)]
    assert await count(database, Draft) == 0
    listed = await services.heat.list_heats(by(ANN))
    assert [info.heat.name for info in listed.heats] == ["Q1", "Q3"]


async def test_races_that_cannot_be_read_are_told_and_the_rest_come_in(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[EVENT] = offering(link(2), link(1))
    elsewhere.pages[f"{URL}1"] = race({"Ann Roe": ANNS}, None, source_id="1")
    elsewhere.pages[f"{URL}2"] = BadInput("cut off")
    outcome = done(await pick(services, ANN, await begin(services, ANN, EVENT), "All of them"))
    assert outcome.unread == ("Race 2: Buggy (Q2): cut off",)
    assert stored(outcome) == {"Ann": Fate.NEW}


async def test_a_saved_page_shows_its_races_and_fetches_nothing(
    services: Services, database: Database, elsewhere: Scripted
) -> None:
    await start_session(services)
    elsewhere.content = offering(replace(link(2), address=None), replace(link(1), address=None))
    before = await everything(database)
    shown = await begin(services, ANN, file=b"page")
    assert isinstance(shown, OnlyShown)
    assert shown.titles == ("Race 2: Buggy (Q2)", "Race 1: Buggy (Q1)")
    assert elsewhere.asked == []
    after = await everything(database)
    assert {name for name in before if before[name] != after[name]} <= {"racer_profiles"}


@pytest.mark.parametrize("source", [Source.TEXT, Source.CSV])
async def test_laps_without_names_are_whose_they_are_that_sends_them(
    services: Services, elsewhere: Scripted, source: Source
) -> None:
    await start_session(services)
    elsewhere.content = race({"": ANNS}, None, source=source, source_id=None)
    outcome = done(await begin(services, ANN, file=b"20.5 20.1", heat="Q1"))
    assert stored(outcome) == {"Ann": Fate.NEW}
    assert outcome.races[0].taken.heat is not None
    assert outcome.races[0].taken.heat.name == "Q1"


def many(number: int) -> RaceLink:
    return replace(
        link(1), source_id=f"{number}", address=f"{URL}{number}", title=f"Race {number:02}"
    )


async def test_the_older_races_of_a_long_event_are_reached(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    elsewhere.pages[EVENT] = offering(*(many(number) for number in range(60, 0, -1)))
    elsewhere.pages[f"{URL}1"] = race({"Ann Roe": ANNS}, None, source_id="1")
    asked = asks(await begin(services, ANN, EVENT), ImportAsks.RACES)
    seen = list(asked.options)
    assert asked.options[-2:] == ("Older races …", "All of them")
    asked = asks(await pick(services, ANN, asked, "Older"), ImportAsks.RACES)
    assert asked.options[-3:] == ("Older races …", "Newer races …", "All of them")
    assert len(asked.options) == 25
    seen += asked.options
    asked = asks(await pick(services, ANN, asked, "Older"), ImportAsks.RACES)
    assert asked.options[-2:] == ("Newer races …", "All of them")
    seen += asked.options
    titles = [option.split(" · ")[0] for option in seen if option.startswith("Race")]
    assert titles == [f"Race {number:02}" for number in range(60, 0, -1)]
    newer = asks(await pick(services, ANN, asked, "Newer"), ImportAsks.RACES)
    assert newer.options[0].startswith("Race 38")
    # It waits under its id: an answer that stands in the channel still leads on.
    last = asks(await pick(services, ANN, newer, "Older"), ImportAsks.RACES)
    assert last.draft_id == asked.draft_id
    assert elsewhere.asked == [EVENT]
    assert stored(await pick(services, ANN, last, "Race 01")) == {"Ann": Fate.NEW}


async def test_of_an_event_with_many_classes_both_races_and_classes_are_reached(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await start_heat(services, ANN, "Q1", class_name="Buggy 3")
    classes = tuple(
        ClassLink(f"{at}", f"{URL}-class-{at}", f"Buggy {at}", is_this_page=at == 0)
        for at in range(21)
    )
    races = [replace(many(number), at=None) for number in range(1, 31)]
    elsewhere.pages[EVENT] = replace(offering(*races), classes=classes)
    asked = asks(await begin(services, ANN, EVENT), ImportAsks.RACES)
    assert "★ Class Buggy 3" in asked.options
    assert asked.lines == ("★ Class … is one of this session's.",)
    seen = list(asked.options)
    while "More races …" in asked.options:
        asked = asks(await pick(services, ANN, asked, "More races"), ImportAsks.RACES)
        seen += asked.options
    assert sum("Class Buggy" in option for option in seen) == 20
    assert sum(option.startswith("Race ") for option in seen) == 30
    assert "Races before these …" in asked.options


async def test_what_the_marks_of_a_practice_day_mean_is_said(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    await call(services, ANN, "Ann Roe")
    await call(services, BEN, "Ben Doe")
    elsewhere.pages[EVENT] = offering(
        replace(link(3), title="DOE, BEN", drivers=("DOE, BEN",)),
        replace(link(2), title="Unknown Driver", drivers=("Unknown Driver",)),
        replace(link(1), title="Ann Roe", drivers=("Ann Roe",)),
    )
    asked = asks(await begin(services, ANN, EVENT), ImportAsks.RACES)
    # One's own come first.
    assert [option.split(" · ")[0] for option in asked.options[:3]] == [
        "★ Ann Roe",
        "★ DOE, BEN",
        "Unknown Driver",
    ]
    assert asked.lines == ("★ has somebody of the team in it.",)


async def test_of_many_drivers_one_finds_oneself(services: Services, elsewhere: Scripted) -> None:
    await start_session(services)
    field = {f"Driver {at:02}": [20_000 + at, 20_100 + at] for at in range(60)}
    elsewhere.pages[EVENT] = offering(link(1))
    elsewhere.pages[f"{URL}1"] = race(field, None, source_id="1")
    asked = asks(
        await pick(services, ANN, await begin(services, ANN, EVENT), "Race 1"), ImportAsks.WHO
    )
    assert asked.options[-2:] == ("More drivers …", "None of them")
    asked = asks(await pick(services, ANN, asked, "More drivers"), ImportAsks.WHO)
    assert len(asked.options) == 25
    asked = asks(await pick(services, ANN, asked, "More drivers"), ImportAsks.WHO)
    assert stored(await pick(services, ANN, asked, "Driver 59")) == {"Ann": Fate.NEW}
