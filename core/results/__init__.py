"""What services return: frozen dataclasses, never rows of a table.

Lap times are whole milliseconds unless a name says seconds; moments are in UTC.
"""

from core.results.heats import (
    Deletion,
    HeatFinished,
    HeatInfo,
    HeatList,
    HeatRenamed,
    HeatStarted,
    HeatTable,
    RacerRun,
)
from core.results.laps import (
    ConfidenceRated,
    LapCounted,
    LapsLogged,
    NewBest,
    SessionSummary,
    StoredLap,
    Undone,
    WhichEvent,
)
from core.results.posts import ClaimedPost, PostTask
from core.results.refs import Choice, HeatRef, SessionRef
from core.results.scores import HeatScore, NoLapsYet, OrpCard, SideBySide
from core.results.sessions import (
    ClassStandings,
    Export,
    SessionClosed,
    SessionInfo,
    SessionList,
    SessionStarted,
    StandingCell,
    StandingRow,
    Standings,
)
from core.results.settings import ProfileInfo, TeamInfo

__all__ = [
    "Choice",
    "ClaimedPost",
    "ClassStandings",
    "ConfidenceRated",
    "Deletion",
    "Export",
    "HeatFinished",
    "HeatInfo",
    "HeatList",
    "HeatRef",
    "HeatRenamed",
    "HeatScore",
    "HeatStarted",
    "HeatTable",
    "LapCounted",
    "LapsLogged",
    "NewBest",
    "NoLapsYet",
    "OrpCard",
    "PostTask",
    "ProfileInfo",
    "RacerRun",
    "SessionClosed",
    "SessionInfo",
    "SessionList",
    "SessionRef",
    "SessionStarted",
    "SessionSummary",
    "SideBySide",
    "StandingCell",
    "StandingRow",
    "Standings",
    "StoredLap",
    "TeamInfo",
    "Undone",
    "WhichEvent",
]
