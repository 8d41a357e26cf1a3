"""PgBouncer in front of a test's PostgreSQL, in transaction mode, as hosted databases have it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

# Fewer than those who ask: each transaction gets whichever connection is free.
_CONNECTIONS = 3
_PORT = 6432


def _program() -> str:
    """PgBouncer of the system, which is no Python package; where it has to be, it must be."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if found is None:
        sentence = "PgBouncer is not installed: apt-get install pgbouncer"
        if "CI" in os.environ:
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


@asynccontextmanager
async def pooler(url: URL) -> AsyncIterator[URL]:
    """Put a pooler in front of a server on a Unix socket; give the address that goes through it."""
    program = _program()
    server = str(url.query["host"])
    # It refuses to run as root; whoever runs the server may use its socket.
    user = os.stat(server).st_uid if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="orp-pool-") as name:
        folder = Path(name)
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"""
            [databases]
            * = host={server} user=postgres
            [pgbouncer]
            pool_mode = transaction
            default_pool_size = {_CONNECTIONS}
            auth_type = any
            listen_port = {_PORT}
            unix_socket_dir = {folder}
            """.replace(" " * 12, "")
        )
        if user is not None:
            os.chown(folder, user, -1)
        running = await asyncio.create_subprocess_exec(
            program, "--quiet", str(settings), user=user, stderr=asyncio.subprocess.PIPE
        )
        try:
            await _listens(f"{folder}/.s.PGSQL.{_PORT}", running)
            query = {"host": str(folder), "port": str(_PORT), "pgbouncer": "true"}
            yield url.set(query=query)
        finally:
            running.kill()
            await running.wait()


async def _listens(socket: str, running: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                _, writer = await asyncio.open_unix_connection(socket)
                writer.close()
                return await writer.wait_closed()
            assert running.stderr is not None
            assert running.returncode is None, await running.stderr.read()
            await asyncio.sleep(0.01)
