"""Putting the core together: the one place where services meet their database."""

from __future__ import annotations

from dataclasses import dataclass

from core.database import Database
from core.fetching.hosts import Hosts
from core.fetching.pages import Pages
from core.fetching.reader import Reader
from core.services.card import CardService
from core.services.confidence import ConfidenceService
from core.services.follow import FollowService
from core.services.form import FormService
from core.services.heat import HeatService
from core.services.housekeeping import Housekeeping
from core.services.lap_entry import LapEntryService
from core.services.looking import LookingService
from core.services.menu import MenuService
from core.services.outbox import OutboxService
from core.services.profile import ProfileService
from core.services.session import SessionService
from core.services.team import TeamService
from core.services.undo import UndoService


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the bot can ask the core for."""

    lap_entry: LapEntryService
    undo: UndoService
    confidence: ConfidenceService
    form: FormService
    menu: MenuService
    heat: HeatService
    session: SessionService
    profile: ProfileService
    team: TeamService
    card: CardService
    outbox: OutboxService
    housekeeping: Housekeeping
    follow: FollowService
    looking: LookingService


def build_services(database: Database, hosts: Hosts | None = None) -> Services:
    """Return the services of one bot over one database.

    Args:
        database: The database.
        hosts: Whose pages may be read; None for those that are set where nothing is.
    """
    hosts = hosts or Hosts()
    pages, reader = Pages(hosts), Reader()
    return Services(
        lap_entry=LapEntryService(database),
        undo=UndoService(database),
        confidence=ConfidenceService(database),
        form=FormService(database),
        menu=MenuService(database),
        heat=HeatService(database),
        session=SessionService(database),
        profile=ProfileService(database),
        team=TeamService(database),
        card=CardService(database),
        outbox=OutboxService(database),
        housekeeping=Housekeeping(database),
        follow=FollowService(database, pages, reader, hosts),
        looking=LookingService(database, pages, reader),
    )
