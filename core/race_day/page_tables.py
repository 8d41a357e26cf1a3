"""The table of the page a heat came from: kept so that the field can name a place.

It also tells what was taken from the page: what stands otherwise now was changed by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import (
    Select,
    String,
    bindparam,
    cast,
    exists,
    insert,
    select,
    text,
    update,
)

from core.column_types import UtcDateTime
from core.database import Unit
from core.laps import Lap, RaceTotal
from core.models import DeletedRace, Heat, RaceSession
from core.names import A_RACER
from core.race_day.rows import HeatRow
from core.race_day.traces import Traces
from core.scoring.finish import Place, places
from core.sources.race import Race

_READ: Final = select(Heat.source_table).where(Heat.id == bindparam("of_heat"))
_OF_HEATS: Final = select(Heat.id, Heat.source_table, Heat.source_has_names).where(
    Heat.id.in_(bindparam("of_heats", expanding=True))
)
_OF_SESSION: Final = (
    select(Heat.id, Heat.source_table)
    .where(Heat.session_id == bindparam("of_session"), Heat.source.is_not(None))
    .order_by(Heat.opened_at.desc())
)
_DELETED: Final = select(DeletedRace.heat_name, DeletedRace.source_table).where(
    DeletedRace.session_id == bindparam("of_session")
)
_PAGE: Final = (
    Heat.source,
    Heat.source_id,
    Heat.source_url,
    Heat.source_hash,
    Heat.source_table,
    Heat.source_has_names,
)
_PAGE_OF: Final = select(*_PAGE).where(Heat.id == bindparam("of_heat"))
_CLOSED_BEFORE: Final = exists().where(
    RaceSession.id == Heat.session_id,
    RaceSession.status == "closed",
    RaceSession.closed_at < bindparam("closed_before", type_=UtcDateTime()),
)
_NAMED: Final = (
    select(Heat.id, Heat.source_table)
    # As the index has it, which is of these few only; SQLite knows it by its very words.
    .where(text("heats.source_has_names"), _CLOSED_BEFORE)
    .limit(bindparam("most"))
)
# How many heats are gone through in one transaction: nobody's lap waits for longer.
FORGOTTEN_AT_ONCE: Final = 100
_KEEP: Final = update(Heat).where(Heat.id == bindparam("of_heat"))


@dataclass(frozen=True, slots=True)
class PageDriver:
    """One driver of the table.

    Attributes:
        name: As the page shows it.
        position: Finishing place from 1; None where the page has none.
        laps_ms: Their laps in order, 1 to 999,999 ms each.
        uncounted: The numbers of those that do not count, from 1.
        total_ms: The page's time for all of them.
        result: Laps and time as the page shows them.
        source_id: The driver's id on the source.
        racer_id: Whose laps of the team they are; None for everybody else.
        is_taken: Whether they were stored as that racer's: what stands otherwise since was changed
            by hand.
    """

    name: str
    position: int | None
    laps_ms: tuple[int, ...]
    uncounted: tuple[int, ...]
    total_ms: int
    result: str
    source_id: str | None = None
    racer_id: UUID | None = None
    is_taken: bool = False

    @property
    def race_total(self) -> RaceTotal:
        """Laps and time, as the page ranks them."""
        return RaceTotal(len(self.laps_ms), self.total_ms)

    @property
    def laps(self) -> tuple[Lap, ...]:
        """The laps as formulas take them."""
        return tuple(
            Lap(number, time_ms, number not in self.uncounted)
            for number, time_ms in enumerate(self.laps_ms, start=1)
        )


@dataclass(frozen=True, slots=True)
class PageTable:
    """Everybody on a page, in its order."""

    drivers: tuple[PageDriver, ...]

    @property
    def times_ms(self) -> tuple[tuple[int, ...], ...]:
        """Each driver's laps, as races are compared."""
        return tuple(driver.laps_ms for driver in self.drivers)

    def without_names(self) -> PageTable:
        """Return the table with ``driver N`` for everybody who is not of the team."""
        return PageTable(
            tuple(
                each
                if each.racer_id is not None
                else replace(each, name=f"driver {number}", source_id=None)
                for number, each in enumerate(self.drivers, start=1)
            )
        )

    def without(
        self, is_forgotten: Callable[[str, str | None], bool], racer_id: UUID | None = None
    ) -> PageTable:
        """Return the table with ``a racer`` for somebody who is forgotten; the laps stay.

        Args:
            is_forgotten: Tells it by the name and the id of a driver who is nobody of the team.
            racer_id: The profile of who is forgotten just now.
        """
        return PageTable(
            tuple(
                replace(each, name=A_RACER, source_id=None, racer_id=None, is_taken=False)
                if (each.racer_id is not None and each.racer_id == racer_id)
                or (each.racer_id is None and is_forgotten(each.name, each.source_id))
                else each
                for each in self.drivers
            )
        )

    @property
    def is_of_one(self) -> bool:
        """Whether it is of one driver alone: nobody finishes anywhere there."""
        return len(self.drivers) < 2

    def places(self) -> dict[UUID, Place]:
        """Return where each racer of the team finished: as the page says, else by its totals.

        Who has no place on a page that has places, such as somebody disqualified, is left out.
        """
        has_places = any(each.position is not None for each in self.drivers)
        by_totals = places([each.race_total for each in self.drivers])
        return {
            each.racer_id: Place(each.position or place.place, None)
            for each, place in zip(self.drivers, by_totals, strict=True)
            if each.racer_id is not None and not (has_places and each.position is None)
        }

    def rivals_of(self, racer_id: UUID) -> tuple[RaceTotal, ...] | None:
        """Return what everybody else drove, to be compared with a racer's laps alone.

        The page's time may have the run to the loop in it, which is no lap: the racer's own is
        taken off everybody's. None for who is not on the page.
        """
        own = self.of(racer_id)
        if own is None or self.is_of_one:
            return None
        run_up_ms = own.total_ms - sum(own.laps_ms)
        return tuple(
            RaceTotal(each.race_total.laps, each.total_ms - run_up_ms)
            for each in self.drivers
            if each is not own
        )

    def of(self, racer_id: UUID) -> PageDriver | None:
        """Return a racer of the team; None where they are not known to be on the page."""
        return next((each for each in self.drivers if each.racer_id == racer_id), None)

    def to_data(self) -> dict[str, Any]:
        """Return the table as it is stored."""
        rows = [asdict(driver) for driver in self.drivers]
        for row in rows:
            row["racer_id"] = str(row["racer_id"]) if row["racer_id"] else None
        return {"drivers": rows}

    @classmethod
    def from_data(cls, kept: Mapping[str, Any]) -> PageTable:
        """Return the table that was stored."""
        return cls(tuple(_driver(row) for row in kept["drivers"]))


