"""Two bots with one token over one PostgreSQL, half the shards each: everything happens once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import pytest_asyncio
from sqlalchemy import column, func, select, table, update
from sqlalchemy.engine import URL

from core.models import Heat, RaceSession, SummaryPost
from core.models import Team as TeamRow
from core.services.outbox import CLAIM_TIME
from localdiscord import LocalDiscord
from localdiscord.botprocess import BotProcess, Launch
from localdiscord.mischief import Hold
from localdiscord.model import Channel
from localdiscord.people import Team
from localdiscord.server import Request
from tests.databases import scalar, teams_held
from tests.e2e.aftermath import Aftermath, aftermath_in, until
from tests.e2e.conftest import bot_process, require_the_document
from tests.e2e.driving import CHANNEL, finish, race, shows, type_laps

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

SHARDS = 2
HEATS = ("Q1", "Q2", "Q3")
FIRST_GUILD = 1 << 40


@pytest_asyncio.fixture(loop_scope="session")
async def discord() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(shards=SHARDS) as discord:
        require_the_document(discord)
        yield discord
        discord.assert_clean()


@pytest_asyncio.fixture(loop_scope="session")
async def after(postgres_url: URL) -> AsyncIterator[Aftermath]:
    async with aftermath_in(postgres_url) as after:
        yield after


def teams_of(discord: LocalDiscord, each: int) -> list[Team]:
    """Make as many teams for each shard."""
    return [
        discord.add_guild(f"Team {number}", guild_id=(FIRST_GUILD + number) << 22)
        for number in range(each * SHARDS)
    ]


def both_bots(discord: LocalDiscord, url: URL, forked: Launch) -> tuple[BotProcess, BotProcess]:
    first, second = (
        bot_process(discord, url, forked, SHARD_COUNT=str(SHARDS), SHARD_IDS=str(shard))
        for shard in range(SHARDS)
    )
    return first, second


def channel_of(team: Team) -> Channel:
    return team.channel(CHANNEL)


def sent(discord: LocalDiscord, *methods: str) -> list[Request]:
    """Return the requests with which posts were sent, edited or looked for."""
    return [
        request
        for request in discord.requests
        if request.method in methods and "/messages" in request.path and "channels" in request.path
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
    waiting = table("pg_stat_activity", column("wait_event_type"))
    query = select(func.count()).select_from(waiting).where(waiting.c.wait_event_type == "Lock")
    return await scalar(after.database, query) == SHARDS


async def stopped(*bots: BotProcess) -> None:
    for bot in bots:
        assert await bot.stop() == 0, bot.tail
        assert "unexpected error" not in bot.tail


async def test_heats_finished_at_once_in_both_are_posted_once_each(
    discord: LocalDiscord, postgres_url: URL, after: Aftermath, forked: Launch
) -> None:
    teams = teams_of(discord, 6)
    first, second = both_bots(discord, postgres_url, forked)
    async with first, second:
        await discord.ready(30)
        await asyncio.gather(*(type_laps(team, heat=heat) for team in teams for heat in HEATS))
        await asyncio.gather(*(finish(team, heat) for team in teams for heat in HEATS))
        await after.settled()
        for team in teams:
            for heat in HEATS:
                await after.check_posted_once(team, channel_of(team), heat)
        assert len(sent(discord, "POST", "PATCH", "GET")) == len(teams) * len(HEATS)
        await stopped(first, second)


async def test_both_doing_the_chores_at_once_do_each_once(
    discord: LocalDiscord, postgres_url: URL, after: Aftermath, forked: Launch
) -> None:
    teams = teams_of(discord, 4)
    idle, ending = teams[:4], teams[4:]
    first, second = both_bots(discord, postgres_url, forked)
    async with first, second:
        await discord.ready(30)
        await asyncio.gather(*(type_laps(team) for team in teams))
        await stopped(first, second)
    await discord.gone()
    long_ago = datetime.now(UTC) - timedelta(days=1)
    await after.change(
        update(Heat).values(last_activity_at=long_ago),
        update(RaceSession).values(closes_at=long_ago),
        update(TeamRow)
        .where(TeamRow.id.in_([team.guild.id for team in ending]))
        .values(auto_finish_minutes=0),
    )
    first, second = both_bots(discord, postgres_url, forked)
    async with first, second:
        # Both have seen what there is to do when they begin, at the same moment.
        async with held_up(after, ending):
            async with held_up(after, idle):
                await until(partial(all_wait, after), 30)
            await until(partial(all_wait, after))
        for team in teams:
            await channel_of(team).wait_for(shows("is over"), 10)
        await after.settled()
        for team in teams:
            await after.check_posted_once(team, channel_of(team))
            await after.check_wrapped_up_once(team, channel_of(team))
        assert len(sent(discord, "POST", "PATCH", "GET")) == 2 * len(teams)
        await stopped(first, second)


async def test_one_killed_while_posting_is_stood_in_for_by_the_other(
    discord: LocalDiscord, postgres_url: URL, after: Aftermath, forked: Launch
) -> None:
    """All workers of both are in the middle of a post; the claims run out in real time."""
    teams = teams_of(discord, 4)
    unheard, heard = teams[:4], teams[4:]
    killed, living = both_bots(discord, postgres_url, forked)
    async with killed, living:
        await discord.ready(30)
        holds = hold_posts(discord, unheard, "before") + hold_posts(discord, heard, "after")
        await asyncio.gather(*map(race, teams))
        await asyncio.gather(*(hold.reached(10) for hold in holds))
        killed.kill()
        assert await killed.exited() == -signal.SIGKILL
        for team in heard:
            discord.forget_nonces(channel_of(team))
        for hold in holds:
            hold.release()
        await after.settled()
        for team in teams:
            await after.check_posted_once(team, channel_of(team))
        await stopped(living)


async def test_one_that_wakes_up_after_the_other_has_posted_posts_nothing_more(
    discord: LocalDiscord, postgres_url: URL, after: Aftermath, forked: Launch
) -> None:
    team, other = teams_of(discord, 1)
    channel = channel_of(team)
    frozen, awake = both_bots(discord, postgres_url, forked)
    async with frozen:
        await discord.wait_for(
            lambda: discord.gateway.sessions and discord.world.commands.any(), 30
        )
        (hold,) = hold_posts(discord, [team], "before")
        await race(team)
        await hold.reached(10)
        frozen.freeze()
        async with awake:
            await discord.ready(30)
            await after.change(
                update(SummaryPost).values(claimed_until=datetime.now(UTC) - CLAIM_TIME)
            )
            await race(other)
            await after.settled()
            frozen.thaw()
            hold.release()
            await discord.wait_for(lambda: all(request.status for request in sent(discord, "POST")))
            await type_laps(team, "19.5")
            await channel.wait_for(shows("19.500"), 10)
            await after.settled()
            await after.check_posted_once(team, channel)
            await after.check_posted_once(other, channel_of(other))
            assert len(sent(discord, "POST")) == 3
            await stopped(frozen, awake)
