"""How somebody else on this machine learns how the bot is: it is asked over a Unix socket.

``orp-bot health`` asks. A socket needs no writing as long as nobody does, which spares the card of
a small computer, and what it says is never out of date.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from bot.liveness import Liveness
from core.config import Settings, data_folder, given_folder

ANSWER_WITHIN_S: Final = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """How the bot is.

    Attributes:
        is_connected: Whether every shard of it is connected to Discord.
        has_database: Whether its database answers.
    """

    is_connected: bool
    has_database: bool

    @property
    def is_good(self) -> bool:
        """Whether the bot can do its work just now."""
        return self.is_connected and self.has_database

    @property
    def text(self) -> str:
        """The same in a sentence."""
        gateway = "connected" if self.is_connected else "not connected"
        database = "answers" if self.has_database else "does not answer"
        return f"The bot is {gateway} to Discord, and its database {database}."


class NobodyThere(Exception):
    """No bot answers; the text says so in a sentence."""


def socket_of(settings: Settings) -> Path:
    """Return where the bot with these settings is asked.

    That is systemd's folder for what runs where it gives one, else beside the database, for a
    server's where a file's would be. Processes that share the work by shards have one each.
    """
    url = settings.database_url
    file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else data_folder() / "orp"
    shards = "".join(f"-{shard}" for shard in settings.shard_ids)
    return (given_folder("RUNTIME_DIRECTORY") or file.parent) / f"{file.stem}{shards}.sock"


async def health_of(liveness: Liveness) -> Health:
    """Return how this bot is."""
    return Health(liveness.is_connected(), await liveness.has_database())


@contextlib.asynccontextmanager
async def answering(path: Path, liveness: Liveness) -> AsyncIterator[None]:
    """Answer whoever asks; a socket that cannot be made costs the answers and nothing else."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(asdict(await health_of(liveness))).encode())
            await writer.drain()
        writer.close()

    try:
        _make_room(path)
        # What a bot that was killed has left is replaced.
        server = await asyncio.start_unix_server(answer, path)
        own = _made_private(path)
    except OSError as error:
        log.warning("nobody can ask for the bot's health", socket=str(path), reason=error.strerror)
        yield
        return
    try:
        yield
    finally:
        server.close()
        _take_away(path, own)


def _make_room(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)


def _made_private(path: Path) -> int:
    """Let nobody else ask; return the socket's number in the file system."""
    path.chmod(0o600)
    return path.stat().st_ino


def _take_away(path: Path, own: int) -> None:
    """Remove a socket, unless another bot has its own there by now."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_ino == own:
            path.unlink()


async def ask(path: Path) -> Health:
    """Return how the bot is that answers at a socket.

    Raises:
        NobodyThere: None answers.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(path)
            with contextlib.closing(writer):
                said = await reader.read()
        return Health(**json.loads(said))
    except TimeoutError:
        raise NobodyThere(f"The bot at {path} does not answer: it hangs.") from None
    except (OSError, ValueError, TypeError):
        raise NobodyThere(f"No bot is running at {path}.") from None
