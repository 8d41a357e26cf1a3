"""The how-to reaches each racer once, at their own first answer about laps of their own."""

from __future__ import annotations

import asyncio

from core.bootstrap import Services
from core.caller import Caller, Person
from core.commands import ProfileFields, StartHeat
from core.database import Database
from core.results.card import NoLapsYet, OrpCard
from core.results.run_written import RunWritten
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    log,
    must_choose,
    set_crew_role,
    start_session,
    statements,
)


async def card_of(services: Services, caller: Caller, racer: Person | None = None) -> OrpCard:
    card = await services.card.show(caller, racer=racer)
    assert isinstance(card, OrpCard)
    return card


async def test_each_racer_is_greeted_at_their_own_first_laps(services: Services) -> None:
    # Whoever sets the day up is told of the day; the how-to waits for their own laps.
    await services.team.set_time_zone(by(ANN, manager=True), "UTC")
    await start_session(services, ANN)
    await services.heat.start(by(ANN), StartHeat())
    await services.profile.update(by(BEN), ProfileFields(experience="Pro"))
    for person in (BEN, ANN, CLEO):
        assert (await log(services, person, "20.1")).welcome
        assert not (await log(services, person, "20.1")).welcome
        assert not (await card_of(services, by(person))).welcome
    assert (await log(services, by(ANN, team=RIVALS), "20.1")).welcome, "another team is new to her"


async def test_laps_entered_for_somebody_greet_neither(services: Services) -> None:
    await set_crew_role(services)
    assert not (await log(services, by(CLEO, crew=True), "20.1", racer=BEN)).welcome
    assert (await log(services, CLEO, "20.1")).welcome
    assert (await log(services, by(BEN), "20.1", racer=BEN)).welcome, "naming oneself is no matter"


async def test_refused_laps_use_no_greeting_up(services: Services) -> None:
    await start_session(services, BEN, name="One")
    await start_session(services, BEN, name="Two")
    asked = await must_choose(services, ANN, "20.1")
    (chosen,) = await services.lap_entry.answer(by(ANN), asked.draft_id, "0")
    assert isinstance(chosen, RunWritten)
    assert chosen.welcome


async def test_a_first_card_greets_who_typed_no_lap_themselves(
    database: Database, services: Services
) -> None:
    await set_crew_role(services)
    await log(services, by(CLEO, crew=True), "20.1 20.2 20.3", racer=BEN)
    assert not (await card_of(services, by(CLEO), BEN)).welcome, "not their laps"
    assert (await card_of(services, by(BEN))).welcome
    with statements(database) as seen:
        assert not (await card_of(services, by(BEN))).welcome
    assert not [statement for statement in seen if statement.startswith("UPDATE")]
    assert not (await log(services, BEN, "20.1")).welcome


async def test_side_by_side_greets_too(services: Services) -> None:
    await set_crew_role(services)
    await log(services, by(CLEO, crew=True), "20.1 20.2 20.3", "Q1", racer=BEN)
    await log(services, ANN, "20.1 20.2 20.3", "Q1")
    beside = await services.card.side_by_side(by(ANN), BEN)
    assert not beside.welcome, "she was greeted at her laps, and it is no answer of his"
    assert (await services.card.side_by_side(by(BEN), ANN)).welcome
    assert not (await services.card.side_by_side(by(BEN), ANN)).welcome


async def test_without_laps_the_explanation_comes_each_time(services: Services) -> None:
    for _ in range(2):
        assert isinstance(await services.card.show(by(ANN)), NoLapsYet)
    assert (await log(services, ANN, "20.1")).welcome


async def test_first_answers_at_once_greet_each_racer_once(services: Services) -> None:
    await set_crew_role(services)
    for person in (ANN, BEN):
        await log(services, by(CLEO, crew=True), "20.1 20.2", "Q1", racer=person)
    logged, cards = await asyncio.gather(
        asyncio.gather(*(log(services, person, "20.3", "Q1") for person in (ANN, BEN))),
        asyncio.gather(*(card_of(services, by(person)) for person in (ANN, BEN) for _ in "123")),
    )
    greeted = [answer.welcome for answer in logged] + [card.welcome for card in cards]
    assert greeted.count(True) == 2
