"""How many statements each act asks of the database: few, and as many however much is stored.

BEGIN, COMMIT and SAVEPOINT are not counted. Each number is kept exactly: one statement more is a
step back, one fewer is written down here.
"""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import count
from typing import Final, TypeVar

from core.bootstrap import Services
from core.caller import Caller, Person
from core.commands import EditLaps, SessionFields
from core.database import Database
from core.results.run_written import RunWritten
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    by,
    close_session,
    log,
    must_choose,
    publish,
    save_form,
    start_heat,
    start_session,
    statements,
    undoable,
)

# What changes something takes one more on PostgreSQL: the lock of the team.
CHANGES: Final = {
    "lap that opens session and heat": 16,
    "lap": 9,
    "lap that opens a heat": 10,
    "lap in a finished heat": 10,
    "lap that asks which event": 4,
    "confidence": 6,
    "count it": 8,
    "form saved": 12,
    "undo of a form": 12,
    "run moved": 19,
    "undo of a moved run": 23,
    "undo": 11,
    "menu's preview": 5,
    "menu's store": 12,
    "heat finished": 7,
    "heat started": 6,
}
LOOKS: Final = {
    "form opened": 3,
    "heat's summary claimed": 10,
    "card": 5,
    "card after a change of the car": 6,
    "card of the session": 3,
    "heat shown": 6,
    "heats listed": 2,
    "heats suggested": 3,
    "standings": 5,
    "sessions listed": 3,
    "track": 8,
}

# Has never raced before, and so has to say where.
DAN: Final = Person(104, "Dan")

T = TypeVar("T")


def budget(database: Database) -> dict[str, int]:
    """Return how many statements each act takes on a kind of database."""
    lock = int(database.engine.dialect.name == "postgresql")
    return LOOKS | {name: statements + lock for name, statements in CHANGES.items()}


class Counted:
    """Counts the statements of acts by their names."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._interactions = count(1)
        self.statements: dict[str, int] = {}

    def ann(self) -> Caller:
        """Return Ann with an interaction of her own, as each command brings one."""
        return by(ANN, interaction=next(self._interactions))

    async def act(self, name: str, doing: Awaitable[T]) -> T:
        """Carry out an act and note what it took."""
        with statements(self._database) as seen:
            done = await doing
        savepoints = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
        self.statements[name] = sum(not statement.startswith(savepoints) for statement in seen)
        return done


async def test_acts_keep_their_number_of_statements(database: Database, services: Services) -> None:
    # A publisher looks once, when it begins, for what a dead one held.
    assert await services.outbox.claim() is None
    counted = Counted(database)
    await counted.act("lap that opens session and heat", log(services, counted.ann()))
    await services.session.edit(by(ANN), None, SessionFields(track="Arena"))
    await count_a_day(counted, services)
    assert counted.statements == budget(database)


async def test_what_is_stored_makes_no_more_statements(
    database: Database, services: Services, clock: FakeClock
) -> None:
    # A publisher looks once, when it begins, for what a dead one held.
    assert await services.outbox.claim() is None
    for number in range(3):
        day = await start_session(services, name=f"Day {number}", track="Arena")
        for person in (BEN, CLEO):
            await services.session.race_here(by(person), day.id)
        for heat in ("P1", "P2", "Q1"):
            for person in (ANN, BEN, CLEO):
                await log(services, person, heat=heat, confidence=4)
        await close_session(services, ANN)
    today = await start_session(services, name="Today", track="Arena")
    for person in (BEN, CLEO):
        await services.session.race_here(by(person), today.id)
    await log(services, BEN)
    await log(services, CLEO)
    await log(services, ANN)
    clock.advance(minutes=2)
    counted = Counted(database)
    await count_a_day(counted, services)
    allowed = budget(database)
    assert not {name: n for name, n in counted.statements.items() if n > allowed[name]}


async def count_a_day(counted: Counted, services: Services) -> None:
    act, ann = counted.act, counted.ann
    await act("lap", log(services, ann()))
    opened = await act("lap that opens a heat", log(services, ann(), heat="Q1"))
    heat_id = opened.heat.id
    await act("confidence", services.confidence.rate(ann(), heat_id, 5))
    deciding = services.lap_entry.set_lap_counts(
        ann(), heat_id, racer_id=ANN.user_id, lap_number=2, counts=False
    )
    await act("count it", deciding)
    form = await act("form opened", services.form.open(ann()))
    save = EditLaps(heat_id.hex, ANN.user_id, form.version, "20.1 20.2", "Q1", "")
    saved = await act("form saved", save_form(services, ann(), save))
    await act("undo of a form", services.undo.take_back(ann(), undoable(saved)))
    move = EditLaps(heat_id.hex, ANN.user_id, form.version, "20.1 20.2", "Q9", "")
    moved = await act("run moved", save_form(services, ann(), move))
    await act("undo of a moved run", services.undo.take_back(ann(), undoable(moved)))
    logged = await log(services, ann())
    await act("undo", services.undo.take_back(ann(), undoable(logged)))
    found = await act("menu's preview", services.menu.preview(ann(), "20.1 20.2", ANN))
    stored = await act("menu's store", services.menu.store(ann(), found.draft_id))
    assert isinstance(stored, RunWritten)
    await act("heat finished", services.heat.finish(ann()))
    claimed = await act("heat's summary claimed", services.outbox.claim())
    assert claimed is not None
    await services.outbox.shown(claimed, channel_id=1, message_id=2)
    await act("lap in a finished heat", log(services, ann(), heat="Q1"))
    await act("card", services.card.show(ann()))
    await act("card of the session", services.card.show(ann(), "all"))
    await act("heat shown", services.heat.show(ann()))
    await act("heats listed", services.heat.list_heats(ann()))
    await act("heats suggested", services.heat.suggest(ann(), ""))
    await act("standings", services.session.show(ann()))
    await act("sessions listed", services.session.list_sessions(ann()))
    await act("track", services.track.show(ann()))
    await act("heat started", start_heat(services, ann()))
    await log(services, ann(), heat="Q2", note="35wt rear")
    await act("card after a change of the car", services.card.show(ann()))
    await publish(services)
    await start_session(services, BEN, "Elsewhere")
    await act("lap that asks which event", must_choose(services, by(DAN, interaction=1_000)))
