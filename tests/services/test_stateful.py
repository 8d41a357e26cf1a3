"""Laps against a plain model: whatever people do in whatever order, it is stored as they did it.

Hypothesis makes up race days of two teams: laps typed and taken back, struck and counted, heats
started, finished, renamed and deleted, posts published in between. The model beside it is a list of
heats with a list of laps for each racer, and after every step both must say the same.

A run of the tests tries the same race days each time, so that a red build is never a matter of
luck; ``EXPLORE=2000 pytest tests/services/test_stateful.py`` tries that many new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
    run_state_machine_as_test,
)

from core.caller import Caller
from core.commands import Answers, EditLaps, LogLaps, RenameHeat, SessionFields
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.laptimes import format_lap
from core.results.heat import HeatTable
from core.results.outbox import PostTask
from core.results.run_written import RunWritten
from core.services.form import ChangedMeanwhile
from tests.databases import Kind, TestDatabases
from tests.services.race_day import (
    CLASSES,
    EVERYBODY,
    NAMES,
    PLAIN_NAMES,
    RACERS,
    TEAMS,
    Stage,
    as_posted,
)
from tests.services.race_day_model import ModelEntry, ModelLap, ModelRun
from tests.services.racing import ANN, BEN, CHANNEL, CLEO, by, save_form, undoable

Change = tuple[str, int]
Step = st.SearchStrategy[Callable[["RaceDay"], None]]

EXPLORE: Final = int(os.environ.get("EXPLORE", "0"))
SETTINGS: Final = settings(
    max_examples=EXPLORE or 8,
    stateful_step_count=30,
    derandomize=not EXPLORE,
    database=None,
    # A smaller example takes minutes to find.
    phases=tuple(Phase) if EXPLORE else (Phase.generate,),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# Mostly one team: what goes wrong needs several steps in one place.
racers = st.builds(by, st.sampled_from(RACERS), team=st.sampled_from(TEAMS[:1] * 5 + TEAMS[1:]))
plain = st.sampled_from(PLAIN_NAMES)
names = st.sampled_from(NAMES)
tracks = st.sampled_from(("Arena", "Oval"))
classes = st.sampled_from(CLASSES)
changes = st.tuples(
    st.sampled_from(("mark", "change", "drop", "insert", "clear")), st.integers(0, 5)
)
texts = st.sampled_from(("", "", "35wt"))
latest = st.sampled_from((0, 0, 0, 1, 2))
ratings = st.none() | st.integers(1, 5)
times = st.integers(19_000, 24_000) | st.sampled_from((8_000, 60_000, 1, 999_999))
bad = st.sampled_from((None, None, 0, -1, 1_000_000))
laps = st.sampled_from((1, 1, 1, 2, 3, 9))
places = st.none() | st.just(0) | latest
notes = st.sampled_from((None, None, "35wt", "soft"))
new = st.tuples(names, classes)
extras = st.tuples(ratings, notes, st.booleans())
people = st.sampled_from(("racer", "racer", "crew", "rival"))
numbers = st.none() | st.integers(1, 6)
runs = st.lists(times, min_size=1, max_size=6)


class RaceDay(Stage):
    """What people do, and what should come of it."""

    # The run log service

    def add_lap(
        self, who: Caller, name: str, time: int, number: int | None, rating: int | None
    ) -> None:
        model, racer = self.model_of(who), who.person
        adding = self.logs[who.team_id].add_lap(
            model.session_id,
            heat_name=name,
            racer=racer.user_id,
            lap_time=time / 1000,
            lap_number=number,
            confidence_rating=rating,
        )
        heat = model.find(name, "")
        if heat and number in [lap.number for lap in heat.run_of(racer).laps]:
            self.refused(Conflict, adding)
            return
        stored = self.run(adding)
        heat = heat or self.newly_opened(who, name)
        run = model.put(heat, racer, [time], number=number, confidence=rating)
        (lap,) = run.laps_of(run.entries[-1])
        assert (stored.lap_number, stored.lap_time_ms) == (lap.number, lap.time_ms)

    def add_laps_batch(
        self, who: Caller, name: str, times: list[int], rating: int | None, bad: int | None
    ) -> None:
        model = self.model_of(who)
        adding = self.logs[who.team_id].add_laps_batch(
            model.session_id,
            heat_name=name,
            racer=who.person.user_id,
            lap_times=[time / 1000 for time in [*times, bad] if time is not None],
            confidence_rating=rating,
        )
        if bad is not None:
            self.refused(BadInput, adding)
            return
        assert self.run(adding) == len(times)
        heat = model.find(name, "") or self.newly_opened(who, name)
        model.put(heat, who.person, times, confidence=rating)

    def race_at(self, who: Caller, track: str) -> None:
        model = self.model_of(who)
        fields = SessionFields(track=track)
        edited = self.run(self.services.session.edit(who, str(model.session_id), fields))
        assert edited.track == track

    def delete_session_laps(self, who: Caller) -> None:
        model = self.model_of(who)
        deleted = self.run(self.logs[who.team_id].delete_session_laps(model.session_id))
        assert deleted == sum(heat.lap_count for heat in model.heats)
        for heat in model.heats:
            heat.runs.clear()

    def read_run_log(self, who: Caller, name: str) -> None:
        model, racer, logs = self.model_of(who), who.person, self.logs[who.team_id]
        session, user = model.session_id, racer.user_id
        heat = model.find(name, "")
        run = heat.run_of(racer) if heat else ModelRun()
        laps = self.run(logs.get_laps_by_heat(session, heat_name=name, racer=user))
        assert [(lap.lap_number, lap.lap_time_ms, lap.counts) for lap in laps] == run.rows
        orp = self.run(logs.calculate_orp_from_session(session, racer=user, heat_name=name))
        assert orp == run.orp
        assert self.run(logs.get_session_laps(session, racer=user)) == [
            lap.time_ms / 1000 for heat in model.heats for lap in heat.run_of(racer).laps
        ]

    # What racers type and press

    def log(
        self,
        who: Caller,
        number: int | None,
        new: tuple[str, str],
        times: list[int],
        extras: tuple[int | None, str | None, bool],
    ) -> None:
        """Log into a heat that is there, or into one of a name and class."""
        model, racer = self.model_of(who), who.person
        rating, note, by_crew = extras
        there = model.find(*new) if number is None else self.pick(who, number)
        where = (str(there.id), None) if there else new
        typed = " ".join(f"{time / 1000:.3f}" for time in times)
        answers = Answers(for_all=False)
        command = LogLaps(typed, where[0], where[1], rating, note, racer, answers)
        caller = by(CLEO, team=who.team_id, crew=True) if by_crew else who
        logged = self.run(self.services.lap_entry.log(caller, command))
        assert isinstance(logged, RunWritten)
        assert logged.opened_heat == (there is None)
        heat = there or model.open(logged.heat.id, *new, by_a_lap=True)
        run = model.put(heat, racer, times, confidence=rating, note=note, entry_id=logged.entry_id)
        model.logged.append((heat.id, racer, undoable(logged)))
        run.check(logged.run)

    def undo(self, number: int, by_whom: str) -> None:
        """Take back one of the newest entries, be it one's own and still there or not."""
        model = self.models[TEAMS[0]]
        if not model.logged:
            return
        heat_id, racer, entry_id = model.logged[-1 - number % len(model.logged)]
        heat = next((heat for heat in model.heats if heat.id == heat_id), None)
        entries = heat.run_of(racer).entries if heat else []
        person = {"racer": racer, "rival": BEN if racer == ANN else ANN}.get(by_whom, CLEO)
        caller = by(person, team=TEAMS[0], crew=by_whom == "crew")
        self.touched = {TEAMS[0]: (racer,)}
        undoing = self.services.undo.take_back(caller, entry_id)
        if heat is None or entry_id not in [entry.id for entry in entries]:
            self.refused(NotFound, undoing)
        elif by_whom == "rival" or entries[-1].id != entry_id:
            self.refused(NotAllowed, undoing)
        else:
            run, entry = heat.run_of(racer), entries[-1]
            gone = len(run.laps_of(entry) if entry.replaced is None else run.laps)
            undone = self.run(undoing)
            model.take_back(heat, racer)
            restored = len(entry.replaced or ())
            assert (undone.laps_removed, undone.laps_restored) == (gone, restored)
            assert undone.heat_removed == (heat not in model.heats)
            heat.run_of(racer).check(undone.run)

    def edit(self, who: Caller, number: int, change: Change, note: str, time: int) -> None:
        """Change one lap in the form, or let them all go."""
        heat = self.pick(who, number)
        run, form = heat.run_of(who.person), self.run(self.services.form.open(who, str(heat.id)))
        assert form.laps.splitlines() == [
            ("" if lap.counts else "x ") + format_lap(lap.time_ms) for lap in run.laps
        ]
        what, place = change
        wanted = changed(run.laps, what, place, time)
        lines = [("" if lap.counts else "x ") + format_lap(lap.time_ms) for lap in wanted]
        command = EditLaps(
            heat.id.hex, who.person.user_id, form.version, "\n".join(lines), form.heat, note
        )
        saving = save_form(self.services, who, command)
        if not run.laps and not wanted:
            self.refused(BadInput, saving)
            return
        edited = self.run(saving)
        if edited.entry_id is not None:
            run = heat.runs.setdefault(who.person, run)
            self.model_of(who).write_anew(run, edited.entry_id, wanted, note)
            self.model_of(who).logged.append((heat.id, who.person, edited.entry_id))
        else:
            assert (wanted, note) == (run.laps, run.note or "")
        run.check(edited.run)
        if edited.entry_id is not None:
            # Sent once more, it was opened for laps that stand no longer.
            self.refused(ChangedMeanwhile, save_form(self.services, who, command))

    def strike(self, who: Caller, number: int, lap: int, counts: bool) -> None:
        heat = self.pick(who, number)
        striking = self.services.lap_entry.set_lap_counts(
            who, heat.id, racer_id=who.person.user_id, lap_number=lap, counts=counts
        )
        run = heat.run_of(who.person)
        struck = [item for item in run.laps if item.number == lap]
        if not struck:
            self.refused(NotFound, striking)
            return
        struck[0].counts, struck[0].decided = counts, True
        run.check(self.run(striking).run)

    def rate(self, who: Caller, number: int, rating: int) -> None:
        heat = self.pick(who, number)
        rating_it = self.services.confidence.rate(who, heat.id, rating)
        if not heat.run_of(who.person).laps:
            self.refused(NotAllowed, rating_it)
            return
        heat.runs[who.person].rate(rating)
        heat.runs[who.person].check(self.run(rating_it).run)

    # Heats

    def finish(self, who: Caller, number: int) -> None:
        heat = self.pick(who, number)
        finished = self.run(self.services.heat.finish_picked(who, heat.id))
        assert (finished.already, finished.has_laps) == (not heat.is_open, heat.lap_count > 0)
        heat.is_open = False

    def rename(self, who: Caller, number: int, name: str, plain_name: str) -> None:
        heat = self.pick(who, number)
        new = name if heat.class_name else plain_name
        other = self.model_of(who).find(new, heat.class_name)
        if other is not None and other.lap_count:
            # Two heats that become one have tests of their own.
            return
        if other not in (None, heat):
            self.model_of(who).heats.remove(other)
        self.run(self.services.heat.rename(who, RenameHeat(str(heat.id), new)))
        heat.name = new

    def delete(self, who: Caller, number: int, is_crew: bool) -> None:
        heat = self.pick(who, number)
        caller = by(CLEO, team=who.team_id, crew=is_crew)
        deleting = self.services.heat.delete(caller, heat.id)
        if not is_crew:
            self.refused(NotAllowed, deleting)
            return
        assert self.run(deleting).laps == heat.lap_count
        self.model_of(who).heats.remove(heat)

    # Others

    def reach_into_the_other_team(self, who: Caller, number: int) -> None:
        heat = self.pick(who, number)
        session = self.model_of(who).session_id
        (other,) = set(TEAMS) - {who.team_id}
        user, crew = who.person.user_id, by(who.person, team=other, crew=True, manager=True)
        for reaching in (
            self.logs[other].get_session_laps(session, racer=user),
            self.logs[other].delete_session_laps(session),
            self.logs[other].add_lap(session, heat_name="P1", racer=user, lap_time=20.1),
            self.services.lap_entry.log(crew, LogLaps("20.1", str(heat.id))),
            self.services.confidence.rate(crew, heat.id, 5),
            self.services.heat.show(crew, str(heat.id)),
            self.services.heat.delete(crew, heat.id),
        ):
            self.refused(NotFound, reaching)
        self.touched = EVERYBODY

    def pass_time(self, minutes: int) -> None:
        """Let time pass, or the clock be set back."""
        self.clock.advance(minutes=minutes)
        self.latest = max(self.latest, self.clock.moment)

    def publish(self) -> None:
        self.latest = self.clock.moment = self.latest + timedelta(hours=1)
        outbox = self.services.outbox
        while post := self.run(outbox.claim()):
            subject = post.subject_id
            if post.task is PostTask.REMOVE:
                self.run(outbox.removed(post))
                self.messages.discard(subject)
                continue
            assert isinstance(post.content, HeatTable)
            self.shown[subject] = as_posted(post.content)
            if post.task is PostTask.NOTHING:
                self.run(outbox.nothing_to_show(post))
                continue
            assert (post.task is PostTask.EDIT) == (subject in self.messages), "posted twice"
            self.messages.add(subject)
            message = post.message_id or subject.int % 2**62
            self.run(outbox.shown(post, channel_id=CHANNEL, message_id=message))
        self.touched = EVERYBODY
        states = {state for team in TEAMS for state, _ in self.run(self.posts(team)).values()}
        assert states <= {"posted"}


