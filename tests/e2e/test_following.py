"""The silent race day: a timing site publishes, heats come in and are posted, and nobody types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL

from core.follow_models import EventRace, RaceTaken, WatchedPage
from localdiscord import LocalDiscord
from localdiscord.botprocess import BotProcess, Launch
from localdiscord.model import Message
from localdiscord.people import Team
from tests.databases import rows
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

    def bot(self) -> BotProcess:
        return bot_process(self.discord, self.url, self.forked, LIVERC_HOSTS=self.site.exact)

    async def look_now(self) -> None:
        """Have every page be due: its minute has passed."""
        long_ago = datetime.now(UTC) - timedelta(minutes=1)
        await self.after.change(update(WatchedPage).values(next_look_at=long_ago))

    async def all_is_in(self, races: int) -> None:
        """Wait until so many races were read, and everybody has taken them in."""

        async def is_in() -> bool:
            database = self.after.database
            found = await rows(database, select(EventRace.id, EventRace.version))
            taken = await rows(database, select(RaceTaken.race_id, RaceTaken.version))
            return len(found) == races and {tuple(row) for row in found} == {
                tuple(row) for row in taken
            }

        await until(is_in, 30)


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
    return await team.channel(CHANNEL).wait_for(shows(text), 30)


async def test_nobody_types(discord: LocalDiscord, database_url: URL, forked: Launch) -> None:
    team = discord.add_guild("Silent", channels=(CHANNEL,))
    mate = team.add_member("racer-2")
    now = clock_time(datetime.now(UTC))
    async with track_at(discord, database_url, forked) as track, track.bot() as bot:
        await discord.ready(30)
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
        await discord.wait_for(lambda: "racer-2" in str(main.embeds), 30)
        assert len(site.asked) == asked

        # The track corrects a lap.
        corrected = [*THIRD[:-1], THIRD[-1] + 5_000]
        site.publish("7002", "A-Main", Raced(BEN, SECOND), Raced(ANN, corrected), at=now)
        shown = str(main.embeds)
        await track.look_now()
        await discord.wait_for(lambda: str(main.embeds) != shown, 30)

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
