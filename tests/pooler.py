"""A real PgBouncer in transaction mode, in front of the tests' PostgreSQL.

It is Debian's; it refuses to run as root, and runs as whoever owns the server.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from tests.e2e.aftermath import until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PORT = 6432
# Far fewer than the bot asks for at once: each transaction gets whichever is free.
SERVER_CONNECTIONS = 3

_SETTINGS = """\
[databases]
* = host={server} user={user}

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
max_client_conn = 200
default_pool_size = {connections}
server_reset_query_always = 0
"""


def _written(settings: Path, server: str, user: str) -> Path:
    settings.write_text(
        _SETTINGS.format(
            server=server,
            user=user,
            port=PORT,
            folder=settings.parent,
            connections=SERVER_CONNECTIONS,
        )
    )
    return settings


@asynccontextmanager
async def pooled(url: URL) -> AsyncIterator[URL]:
    """Start a pooler in front of a server; give the address of the same database behind it.

    Without ``?pgbouncer=true``: that is what whoever uses it has to say.
    """
    server = str(url.query["host"])
    owner = os.stat(server)
    # A short path: that of a Unix socket may not be longer than about 100 characters.
    with tempfile.TemporaryDirectory(prefix="orp-pool-") as folder:
        settings = _written(Path(folder, "pgbouncer.ini"), server, str(url.username))
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(folder, owner.st_uid, owner.st_gid)
        process = await asyncio.create_subprocess_exec(
            str(PROGRAM),
            "--quiet",
            str(settings),
            user=owner.st_uid if is_root else None,
            extra_groups=[] if is_root else None,
        )

        async def listens() -> bool:
            assert process.returncode is None, "it has ended"
            return f".s.PGSQL.{PORT}" in os.listdir(folder)

        try:
            await until(listens)
            yield url.update_query_dict({"host": folder, "port": str(PORT)})
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
