"""The silent race day: a timing site publishes, heats come in and are posted, and nobody types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL

from core.follow_models import EventRace, Follow, RaceTaken, SiteSlot, WatchedPage
from core.models import SummaryPost
from localdiscord import LocalDiscord
from localdiscord.client.people import Team
from localdiscord.play.botprocess import BotProcess, Launch
from localdiscord.world.model import Message
from tests.databases import TestDatabases, rows
from tests.e2e.aftermath import Aftermath, aftermath_in, until
from tests.e2e.conftest import bot_process
from tests.e2e.driving import CHANNEL, shows
from tests.e2e.real_heats import laps_of
from tests.timing_site import Raced, TimingSite, clock_time, timing_site

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

ANN, BEN = "Ann Arbor", "Ben Bernhard"
FIRST = laps_of("nitro-q1", "driver-16")
SECOND = laps_of("nitro-q2", "driver-16")
THIRD = laps_of("nitro-q3", "driver-16")
LEG_TWO = laps_of("nitro-semi-b", "driver-16")
STRANGER = Raced("Zoe Zander", laps_of("nitro-q1", "driver-17"))
SILENT = 1 << 12


@dataclass
class Track:
    """A timing site, a Discord, and what the bot has stored."""

    site: TimingSite
    discord: LocalDiscord
    url: URL
    after: Aftermath
    forked: Launch

    def bot(self, **settings: str) -> BotProcess:
        return bot_process(
            self.discord, self.url, self.forked, LIVERC_HOSTS=self.site.exact, **settings
        )

    async def look_now(self) -> None:
        """Have every page be due: its minute has passed."""
        long_ago = datetime.now(UTC) - timedelta(minutes=1)
        await self.after.change(update(WatchedPage).values(next_look_at=long_ago))

    async def pass_claims(self) -> None:
        """Have the claims of whoever was killed run out."""
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        await self.after.change(
            update(WatchedPage)
            .where(WatchedPage.claimed_until.is_not(None))
            .values(claimed_until=long_ago),
            update(SiteSlot).where(SiteSlot.held_until.is_not(None)).values(held_until=long_ago),
            update(SummaryPost)
            .where(SummaryPost.claimed_until.is_not(None))
            .values(claimed_until=long_ago),
        )

    async def all_is_in(self, races: int) -> None:
        """Wait until so many races were read, and everybody has taken them in."""

        async def is_in() -> bool:
            database = self.after.database
            found = await rows(database, select(EventRace.id, EventRace.version))
            taken = await rows(database, select(RaceTaken.race_id, RaceTaken.version))
            follows = len(await rows(database, select(Follow.id)))
            wanted = sorted((race_id, version) for race_id, version in found) * follows
            return len(found) == races and sorted(wanted) == sorted(
                (race_id, version) for race_id, version in taken
            )

        await until(is_in)


@asynccontextmanager
async def track_at(discord: LocalDiscord, url: URL, forked: Launch) -> AsyncIterator[Track]:
    async with timing_site(datetime.now(UTC).date()) as site, aftermath_in(url) as after:
        yield Track(site, discord, url, after, forked)


async def follow(team: Team, site: TimingSite) -> str:
    answer = await team.owner.type(CHANNEL, f"/session follow url:{site.address}")
    return answer.content


def titles(team: Team) -> Sequence[str]:
    return [message.content for message in team.channel(CHANNEL).messages]


async def posted(team: Team, text: str) -> Message:
    return await team.channel(CHANNEL).wait_for(shows(text))


async def test_nobody_types(discord: LocalDiscord, database_url: URL, forked: Launch) -> None:
    team = discord.add_guild("Silent", channels=(CHANNEL,))
    mate = team.add_member("racer-2")
    now = clock_time(datetime.now(UTC))
    async with track_at(discord, database_url, forked) as track, track.bot() as bot:
        await discord.ready()
        site = track.site
        site.publish("7001", "Q1 Heat", Raced(ANN, FIRST), STRANGER, at=now)
        await team.owner.type(CHANNEL, f"/profile driver_name:{ANN}")
        await mate.type(CHANNEL, "/profile experience:Pro")
        told = await follow(team, site)
        assert "**Sample Cup** is followed for **Sample Cup**" in told
        assert f"Linked: racer-1 ({ANN})" in told
        assert "Not linked yet: racer-2" in told

        old = await posted(team, "Q1 Heat")
        assert old.flags & SILENT

        site.publish("7002", "A-Main", Raced(BEN, SECOND), Raced(ANN, THIRD), at=now)
        await track.look_now()
        main = await posted(team, "Buggy A-Main")
        assert not main.flags & SILENT
        assert "racer-1" in str(main.embeds)
        assert "racer-2" not in str(main.embeds)

        # Who is linked late gets what was driven before, without another request.
        asked = len(site.asked)
        await mate.type(CHANNEL, f"/profile driver_name:{BEN}")
        await discord.wait_for(lambda: "racer-2" in str(main.embeds))
        assert len(site.asked) == asked

        # The track corrects a lap.
        corrected = [*THIRD[:-1], THIRD[-1] + 5_000]
        site.publish("7002", "A-Main", Raced(BEN, SECOND), Raced(ANN, corrected), at=now)
        shown = str(main.embeds)
        await track.look_now()
        await discord.wait_for(lambda: str(main.embeds) != shown)

        # The second leg is written over the first.
        site.publish("7002", "A-Main", Raced(ANN, LEG_TWO), at="11:59pm")
        await track.look_now()
        await posted(team, "Buggy A-Main 2")
        await track.all_is_in(3)
        assert len(titles(team)) == 3

        form = (await team.owner.press(main, "Note")).modal
        assert form is not None
        said = await team.owner.submit(form, {"note": "35wt rear"})
        assert "35wt rear" in said.content
        shown_heat = await team.owner.type(CHANNEL, "/heat show heat:A-Main")
        assert "35wt rear" in str(shown_heat.embeds)

        shown_now = await team.owner.type(CHANNEL, "/session follow")
        assert "3 races read, 3 with you in it" in shown_now.content
        stopped = await team.owner.press(shown_now, "Stop")
        assert "followed no more" in stopped.content
        assert await bot.stop() == 0, bot.tail


async def test_killed_in_the_middle_it_loses_no_race_and_posts_each_once(
    discord: LocalDiscord, database_url: URL, forked: Launch
) -> None:
    teams = [discord.add_guild(f"Crowd {number}", channels=(CHANNEL,)) for number in range(10)]
    now = clock_time(datetime.now(UTC))
    async with track_at(discord, database_url, forked) as track:
        site = track.site
        async with track.bot() as bot:
            await discord.ready()
            for team in teams:
                await team.owner.type(CHANNEL, f"/profile driver_name:{ANN}")
                assert "is followed for" in await follow(team, site)
            await track.all_is_in(0)
            # Each is taken in, and posted, while the process may die at any moment.
            site.publish("7001", "Q1 Heat", Raced(ANN, FIRST), at=now)
            site.publish("7002", "Q2 Heat", Raced(ANN, SECOND), at=now)
            await track.look_now()
            await posted(teams[0], "Q1 Heat")
            bot.kill()
            await bot.exited()
        await discord.gone()
        async with track.bot() as bot:
            await discord.ready()
            await track.pass_claims()
            await track.all_is_in(2)
            await track.after.settled()
            for team in teams:
                assert sorted(title[:10] for title in titles(team)) == [
                    "🏁 Buggy Q1",
                    "🏁 Buggy Q2",
                ]
            assert await bot.stop() == 0, bot.tail


async def test_two_processes_ask_the_site_once(
    discord: LocalDiscord, test_databases: TestDatabases, forked: Launch
) -> None:
    first = discord.add_guild("Left", channels=(CHANNEL,), guild_id=(1 << 40) << 22)
    second = discord.add_guild("Right", channels=(CHANNEL,), guild_id=((1 << 40) + 1) << 22)
    now = clock_time(datetime.now(UTC))
    async with (
        test_databases.temporary("postgresql", migrated=True) as url,
        track_at(discord, url, forked) as track,
        track.bot(SHARD_COUNT="2", SHARD_IDS="0") as left,
        track.bot(SHARD_COUNT="2", SHARD_IDS="1") as right,
    ):
        await discord.ready()
        site = track.site
        for team in (first, second):
            await team.owner.type(CHANNEL, f"/profile driver_name:{ANN}")
            assert "is followed for" in await follow(team, site)
        for number, laps in enumerate((FIRST, SECOND, THIRD), start=1):
            site.publish(f"700{number}", f"Q{number} Heat", Raced(ANN, laps), at=now)
        asked = site.times_asked(site.event_path)
        await track.look_now()
        await track.all_is_in(3)
        await track.after.settled()
        for team in (first, second):
            assert len(titles(team)) == 3
        assert site.times_asked(site.event_path) == asked + 1
        for number in range(1, 4):
            assert site.times_asked(site.path_of(f"700{number}")) == 1
        assert await left.stop() == 0, left.tail
        assert await right.stop() == 0, right.tail
