"""What came of bringing in the earlier system's files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of a kind were new, and how many stood already."""

    new: int = 0
    there: int = 0


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A racer's laps in a heat that differ from those of the files, and stay.

    Attributes:
        session: What the session is called.
        heat: What the heat is called, with its class in front.
        racer: What the racer is called.
        laps: How many rows of the files were left out for it.
    """

    session: str
    heat: str
    racer: str
    laps: int


@dataclass(frozen=True, slots=True)
class HistoryBroughtIn:
    """What became of the files of the earlier system.

    Attributes:
        racers: The racers.
        sessions: The sessions.
        heats: The heats that have laps in the files.
        laps: The laps.
        kept: Runs that differ from those of the files, and stay.
        linked: Racers who are known on Discord from now on.
        unlinked: Racers of the files of whom nobody has said who they are on Discord.
        is_rehearsal: Whether nothing was stored, as was asked for.
    """

    racers: Counted
    sessions: Counted
    heats: Counted
    laps: Counted
    kept: tuple[KeptRun, ...]
    linked: tuple[str, ...]
    unlinked: tuple[str, ...]
    is_rehearsal: bool

    @property
    def left_out(self) -> int:
        """How many laps of the files were left out."""
        return sum(run.laps for run in self.kept)
