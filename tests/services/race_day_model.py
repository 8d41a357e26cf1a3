"""A race day as plain lists: what the services should have stored, without a database or a rule.

Beside what people type, all it knows is the pure formulas: what a first crossing is, and ORP.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from core.caller import Person
from core.first_crossing import is_first_crossing
from core.results.heat import RacerRun
from core.results.standings import StandingCell
from core.scoring.advice import Status
from core.scoring.orp import OrpResult, calculate_orp


@dataclass(eq=False)
class ModelEntry:
    """One act: what it set beside the laps as it was before, and the laps it replaced, if any."""

    id: int | None
    before: dict[str, Any] = field(default_factory=dict)
    replaced: list[ModelLap] | None = None


@dataclass
class ModelLap:
    number: int
    time_ms: int
    confidence: int | None
    entry: ModelEntry = field(repr=False)
    counts: bool = True
    decided: bool = False


@dataclass
class ModelRun:
    """One racer in one heat."""

    entries: list[ModelEntry] = field(default_factory=list)
    laps: list[ModelLap] = field(default_factory=list)
    confidence: int | None = None
    note: str | None = None

    def laps_of(self, entry: ModelEntry) -> list[ModelLap]:
        return [lap for lap in self.laps if lap.entry is entry]

    @property
    def rows(self) -> list[tuple[int, int, bool]]:
        return [(lap.number, lap.time_ms, lap.counts) for lap in self.laps]

    @property
    def counting(self) -> list[int]:
        return [lap.time_ms for lap in self.laps if lap.counts]

    @property
    def orp(self) -> OrpResult | None:
        return calculate_orp(self.counting, confidence=self.confidence)

    def check(self, run: RacerRun) -> None:
        """Compare with the run that an answer shows."""
        assert [(lap.number, lap.time_ms, lap.counts) for lap in run.laps] == self.rows
        assert run.orp == self.orp
        if self.laps:
            assert (run.confidence, run.note) == (self.confidence, self.note)

    def check_cell(self, cell: StandingCell | None) -> None:
        """Compare with the result that the standings show."""
        assert (cell is None) == (not self.laps)
        if cell is not None:
            orp = self.orp
            rejected = orp is not None and orp.status is Status.REJECTED
            score = None if orp is None or rejected else orp.orp_score
            assert (cell.score, cell.rejected, cell.note) == (score, rejected, self.note)
            assert cell.best_lap_ms == min(self.counting, default=None)
            assert cell.lap_count == len(self.laps)

    def rate(self, confidence: int) -> None:
        """Say how sure the racer is: no entry so far takes that back."""
        self.confidence = confidence
        for entry in self.entries:
            entry.before.pop("confidence", None)

    def settle(self) -> None:
        self.laps.sort(key=lambda lap: lap.number)
        if not self.laps:
            self.confidence = self.note = None
            return
        first = self.laps[0]
        if first.number == 1 and not first.decided:
            first.counts = not is_first_crossing([lap.time_ms for lap in self.laps])


@dataclass
class ModelHeat:
    id: UUID
    name: str
    class_name: str
    opened_by_a_lap: bool
    is_open: bool = True
    runs: dict[Person, ModelRun] = field(default_factory=dict)

    def run_of(self, racer: Person) -> ModelRun:
        return self.runs.get(racer, ModelRun())

    @property
    def lap_count(self) -> int:
        return sum(len(run.laps) for run in self.runs.values())


@dataclass
class ModelTeam:
    """A team with its one session; the heats are in the order they were opened."""

    session_id: UUID
    heats: list[ModelHeat] = field(default_factory=list)
    # What may be taken back, whatever has become of it: where it was, whose, and its id.
    logged: list[tuple[UUID, Person, int]] = field(default_factory=list)

    def find(self, name: str, class_name: str) -> ModelHeat | None:
        return next((h for h in self.heats if (h.name, h.class_name) == (name, class_name)), None)

    def open(self, heat_id: UUID, name: str, class_name: str, *, by_a_lap: bool) -> ModelHeat:
        heat = ModelHeat(heat_id, name, class_name, opened_by_a_lap=by_a_lap)
        self.heats.append(heat)
        return heat

    def put(
        self,
        heat: ModelHeat,
        racer: Person,
        times: list[int],
        *,
        number: int | None = None,
        confidence: int | None = None,
        note: str | None = None,
        entry_id: int | None = None,
    ) -> ModelRun:
        run = heat.runs.setdefault(racer, ModelRun())
        first = number or max((lap.number for lap in run.laps), default=0) + 1
        entry = ModelEntry(entry_id)
        if confidence is not None:
            entry.before["confidence"] = run.confidence
            run.confidence = confidence
        if note is not None:
            entry.before["note"] = run.note
            run.note = note
        run.entries.append(entry)
        run.laps += [
            ModelLap(first + place, time, confidence, entry) for place, time in enumerate(times)
        ]
        run.settle()
        return run

    def write_anew(self, run: ModelRun, entry_id: int, wanted: list[ModelLap], note: str) -> None:
        """Put these laps in the place of all others; those that come newly have no entry's id."""
        entry = ModelEntry(entry_id, replaced=run.laps)
        if not wanted:
            entry.before["confidence"] = run.confidence
        entry.before["note"] = run.note
        run.entries.append(entry)
        run.note = note or None
        run.laps = [
            replace(lap, number=number, entry=lap.entry if lap.number else entry)
            for number, lap in enumerate(wanted, start=1)
        ]
        run.settle()

    def take_back(self, heat: ModelHeat, racer: Person) -> None:
        run = heat.runs[racer]
        entry = run.entries.pop()
        for name, value in entry.before.items():
            setattr(run, name, value)
        kept = [lap for lap in run.laps if lap.entry is not entry]
        run.laps = kept if entry.replaced is None else entry.replaced
        run.settle()
        if not run.entries:
            del heat.runs[racer]
        if heat.opened_by_a_lap and heat.is_open and not heat.runs:
            self.heats.remove(heat)
