"""Two bots with one token over one PostgreSQL, half the shards each: everything happens once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice

import pytest
import pytest_asyncio
from sqlalchemy import column, func, select, table, update
from sqlalchemy.engine import URL

from core.models import Heat, RaceSession, SummaryPost
from core.models import Team as TeamRow
from core.services.outbox import CLAIM_TIME
from localdiscord import LocalDiscord
from localdiscord.api.mischief import Hold
from localdiscord.api.server import Request
from localdiscord.client.people import Team
from localdiscord.play.botprocess import BotProcess, Launch
from localdiscord.play.cast import PADDOCK
from localdiscord.world.model import Channel
from tests.databases import TestDatabases, scalar, teams_held
from tests.e2e.aftermath import Aftermath, aftermath_in, until
from tests.e2e.conftest import bot_process, patient, require_the_document
from tests.e2e.driving import CHANNEL, finish, race, shows, type_laps

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

SHARDS = 2
HEATS = ("Q1", "Q2", "Q3")
FIRST_GUILD = 1 << 40


@dataclass
class Pair:
    """Two bots, a shard each, that the tests share; who stops or kills one need not replace it."""

    discord: LocalDiscord
    url: URL
    after: Aftermath
    forked: Launch
    running: dict[int, BotProcess] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def teams(self, each: int) -> list[Team]:
        """Make as many teams for each shard, in turn."""
        return [
            self.discord.add_guild(f"Team {number}", guild_id=(FIRST_GUILD + number) << 22)
            for number in islice(self.numbers, each * SHARDS)
        ]

    async def start(self) -> None:
        """Start whichever does not run, both at once if neither does."""
        for shard in sorted(set(range(SHARDS)) - self.running.keys()):
            settings = {"SHARD_COUNT": str(SHARDS), "SHARD_IDS": str(shard)}
            bot = bot_process(self.discord, self.url, self.forked, **settings)
            self.running[shard] = await bot.__aenter__()
        await self.discord.ready()

    async def stop(self) -> None:
        """Stop those that run, and see that nothing went wrong with them."""
        while self.running:
            _, bot = self.running.popitem()
            assert await bot.stop() == 0, bot.tail
            assert "unexpected error" not in bot.tail
        await self.discord.gone()

    async def kill(self, shard: int) -> None:
        """Kill one, as a power cut does."""
        bot = self.running.pop(shard)
        bot.kill()
        assert await bot.exited() == -signal.SIGKILL

    def check_untroubled(self) -> None:
        for bot in self.running.values():
            assert "unexpected error" not in bot.tail


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bots(test_databases: TestDatabases, forked: Launch) -> AsyncIterator[Pair]:
    async with (
        test_databases.temporary("postgresql", migrated=False) as url,
        patient(LocalDiscord(PADDOCK, shards=SHARDS)) as discord,
        aftermath_in(url) as after,
    ):
        require_the_document(discord)
        pair = Pair(discord, url, after, forked)
        yield pair
        await pair.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def pair(bots: Pair) -> AsyncIterator[Pair]:
    """The two bots, both running, and nothing left to do for them."""
    await bots.start()
    yield bots
    bots.discord.mischief.clear()
    for bot in bots.running.values():
        bot.thaw()
    bots.discord.assert_clean()
    bots.check_untroubled()


def channel_of(team: Team) -> Channel:
    return team.channel(CHANNEL)


def sent(discord: LocalDiscord, teams: list[Team], *methods: str) -> list[Request]:
    """Return the requests with which posts of some teams were sent, edited or looked for."""
    paths = [f"/channels/{channel_of(team).id}/messages" for team in teams]
    return [
        request
        for request in discord.requests
        if request.method in methods and any(path in request.path for path in paths)
    ]


def hold_posts(discord: LocalDiscord, teams: list[Team], when: str) -> list[Hold]:
    return [
        discord.mischief.hold("POST", f"/channels/{channel_of(team).id}/messages", when=when)
        for team in teams
    ]


def held_up(after: Aftermath, teams: list[Team]) -> AbstractAsyncContextManager[None]:
    """Let nobody change anything for some teams."""
    return teams_held(after.database, *(team.guild.id for team in teams))


async def all_wait(after: Aftermath) -> bool:
    """Tell whether both bots wait for somebody else's transaction."""
    waiting = table("pg_stat_activity", column("wait_event_type"), column("datname"))
    query = (
        select(func.count())
        .select_from(waiting)
        .where(waiting.c.wait_event_type == "Lock")
        # The server has databases of other tests, with bots of their own.
        .where(waiting.c.datname == func.current_database())
    )
    return await scalar(after.database, query) == SHARDS


