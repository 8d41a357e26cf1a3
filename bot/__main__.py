"""The command line: ``orp-bot``, or ``python -m bot``, runs the bot; the rest looks after its data.

What only a sub-command needs is loaded by it: the bot itself starts without Alembic.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.start_refused import StartRefused
from core.about import VERSION
from core.config import Settings, SettingsError, load_settings
from core.errors import RacerError
from core.time_zones import parse_time_zone
from migrations.errors import MigrationError

if TYPE_CHECKING:
    from migrations.runner import MigrationReport

app = typer.Typer(
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="ORP Bot: lap times and ORP inside Discord. Without a command it runs the bot.",
)


def main() -> None:
    """Run the command line; expected trouble ends it with one sentence."""
    try:
        app()
    except (StartRefused, SettingsError, MigrationError, RacerError) as error:
        _stop(str(error))


def _stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(1)


def _with_settings(work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Load the settings, set up logging, do the work."""
    from bot.logs import set_up_logging

    settings = load_settings()
    set_up_logging(settings)
    asyncio.run(work(settings))


async def _run(settings: Settings, *, until_stdin_ends: bool = False) -> None:
    from bot.running import run

    await run(settings, until_stdin_ends=until_stdin_ends)


@app.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Run the bot when no command is given."""
    if version:
        print(f"orp-bot {VERSION}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        _with_settings(_run)


@app.command("run")
def run_command(
    *,
    until_stdin_ends: Annotated[
        bool,
        typer.Option(
            "--until-stdin-ends", help="Stop also when whoever started it has gone (a pipe)."
        ),
    ] = False,
) -> None:
    """Run the bot on Discord."""
    _with_settings(partial(_run, until_stdin_ends=until_stdin_ends))


@app.command()
def health() -> None:
    """Ask the bot that runs here how it is; exits with 0 when it is connected and has its database.

    For a container's health check or a service manager; it takes the bot's own settings.
    """
    from bot.health import NobodyThere, ask, socket_of

    try:
        found = asyncio.run(ask(socket_of(load_settings())))
    except NobodyThere as error:
        _stop(str(error))
    print(found.text)
    raise typer.Exit(0 if found.is_good else 1)


@app.command("has-token")
def has_token() -> None:
    """Exit with 0 when a Discord token is set, with 1 when not; prints nothing."""
    raise typer.Exit(0 if load_settings().discord_token else 1)


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Which revision.")] = "head",
    *,
    sql: Annotated[bool, typer.Option("--sql", help="Print a script for psql instead.")] = False,
    start: Annotated[
        str | None, typer.Option(help="With --sql: the revision the database stands at.")
    ] = None,
) -> None:
    """Bring the database to a revision; SQLite is copied to a backup file first."""
    from migrations import runner

    async def work(settings: Settings) -> None:
        if sql:
            print(runner.upgrade_sql(start=start, revision=revision))
            return
        report = await runner.upgrade(settings.database_url, revision=revision)
        _print_report(report)

    _with_settings(work)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Which revision, or base for none.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the database back to an earlier revision; asks, naming what would be lost."""
    from migrations import runner
    from migrations.losses import losses

    async def work(settings: Settings) -> None:
        if not yes:
            lost = await losses(settings.database_url, revision)
            for loss in lost:
                print(f"Lost would be: {loss.what} ({loss.rows} rows)")
            if not lost:
                print("Nothing that is stored would be lost.")
            typer.confirm(f"Go back to revision {revision}?", abort=True)
        report = await runner.downgrade(settings.database_url, revision)
        _print_report(report)

    _with_settings(work)


@app.command()
def current() -> None:
    """Print the database's revision."""
    from migrations import runner

    async def work(settings: Settings) -> None:
        print(await runner.current(settings.database_url) or "none")

    _with_settings(work)


@app.command()
def verify() -> None:
    """Check columns, defaults and counts; exits with 1 when something is wrong."""
    from migrations import runner

    async def work(settings: Settings) -> None:
        report = await runner.verify(settings.database_url)
        for line in report.lines:
            _print_finding(line.ok, line.text)
        if not report.ok:
            raise typer.Exit(1)

    _with_settings(work)


