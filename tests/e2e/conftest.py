"""The real bot in its own process, a local Discord over real sockets, and a real database.

Starting a process costs more than most tests do, so tests share one bot for each kind of database
and get a team of their own; only who stops or starts the bot has one to itself. Nearly all bots are
forked from a process that has loaded them already; some tests start them as people do. The shared
bots and those started as people do find an empty database, the others one with its tables.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count

import pytest
import pytest_asyncio
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.client.people import Member, Team
from localdiscord.play.botprocess import BotProcess, Launch, launch
from localdiscord.play.cast import PADDOCK
from localdiscord.world.signals import PATIENT_S
from tests.databases import KINDS, TestDatabases
from tests.e2e.aftermath import Ground, aftermath_in
from tests.forked import fork_bot, fork_server
from tests.forking import PATIENCE
from tests.ports import kept_port

StartBot = Callable[[], BotProcess]

_TEAM_NUMBERS = count(1)


def bot_process(
    discord: LocalDiscord, url: URL, launch: Launch = launch, **settings: str
) -> BotProcess:
    """Return the bot, to be started on a local Discord and a database."""
    address = url.render_as_string(hide_password=False)
    own = {"DATABASE_URL": address, PATIENCE: str(int(PATIENT_S))}
    environment = discord.bot_environment() | own | settings
    return BotProcess(environment, launch=launch, stop_within_s=PATIENT_S)


def patient(discord: LocalDiscord) -> LocalDiscord:
    """Have a Discord wait longer than the real one: how busy the machine is makes no test fail."""
    discord.patience.answer_within_s = discord.settle_s = PATIENT_S
    return discord


def require_the_document(discord: LocalDiscord) -> None:
    """Fail in CI when bodies are not checked against Discord's OpenAPI document."""
    if os.environ.get("CI"):
        assert discord.schema_checked, "../shared/data/discord_openapi.json is missing"


@pytest.fixture(scope="session", autouse=True)
def place_to_ask_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have bots be asked for their health in a folder of the tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RUNTIME_DIRECTORY", str(tmp_path_factory.mktemp("run")))
        yield


@pytest.fixture(scope="session")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Starts a bot by forking it."""
    directory = tmp_path_factory.mktemp("forks")
    with fork_server(directory, "bot") as bots, fork_server(directory, "drawing") as drawing:
        yield partial(fork_bot, bots, drawing)


@dataclass
class Stage:
    """A local Discord with a bot that several tests share."""

    discord: LocalDiscord
    bot: BotProcess
    url: URL
    """Where the bot's database is."""


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=KINDS)
async def stage(
    request: pytest.FixtureRequest, test_databases: TestDatabases, forked: Launch
) -> AsyncIterator[Stage]:
    async with (
        test_databases.temporary(request.param, migrated=False) as url,
        patient(LocalDiscord(PADDOCK)) as discord,
        bot_process(discord, url, forked) as bot,
    ):
        require_the_document(discord)
        await discord.ready()
        yield Stage(discord, bot, url)
        assert await bot.stop() == 0, bot.tail


@pytest.fixture
def team(stage: Stage) -> Iterator[Team]:
    """A team of its own for each test: racer-1, who owns the server, and racer-2."""
    team = stage.discord.add_guild(f"Team {next(_TEAM_NUMBERS)}")
    team.add_member("racer-2")
    yield team
    stage.discord.assert_clean()


@pytest.fixture
def owner(team: Team) -> Member:
    """The owner of the server, who so has Manage Server."""
    return team.owner


@pytest.fixture
def mate(team: Team) -> Member:
    """A member without any rights beyond the ordinary."""
    return team.member("racer-2")


# Discord's trouble is the same on both kinds of database, and some of it takes seconds to pass.
on_one_kind = pytest.mark.parametrize("stand", ["postgresql"], indirect=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=KINDS)
async def stand(
    request: pytest.FixtureRequest, test_databases: TestDatabases, forked: Launch
) -> AsyncIterator[Ground]:
    async with (
        test_databases.temporary(request.param, migrated=True) as url,
        patient(LocalDiscord(PADDOCK)) as discord,
        bot_process(discord, url, forked) as bot,
        aftermath_in(url) as after,
    ):
        require_the_document(discord)
        await discord.ready()
        yield Ground(discord, bot, after)
        assert await bot.stop() == 0, bot.tail


@pytest.fixture
def ground(stand: Ground) -> Iterator[Ground]:
    """Where a test makes trouble; it ends with the test."""
    yield stand
    stand.discord.mischief.clear()
    stand.discord.assert_clean()


@pytest_asyncio.fixture(loop_scope="session")
async def discord() -> AsyncIterator[LocalDiscord]:
    """A local Discord for a test that starts and stops bots itself."""
    async with patient(LocalDiscord(PADDOCK)) as discord:
        require_the_document(discord)
        yield discord
        discord.assert_clean()


@pytest_asyncio.fixture(loop_scope="session")
async def start_bot(discord: LocalDiscord, migrated_url: URL, forked: Launch) -> StartBot:
    """Return what starts a bot on the test's database, as often as the test likes."""
    return lambda: bot_process(discord, migrated_url, forked)


@pytest_asyncio.fixture(loop_scope="session")
async def start_bot_as_people_do(discord: LocalDiscord, database_url: URL) -> StartBot:
    """Return what starts a bot on the test's database with ``python -m bot``."""
    return lambda: bot_process(discord, database_url)


@pytest.fixture
def port() -> Iterator[int]:
    """Where a Discord will be."""
    with kept_port() as port:
        yield port
