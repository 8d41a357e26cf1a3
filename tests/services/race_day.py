"""Two teams over a real database, each with a plain model beside it, and how both are compared."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Coroutine
from dataclasses import replace
from statistics import mean
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select

from core.bootstrap import build_services
from core.caller import Caller, Person
from core.commands import Answers, StartHeat
from core.errors import Conflict
from core.models import Heat, HeatRacer, RaceSession, SummaryPost
from core.results.heat import HeatStarted, HeatTable
from core.scoring.orp import calculate_orp
from core.services.run_logs import RunLogsService
from tests.databases import FakeClock, Kind, TestDatabases, database_at, rows
from tests.services.race_day_model import ModelHeat, ModelTeam
from tests.services.racing import ANN, BEN, CLEO, by, set_crew_role, start_session

T = TypeVar("T")

TEAMS: Final = (1_000, 2_000)
RACERS: Final = (ANN, BEN)
# The run log service knows no classes: its heats have names of their own, and no class.
PLAIN_NAMES: Final = ("P1", "P2")
CLASSES: Final = ("Buggy", "Truggy")
NAMES: Final = ("Q1", "Q2")

EVERYBODY: Final[dict[int, tuple[Person, ...]]] = dict.fromkeys(TEAMS, RACERS)


class Stage(RuleBasedStateMachine):
    """Two teams, each with a model beside it, and what both must say the same of."""

    kind: ClassVar[Kind]
    databases: ClassVar[TestDatabases]

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._temporary = self.databases.temporary(self.kind, migrated=True)
        self.clock = FakeClock()
        self.latest = self.clock.moment
        self.database = database_at(self.run(self._temporary.__aenter__()), self.clock)
        self.services = build_services(self.database)
        self.logs = {team: RunLogsService(self.database, team) for team in TEAMS}
        self.models: dict[int, ModelTeam] = {}
        # The teams and racers whom the last step may have changed.
        self.touched = EVERYBODY
        # What stands in the channel, and of which heats there is a message.
        self.shown: dict[UUID, HeatTable | None] = {}
        self.messages: set[UUID] = set()
        for team in TEAMS:
            self.run(set_crew_role(self.services, team))
            session = self.run(start_session(self.services, by(CLEO, team=team)))
            self.models[team] = ModelTeam(session.id)
            for racer in RACERS:
                self.run(self.services.session.race_here(by(racer, team=team), session.id))
            self.start(by(ANN, team=team), NAMES[0], CLASSES[0])

    def teardown(self) -> None:
        self.run(self.database.dispose())
        self.run(self._temporary.__aexit__(None, None, None))
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def refused(self, error: type[Exception], work: Coroutine[Any, Any, object]) -> None:
        with pytest.raises(error):
            self.run(work)

    def model_of(self, caller: Caller) -> ModelTeam:
        self.touched = {caller.team_id: (caller.person,)}
        return self.models[caller.team_id]

    def pick(self, caller: Caller, number: int) -> ModelHeat:
        """Return one of the latest heats; there always is one."""
        heats = self.model_of(caller).heats
        if not heats:
            self.start(caller, NAMES[0], CLASSES[0])
        return heats[-1 - number % len(heats)]

    def newly_opened(self, caller: Caller, name: str) -> ModelHeat:
        """Return a heat as the run log service has just opened it."""
        newest = self.run(self.services.heat.list_heats(caller)).heats[-1].heat
        return self.model_of(caller).open(newest.id, name, "", by_a_lap=True)

    def start(self, who: Caller, name: str, class_name: str) -> None:
        model = self.model_of(who)
        answers = Answers(is_sure=True, is_new=True, for_all=False)
        starting = self.services.heat.start(who, StartHeat(name, class_name, answers))
        there = model.find(name, class_name)
        if there is not None and there.lap_count:
            self.refused(Conflict, starting)
            return
        started = self.run(starting)
        assert isinstance(started, HeatStarted)
        for heat in model.heats:
            heat.is_open &= heat.class_name != class_name
        if there is not None:
            # Nobody drove it: it is used again, as the latest.
            assert started.heat.id == there.id
            model.heats.remove(there)
        model.open(started.heat.id, name, class_name, by_a_lap=False)

    # What is stored

    @invariant()
    def both_say_the_same(self) -> None:
        for team, people in self.touched.items():
            model = self.models[team]
            self.run(self.check_laps(team, model))
            self.run(self.check_scores(team, model))
            self.run(self.check_posts(team, model))
            self.run(self.check_keys())
            for racer in people:
                self.run(self.check_session(team, model, racer))

    async def check_laps(self, team: int, model: ModelTeam) -> None:
        """Compare every lap of the team, in the order of the exported file."""
        export = await self.services.session.export(by(CLEO, team=team))
        assert [
            "{class} {heat_name} {racer} {lap_number} {lap_time} {counts} "
            "{confidence_rating} {note}".format_map(row)
            for row in csv.DictReader(io.StringIO(export.content))
        ] == [
            f"{heat.class_name} {heat.name} {racer.name} {lap.number} {lap.time_ms / 1000:.3f} "
            f"{lap.counts:d} {lap.confidence or ''} {run.note or ''}"
            for heat in model.heats
            for racer, run in sorted(heat.runs.items(), key=lambda item: item[0].name)
            for lap in run.laps
        ]

    async def check_scores(self, team: int, model: ModelTeam) -> None:
        """Compare everybody's result in every heat."""
        shown = await self.services.session.show(by(CLEO, team=team))
        stored = {
            (heat.id, row.racer): cell
            for of_class in shown.classes
            for row in of_class.rows
            for heat, cell in zip(of_class.heats, row.cells, strict=True)
        }
        for heat in model.heats:
            for racer in RACERS:
                heat.run_of(racer).check_cell(stored.pop((heat.id, racer), None))
        assert not any(stored.values())

    async def check_keys(self) -> None:
        """Check that each run carries the track, the class and the moment of its heat."""
        carried = HeatRacer.track_key, HeatRacer.class_key, HeatRacer.opened_at
        of_heat = RaceSession.track_key, Heat.class_key, Heat.opened_at
        for row in await rows(
            self.database,
            select(*carried, *of_heat)
            .join(Heat, Heat.id == HeatRacer.heat_id)
            .join(RaceSession, RaceSession.id == Heat.session_id),
        ):
            assert row[:3] == row[3:]

    async def check_session(self, team: int, model: ModelTeam, racer: Person) -> None:
        """Compare a racer's figures over the whole session."""
        logs, user = self.logs[team], racer.user_id
        heats = [heat.run_of(racer) for heat in model.heats]
        counting = [time for run in heats for time in run.counting]
        rated = [run.confidence for run in heats if run.confidence is not None]
        orp = await logs.calculate_orp_from_session(model.session_id, racer=user)
        assert orp == calculate_orp(counting, confidence=rated[-1] if rated else None)
        summary = await logs.get_session_summary(model.session_id, racer=user)
        assert (summary is None) == (not counting)
        if summary is not None:
            best, worst = min(counting) / 1000, max(counting) / 1000
            assert (summary.total_laps, summary.best_lap) == (len(counting), best)
            assert summary.worst_lap == worst
            assert summary.consistency == pytest.approx(worst - best)
            assert summary.average_lap == pytest.approx(mean(counting) / 1000, abs=0.000_501)

    async def check_posts(self, team: int, model: ModelTeam) -> None:
        """Check that each finished heat has one post, which shows what is stored or is due."""
        posts = await self.posts(team)
        removing = {heat_id for heat_id, (state, _) in posts.items() if state == "removing"}
        # One that nobody drove may have been opened again, and keeps its post.
        of_open = {heat.id for heat in model.heats if heat.is_open}
        finished = {heat.id for heat in model.heats} - of_open
        assert posts.keys() - removing - of_open == finished
        assert not removing & {heat.id for heat in model.heats}
        for heat_id, (state, table) in posts.items():
            assert state in ("pending", "posted", "removing")
            assert state != "posted" or self.shown[heat_id] == as_posted(table)

    async def posts(self, team: int) -> dict[UUID, tuple[str, HeatTable | None]]:
        """Return the state of each heat's post, and what it would show now."""
        columns = select(SummaryPost.subject_id, SummaryPost.heat_id, SummaryPost.state)
        reader = by(CLEO, team=team)
        return {
            subject_id: (
                state,
                await self.services.heat.show(reader, str(heat_id)) if heat_id else None,
            )
            for subject_id, heat_id, state in await rows(
                self.database, columns.where(SummaryPost.team_id == team)
            )
        }


def as_posted(table: HeatTable | None) -> HeatTable | None:
    """Leave out what only answers tell: later bests, Reopen, what waits."""
    if table is None:
        return None
    runs = (
        replace(run, best_elsewhere_ms=None, session_best_elsewhere_ms=None) for run in table.runs
    )
    return replace(table, runs=tuple(runs), may_reopen=False, is_here=False, waiting=None)
