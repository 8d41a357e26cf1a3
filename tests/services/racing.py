"""People, teams and short cuts for the service tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, event, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.bootstrap import Services
from core.caller import Caller, Person
from core.commands import EditLaps, LogLaps, RenameHeat, SessionFields, StartHeat
from core.database import Database
from core.models import Base, SummaryPost
from core.results.done import Done
from core.results.form import LapForm
from core.results.heat import HeatFinished, HeatRenamed, HeatStarted
from core.results.outbox import ClaimedPost
from core.results.question import Asks, Question
from core.results.run_written import RunWritten
from core.results.session import SessionClosed, SessionInfo
from tests.databases import rows, scalar, scalars

TEAM = 9_007_199_254_740_993
RIVALS = 2_000
CHANNEL = 500
CREW_ROLE = 77

ANN = Person(101, "Ann")
BEN = Person(102, "Ben")
CLEO = Person(103, "Cleo")

# Ten laps with a mistake, six even ones, and a start on the grid before three laps.
LAPS = "20.1 20.3 20.2 20.9 20.4 23.7 20.2 20.5 20.3 20.6"
EVEN = "20.1 20.2 20.3 20.2 20.1 20.2"
FROM_THE_GRID = "10.6 14.1 14.0 14.2"


def by(
    person: Person,
    *,
    team: int = TEAM,
    crew: bool = False,
    manager: bool = False,
    channel: int | None = CHANNEL,
    interaction: int | None = None,
) -> Caller:
    """Return the person as a caller."""
    return Caller(
        team_id=team,
        person=person,
        role_ids=frozenset({CREW_ROLE}) if crew else frozenset(),
        manages_server=manager,
        channel_id=channel,
        interaction_id=interaction,
    )


def _caller(person: Person | Caller) -> Caller:
    return person if isinstance(person, Caller) else by(person)


async def set_crew_role(services: Services, team: int = TEAM) -> None:
    await services.team.set_crew(by(CLEO, team=team, manager=True), CREW_ROLE)


async def log(
    services: Services,
    person: Person | Caller,
    times: str = EVEN,
    heat: str | None = None,
    class_name: str | None = None,
    *,
    confidence: int | None = None,
    note: str | None = None,
    racer: Person | None = None,
) -> RunWritten:
    """Log laps that are expected to be stored."""
    logged = await services.lap_entry.log(
        _caller(person), LogLaps(times, heat, class_name, confidence, note, racer)
    )
    assert isinstance(logged, RunWritten)
    return logged


async def save_form(services: Services, caller: Caller, command: EditLaps) -> RunWritten:
    """Save a form that is expected to be stored."""
    saved = await services.form.save(caller, command)
    assert isinstance(saved, RunWritten)
    return saved


def undoable(result: RunWritten) -> int:
    """Return the id of the entry that an answer offers to take back."""
    assert result.entry_id is not None
    return result.entry_id


async def finished_heat(services: Services, times: str = "20.1 20.2") -> RunWritten:
    """Log laps and finish their heat, which makes its summary due."""
    logged = await log(services, ANN, times)
    await services.heat.finish(by(ANN))
    return logged


async def delete(services: Services, what: str, logged: RunWritten) -> None:
    manager = by(ANN, manager=True)
    if what == "heat":
        await services.heat.delete(manager, logged.heat.id)
    else:
        await services.session.delete(manager, logged.session.id)


async def must_choose(
    services: Services,
    person: Person | Caller,
    times: str = EVEN,
    heat: str | None = None,
    racer: Person | None = None,
) -> Question:
    """Log laps that are expected to ask for the event."""
    waiting = await services.lap_entry.log(_caller(person), LogLaps(times, heat, racer=racer))
    assert isinstance(waiting, Question)
    assert waiting.asks is Asks.EVENT
    return waiting


async def asked(
    services: Services,
    person: Person | Caller,
    asks: Asks,
    times: str = EVEN,
    heat: str | None = None,
    class_name: str | None = None,
) -> Question:
    """Log laps that are expected to ask something."""
    waiting = await services.lap_entry.log(_caller(person), LogLaps(times, heat, class_name))
    assert isinstance(waiting, Question)
    assert waiting.asks is asks
    return waiting


async def pick(
    services: Services, person: Person | Caller, question: Question, label: str
) -> Done | Question:
    """Pick an answer by what is written on it; return what became of the command asked about."""
    place = question.options.index(label)
    *_, done = await services.lap_entry.answer(_caller(person), question.draft_id, str(place))
    return done


async def picked_run(
    services: Services, person: Person | Caller, question: Question, label: str
) -> RunWritten:
    """Pick an answer that is expected to store the laps that wait."""
    done = await pick(services, person, question, label)
    assert isinstance(done, RunWritten)
    return done


async def finish_heat(
    services: Services, person: Person | Caller, heat: str | None = None
) -> HeatFinished:
    finished = await services.heat.finish(_caller(person), heat)
    assert isinstance(finished, HeatFinished)
    return finished


async def rename_heat(
    services: Services,
    person: Person | Caller,
    heat: str,
    name: str | None = None,
    class_name: str | None = None,
) -> HeatRenamed:
    renamed = await services.heat.rename(_caller(person), RenameHeat(heat, name, class_name))
    assert isinstance(renamed, HeatRenamed)
    return renamed


async def close_session(
    services: Services, person: Person | Caller, session: str | None = None
) -> SessionClosed:
    """Close a session; whether that is to be done while others race there is answered with yes."""
    closed: object = await services.session.close(_caller(person), session)
    if isinstance(closed, Question) and closed.asks is Asks.BUSY:
        closed = await pick(services, person, closed, "Close it")
    assert isinstance(closed, SessionClosed)
    return closed


async def start_heat(
    services: Services,
    person: Person | Caller,
    name: str | None = None,
    class_name: str | None = None,
) -> HeatStarted:
    started = await services.heat.start(_caller(person), StartHeat(name, class_name))
    assert isinstance(started, HeatStarted)
    return started


async def start_session(
    services: Services,
    person: Person | Caller = ANN,
    name: str = "Club Race",
    *,
    days: int | None = None,
    track: str | None = None,
    practice_rounds: int | None = None,
    qualifying_rounds: int | None = None,
    time_zone: str | None = None,
) -> SessionInfo:
    fields = SessionFields(name, days, track, practice_rounds, qualifying_rounds, time_zone)
    return (await services.session.start(_caller(person), fields)).session


async def count(
    database: Database, model: type[Base], *where: ColumnElement[bool] | InstrumentedAttribute[bool]
) -> int:
    """Return how many rows a table has."""
    return await scalar(database, select(func.count()).select_from(model).where(*where)) or 0


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that is stored, to see that nothing changed."""
    return {
        table.name: sorted((tuple(row) for row in await rows(database, select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }


@dataclass(frozen=True)
class PostState:
    """What the tests look at in an outbox row."""

    state: str
    message_id: int | None
    silent: bool
    last_error: str | None
    has_subject: bool


async def posts(database: Database) -> list[PostState]:
    """Return the outbox, oldest first."""
    return [
        PostState(
            row.state,
            row.message_id,
            row.silent,
            row.last_error,
            row.heat_id is not None or row.session_id is not None,
        )
        for row in await scalars(database, select(SummaryPost).order_by(SummaryPost.created_at))
    ]


async def claim(services: Services) -> ClaimedPost:
    """Claim a post that is expected to be due."""
    post = await services.outbox.claim()
    assert post is not None
    return post


async def publish(services: Services, message_id: int = 7_000) -> ClaimedPost:
    """Claim a post and say that it is out."""
    post = await claim(services)
    await services.outbox.shown(
        post, channel_id=post.channel_id or CHANNEL, message_id=post.message_id or message_id
    )
    return post


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the SQL statements that are executed meanwhile; each BEGIN is left out."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def filled(
    form: LapForm,
    *,
    laps: str | None = None,
    heat: str | None = None,
    note: str | None = None,
    racer: Person | None = None,
) -> EditLaps:
    """Return the form as somebody sends it who has changed only this."""
    return EditLaps(
        heat_id=form.heat_id.hex if form.heat_id else None,
        racer_id=form.racer.user_id,
        version=form.version,
        laps=form.laps if laps is None else laps,
        heat=form.heat if heat is None else heat,
        note=form.note if note is None else note,
        racer=racer,
    )


async def edit(
    services: Services,
    person: Person | Caller,
    *,
    of: str | None = None,
    whose: Person | None = None,
    laps: str | None = None,
    heat: str | None = None,
    note: str | None = None,
    racer: Person | None = None,
) -> RunWritten:
    """Open the form, change this, and save it."""
    caller = person if isinstance(person, Caller) else by(person)
    form = await services.form.open(caller, of, whose)
    command = filled(form, laps=laps, heat=heat, note=note, racer=racer)
    return await save_form(services, caller, command)


def times(result: RunWritten) -> list[int]:
    return [lap.time_ms for lap in result.run.laps]


async def laps_of(services: Services, heat: str, person: Person = ANN) -> str:
    return (await services.form.open(by(person), heat)).laps


async def open_heats(services: Services) -> list[str]:
    """Return the labels of the open heats of Ann's session."""
    listed = await services.heat.list_heats(by(ANN))
    return [info.heat.label for info in listed.heats if info.is_open]
