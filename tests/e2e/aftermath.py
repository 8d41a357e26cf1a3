"""What trouble has left behind: the database, read beside the bot, and the team channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.engine import URL

from bot.render.answer import Answer as Rendered
from bot.render.summary import heat_summary, wrap_up
from core.bootstrap import Services, build_services
from core.caller import Caller, Person
from core.database import Database
from core.models import RunLog, SummaryPost
from core.results.heat import HeatTable
from core.results.session import SessionInfo
from core.results.standings import Standings
from localdiscord import LocalDiscord
from localdiscord.api.server import Request
from localdiscord.client.answers import Answer
from localdiscord.client.people import Team
from localdiscord.play.botprocess import BotProcess
from localdiscord.world.model import Channel, Message
from localdiscord.world.signals import PATIENT_S
from tests.databases import execute, scalars, shift_back

LOOK_AGAIN_S = 0.05
DONE = ("posted", "gone", "blocked")

_TEAM_NUMBERS = count(1)


@dataclass(frozen=True)
class Aftermath:
    """Reads what the bot has stored, and compares it with what Discord shows."""

    database: Database
    services: Services

    async def laps(self, team: Team, heat: str = "Q1") -> list[int]:
        """Return all laps of a heat in ms, whoever drove them, in the order they were stored."""
        table = await self.heat(team, heat)
        query = select(RunLog.lap_time_ms).where(RunLog.heat_id == table.heat.id)
        return list(await scalars(self.database, query.order_by(RunLog.id)))

    async def heat(self, team: Team, heat: str = "Q1") -> HeatTable:
        """Return a heat as everybody sees it in the channel."""
        return replace(await self.services.heat.show(_reader(team), heat), is_here=False)

    async def standings(self, team: Team) -> Standings:
        return await self.services.session.show(_reader(team))

    async def sessions(self, team: Team) -> Sequence[SessionInfo]:
        return (await self.services.session.list_sessions(_reader(team))).sessions

    async def posts(self, team: Team | None = None) -> Sequence[SummaryPost]:
        """Return the rows of the outbox, of one team or of all."""
        query = select(SummaryPost)
        if team is not None:
            query = query.where(SummaryPost.team_id == team.guild.id)
        return await scalars(self.database, query)

    async def settled(self, team: Team | None = None, timeout_s: float = PATIENT_S) -> None:
        """Wait until the publisher has nothing left to do, for one team or for all."""

        async def is_settled() -> bool:
            posts = await self.posts(team)
            return all(post.state in DONE and post.claimed_until is None for post in posts)

        await until(is_settled, timeout_s)

    async def change(self, *statements: Update) -> None:
        """Change the database behind the bot's back."""
        await execute(self.database, *statements)

    async def pass_time(self, team: Team) -> None:
        """Have all waits of a team's posts run out, and the next edit come at once."""
        long_ago = datetime.now(UTC) - timedelta(minutes=1)
        await self.change(
            update(SummaryPost)
            .where(SummaryPost.team_id == team.guild.id)
            .values(next_attempt_at=long_ago, attempted_at=long_ago)
        )

    async def time_passes(self, minutes: float) -> None:
        """Have it be later for the bot: all that is stored has happened so much earlier."""
        await shift_back(self.database, timedelta(minutes=minutes))

    async def check_posted_once(self, team: Team, channel: Channel, heat: str = "Q1") -> Message:
        """Check that a heat was posted once, ever, and that its post shows what is stored."""
        table = await self.heat(team, heat)
        assert not table.is_open
        return _the_one_post(channel, table.heat.id, heat_summary(table))

    async def check_wrapped_up_once(self, team: Team, channel: Channel) -> Message:
        """Check that the team's session was wrapped up once, with what is stored."""
        standings = await self.standings(team)
        return _the_one_post(channel, standings.session.id, wrap_up(standings))


@dataclass
class Ground:
    """A Discord to make trouble in, its bot, and a look into the bot's database."""

    discord: LocalDiscord
    bot: BotProcess
    after: Aftermath

    def new_team(self) -> Team:
        return self.discord.add_guild(f"Troubled {next(_TEAM_NUMBERS)}")

    def requests(self, method: str, channel: Channel) -> list[Request]:
        """Return the requests about a channel's messages so far."""
        return [
            request
            for request in self.discord.requests
            if request.method == method and f"/channels/{channel.id}/messages" in request.path
        ]

    async def answered(self, answer: Answer, times: int) -> bool:
        """Tell whether the bot has tried so often to answer, and Discord has replied."""
        callback = f"/interactions/{answer.interaction.id}/"
        replies = [item.status for item in self.discord.requests if callback in item.path]
        return len(replies) == times and replies[-1] > 0

    async def put_off(self, team: Team, wait: timedelta) -> bool:
        """Tell whether all that is to be done for a team waits for at least so long."""
        return all(
            post.claimed_until is None and post.next_attempt_at > datetime.now(UTC) + wait
            for post in await self.after.posts(team)
            if post.state in {"pending", "removing"}
        )

    async def pass_time(self, team: Team) -> None:
        """Have all waits of a team's posts run out, and the next edit come at once."""
        await self.after.pass_time(team)


async def until(look: Callable[[], Awaitable[bool]], timeout_s: float = PATIENT_S) -> None:
    """Look again and again at what tells nobody when it changes, until it is so."""
    async with asyncio.timeout(timeout_s):
        while True:
            if await look():
                return
            await asyncio.sleep(LOOK_AGAIN_S)


def _reader(team: Team) -> Caller:
    """Return the team's owner, who looks and changes nothing."""
    return Caller(team.guild.id, Person(team.owner.id, team.owner.display_name))


def _the_one_post(channel: Channel, subject_id: UUID, wanted: Rendered) -> Message:
    found = posts_about(channel, subject_id)
    assert len(found) == 1, channel.all_messages
    (message,) = found
    assert not message.deleted
    assert message.content == wanted.content
    assert wanted.embed is not None
    assert message.embeds[0]["description"] == wanted.embed.description
    return message


def posts_about(channel: Channel, subject_id: UUID) -> list[Message]:
    """Return all posts that ever had the buttons of a heat or session, deleted ones too."""
    return [
        message
        for message in channel.all_messages
        if not message.ephemeral
        and any(
            subject_id.hex in str(components)
            for components in (message.components, *(old.components for old in message.edits))
        )
    ]


@asynccontextmanager
async def aftermath_in(url: URL) -> AsyncIterator[Aftermath]:
    """Look into a database that a bot works on."""
    database = Database(url)
    try:
        yield Aftermath(database, build_services(database))
    finally:
        await database.dispose()