def _driver(row: Mapping[str, Any]) -> PageDriver:
    racer_id = row["racer_id"]
    return PageDriver(
        **dict(row)
        | {
            "laps_ms": tuple(row["laps_ms"]),
            "uncounted": tuple(row["uncounted"]),
            "racer_id": UUID(racer_id) if racer_id else None,
        }
    )


def table_of(race: Race, racers: Mapping[int, UUID], taken: Collection[UUID]) -> PageTable:
    """Return a race's table.

    Args:
        race: The race.
        racers: Who of the team is which driver, by the driver's place in it from 0.
        taken: Those of them whose laps were stored.
    """
    return PageTable(
        tuple(
            PageDriver(
                name=driver.name,
                position=driver.position,
                laps_ms=tuple(lap.time_ms for lap in driver.laps),
                uncounted=tuple(
                    number for number, lap in enumerate(driver.laps, start=1) if not lap.counts
                ),
                total_ms=driver.total_ms,
                result=driver.result,
                source_id=driver.source_id,
                racer_id=racers.get(at),
                is_taken=racers.get(at) in taken,
            )
            for at, driver in enumerate(race.drivers)
        )
    )


def hash_of(table: PageTable) -> str:
    """Return a word for what the page says, another one whenever that changes."""
    said = [(each.name, each.position, each.laps_ms, each.uncounted) for each in table.drivers]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def page_of(unit: Unit, heat: HeatRow) -> PageTable | None:
    """Return the table of the page a heat came from; None for a heat that was typed."""
    if not heat.is_imported:
        return None
    kept = unit.connection.execute(_READ, {"of_heat": heat.id}).scalar_one_or_none()
    return PageTable.from_data(kept) if kept is not None else None


def pages_of(unit: Unit, heat_ids: Collection[UUID]) -> dict[UUID, tuple[PageTable, bool]]:
    """Return the tables of some imported heats, each with whether it still names everybody."""
    if not heat_ids:
        return {}
    rows = unit.connection.execute(_OF_HEATS, {"of_heats": list(heat_ids)})
    return {
        heat_id: (PageTable.from_data(kept), has_names)
        for heat_id, kept, has_names in rows
        if kept is not None
    }


def pages_in(unit: Unit, session: RaceSession) -> list[tuple[UUID, PageTable]]:
    """Return the tables of a session's imported heats with the heats' ids, latest first."""
    rows = unit.connection.execute(_OF_SESSION, {"of_session": session.id})
    return [(heat_id, PageTable.from_data(kept)) for heat_id, kept in rows if kept is not None]


