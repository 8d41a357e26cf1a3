"""Killed at any moment and started again: every answered lap is there, every post comes once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL

from core.models import Entry, Heat, RaceSession, SummaryPost
from localdiscord import LocalDiscord
from localdiscord.api.mischief import Hold
from localdiscord.client.answers import Answer
from localdiscord.client.people import Team
from localdiscord.play.botprocess import BotProcess
from localdiscord.world.model import Channel, Message
from tests.e2e.aftermath import Aftermath, aftermath_in
from tests.e2e.conftest import StartBot
from tests.e2e.driving import CHANNEL, delete, finish, shows, type_laps
from tests.e2e.hindering import deferred_by, nobody_can_write

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

CALLBACK = "/interactions/*/callback"

_TEAM_NUMBERS = count(1)


@dataclass
class Track:
    """Teams at one Discord whose bot is killed again and again."""

    discord: LocalDiscord
    after: Aftermath
    holds: list[Hold] = field(default_factory=list)
    asking: list[asyncio.Task[Answer]] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)

    def new_teams(self, number: int) -> list[Team]:
        teams = [
            self.discord.add_guild(f"Killed {next(_TEAM_NUMBERS)}", channels=(CHANNEL,))
            for _ in range(number)
        ]
        self.teams += teams
        return teams

    def ask(self, doing: Coroutine[Any, Any, Answer]) -> None:
        """Have somebody do something that may never be answered."""
        self.asking.append(asyncio.create_task(doing))

    def hold(self, method: str, route: str, when: str) -> Hold:
        hold = self.discord.mischief.hold(method, route, when=when)
        self.holds.append(hold)
        return hold

    def hold_post(self, team: Team, when: str) -> Hold:
        return self.hold("POST", f"/channels/{channel_of(team).id}/messages", when)

    def hold_change(self, method: str, team: Team, when: str) -> Hold:
        return self.hold(method, f"/channels/{channel_of(team).id}/messages/*", when)

    async def kill(self, bot: BotProcess) -> None:
        """Kill the bot where it stands, and let what it has sent take its course."""
        bot.kill()
        assert await bot.exited() == -signal.SIGKILL
        for hold in self.holds:
            hold.release()
        await self.discord.gone()
        for task in self.asking:
            # Whoever asked looks away.
            task.cancel()
        await asyncio.gather(*self.asking, return_exceptions=True)
        self.holds.clear()
        self.asking.clear()
        self.discord.mischief.clear()

    async def pass_time(self) -> None:
        """Have claims run out, edits be due at once, and Discord forget what was posted."""
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        await self.after.change(
            update(SummaryPost)
            .where(SummaryPost.claimed_until.is_not(None))
            .values(claimed_until=long_ago),
            update(SummaryPost).values(attempted_at=long_ago),
        )
        for team in self.teams:
            self.discord.forget_nonces(channel_of(team))


@asynccontextmanager
async def track_on(discord: LocalDiscord, url: URL) -> AsyncIterator[Track]:
    async with aftermath_in(url) as after:
        yield Track(discord, after)


def channel_of(team: Team) -> Channel:
    return team.channel(CHANNEL)


async def raced(team: Team, *, posted: bool = False) -> None:
    """Log two laps in Q1; finish it and wait for its post if asked to."""
    await type_laps(team)
    if posted:
        await finish(team)
        await channel_of(team).wait_for(shows("Q1"))


async def reached(*holds: Hold) -> None:
    await asyncio.gather(*(hold.reached() for hold in holds))


async def test_killed_at_any_moment_it_keeps_every_answered_lap_and_posts_each_heat_once(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    async with track_on(discord, migrated_url) as track:
        lap_unanswered, lap_answered, lap_half_stored = laps = track.new_teams(3)
        unfinished, finish_unanswered, half_finished = finishes = track.new_teams(3)
        post_unsent, post_sent = new = track.new_teams(2)
        edit_unsent, edit_sent = edited = track.new_teams(2)
        delete_unsent, delete_sent = deleted = track.new_teams(2)
        (wrap_up_sent,) = closed = track.new_teams(1)

        async with start_bot() as bot:
            await discord.ready()
            await asyncio.gather(*(raced(team) for team in (*laps, *finishes, *new)))
            await asyncio.gather(
                *(raced(team, posted=True) for team in (*edited, *deleted, *closed))
            )
            await track.pass_time()
            holds = [
                track.hold_post(post_unsent, "before"),
                track.hold_post(post_sent, "after"),
                track.hold_change("PATCH", edit_unsent, "before"),
                track.hold_change("PATCH", edit_sent, "after"),
            ]
            await asyncio.gather(*map(finish, new), *(type_laps(team, "19.5") for team in edited))
            await reached(*holds)
            for team, when, doing in (
                (lap_answered, "after", type_laps),
                (lap_unanswered, "before", type_laps),
            ):
                hold = track.hold("POST", CALLBACK, when)
                track.ask(doing(team, "20.3 20.4"))
                await reached(hold)
            hold = track.hold("POST", CALLBACK, "before")
            track.ask(finish(finish_unanswered))
            await reached(hold)
            async with nobody_can_write(migrated_url):
                track.ask(type_laps(lap_half_stored, "20.3 20.4 20.5"))
                track.ask(finish(half_finished))
                await discord.wait_for(
                    lambda: deferred_by(discord, (lap_half_stored, half_finished))
                )
                await track.kill(bot)
        await track.pass_time()

        async with start_bot() as bot:
            await discord.ready()
            holds = [
                track.hold_change("DELETE", delete_unsent, "before"),
                track.hold_change("DELETE", delete_sent, "after"),
                track.hold_post(wrap_up_sent, "after"),
            ]
            await asyncio.gather(*map(delete, deleted))
            await wrap_up_sent.owner.type(CHANNEL, "/session close")
            await reached(*holds)
            await track.kill(bot)
        await track.pass_time()

        async with start_bot() as bot:
            await discord.ready()
            after = track.after
            await after.settled()
            assert await after.laps(lap_answered) == [20100, 20200, 20300, 20400]
            assert await after.laps(lap_unanswered) == [20100, 20200, 20300, 20400]
            assert await after.laps(lap_half_stored) == [20100, 20200]
            for team in (unfinished, half_finished):
                assert (await after.heat(team)).is_open
                assert not channel_of(team).messages
            for team in (*laps, unfinished, half_finished):
                await finish(team)
            await after.settled()
            for team in (*laps, *finishes, *new, *edited, *closed):
                await after.check_posted_once(team, channel_of(team))
            for team in edited:
                assert "19.500" in channel_of(team).messages[0].content
            await after.check_wrapped_up_once(wrap_up_sent, channel_of(wrap_up_sent))
            for team in deleted:
                assert not channel_of(team).messages
                assert not await after.posts(team)
            assert await bot.stop() == 0, bot.tail


async def test_what_fell_due_while_the_bot_was_down_is_done_when_it_starts(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    """Untouched heats finish, sessions close at 05:00 in Berlin, whatever its clocks did, and a
    permission that was given frees the posts.
    """
    async with track_on(discord, migrated_url) as track:
        idle, racing, forbidden, spring, autumn = teams = track.new_teams(5)
        opened_and_closing = {
            spring: (datetime(2025, 3, 29, 12, tzinfo=UTC), datetime(2025, 3, 30, 3, tzinfo=UTC)),
            autumn: (datetime(2025, 10, 25, 12, tzinfo=UTC), datetime(2025, 10, 26, 4, tzinfo=UTC)),
        }
        after = track.after
        async with start_bot() as bot:
            await discord.ready()
            await asyncio.gather(*(raced(team) for team in teams))
            for team, (opened_at, _) in opened_and_closing.items():
                await team.owner.type(CHANNEL, "/team auto_finish minutes:0")
                # Its days count from the first lap.
                heats = (
                    select(Heat.id)
                    .join(RaceSession, RaceSession.id == Heat.session_id)
                    .where(RaceSession.team_id == team.guild.id)
                )
                await after.change(
                    update(Entry).where(Entry.heat_id.in_(heats)).values(created_at=opened_at)
                )
                await team.owner.type(CHANNEL, "/session edit timezone:Europe/Berlin")
            discord.forbid(channel_of(forbidden), "send_messages")
            await finish(forbidden)
            await after.settled(forbidden)
            assert not channel_of(forbidden).messages
            assert await bot.stop() == 0, bot.tail
        await discord.gone()
        discord.allow(channel_of(forbidden))
        await after.change(
            update(Heat)
            .where(Heat.last_channel_id == channel_of(idle).id)
            .values(last_activity_at=datetime.now(UTC) - timedelta(minutes=31))
        )
        async with start_bot() as bot:
            await discord.ready()
            for team, (_, closing) in opened_and_closing.items():
                await channel_of(team).wait_for(shows("is over"))
                await after.settled(team)
                assert (await after.standings(team)).session.closes_at == closing
                assert (await after.check_wrapped_up_once(team, channel_of(team))).silent
            await channel_of(forbidden).wait_for(shows("Q1"))
            await after.settled()
            for team in (idle, *opened_and_closing):
                assert (await after.check_posted_once(team, channel_of(team))).silent
            await after.check_posted_once(forbidden, channel_of(forbidden))
            assert (await after.heat(racing)).is_open
            assert not channel_of(racing).messages
            assert await bot.stop() == 0, bot.tail


async def test_a_card_that_was_shared_as_the_bot_was_killed_goes_when_its_racer_is_forgotten(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    async with track_on(discord, migrated_url) as track:
        answered, _ = teams = track.new_teams(2)

        def telling(team: Team) -> list[Message]:
            name = team.owner.name
            return [
                message
                for message in channel_of(team).messages
                if not message.ephemeral and name in repr((message.content, message.embeds))
            ]

        async with start_bot() as bot:
            await discord.ready()
            await asyncio.gather(*map(raced, teams))
            cards = [await team.owner.type(CHANNEL, "/orp") for team in teams]
            for team, card, method, route in zip(
                teams,
                cards,
                ("PATCH", "POST"),
                ("/webhooks/*/messages/@original", CALLBACK),
                strict=True,
            ):
                hold = track.hold(method, route, "after")
                track.ask(team.owner.press(card, "Share"))
                await reached(hold)
            assert telling(answered)
            await track.kill(bot)

        async with start_bot() as bot:
            await discord.ready()
            for team in teams:
                asked = await team.owner.type(CHANNEL, "/data forget")
                assert "forgotten" in (await team.owner.press(asked, "Forget")).text
            await track.after.settled()
            assert [telling(team) for team in teams] == [[], []]
            assert await bot.stop() == 0, bot.tail
