"""Undo: an entry is taken back whole, newest first, and what it replaced comes back."""

from __future__ import annotations

from dataclasses import replace

from core.caller import Caller
from core.database import Database
from core.race_day.change import Change, change
from core.race_day.heats import remove_if_empty
from core.race_day.moving import bring_back
from core.race_day.run import PARTNER
from core.race_day.writing import require_newest, run_of_entry, written
from core.results.run_written import RunWritten, Way


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
            stored = [run_of_entry(change, entry_id)]
            require_newest(change, *stored[0])
            bring_back(change.unit, stored[0][1])
            partner = stored[0][1].replaced.get(PARTNER)
            if partner is not None:
                stored.append(run_of_entry(change, partner))
                require_newest(change, *stored[1])
            # A run is taken from where it was moved to before it stands again where it was.
            stored.sort(key=lambda one: one[1].id, reverse=True)
            counts = [run.take_back(entry) for run, entry in stored]
            moved, run = stored[0][0], stored[-1][0]
            heat_removed, session_removed = remove_if_empty(change.unit, run.session, moved.heat)
            return replace(
                written(change, Way.TAKEN_BACK, run),
                laps_removed=sum(removed for removed, _ in counts),
                laps_restored=sum(restored for _, restored in counts),
                heat_removed=heat_removed,
                session_removed=session_removed,
            )

        return await change(self._database, caller, act)
