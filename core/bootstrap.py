"""Putting the core together: the one place where services meet their database."""

from __future__ import annotations

from dataclasses import dataclass

from core.database import Database
from core.services.edits import EditService
from core.services.entries import EntryService
from core.services.heats import HeatService
from core.services.housekeeping import Housekeeping
from core.services.messages import MessageService
from core.services.outbox import OutboxService
from core.services.profiles import ProfileService
from core.services.scores import ScoreService
from core.services.sessions import SessionService
from core.services.teams import TeamService


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the bot can ask the core for."""

    entries: EntryService
    edits: EditService
    messages: MessageService
    heats: HeatService
    sessions: SessionService
    profiles: ProfileService
    teams: TeamService
    scores: ScoreService
    outbox: OutboxService
    housekeeping: Housekeeping


def build_services(database: Database) -> Services:
    """Return the services of one bot over one database."""
    return Services(
        entries=EntryService(database),
        edits=EditService(database),
        messages=MessageService(database),
        heats=HeatService(database),
        sessions=SessionService(database),
        profiles=ProfileService(database),
        teams=TeamService(database),
        scores=ScoreService(database),
        outbox=OutboxService(database),
        housekeeping=Housekeeping(database),
    )
