"""What driving makes, as rows that know their names: heats, laps, scores, entries.

Read and written by Core statements that are built once: a lap is typed a hundred times as often as
a session is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from core.errors import BadInput, Conflict
from core.laps import Lap
from core.models import EntryKind, Heat, HeatRacer, HeatStatus, RunLog
from core.results.refs import HeatRef
from core.scoring.advice import Status

LONGEST_RUN: Final = 2_000


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A heat as it is stored; its fields are the columns of the table."""

    id: UUID
    session_id: UUID
    name: str
    name_key: str
    class_name: str
    class_key: str
    kind: str
    length_s: int | None
    status: HeatStatus
    implicit: bool
    opened_by: UUID | None
    opened_at: datetime
    finished_by: UUID | None
    finished_at: datetime | None
    last_activity_at: datetime
    last_channel_id: int | None
    source: str | None = None

    @property
    def ref(self) -> HeatRef:
        """The heat by name."""
        return HeatRef(self.id, self.name, self.class_name)

    @property
    def is_open(self) -> bool:
        """Whether it takes laps without being named."""
        return self.status == "open"

    @property
    def is_imported(self) -> bool:
        """Whether its laps come from elsewhere: it takes typed ones only when it is named."""
        return self.source is not None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What stands of a racer in a heat beside the laps; its fields are columns of the table."""

    confidence_rating: int | None = None
    note: str | None = None
    lap_count: int = 0
    best_lap_ms: int | None = None
    orp_score: float | None = None
    orp_status: str | None = None
    logged_at: datetime | None = None
    rated_after: int | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether the racer was not sure enough of the car to be scored."""
        return self.orp_status == Status.REJECTED.value

    @property
    def valid_score(self) -> float | None:
        """The score where it stands."""
        return self.orp_score if self.orp_status == Status.VALID.value else None


class LapRow(NamedTuple):
    """A stored lap.

    Attributes:
        number: From 1.
        time_ms: 1 to 999,999 ms.
        counts: Whether it counts.
        is_decided: Whether that is the racer's decision.
        confidence: What was rated with it.
        entry_id: The entry it came with; None for one that is written just now.
    """

    number: int
    time_ms: int
    counts: bool = True
    is_decided: bool = False
    confidence: int | None = None
    entry_id: int | None = None

    @property
    def lap(self) -> Lap:
        """The lap as formulas and answers take it."""
        return Lap(self.number, self.time_ms, self.counts)

    def to_data(self) -> dict[str, Any]:
        """Return what an entry keeps of a lap that it replaces."""
        return {
            "lap_number": self.number,
            "lap_time_ms": self.time_ms,
            "confidence_rating": self.confidence,
            "counts": self.counts,
            "counts_decided": self.is_decided,
            "entry_id": self.entry_id,
        }

    @classmethod
    def from_data(cls, kept: Mapping[str, Any]) -> LapRow:
        """Return the lap that an entry has kept."""
        return cls(
            number=kept["lap_number"],
            time_ms=kept["lap_time_ms"],
            counts=kept["counts"],
            is_decided=kept["counts_decided"],
            confidence=kept["confidence_rating"],
            entry_id=kept["entry_id"],
        )


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One act that wrote laps.

    Attributes:
        id: Its number; later ones have higher ones.
        kind: How the laps came.
        entered_by: Who wrote them; None for imported ones.
        note: The note that came with them.
        replaced: What Undo brings back.
        is_newest: Whether it is the last that wrote the run.
    """

    id: int
    kind: EntryKind
    entered_by: UUID | None
    replaced: dict[str, Any]
    note: str | None = None
    is_newest: bool = True


HEAT: Final = tuple(getattr(Heat, field.name) for field in fields(HeatRow))
SCORE: Final = tuple(getattr(HeatRacer, field.name) for field in fields(ScoreRow))
# The rows that have a ``valid_score``.
IS_VALID: Final = HeatRacer.orp_status == Status.VALID.value
LAP: Final = (
    RunLog.lap_number,
    RunLog.lap_time_ms,
    RunLog.counts,
    RunLog.counts_decided,
    RunLog.confidence_rating,
    RunLog.entry_id,
)


def heat_of(columns: Sequence[Any]) -> HeatRow:
    """Return the heat at the front of a row that was selected with ``HEAT`` first."""
    return HeatRow(*columns[: len(HEAT)])


def check_place(laps: Sequence[LapRow], count: int, lap_number: int | None) -> None:
    """Refuse laps for which a run has no place.

    Args:
        laps: Those there are.
        count: How many are to come.
        lap_number: The number of a single one; None for behind those there are.

    Raises:
        BadInput: A number below 1, or too many laps.
        Conflict: A lap of that number is there already.
    """
    if lap_number is not None and not 1 <= lap_number <= LONGEST_RUN:
        raise BadInput(f"Lap numbers go from 1 to {LONGEST_RUN}.")
    if len(laps) + count > LONGEST_RUN:
        raise BadInput(f"A run in one heat has {LONGEST_RUN} laps at most.")
    if any(lap.number == lap_number for lap in laps):
        raise Conflict(f"Lap {lap_number} is there already; correct it or leave the number out.")
