"""Who was forgotten: kept as keyed hashes, for a copy that is put back may know them still."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from core.data_models import Forgotten
from core.database import Unit
from core.models import RacerProfile, Team
from core.race_day.page_tables import PageTable
from core.race_day.traces import Traces
from core.sources.who import fold_name

_NAMES: Final = select(Forgotten.key, Forgotten.names).where(
    Forgotten.team_id == bindparam("of_team")
)


def note_racer(unit: Unit, team_id: int, racer_id: UUID, traces: Traces) -> None:
    """Note that a racer of a team was forgotten, and what pages call them.

    They are known by their profile: whoever comes back gets another one.
    """
    names = [*map(_name_of, traces.names), *([traces.source_id] if traces.source_id else [])]
    _note(unit, team_id, racer_id.hex, names)


def note_team(unit: Unit, team_id: int) -> None:
    """Note that all of a team was forgotten."""
    _note(unit, None, str(team_id), [])


def _note(unit: Unit, team_id: int | None, whom: str, names: Iterable[str]) -> None:
    key = secrets.token_hex(16)
    unit.connection.execute(
        insert(Forgotten).values(
            team_id=team_id,
            key=key,
            who=_hash(key, whom),
            names=[_hash(key, name) for name in names],
            forgotten_at=unit.now,
        )
    )


def _name_of(name: str) -> str:
    """Return a name as it is compared: case, accents and the order of its words do not count."""
    return f"name:{fold_name(name)}"


def without_forgotten(unit: Unit, team_id: int, table: PageTable) -> PageTable:
    """Return the table of a page with ``a racer`` for whoever a team has forgotten."""
    noted = unit.connection.execute(_NAMES, {"of_team": team_id}).all()
    if not noted:
        return table

    def is_forgotten(name: str, source_id: str | None) -> bool:
        words = [_name_of(name), *([source_id] if source_id else [])]
        return any(_hash(key, word) in names for key, names in noted for word in words)

    return table.without(is_forgotten)


def _hash(key: str, whom: str) -> str:
    return hashlib.blake2b(whom.encode(), key=bytes.fromhex(key), digest_size=32).hexdigest()


def racers_back(unit: Unit) -> list[RacerProfile]:
    """Return who was forgotten and is there as they were before."""
    found = unit.db.execute(
        select(Forgotten.key, Forgotten.who, RacerProfile).join(
            RacerProfile, RacerProfile.team_id == Forgotten.team_id
        )
    )
    return [racer for key, who, racer in found if _hash(key, racer.id.hex) == who]


def teams_back(unit: Unit) -> list[int]:
    """Return the teams that were forgotten and are there as they were before."""
    teams = unit.connection.execute(select(Team.id, Team.created_at)).all()
    noted = unit.connection.execute(
        select(Forgotten.key, Forgotten.who, Forgotten.forgotten_at).where(
            Forgotten.team_id.is_(None)
        )
    ).all()
    return [
        team_id
        for team_id, created_at in teams
        # One that came back since is another.
        if any(
            created_at <= forgotten_at and _hash(key, str(team_id)) == who
            for key, who, forgotten_at in noted
        )
    ]
