"""Giving the rows of the earlier system to a team.

The earlier system knew no teams, so its racers and sessions belong to nobody after the migration
and no command shows them. Whoever runs the bot says whose they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import literal_column, select, update
from sqlalchemy.engine import URL
from sqlalchemy.sql.schema import DefaultClause

from core.caller import LARGEST_ID
from core.database import Database, Unit
from core.errors import BadInput
from core.models import Base, RacerProfile, RaceSession, Team
from core.race_day.change import team_held
from core.race_day.sessions import settle_earlier
from core.time_zones import parse_time_zone
from migrations import revisions
from migrations.connections import reading
from migrations.errors import MigrationError

# Discord's ids are 63 bits long.


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many rows a team was given; ``closed`` of the sessions were over and are closed now."""

    profiles: int
    sessions: int
    closed: int


async def adopt(url: URL, team_id: int, time_zone: str = "UTC") -> Adopted:
    """Give every racer and session without a team to one, which is made if it is new.

    An open session stays open until 05:00 after its day, like any other. One whose day is long
    over is closed as of that moment, without a post: the channel is not flooded with wrap-ups of
    last year. Any status but ``active`` counts as closed.

    Args:
        url: The database.
        team_id: The Discord server's id.
        time_zone: The zone of a new team, and of the sessions; a team that is known keeps its own.

    Raises:
        DatabaseUnreachable: There is no such file, or the server cannot be reached.
        MigrationError: An argument cannot be used, or the database wants an upgrade first.
    """
    if not 0 < team_id <= LARGEST_ID:
        raise MigrationError("A team is named by its Discord server id, a long number.")
    try:
        zone = parse_time_zone(time_zone).key
    except BadInput as error:
        raise MigrationError(error.sentence) from None
    async with reading(url) as connection:
        if await connection.run_sync(revisions.current) != revisions.known()[-1]:
            raise MigrationError("The database is not up to date: run upgrade first.")
    database = Database(url)
    try:
        return await database.write(lambda unit: _adopt(unit, team_id, zone))
    finally:
        await database.dispose()


def _adopt(unit: Unit, team_id: int, zone: str) -> Adopted:
    is_new = unit.db.get(Team, team_id) is None
    team = team_held(unit, team_id)
    if is_new:
        team.time_zone = zone
    _fill_gaps(unit)
    return _give(unit, team)


def _fill_gaps(unit: Unit) -> None:
    """Put the models' defaults where the earlier system allowed nothing to stand."""
    for table in (Base.metadata.tables["racer_profiles"], Base.metadata.tables["sessions"]):
        for column in table.columns:
            default = column.server_default
            if column.nullable or not isinstance(default, DefaultClause):
                continue
            value = default.arg
            # Written as in the table's definition: the database gives it the column's type.
            filled = literal_column(f"'{value}'") if isinstance(value, str) else value
            empty = table.c.team_id.is_(None) & column.is_(None)
            unit.db.execute(update(table).where(empty).values({column: filled}))


def _give(unit: Unit, team: Team) -> Adopted:
    profiles = unit.db.execute(
        update(RacerProfile)
        .where(RacerProfile.team_id.is_(None))
        .values(team_id=team.id)
        .returning(RacerProfile.id)
    )
    sessions = (unit.db.scalars(select(RaceSession).where(RaceSession.team_id.is_(None)))).all()
    closed = sum(settle_earlier(session, team, unit.now) for session in sessions)
    return Adopted(len(profiles.all()), len(sessions), closed)
