"""Servers that remove the bot: marked, forgotten after 30 days, and back in time."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from core.bootstrap import Services
from core.data_models import Forgotten
from core.database import Database
from core.follow_models import SiteSlot
from core.models import Base, Team
from core.results.server import ServerHeld, ServersListed, ServersSeen
from tests.databases import FakeClock, add, rows, scalars
from tests.services.racing import ANN, BEN, RIVALS, TEAM, by, count, everything, log, set_crew_role

APPLICATION = 4_711
# Four servers of one shard of two, and one of the other.
SERVERS = [number << 23 for number in range(1, 5)]
ELSEWHERE = (1 << 23) + (1 << 22)


LISTS = [ServersListed(APPLICATION, 0, 1, frozenset())]


def listing(*servers: int, application: int = APPLICATION) -> ServersListed:
    return ServersListed(application, 0, 2, frozenset(servers))


async def gone(database: Database) -> set[int]:
    return set(await scalars(database, select(Team.id).where(Team.removed_at.is_not(None))))


@pytest.fixture
async def known(services: Services) -> Services:
    for server in (*SERVERS, ELSEWHERE):
        await set_crew_role(services, server)
    assert await services.server.listed(listing(*SERVERS)) == ServersSeen(0, 0, marked=False)
    return services


async def test_where_the_bot_is_nothing_is_forgotten_though_its_return_was_not_noted(
    known: Services, database: Database, clock: FakeClock
) -> None:
    for server in SERVERS[:2]:
        await known.server.removed(server)
    clock.advance(days=31)
    here = {SERVERS[0], SERVERS[2]}
    assert await known.server.are_here(APPLICATION, here) == 1
    assert await known.server.are_here(APPLICATION, here) == 0
    assert await known.server.forget_gone([listing()]) == 1
    assert await gone(database) == set()
    assert await scalars(database, select(Team.id).where(Team.id.in_(SERVERS[:2]))) == [SERVERS[0]]


async def test_a_server_that_is_not_listed_any_more_is_gone(
    known: Services, database: Database
) -> None:
    assert await known.server.listed(listing(*SERVERS[1:])) == ServersSeen(4, 1, marked=True)
    assert await gone(database) == {SERVERS[0]}
    # It is not counted again, and is back when it is listed.
    assert await known.server.listed(listing(*SERVERS[1:])) == ServersSeen(3, 0, marked=False)
    await known.server.listed(listing(*SERVERS))
    assert await gone(database) == set()


async def test_one_that_invited_the_bot_since_its_start_can_go_before_the_next(
    services: Services, database: Database
) -> None:
    for server in SERVERS[:2]:
        await set_crew_role(services, server)
    assert await services.server.are_here(APPLICATION, {SERVERS[0]}) == 1
    # Nobody has told that the bot was ever in the other.
    assert await services.server.listed(listing()) == ServersSeen(1, 1, marked=True)
    assert await gone(database) == {SERVERS[0]}


async def test_half_of_them_may_go_at_once_and_no_more(known: Services, database: Database) -> None:
    assert await known.server.listed(listing(SERVERS[0])) == ServersSeen(4, 3, marked=False)
    assert await gone(database) == set()
    assert (await known.server.listed(listing(*SERVERS[:2]))).marked
    assert await gone(database) == set(SERVERS[2:])


async def test_the_only_server_may_go_alone_but_not_for_another_application(
    services: Services, database: Database
) -> None:
    only = SERVERS[0]
    await set_crew_role(services, only)
    await services.server.listed(listing(only))
    assert await services.server.listed(listing(application=1)) == ServersSeen(0, 0, marked=False)
    assert await gone(database) == set()
    assert await services.server.listed(listing()) == ServersSeen(1, 1, marked=True)
    assert await gone(database) == {only}
    await services.server.listed(listing(only))
    assert await gone(database) == set()


async def test_another_application_tells_nothing_of_these_servers(
    known: Services, database: Database
) -> None:
    other = listing(SERVERS[0], application=1)
    assert await known.server.listed(other) == ServersSeen(0, 0, marked=False)
    assert await gone(database) == set()


async def test_a_list_is_read_and_nothing_written_when_nothing_has_changed(
    known: Services, database: Database
) -> None:
    before = await everything(database)
    await known.server.listed(listing(*SERVERS))
    await known.server.is_back(SERVERS[0])
    assert await everything(database) == before


async def test_its_data_goes_after_30_days_unless_it_comes_back(
    services: Services, database: Database, clock: FakeClock
) -> None:
    for team in (TEAM, RIVALS):
        for racer in (ANN, BEN):
            await log(services, by(racer, team=team), "20.1 20.2", "Q1")
        await services.server.removed(team)
    clock.advance(days=29)
    await services.server.is_back(RIVALS)
    clock.advance(days=1, minutes=-1)
    assert await services.server.forget_gone(LISTS) == 0
    clock.advance(minutes=2)
    assert await services.server.forget_gone(LISTS) == 1
    left = await everything(database)
    assert {row.id for row in await rows(database, select(Team.id))} == {RIVALS}
    assert str(TEAM) not in repr(left)
    assert len(left["run_logs"]) == 4
    assert await services.server.held(TEAM) is None
    assert await services.server.held(RIVALS) == ServerHeld(racers=2, sessions=1, laps=4)


async def test_a_server_of_a_shard_that_was_told_nothing_is_not_forgotten(
    known: Services, database: Database, clock: FakeClock
) -> None:
    for server in (SERVERS[0], ELSEWHERE):
        await known.server.removed(server)
    clock.advance(days=31)
    assert await known.server.forget_gone([]) == 0
    assert await known.server.forget_gone([listing(*SERVERS[1:])]) == 1
    assert await gone(database) == {ELSEWHERE}


async def test_a_server_is_forgotten_at_once(services: Services, database: Database) -> None:
    await log(services, ANN)
    slot = f"user:{ANN.user_id}"
    await add(database, SiteSlot(name=slot, asked_at=database.clock()))
    await services.server.forget(TEAM)
    await services.server.forget(TEAM)
    kept = {"forgotten", "interactions_seen"}
    tables = {table.name for table in Base.metadata.sorted_tables} - kept
    stored = await everything(database)
    assert not [table for table in tables if stored[table]]
    assert await count(database, Forgotten) == 1


async def test_a_server_in_an_older_copy_is_forgotten_again(
    services: Services, database: Database, clock: FakeClock
) -> None:
    await log(services, ANN)
    assert await services.data.forget_again() == 0
    # As though a copy was put back in which the server stands still.
    (team,) = await rows(database, select(*Team.__table__.columns))
    await services.server.forget(TEAM)
    async with database.engine.begin() as connection:
        await connection.execute(insert(Team).values(dict(team._mapping)))
    await log(services, by(BEN, team=RIVALS))
    assert await services.data.forget_again() == 1
    assert set(await scalars(database, select(Team.id))) == {RIVALS}