def deleted_in(unit: Unit, session: RaceSession) -> list[tuple[str, PageTable]]:
    """Return the tables of the imported heats that were deleted, with what they were called."""
    rows = unit.connection.execute(_DELETED, {"of_session": session.id})
    return [(name, PageTable.from_data(kept)) for name, kept in rows]


def keep_page(unit: Unit, heat: HeatRow, race: Race, table: PageTable, **also: object) -> None:
    """Store where a heat came from, and its table.

    Args:
        unit: The transaction.
        heat: The heat.
        race: What was read.
        table: Its table.
        **also: Other columns of the heat that the page decides.
    """
    columns = {
        "source": race.source.value,
        "source_id": race.source_id,
        "source_url": race.address,
        "source_hash": hash_of(table),
        "source_table": table.to_data(),
        "source_has_names": True,
    }
    unit.connection.execute(_KEEP, {"of_heat": heat.id} | columns | also)


def remember_deleted(unit: Unit, heat: HeatRow) -> None:
    """Note that an imported heat is deleted on purpose: its race is not brought in again."""
    table = page_of(unit, heat)
    if table is not None:
        deleted = {
            "id": uuid4(),
            "session_id": heat.session_id,
            "heat_name": heat.ref.label,
            # Its laps alone tell which race it was.
            "source_table": table.without_names().to_data(),
            "deleted_at": unit.now,
        }
        unit.connection.execute(insert(DeletedRace), deleted)


def move_page(unit: Unit, left: HeatRow, kept: HeatRow) -> HeatRow:
    """Have the page of a heat that goes follow its laps into another; return that one.

    Of two that were imported the other keeps its own, and what goes is not brought in again.
    """
    if not left.is_imported:
        return kept
    if kept.is_imported:
        remember_deleted(unit, left)
        return kept
    moved = unit.connection.execute(_PAGE_OF, {"of_heat": left.id}).mappings().one()
    unit.connection.execute(_KEEP, {"of_heat": kept.id} | dict(moved))
    return replace(kept, source=left.source)


def forget_names(unit: Unit, closed_before: datetime) -> int:
    """Forget what drivers on no profile are called, in some heats of sessions closed long ago.

    Args:
        unit: The transaction.
        closed_before: What closed before that is long ago.

    Returns:
        In how many heats.
    """
    known = {"closed_before": closed_before, "most": FORGOTTEN_AT_ONCE}
    heats = unit.connection.execute(_NAMED, known).all()
    for heat_id, kept in heats:
        table = PageTable.from_data(kept).without_names()
        nameless = {"source_table": table.to_data(), "source_has_names": False}
        unit.connection.execute(_KEEP, {"of_heat": heat_id} | nameless)
    return len(heats)


def forget_driver(unit: Unit, team_id: int, traces: Traces) -> None:
    """Forget who a driver is on the pages of a team; places and laps stay."""
    of_team = select(RaceSession.id).where(RaceSession.team_id == team_id)
    linked = f"%{traces.racer_id}%"
    # Who is on no profile has no name any more where the session closed long ago.
    may_name = Heat.source_has_names | cast(Heat.source_table, String).like(linked)
    heats = select(Heat.id, Heat.source_table).where(Heat.session_id.in_(of_team), may_name)
    for heat_id, table in _without(unit, heats, traces):
        # The hash was made from the names too.
        nameless = {"source_table": table, "source_hash": None}
        unit.connection.execute(_KEEP, {"of_heat": heat_id} | nameless)
    deleted = select(DeletedRace.id, DeletedRace.source_table).where(
        DeletedRace.session_id.in_(of_team), cast(DeletedRace.source_table, String).like(linked)
    )
    for race_id, table in _without(unit, deleted, traces):
        forgotten = update(DeletedRace).where(DeletedRace.id == race_id)
        unit.connection.execute(forgotten.values(source_table=table))


def _without(unit: Unit, tables: Select[Any], traces: Traces) -> list[tuple[UUID, dict[str, Any]]]:
    """Return the tables, of those that are kept, that a racer is taken out of."""
    changed = []
    for row_id, kept in unit.connection.execute(tables).all():
        table = PageTable.from_data(kept)
        without = table.without(traces.are_of, traces.racer_id)
        if without != table:
            changed.append((row_id, without.to_data()))
    return changed


def has_old_names(unit: Unit, closed_before: datetime) -> bool:
    """Tell whether there are names to forget."""
    known = {"closed_before": closed_before, "most": 1}
    return unit.connection.execute(_NAMED, known).first() is not None
