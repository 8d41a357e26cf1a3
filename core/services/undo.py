"""Undo: an entry is taken back whole, newest first, what it replaced comes back; and Put back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from core.caller import Caller
from core.database import Database
from core.errors import NotFound
from core.race_day.change import Change, change
from core.race_day.heats import remove_if_empty
from core.race_day.moving import bring_back, stand_where_it_was
from core.race_day.putting_back import about_to_go, keep, put_back
from core.race_day.rows import EntryRow
from core.race_day.run import PARTNER, Run
from core.race_day.writing import find_entry, require_newest, run_of_entry, written
from core.results.run_written import LapsSince, RunWritten, Way


class UndoService:
    """Taking entries back; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_back(self, caller: Caller, entry_id: int) -> RunWritten:
        """Take an entry back whole, newest first, bringing back what it replaced.

        A heat or session that a lap had opened and that is now empty goes too.

        Raises:
            NotFound: It was taken back before.
            NotAllowed: It is somebody else's and the caller is not crew.
        """

        def act(change: Change) -> RunWritten:
            run, entry = run_of_entry(change, entry_id)
            require_newest(change, run, entry)
            taken = about_to_go(run, entry)
            left = _take_back(change, run, entry)
            moved = left is not run
            heat_removed, session_removed = remove_if_empty(change.unit, run.session, run.heat)
            gone = run.session if session_removed else None
            return replace(
                written(change, Way.TAKEN_BACK, left),
                laps_removed=len(taken.stood) if taken.is_whole else len(taken.own),
                laps_restored=len(left.laps) if taken.is_whole else 0,
                taken=taken.not_in(left.laps),
                draft_id=keep(change, taken, left, moved=moved, session_gone=gone),
                heat_removed=heat_removed,
                session_removed=session_removed,
            )

        return await change(self._database, caller, act)

    async def put_back(self, caller: Caller, draft_id: UUID) -> RunWritten | LapsSince:
        """Store again what an Undo took, where it was; heat and session are there again.

        Where the run has changed since, both are kept for the form instead.

        Raises:
            NotFound: It was put back before, or is older than a day.
            NotAllowed: The laps are somebody else's and the caller is not crew.
            Conflict: The racer has other laps where a moved run was.
        """
        return await change(self._database, caller, lambda change: put_back(change, draft_id))


def _take_back(change: Change, run: Run, entry: EntryRow) -> Run:
    """Take an entry back; return the run as it stands, where a moved one was before.

    Raises:
        NotFound: Nobody knows any more where a moved run was.
    """
    bring_back(change, entry)
    partner = entry.replaced.get(PARTNER)
    if partner is None:
        run.take_back(entry)
        return run
    # What the racer has pressed where the run was moved to goes back with it.
    pressed = run.confidence if run.was_rated_since(entry) else None
    before = find_entry(change, partner)
    if before is not None:
        require_newest(change, *before)
        run.take_back(entry)
        before[0].take_back(before[1], pressed)
        return before[0]
    run.take_back(entry)
    stands = stand_where_it_was(change, run.session, entry, pressed)
    if stands is None:
        raise NotFound("Where these laps were moved from is gone: move them with Edit laps.")
    return stands
