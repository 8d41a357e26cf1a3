"""A racer's run in a heat, written anew: in its place, or in another heat or for another racer.

All functions work inside the caller's transaction. Each change is an entry; taken back, it brings
the run, its heat and its racer as they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.caller import Caller
from core.database import Unit
from core.errors import Conflict
from core.laptimes import FormLap
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.oddities import doubtful_laps
from core.results.edits import LapsEdited
from core.services import entries, lapbook, outbox_rows
from core.services.lapbook import WantedLap


@dataclass(frozen=True, slots=True)
class Run:
    """A racer's run in a heat as it stands."""

    session: RaceSession
    heat: Heat
    racer: RacerProfile
    laps: list[RunLog]
    note: str | None
    confidence: int | None

    @property
    def version(self) -> str:
        """What tells whether anything that the form shows was changed meanwhile."""
        return version_of(self.heat, self.note, self.laps)


def version_of(heat: Heat, note: str | None = None, laps: Sequence[RunLog] = ()) -> str:
    """Return a word for what the form shows of a run, another one whenever that is changed."""
    numbered = [(lap.lap_number, lap.lap_time_ms, lap.counts) for lap in laps]
    shown = heat.ref.label, note, numbered
    return hashlib.blake2s(repr(shown).encode(), digest_size=6).hexdigest()


def read_run(unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile) -> Run:
    """Return a racer's run in a heat as it stands."""
    standing = unit.db.get(HeatRacer, (heat.id, racer.id))
    return Run(
        session,
        heat,
        racer,
        lapbook.laps_of(unit, heat, racer),
        standing.note if standing else None,
        standing.confidence_rating if standing else None,
    )


def pair(before: Sequence[RunLog], laps: Sequence[FormLap]) -> list[WantedLap]:
    """Return the laps as they shall stand; those that stay keep what is known of them.

    A lap stays that is at its place from the front or, where laps came or went, from the back.
    """
    shift = len(before) - len(laps)
    times = [lap.time_ms for lap in laps]
    front = 0
    while front < min(len(before), len(laps)) and before[front].lap_time_ms == times[front]:
        front += 1
    wanted = []
    for at, lap in enumerate(laps):
        old_at = at if shift == 0 or at < front else at + shift
        was = before[old_at] if 0 <= old_at < len(before) and old_at >= min(at, front) else None
        wanted.append(_wanted(lap, was))
    return wanted


def _wanted(lap: FormLap, was: RunLog | None) -> WantedLap:
    if was is None or was.lap_time_ms != lap.time_ms:
        # A mark is a decision; without one lap 1 is looked at.
        return WantedLap(lap.time_ms, lap.counts, is_decided=not lap.counts)
    kept = WantedLap.kept(was)
    is_decided = kept.is_decided or kept.counts != lap.counts
    return replace(kept, counts=lap.counts, is_decided=is_decided)


def write_anew(
    unit: Unit,
    caller: Caller,
    actor: RacerProfile,
    run: Run,
    laps: Sequence[WantedLap],
    note: str | None,
) -> LapsEdited:
    """Write a run anew where it is."""
    entry_id = None
    if note != run.note or list(laps) != [WantedLap.kept(lap) for lap in run.laps]:
        entry = lapbook.replace_laps(
            unit,
            run.session,
            run.heat,
            run.racer,
            entered_by=actor,
            before=run.laps,
            laps=laps,
            note=note,
            confidence=run.confidence,
            channel_id=caller.channel_id,
        )
        entry_id = entry.id
    return _edited(unit, actor, run, run.heat, run.racer, laps, entry_id)


def move(
    unit: Unit,
    caller: Caller,
    actor: RacerProfile,
    run: Run,
    heat: Heat,
    racer: RacerProfile,
    laps: Sequence[WantedLap],
    note: str | None,
) -> LapsEdited:
    """Take a run out of where it is and put it where it belongs: two entries that know each other.

    Raises:
        Conflict: The racer has laps there.
    """
    refuse_laps_there(read_run(unit, run.session, heat, racer))
    left = lapbook.replace_laps(
        unit,
        run.session,
        run.heat,
        run.racer,
        entered_by=actor,
        before=run.laps,
        laps=(),
        note=None,
        confidence=None,
    )
    entry = lapbook.replace_laps(
        unit,
        run.session,
        heat,
        racer,
        entered_by=actor,
        before=(),
        # What was stored for the other place is taken back with this move, or not at all.
        laps=[replace(lap, entry_id=None) for lap in laps],
        note=note,
        confidence=run.confidence,
        channel_id=caller.channel_id,
    )
    left.replaced = left.replaced | {entries.PARTNER: entry.id}
    entry.replaced = entry.replaced | {entries.PARTNER: left.id}
    return _edited(unit, actor, run, heat, racer, laps, entry.id)


def refuse_laps_there(run: Run) -> None:
    """Refuse to put a run where another one is.

    Raises:
        Conflict: There are laps.
    """
    if run.laps:
        heat = run.heat.ref.label
        raise Conflict(
            f"{run.racer.name} has laps in {heat} already: edit those with /heat edit heat:{heat}, "
            "or pick another heat."
        )


def _edited(
    unit: Unit,
    actor: RacerProfile,
    was: Run,
    heat: Heat,
    racer: RacerProfile,
    laps: Sequence[WantedLap],
    entry_id: int | None,
) -> LapsEdited:
    run = entries.run_of(unit, was.session, heat, racer)
    changed = [number for number, lap in enumerate(laps) if lap.entry_id is None]
    others = [lap.time_ms for lap in laps if lap.entry_id is not None and lap.counts]
    doubtful = doubtful_laps([laps[at].time_ms for at in changed], others)
    first = run.laps[0] if run.laps else None
    counted_before = not was.laps or was.laps[0].counts
    is_crossing = first is not None and not first.counts and not laps[0].is_decided
    return LapsEdited(
        heat=heat.ref,
        session=was.session.ref,
        run=run,
        laps_before=len(was.laps),
        for_other=racer.id != actor.id,
        entry_id=entry_id,
        moved_from=was.heat.ref if heat.id != was.heat.id else None,
        was_of=was.racer.person if racer.id != was.racer.id else None,
        heat_is_open=heat.status == "open",
        post_follows=heat.status == "finished" and outbox_rows.is_followed(unit, heat),
        first_crossing=is_crossing and counted_before,
        doubtful=tuple(
            run.laps[changed[at]].number for at in doubtful if run.laps[changed[at]].counts
        ),
    )
