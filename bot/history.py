"""Bringing in the earlier system's files from the command line, with what came of it in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from bot.render.phrases import count, listed
from core.caller import LARGEST_ID
from core.config import Settings
from core.database import Database
from core.errors import BadInput
from core.racer_link import read_racer_link
from core.results.history import HistoryBroughtIn
from core.services.history import HistoryService
from core.sources.history_files import HistoryFile, read_history_file
from migrations.errors import MigrationError
from migrations.newest import NEWEST
from migrations.runner import current

# As many runs that stay as they are, and racers nobody knows, are named.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for.

    Attributes:
        team_id: The Discord server's id.
        files: The files; none where it is only said who racers are.
        racers: Who racers are on Discord, each as ``NAME_OR_UUID=DISCORD_ID``.
        time_zone: Where a team races that is new.
        is_rehearsal: Whether nothing is kept.
    """

    team_id: int
    files: Sequence[Path]
    racers: Sequence[str]
    time_zone: str
    is_rehearsal: bool


async def bring_in(settings: Settings, asked: Asked) -> Iterator[str]:
    """Bring the files in, with a bar that grows on standard error; return what to print.

    Raises:
        MigrationError: The database wants an upgrade first, or cannot be reached.
        RacerError: Something cannot be used; nothing was stored.
    """
    if not 0 < asked.team_id <= LARGEST_ID:
        raise BadInput("A team is named by its Discord server id, a long number.")
    if not asked.files and not asked.racers:
        raise BadInput("Name the files to bring in; --help tells which.")
    said = [read_racer_link(text) for text in asked.racers]
    files = [_read(path) for path in asked.files]
    if await current(settings.database_url) != NEWEST:
        raise MigrationError("The database is not up to date: run upgrade first.")
    database = Database(settings.database_url)
    laps = sum(len(file.laps) for file in files)
    try:
        with typer.progressbar(length=laps, label="Laps", file=sys.stderr) as bar:
            done = await HistoryService(database, asked.team_id).bring_in(
                files,
                said,
                time_zone=asked.time_zone,
                is_rehearsal=asked.is_rehearsal,
                tell=bar.update,
            )
    finally:
        await database.dispose()
    return told(done)


def _read(path: Path) -> HistoryFile:
    try:
        return read_history_file(path.name, path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None


def told(done: HistoryBroughtIn) -> Iterator[str]:
    """Return the lines that say what came of it."""
    for what, counted, more in (
        ("racers", done.racers, ""),
        ("sessions", done.sessions, ""),
        ("heats", done.heats, ""),
        ("laps", done.laps, f", {done.left_out:,} left out"),
    ):
        yield f"{what:10}{counted.new:,} new, {counted.there:,} there already{more}"
    for run in done.kept[:_NAMED]:
        yield f"{run.racer} has other laps in {run.heat} of {run.session}: they stay."
    if len(done.kept) > _NAMED:
        yield f"And so in {count(len(done.kept) - _NAMED, 'more run')}."
    if done.linked:
        yield f"On Discord from now on: {listed(done.linked)}."
    if done.unlinked:
        named = ", ".join(done.unlinked[:_NAMED])
        more = f" and {len(done.unlinked) - _NAMED} more" if len(done.unlinked) > _NAMED else ""
        yield (
            f"Not known on Discord: {named}{more}. Import again with "
            f'--racer "{done.unlinked[0]}=THEIR_DISCORD_ID" and they are.'
        )
    if done.is_rehearsal:
        yield "Nothing was stored: this was a rehearsal."