def changed(laps: list[ModelLap], what: str, place: int, time: int) -> list[ModelLap]:
    """Return laps with one of them changed; one that comes newly has the number 0."""
    wanted = list(laps)
    if what == "clear":
        return []
    if not wanted or what == "insert":
        at = place % (len(wanted) + 1)
        # Among equal laps nobody can tell which one is new: the last.
        while at < len(wanted) and wanted[at].time_ms == time:
            at += 1
        wanted.insert(at, ModelLap(0, time, None, ModelEntry(None)))
        return wanted
    at = place % len(wanted)
    lap = wanted[at]
    if what == "drop":
        while at + 1 < len(wanted) and wanted[at + 1].time_ms == lap.time_ms:
            at += 1
        del wanted[at]
    elif what == "mark":
        wanted[at] = replace(lap, counts=not lap.counts, decided=True)
    elif lap.time_ms != time:
        wanted[at] = ModelLap(
            0, time, None, ModelEntry(None), counts=lap.counts, decided=not lap.counts
        )
    return wanted


def itself(strategy: Step) -> Step:
    return strategy


def step(act: Callable[..., None], **chosen: st.SearchStrategy[Any]) -> Step:
    return st.builds(partial, st.just(act), **chosen)


# How often each is done, and with what.
STEPS: Final[list[tuple[int, Step]]] = [
    (3, step(RaceDay.add_lap, who=racers, name=plain, time=times, number=numbers, rating=ratings)),
    (2, step(RaceDay.add_laps_batch, who=racers, name=plain, times=runs, rating=ratings, bad=bad)),
    (1, step(RaceDay.delete_session_laps, who=racers)),
    (3, step(RaceDay.race_at, who=racers, track=tracks)),
    (1, step(RaceDay.read_run_log, who=racers, name=plain)),
    (6, step(RaceDay.log, who=racers, number=places, new=new, times=runs, extras=extras)),
    (5, step(RaceDay.undo, number=latest, by_whom=people)),
    (4, step(RaceDay.edit, who=racers, number=latest, change=changes, note=texts, time=times)),
    (3, step(RaceDay.strike, who=racers, number=latest, lap=laps, counts=st.booleans())),
    (3, step(RaceDay.rate, who=racers, number=latest, rating=st.integers(1, 5))),
    (2, step(RaceDay.start, who=racers, name=names, class_name=classes)),
    (3, step(RaceDay.finish, who=racers, number=latest)),
    (2, step(RaceDay.rename, who=racers, number=latest, name=names, plain_name=plain)),
    (2, step(RaceDay.delete, who=racers, number=latest, is_crew=st.booleans())),
    (1, step(RaceDay.reach_into_the_other_team, who=racers, number=latest)),
    (1, step(RaceDay.pass_time, minutes=st.integers(-60, 240))),
    (4, step(RaceDay.publish)),
]
steps = st.sampled_from([one for often, one in STEPS for _ in range(often)]).flatmap(itself)


@pytest.mark.long
def test_a_race_day_in_any_order_is_stored_as_it_was_driven(
    database_kind: Kind, test_databases: TestDatabases
) -> None:
    class AnyRaceDay(RaceDay):
        kind = database_kind
        databases = test_databases

        # One rule for all: of many, Hypothesis would leave half out of each example.
        @rule(act=steps)
        def do(self, act: Callable[[RaceDay], None]) -> None:
            act(self)

    run_state_machine_as_test(AnyRaceDay, settings=SETTINGS)
