"""Who was forgotten: kept as keyed hashes, for a copy that is put back may know them still."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import insert, select

from core.data_models import Forgotten
from core.database import Unit
from core.models import RacerProfile, Team


def note_racer(unit: Unit, team_id: int, user_id: int) -> None:
    """Note that a racer of a team was forgotten."""
    _note(unit, team_id, f"{team_id}:{user_id}")


def note_team(unit: Unit, team_id: int) -> None:
    """Note that all of a team was forgotten."""
    _note(unit, None, str(team_id))


def _note(unit: Unit, team_id: int | None, whom: str) -> None:
    key = secrets.token_hex(16)
    unit.connection.execute(
        insert(Forgotten).values(
            team_id=team_id, key=key, who=_hash(key, whom), forgotten_at=unit.now
        )
    )


def _hash(key: str, whom: str) -> str:
    return hashlib.blake2b(whom.encode(), key=bytes.fromhex(key), digest_size=32).hexdigest()


def racers_back(unit: Unit) -> list[RacerProfile]:
    """Return who was forgotten and is there as they were before; who came back is another."""
    found = unit.db.execute(
        select(Forgotten.key, Forgotten.who, Forgotten.forgotten_at, RacerProfile).join(
            RacerProfile, RacerProfile.team_id == Forgotten.team_id
        )
    )
    back = {
        profile.id: profile
        for key, who, forgotten_at, profile in found
        if _is_from_before(profile.created_at, forgotten_at)
        and _hash(key, f"{profile.team_id}:{profile.discord_user_id}") == who
    }
    return list(back.values())


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
        if any(
            _is_from_before(created_at, forgotten_at) and _hash(key, str(team_id)) == who
            for key, who, forgotten_at in noted
        )
    ]


def _is_from_before(created_at: datetime, forgotten_at: datetime) -> bool:
    return created_at <= forgotten_at
