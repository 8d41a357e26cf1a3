"""Putting the core together: the one place where services meet their database."""

from __future__ import annotations

from dataclasses import dataclass

from core.database import Database
from core.fetching.elsewhere import Elsewhere
from core.services.card import CardService
from core.services.confidence import ConfidenceService
from core.services.data import DataService
from core.services.follow import FollowService
from core.services.form import FormService
from core.services.heat import HeatService
from core.services.housekeeping import Housekeeping
from core.services.importing import ImportService
from core.services.lap_entry import LapEntryService
from core.services.looking import LookingService
from core.services.menu import MenuService
from core.services.outbox import OutboxService
from core.services.profile import ProfileService
from core.services.server import ServerService
from core.services.session import SessionService
from core.services.team import TeamService
from core.services.track import TrackService
from core.services.undo import UndoService


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the bot can ask the core for.

    Attributes:
        elsewhere: What reads pages and files; whoever is done closes it.
    """

    lap_entry: LapEntryService
    undo: UndoService
    confidence: ConfidenceService
    form: FormService
    menu: MenuService
    heat: HeatService
    importing: ImportService
    session: SessionService
    profile: ProfileService
    team: TeamService
    data: DataService
    server: ServerService
    card: CardService
    outbox: OutboxService
    housekeeping: Housekeeping
    elsewhere: Elsewhere
    follow: FollowService
    track: TrackService
    looking: LookingService


def build_services(
    database: Database, elsewhere: Elsewhere | None = None, *, keep_copies_days: int = 0
) -> Services:
    """Return the services of one bot over one database.

    Args:
        database: Where everything is stored.
        elsewhere: What reads pages and files; None for those of the timing sites themselves.
        keep_copies_days: How long nightly copies of a SQLite file are kept; 0 to make none.
    """
    elsewhere = elsewhere or Elsewhere()
    return Services(
        lap_entry=LapEntryService(database),
        undo=UndoService(database),
        confidence=ConfidenceService(database),
        form=FormService(database),
        menu=MenuService(database),
        heat=HeatService(database),
        importing=ImportService(database, elsewhere),
        session=SessionService(database),
        profile=ProfileService(database),
        team=TeamService(database),
        data=DataService(database),
        server=ServerService(database),
        card=CardService(database),
        outbox=OutboxService(database),
        housekeeping=Housekeeping(database, keep_copies_days=keep_copies_days),
        elsewhere=elsewhere,
        follow=FollowService(database, elsewhere),
        track=TrackService(database),
        looking=LookingService(database, elsewhere.fetcher, elsewhere.reader, elsewhere.hosts),
    )