@app.command()
def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Where the copy goes; without one beside the file.")
    ] = None,
    *,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Delete all copies in that folder but the newest N.")
    ] = None,
) -> None:
    """Copy a SQLite database to a dated file; for PostgreSQL print the pg_dump line."""
    from migrations import runner

    async def work(settings: Settings) -> None:
        print(await runner.backup(settings.database_url, folder, keep=keep))

    _with_settings(work)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="The copy to put back.")]) -> None:
    """Put a copy in the place of the SQLite database; for PostgreSQL print the pg_restore line."""
    from migrations.restore import restore as put_back

    async def work(settings: Settings) -> None:
        restored = await put_back(settings.database_url, file)
        if restored.replaced is not None:
            print(f"Replaced, and kept as: {restored.replaced}")
        print(f"Restored: {restored.laps} laps, at revision {restored.revision}")
        if restored.forgotten is None:
            print("The file that was replaced cannot be read: who was forgotten is not known.")
        elif restored.forgotten:
            print(
                f"Forgotten again, as after that copy was made: {restored.forgotten} "
                "(racers and servers)."
            )

    _with_settings(work)


@app.command()
def adopt(
    team: Annotated[int, typer.Argument(help="The Discord server's id.")],
    timezone: Annotated[str, typer.Option(help="Where the team races.")] = "UTC",
) -> None:
    """Give racers and sessions of the earlier system, which have no team yet, to a team."""
    from migrations import runner

    async def work(settings: Settings) -> None:
        zone = parse_time_zone(timezone).key
        adopted = await runner.adopt(settings.database_url, team, time_zone=zone)
        print(f"Adopted {adopted.profiles} racers and {adopted.sessions} sessions.")

    _with_settings(work)


@app.command("import")
def import_history(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="run_logs.csv, sessions.csv and racer_profiles.csv, or some of them."),
    ] = None,
    *,
    team: Annotated[int, typer.Option(help="The Discord server's id.")],
    racer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=ID", help="Who a racer is: name or UUID = Discord user id."),
    ] = None,
    timezone: Annotated[str, typer.Option(help="Where a team that is new races.")] = "UTC",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be stored, and store nothing.")
    ] = False,
) -> None:
    """Bring in racers, sessions and laps of the earlier system from its CSV files."""
    from bot.history import Asked, bring_in

    asked = Asked(team, files or [], racer or [], timezone, is_rehearsal=dry_run)

    async def work(settings: Settings) -> None:
        for line in await bring_in(settings, asked):
            print(line)

    _with_settings(work)


@app.command()
def forget(
    team: Annotated[int, typer.Argument(help="The Discord server's id.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is held of a server; what is posted there stays."""
    from core.database import Database
    from core.services.server import ServerService
    from migrations import runner

    async def work(settings: Settings) -> None:
        await runner.require_newest(settings.database_url)
        database = Database(settings.database_url)
        try:
            service = ServerService(database)
            held = await service.held(team)
            if held is None:
                _stop(f"Nothing is held of server {team}.")
            what = f"{held.racers} racers, {held.sessions} sessions, {held.laps} laps"
            if not yes:
                typer.confirm(f"Delete server {team}: {what}? There is no way back.", abort=True)
            await service.forget(team)
            print(f"Deleted: {what}.")
        finally:
            await database.dispose()

    _with_settings(work)


@app.command()
def doctor(
    *,
    sources: Annotated[
        bool, typer.Option("--sources", help="Read a page of each timing site instead.")
    ] = False,
    page: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="With --sources: a page to read; may be repeated."),
    ] = None,
) -> None:
    """Look at database, machine, token and channels; exits with 1 when the bot would not start."""
    from bot.doctor import examine
    from bot.source_check import examine_sources, source_line

    async def work(settings: Settings) -> None:
        findings = await examine(settings)
        for finding in findings:
            _print_finding(finding.ok, finding.text, is_note=finding.is_note)
        if not all(finding.ok for finding in findings):
            raise typer.Exit(1)

    async def look_at_sources(settings: Settings) -> None:
        is_trouble = False
        async for finding in examine_sources(settings, page or []):
            print(source_line(finding), flush=True)
            is_trouble = is_trouble or finding.is_trouble
        if is_trouble:
            raise typer.Exit(1)

    _with_settings(look_at_sources if sources or page else work)


def _print_report(report: MigrationReport) -> None:
    if report.backup is not None:
        print(f"Backup: {report.backup}")
    print(f"Revision: {report.before or 'none'} → {report.after or 'none'}")


def _print_finding(ok: bool, text: str, *, is_note: bool = False) -> None:
    said = "note" if is_note else "ok" if ok else "problem"
    print(f"{said:8}{text}")


if __name__ == "__main__":
    main()
