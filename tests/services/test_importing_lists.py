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
from core.sources.race import ListedPage, RaceLink, RaceList, Source
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
    by,
    count,
    everything,
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


async def test_a_text_without_names_is_whose_it_is_that_sends_it(
    services: Services, elsewhere: Scripted
) -> None:
    await start_session(services)
    elsewhere.content = race({"": ANNS}, None, source=Source.TEXT, source_id=None)
    outcome = done(await begin(services, ANN, file=b"20.5 20.1", heat="Q1"))
    assert stored(outcome) == {"Ann": Fate.NEW}
    assert outcome.races[0].taken.heat is not None
    assert outcome.races[0].taken.heat.name == "Q1"