async def test_heats_finished_at_once_in_both_are_posted_once_each(pair: Pair) -> None:
    teams = pair.teams(6)
    await asyncio.gather(*(type_laps(team, heat=heat) for team in teams for heat in HEATS))
    await asyncio.gather(*(finish(team, heat) for team in teams for heat in HEATS))
    await pair.after.settled()
    for team in teams:
        for heat in HEATS:
            await pair.after.check_posted_once(team, channel_of(team), heat)
    assert len(sent(pair.discord, teams, "POST", "PATCH", "GET")) == len(teams) * len(HEATS)


async def test_both_doing_the_chores_at_once_do_each_once(pair: Pair) -> None:
    after = pair.after
    teams = pair.teams(4)
    idle, ending = teams[:4], teams[4:]
    await asyncio.gather(*(type_laps(team) for team in teams))
    await pair.stop()
    long_ago = datetime.now(UTC) - timedelta(days=1)
    of_teams = RaceSession.team_id.in_([team.guild.id for team in teams])
    sessions = select(RaceSession.id).where(of_teams)
    await after.change(
        update(Heat).where(Heat.session_id.in_(sessions)).values(last_activity_at=long_ago),
        update(RaceSession).where(of_teams).values(closes_at=long_ago),
        # Servers that are known: otherwise both would also wait to note that they are there.
        update(TeamRow).values(application_id=pair.discord.world.bot.id),
        update(TeamRow)
        .where(TeamRow.id.in_([team.guild.id for team in ending]))
        .values(auto_finish_minutes=0),
    )
    # Both have seen what there is to do when they begin, at the same moment.
    async with held_up(after, ending):
        async with held_up(after, idle):
            await pair.start()
            await until(partial(all_wait, after))
        await until(partial(all_wait, after))
    for team in teams:
        await channel_of(team).wait_for(shows("is over"))
    await after.settled()
    for team in teams:
        await after.check_posted_once(team, channel_of(team))
        await after.check_wrapped_up_once(team, channel_of(team))
    assert len(sent(pair.discord, teams, "POST", "PATCH", "GET")) == 2 * len(teams)


async def test_one_killed_while_posting_is_stood_in_for_by_the_other(pair: Pair) -> None:
    """All workers of both are in the middle of a post; the claims run out in real time."""
    discord = pair.discord
    teams = pair.teams(4)
    unheard, heard = teams[:4], teams[4:]
    holds = hold_posts(discord, unheard, "before") + hold_posts(discord, heard, "after")
    await asyncio.gather(*map(race, teams))
    await asyncio.gather(*(hold.reached() for hold in holds))
    await pair.kill(0)
    for team in heard:
        discord.forget_nonces(channel_of(team))
    for hold in holds:
        hold.release()
    await pair.after.settled()
    for team in teams:
        await pair.after.check_posted_once(team, channel_of(team))


async def test_one_that_wakes_up_after_the_other_has_posted_posts_nothing_more(pair: Pair) -> None:
    discord, after = pair.discord, pair.after
    team, other = teams = pair.teams(1)
    channel = channel_of(team)
    frozen, awake = pair.running[0], pair.running[1]
    # So that the one that is frozen in the middle of the post is the one that can be told.
    awake.freeze()
    (hold,) = hold_posts(discord, [team], "before")
    await race(team)
    await hold.reached()
    frozen.freeze()
    awake.thaw()
    await after.change(
        update(SummaryPost)
        .where(SummaryPost.team_id == team.guild.id)
        .values(claimed_until=datetime.now(UTC) - CLAIM_TIME)
    )
    await race(other)
    await after.settled()
    frozen.thaw()
    hold.release()
    await discord.wait_for(lambda: all(item.status for item in sent(discord, teams, "POST")))
    await type_laps(team, "19.5")
    await channel.wait_for(shows("19.500"))
    await after.settled()
    await after.check_posted_once(team, channel)
    await after.check_posted_once(other, channel_of(other))
    assert len(sent(discord, teams, "POST")) == 3
