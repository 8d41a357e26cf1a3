"""A busy race day: everything at once, and afterwards everything fits together."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import select

from core.bootstrap import Services
from core.commands import LogLaps, ProfileFields, RenameHeat, SessionFields, StartHeat
from core.database import Database
from core.errors import RacerError
from core.models import HeatRacer, RunLog, SummaryPost
from core.results.heat import HeatStarted
from core.results.outbox import PostTask
from core.results.run_written import RunWritten
from core.scoring.orp import calculate_orp
from tests.databases import scalars
from tests.services.racing import (
    ANN,
    BEN,
    CHANNEL,
    CLEO,
    by,
    count,
    log,
    start_session,
    statements,
    undoable,
)

PEOPLE = (ANN, BEN, CLEO)


async def publish_one(services: Services) -> None:
    post = await services.outbox.claim()
    if post is None:
        return
    if post.task is PostTask.REMOVE:
        await services.outbox.removed(post)
    elif post.task is PostTask.NOTHING:
        await services.outbox.nothing_to_show(post)
    else:
        message_id = post.message_id or post.id.int % 2**62
        await services.outbox.shown(post, channel_id=CHANNEL, message_id=message_id)


async def test_everything_at_once(database: Database, services: Services) -> None:
    dice = random.Random(1)
    session = await start_session(services)
    first = await log(services, ANN, heat="Q1")
    entries = [undoable(first)]
    heats = [first.heat.id]

    def someone(*, manager: bool = False) -> Callable[[], Awaitable[object]]:
        """Return what somebody does next."""
        caller = by(dice.choice(PEOPLE), manager=manager, interaction=dice.getrandbits(60))
        heat = dice.choice(["Q1", "Q2", None])
        times = " ".join(f"20.{dice.randrange(100, 999)}" for _ in range(dice.randrange(1, 5)))
        acts: list[Callable[[], Awaitable[object]]] = [
            lambda: services.lap_entry.log(caller, LogLaps(times, heat)),
            lambda: services.undo.take_back(caller, entries[-1]),
            lambda: services.lap_entry.set_lap_counts(
                caller, heats[-1], racer_id=caller.person.user_id, lap_number=1, counts=False
            ),
            lambda: services.heat.start(caller, StartHeat()),
            lambda: services.heat.finish(caller),
            lambda: services.heat.rename(caller, RenameHeat("Q2", "Q2 again")),
            lambda: services.heat.delete(caller, heats[0]),
            lambda: services.session.edit(caller, None, SessionFields(practice_rounds=3)),
            lambda: services.profile.update(caller, ProfileFields(experience="Pro")),
            lambda: services.heat.show(caller),
            lambda: services.session.show(caller),
            services.housekeeping.run,
            lambda: publish_one(services),
        ]
        return dice.choices(acts, [8, 3, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 4])[0]

    for _ in range(4):
        acts = [someone(manager=dice.random() < 0.3) for _ in range(14)]
        results = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                assert isinstance(result, RacerError), result
            if isinstance(result, RunWritten) and result.entry_id is not None:
                entries.append(result.entry_id)
            if isinstance(result, RunWritten | HeatStarted):
                heats.append(result.heat.id)
    assert len(entries) > 8
    await everything_fits(database, practice_rounds=3)
    assert (await services.session.show(by(ANN))).session.id == session.id


async def everything_fits(database: Database, practice_rounds: int) -> None:
    """Compare what is stored about each run with its laps."""
    laps: dict[tuple[UUID, UUID], list[RunLog]] = defaultdict(list)
    for lap in await scalars(database, select(RunLog).order_by(RunLog.lap_number)):
        laps[lap.heat_id, lap.racer_id].append(lap)
    runs = {
        (standing.heat_id, standing.racer_id): standing
        for standing in await scalars(database, select(HeatRacer))
    }
    assert runs.keys() == laps.keys()
    for key, run in runs.items():
        assert [lap.lap_number for lap in laps[key]] == list(range(1, len(laps[key]) + 1))
        times = [lap.lap_time_ms for lap in laps[key] if lap.counts]
        orp = calculate_orp(times, practice_rounds=practice_rounds)
        assert run.lap_count == len(laps[key])
        assert run.best_lap_ms == min(times, default=None)
        assert run.orp_score == (orp.orp_score if orp else None)


async def test_finishing_and_logging_at_once_shows_every_lap(
    database: Database, services: Services
) -> None:
    await start_session(services)
    await log(services, ANN, "20.1", heat="Q1")
    await asyncio.gather(
        services.heat.finish(by(ANN), "Q1"),
        *(log(services, person, "20.2 20.3", heat="Q1") for person in PEOPLE * 2),
        *(publish_one(services) for _ in range(4)),
    )
    (post,) = await scalars(database, select(SummaryPost))
    # Whatever order it went in: either the post stands at the last change, or it is due.
    assert post.state == "pending" or post.shown == post.wanted
    assert await count(database, RunLog) == 13


async def test_reading_writes_nothing(database: Database, services: Services) -> None:
    await log(services, ANN)
    with statements(database) as seen:
        for look in (
            services.heat.show(by(BEN)),
            services.heat.list_heats(by(BEN)),
            services.heat.suggest(by(BEN), ""),
            services.heat.suggest_classes(by(BEN), ""),
            services.session.show(by(BEN)),
            services.session.list_sessions(by(BEN)),
            services.session.export(by(BEN)),
            services.card.show(by(BEN)),
            services.card.show(by(BEN), "all", ANN),
            services.profile.show(by(BEN), ANN),
            services.team.show(by(BEN)),
            services.outbox.claim(),
        ):
            await look
    assert {statement.split()[0] for statement in seen} == {"SELECT"}
    assert not any("FOR UPDATE" in statement for statement in seen)
