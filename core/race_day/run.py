"""Run: one racer's laps in one heat, read once, and kept true while it is changed.

Every way laps change ends in :meth:`Run._settle`: ORP is worked out and stored, and posts follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from core.database import Unit
from core.first_crossing import is_first_crossing
from core.models import EntryKind, RacerProfile, RaceSession
from core.race_day import outbox
from core.race_day import run_statements as statements
from core.race_day.bests import Bests
from core.race_day.change import just_after
from core.race_day.days import begin_days
from core.race_day.driven import Driven, has_posts_since, version_of
from core.race_day.rows import EntryRow, LapRow, ScoreRow, check_place
from core.race_day.scores_before import score_before
from core.results.heat import RacerRun
from core.scoring.advice import ExperienceLevel
from core.scoring.orp import OrpResult, calculate_orp, check_confidence
from core.scoring.score_change import change_since

# In what an entry has replaced: the id of the other entry of a move.
PARTNER: Final = "partner"
# And where a moved run comes from.
SOURCE: Final = "source"
FIRST_LAP: Final = 1


class Run:
    """A racer's laps in a heat, with note, confidence and score.

    Attributes:
        session: The session of the heat.
        heat: The heat.
        racer: Who drove.
        laps: The laps as they now stand, by number.
        note: What was changed on the car.
        confidence: 1 to 5 as last rated, or None.
        heats: The session's heats as the racer sees them, as far as they are known.
    """

    def __init__(
        self,
        unit: Unit,
        session: RaceSession,
        driven: Driven,
        racer: RacerProfile,
        heats: Sequence[Driven] | None = None,
    ) -> None:
        """Read the laps.

        Args:
            unit: The transaction; whoever changes the run holds the team.
            session: The session of the heat.
            driven: The heat as the racer sees it.
            racer: Who drove.
            heats: The session's heats as the racer sees them, as far as they are known.
        """
        self._unit = unit
        self.session = session
        self.driven = driven
        self.heat = driven.heat
        self.racer = racer
        self.heats = heats
        self._is_scored = driven.score is not None
        score = driven.score or ScoreRow()
        self.note = score.note
        self.confidence = score.confidence_rating
        self._rated_after = score.rated_after
        self._key = {"of_heat": self.heat.id, "of_racer": racer.id}
        self._scored_as: tuple[object, OrpResult | None] | None = None
        rows = unit.connection.execute(statements.READ, self._key) if self._is_scored else ()
        self.laps = list(map(LapRow._make, rows))

    # What stands

    @property
    def orp(self) -> OrpResult | None:
        """The score of the laps as they now stand; None below 2 laps that count."""
        counting = [lap.time_ms for lap in self.laps if lap.counts]
        scored = counting, self.confidence
        if self._scored_as is None or self._scored_as[0] != scored:
            orp = calculate_orp(
                counting,
                confidence=self.confidence,
                experience_level=ExperienceLevel.stored(self.racer.experience_level),
                practice_rounds=self.session.practice_rounds,
            )
            self._scored_as = scored, orp
        return self._scored_as[1]

    @property
    def version(self) -> str:
        """What tells whether anything that the form shows was changed meanwhile."""
        numbered = [(lap.number, lap.time_ms, lap.counts) for lap in self.laps]
        return version_of(self.driven, self.note, numbered)

    @property
    def post_follows(self) -> bool:
        """Whether the heat is finished and a change of it will show in the channel."""
        return not self.heat.is_open and self.driven.post in {"pending", "posted"}

    def result(self, bests: Bests | None = None) -> RacerRun:
        """Return the run as answers show it."""
        orp, bests = self.orp, bests or Bests()
        last = score_before(self.heats, self.heat) if self.heats is not None else None
        return RacerRun(
            racer=self.racer.person,
            laps=tuple(lap.lap for lap in self.laps),
            confidence=self.confidence,
            orp=orp,
            change=change_since(orp.valid_score if orp else None, last.score if last else None),
            note=self.note,
            best_before_ms=bests.before_ms,
            best_elsewhere_ms=bests.elsewhere_ms,
            session_best_elsewhere_ms=bests.in_session_ms,
        )

    # Ways to change it

    def append(
        self,
        times_ms: Sequence[int],
        *,
        by: RacerProfile | None,
        kind: EntryKind,
        lap_number: int | None = None,
        confidence: int | None = None,
        note: str | None = None,
        channel_id: int | None = None,
        decided: Mapping[int, bool] | None = None,
    ) -> EntryRow:
        """Store laps behind those already there, or one at ``lap_number``; return the entry.

        Args:
            times_ms: The lap times, 1 to 999,999 ms.
            by: Who typed them; None for imported ones.
            kind: How they came.
            lap_number: The number of a single lap; None counts on.
            confidence: 1 to 5; None keeps what was rated.
            note: What was changed on the car; None keeps what was noted.
            channel_id: Where it was typed.
            decided: Whether laps count of which that is decided, by their place from 0.

        Raises:
            BadInput: The confidence, a lap number below 1, or too many laps.
            Conflict: A lap of that number is there already.
        """
        check_confidence(confidence)
        check_place(self.laps, len(times_ms), lap_number)
        first = lap_number or (self.laps[-1].number if self.laps else 0) + 1
        said = decided or {}
        laps = [
            LapRow(first + at, time_ms, said.get(at, True), at in said, confidence)
            for at, time_ms in enumerate(times_ms)
        ]
        return self.add(
            laps, by=by, kind=kind, confidence=confidence, note=note, channel_id=channel_id
        )

    def add(
        self,
        laps: Sequence[LapRow],
        *,
        by: RacerProfile | None,
        kind: EntryKind,
        confidence: int | None = None,
        note: str | None = None,
        channel_id: int | None = None,
        stored_at: Mapping[int, datetime] | None = None,
    ) -> EntryRow:
        """Store laps under free numbers, as of a moment of their own or now; return the entry."""
        # Only what the entry itself sets is in it: Undo leaves a rating alone that came otherwise.
        replaced: dict[str, Any] = {"laps": None}
        if confidence is not None:
            replaced["confidence"] = self.confidence
            self.confidence = confidence
        if note is not None:
            replaced["note"] = self.note
            self.note = note
        entry = self._enter(by, kind, note, replaced)
        new = [lap._replace(entry_id=entry.id) for lap in laps]
        self.laps = sorted([*self.laps, *new], key=lambda lap: lap.number)
        self._look_at_first_crossing(is_stored=self.laps[0].entry_id != entry.id)
        own = [lap for lap in self.laps if lap.entry_id == entry.id]
        self._insert(own, [(stored_at or {}).get(lap.number) for lap in own])
        self._touch(channel_id)
        self._settle(has_come=True)
        return entry

    def replace(
        self,
        laps: Sequence[LapRow],
        note: str | None,
        *,
        by: RacerProfile | None,
        kind: EntryKind = "form",
        confidence: int | None = None,
        channel_id: int | None = None,
        partner: int | None = None,
        source: dict[str, Any] | None = None,
    ) -> EntryRow:
        """Write the run again, numbered from 1; return the entry.

        Taken back, the entry brings the laps, the note and the confidence of before.

        Args:
            laps: What stands instead; none is allowed.
            note: The note that stands from now on.
            by: Who asks for it; None for a page.
            kind: How they came.
            confidence: The confidence that stands from now on, 1 to 5.
            channel_id: Where it was asked for.
            partner: The other entry of a move.
            source: Where a moved run comes from, to be found again when that is gone.
        """
        replaced: dict[str, Any] = {"laps": [lap.to_data() for lap in self.laps]}
        # Without laps nothing of the run stays. Else only what changes is in it: Undo leaves a
        # rating alone that came otherwise.
        if not laps or confidence != self.confidence:
            replaced["confidence"] = self.confidence
            replaced["rated_after"] = self._rated_after
        if not laps or note != self.note:
            replaced["note"] = self.note
        if partner is not None:
            replaced[PARTNER] = partner
        if source is not None:
            replaced[SOURCE] = source
        entry = self._enter(by, kind, note, replaced)
        first_stored = self._first_stored() if laps else {}
        has_come = len(laps) > len(self.laps)
        self._delete_all()
        self.laps = [
            lap._replace(number=number, entry_id=lap.entry_id or entry.id)
            for number, lap in enumerate(laps, FIRST_LAP)
        ]
        self._look_at_first_crossing(is_stored=False)
        # A lap that stays keeps the moment it was first stored at.
        kept_since = [
            first_stored.get((lap.number, lap.entry_id)) if lap.entry_id else None for lap in laps
        ]
        self._insert(self.laps, kept_since)
        self.note, self.confidence = note, confidence
        self._touch(channel_id)
        self._settle(has_come=has_come)
        return entry

    def withdraw(self, entry: EntryRow) -> list[LapRow]:
        """Take an entry's laps out, wherever they are; those behind them count on.

        What the entry had set beside them goes too where it is the newest.

        Returns:
            The laps taken out.
        """
        taken = [lap for lap in self.laps if lap.entry_id == entry.id]
        stay = [lap for lap in self.laps if lap.entry_id != entry.id]
        first_stored = self._first_stored()
        self._delete_all()
        self.laps = [lap._replace(number=at) for at, lap in enumerate(stay, FIRST_LAP)]
        self._look_at_first_crossing(is_stored=False)
        self._insert(self.laps, [first_stored[lap.number, lap.entry_id] for lap in stay])
        if entry.is_newest:
            self._bring_back_beside(entry)
        self._unit.connection.execute(statements.DELETE_ENTRY, {"of_entry": entry.id})
        self._touch()
        self._settle(is_taken_back=True)
        return taken

    def take_back(self, entry: EntryRow, pressed: int | None = None) -> tuple[int, int]:
        """Undo an entry: remove its laps, bring back what it had replaced.

        Args:
            entry: The entry.
            pressed: How sure the racer has said to be, 1 to 5, while the run was moved elsewhere.

        Returns:
            How many laps were removed, and how many stand again.
        """
        before = len(self.laps)
        kept: list[dict[str, Any]] | None = entry.replaced["laps"]
        if kept is None:
            self._unit.connection.execute(
                statements.DELETE_OF_ENTRY, self._key | {"of_entry": entry.id}
            )
            self.laps = [lap for lap in self.laps if lap.entry_id != entry.id]
            removed = before - len(self.laps)
        else:
            removed = before
            self._delete_all()
            self.laps = [LapRow.from_data(lap) for lap in kept]
            self._insert(self.laps)
        self._look_at_first_crossing()
        self._bring_back_beside(entry)
        if pressed is not None:
            self.confidence, self._rated_after = pressed, entry.id
        self._unit.connection.execute(statements.DELETE_ENTRY, {"of_entry": entry.id})
        self._touch()
        self._settle(is_taken_back=True)
        return removed, len(kept or ())

    def stand_again(self, laps: Sequence[LapRow], note: str | None, confidence: int | None) -> None:
        """Write laps into an empty run as they stood once; nothing is left of how they had come."""
        self.laps = [lap._replace(entry_id=None) for lap in laps]
        self._insert(self.laps)
        self.note, self.confidence = note, confidence
        self._touch()
        self._settle(is_taken_back=True)

    def was_rated_since(self, entry: EntryRow) -> bool:
        """Tell whether the racer has pressed how sure they are of the car after an entry."""
        return self._rated_after is not None and self._rated_after >= entry.id

    def _bring_back_beside(self, entry: EntryRow) -> None:
        """Bring back what an entry had set beside the laps, unless it was said anew since."""
        if not self.was_rated_since(entry):
            self.confidence = entry.replaced.get("confidence", self.confidence)
            self._rated_after = entry.replaced.get("rated_after", self._rated_after)
        self.note = entry.replaced.get("note", self.note)

    def rate(self, confidence: int) -> None:
        """Store how sure the racer is of the car, 1 to 5."""
        self.confidence = confidence
        self._settle(is_rated=True)

    def decide(self, lap_number: int, *, counts: bool) -> LapRow | None:
        """Store the racer's decision on a lap; None when there is no such lap."""
        at = next((at for at, lap in enumerate(self.laps) if lap.number == lap_number), None)
        if at is None:
            return None
        self.laps[at] = self.laps[at]._replace(counts=counts, is_decided=True)
        self._store_decision(self.laps[at])
        self._touch()
        self._look_at_first_crossing()
        self._settle()
        return self.laps[at]

    def settle(self) -> None:
        """Work out what follows from laps that were written otherwise."""
        self._look_at_first_crossing()
        self._settle()

    # What follows from every change

    def _enter(
        self, by: RacerProfile | None, kind: EntryKind, note: str | None, replaced: dict[str, Any]
    ) -> EntryRow:
        columns: dict[str, Any] = {
            "heat_id": self.heat.id,
            "racer_id": self.racer.id,
            "entered_by": by.id if by else None,
            "kind": kind,
            "note": note,
            "replaced": replaced,
            "created_at": self._unit.now,
        }
        entry_id = self._unit.connection.execute(statements.ENTER, columns).scalar_one()
        return EntryRow(entry_id, kind, columns["entered_by"], replaced)

    def _delete_all(self) -> None:
        if self.laps:
            self._unit.connection.execute(statements.DELETE, self._key)

    def _first_stored(self) -> dict[tuple[int, int | None], datetime]:
        """Return when each lap was first stored, by its number and entry."""
        rows = self._unit.connection.execute(statements.READ_STORED, self._key) if self.laps else ()
        return {(number, entry_id): stored for number, entry_id, stored in rows}

    def _insert(
        self, laps: Sequence[LapRow], first_stored: Sequence[datetime | None] | None = None
    ) -> None:
        now = self._unit.now
        rows = [
            {
                "session_id": self.session.id,
                "heat_id": self.heat.id,
                "racer_id": self.racer.id,
                "lap_number": lap.number,
                "lap_time_ms": lap.time_ms,
                "confidence_rating": lap.confidence,
                "counts": lap.counts,
                "counts_decided": lap.is_decided,
                "entry_id": lap.entry_id,
                "created_at": stored or now,
                "updated_at": now,
            }
            for lap, stored in zip(laps, first_stored or [None] * len(laps), strict=True)
        ]
        if rows:
            self._unit.connection.execute(statements.INSERT, rows)

    def _look_at_first_crossing(self, *, is_stored: bool = True) -> None:
        """Leave lap 1 out, or count it again, until the racer has decided on it."""
        first = self.laps[0] if self.laps else None
        if first is None or first.number != FIRST_LAP or first.is_decided:
            return
        counts = not is_first_crossing([lap.time_ms for lap in self.laps])
        if counts != first.counts:
            self.laps[0] = first._replace(counts=counts)
            if is_stored:
                self._store_decision(self.laps[0])

    def _store_decision(self, lap: LapRow) -> None:
        decision = {"does_count": lap.counts, "decided": lap.is_decided, "now": self._unit.now}
        self._unit.connection.execute(
            statements.DECIDE, self._key | {"number": lap.number} | decision
        )

    def _touch(self, channel_id: int | None = None) -> None:
        touched: dict[str, Any] = {"last_activity_at": self._unit.now}
        if channel_id is not None:
            touched["last_channel_id"] = channel_id
        self._unit.connection.execute(statements.TOUCH, {"of_heat": self.heat.id} | touched)

    def _settle(
        self, *, has_come: bool = False, is_taken_back: bool = False, is_rated: bool = False
    ) -> None:
        """Store the score of the laps that stand, and have posts follow.

        Args:
            has_come: Whether laps came just now: this is where the racer is.
            is_taken_back: Whether they went as they had come: the racer is where they were before.
            is_rated: Whether the racer has just pressed how sure they are of the car.
        """
        if self.laps:
            if not self._is_scored:
                begin_days(self._unit, self.session, self.heats)
            self._store_score(
                self._moment() if has_come else None,
                is_taken_back=is_taken_back,
                is_rated=is_rated,
            )
        else:
            # Without laps nothing of the run stays.
            self.note = self.confidence = self._rated_after = None
            if self._is_scored:
                self._unit.connection.execute(statements.DELETE_SCORE, self._key)
        self._is_scored = bool(self.laps)
        if self._may_have_posts():
            outbox.mark_stale(self._unit, self.heat)

    def _moment(self) -> datetime:
        """Return now, or the very next moment after the racer's laps last came anywhere here."""
        heats = [*(self.heats or ()), self.driven]
        return just_after(
            self._unit.now, max((each.logged_at for each in heats if each.logged_at), default=None)
        )

    def _store_score(
        self, logged_at: datetime | None, *, is_taken_back: bool, is_rated: bool
    ) -> None:
        orp = self.orp
        score: dict[str, Any] = {
            "confidence_rating": self.confidence,
            "note": self.note,
            "lap_count": len(self.laps),
            "best_lap_ms": min((lap.time_ms for lap in self.laps if lap.counts), default=None),
            "orp_score": orp.orp_score if orp else None,
            "orp_status": orp.status.value if orp else None,
            "orp_figures": orp.as_dict() if orp else None,
            "updated_at": self._unit.now,
        }
        if self._is_scored:
            if logged_at is not None:
                score["logged_at"] = logged_at
            again = statements.UPDATE_SCORE
            if is_rated:
                again = statements.UPDATE_SCORE_RATED
            elif is_taken_back:
                again = statements.UPDATE_SCORE_BACK
                score["rated_after"] = self._rated_after
            self._unit.connection.execute(again, self._key | score)
            return
        keys: dict[str, Any] = {
            "heat_id": self.heat.id,
            "racer_id": self.racer.id,
            "track_key": self.session.track_key,
            "class_key": self.heat.class_key,
            "opened_at": self.heat.opened_at,
            "rated_after": self._rated_after,
        }
        if is_taken_back:
            known = self._key | {"now": self._unit.now}
            self._unit.connection.execute(statements.INSERT_SCORE_BACK, keys | score | known)
            return
        keys["logged_at"] = logged_at or self._unit.now
        self._unit.connection.execute(statements.INSERT_SCORE, keys | score)

    def _may_have_posts(self) -> bool:
        """Tell whether anything posted may tell of this heat: the wrap-up, or its own or later."""
        if self.heats is None or self.session.status == "closed":
            return True
        return has_posts_since(self.heat, self.heats)
