"""Did it help? What a card and a wrap-up say of a change of the car is what its laps say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from sqlalchemy import update

from bot.render.run_written import run_written
from core.bootstrap import Services, build_services
from core.caller import Person
from core.database import Database
from core.models import Heat
from core.race_day.outings import RUNS_BEFORE
from core.results.card import OrpCard
from core.results.outbox import PostTask
from core.results.standings import StandingCell, Standings
from core.scoring.advice import Status
from core.scoring.certainty import ScoreError, is_more_than_luck, score_error
from core.scoring.effects import Effect, Outing, find_effect, run_spread
from core.scoring.pace import Pace, find_pace
from core.services.outbox import READ_AGAIN
from tests.databases import FakeClock, execute
from tests.races import race
from tests.services.imports import begin, call, done
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    by,
    claim,
    close_session,
    log,
    publish,
    start_session,
    statements,
)
from tests.services.scripted import Scripted

DAN, EVE = Person(104, "Dan"), Person(105, "Eve")
OTHERS = (BEN, CLEO, DAN, EVE)
NOTE = "35wt rear"


def run(fastest_ms: int) -> list[int]:
    """Six laps around a pace."""
    return [fastest_ms + more for more in (0, 310, 90, 240, 40, 160)]


def typed(times_ms: Sequence[int]) -> str:
    return " ".join(f"{ms / 1000:.3f}" for ms in times_ms)


def pace(times_ms: Sequence[int]) -> Pace:
    found = find_pace(times_ms)
    assert found is not None
    return found


async def drive(
    services: Services, heat: str, fastest_ms: Mapping[Person, int], note: str | None = None
) -> None:
    """Log a heat of six laps each; the note is Ann's."""
    for person, fastest in fastest_ms.items():
        said = note if person is ANN else None
        await log(services, person, typed(run(fastest)), heat=heat, note=said)


async def drive_a_day(services: Services, first: int, *, note: str | None) -> None:
    """Two heats of five; Ann gains 0.3 s, the others 0.1 s to 0.13 s."""
    others = {person: 20_500 + 100 * at for at, person in enumerate(OTHERS)}
    await drive(services, f"Q{first}", {ANN: 20_000, **others})
    gained = {person: 20_400 + 90 * at for at, person in enumerate(OTHERS)}
    await drive(services, f"Q{first + 1}", {ANN: 19_700, **gained}, note)


def expected(*, days: Sequence[Sequence[Outing]] = ()) -> Effect | None:
    """What the pure half says of that day."""
    was = {person.name: pace(run(20_500 + 100 * at)) for at, person in enumerate(OTHERS)}
    became = {person.name: pace(run(20_400 + 90 * at)) for at, person in enumerate(OTHERS)}
    day = [Outing(None, pace(run(20_000)), was), Outing(NOTE, pace(run(19_700)), became)]
    return find_effect(day, run_spread([*days, day]))


async def card(services: Services, heat: str | None = None) -> OrpCard:
    found = await services.card.show(by(ANN), heat)
    assert isinstance(found, OrpCard)
    return found


async def wrapped_up(services: Services) -> dict[str, StandingCell | None]:
    """Close the session; return Ann's cells of the wrap-up by heat."""
    await close_session(services, ANN)
    while not isinstance((post := await publish(services)).content, Standings):
        pass
    (of_class,) = post.content.classes
    (row,) = (row for row in of_class.rows if row.racer == ANN)
    return {heat.name: cell for heat, cell in zip(of_class.heats, row.cells, strict=True)}


async def test_card_and_wrap_up_say_what_the_laps_say(services: Services) -> None:
    await start_session(services, BEN)
    await drive_a_day(services, 1, note=NOTE)
    effect = (await card(services)).effect
    assert effect == expected()
    assert effect is not None
    assert effect.field is not None
    assert (effect.field.drivers, effect.after) == (4, NOTE)
    assert (await card(services, "Q1")).effect is None
    assert (await card(services, "all")).effect is None
    cells = await wrapped_up(services)
    assert cells["Q1"] is not None
    assert cells["Q2"] is not None
    assert (cells["Q1"].effect, cells["Q2"].effect) == (None, effect)


async def test_a_setting_lasts_until_the_next_note_and_back_is_the_one_before(
    services: Services,
) -> None:
    await start_session(services)
    paces = (20_000, 19_700, 19_600, 20_100, 19_650)
    notes = (None, NOTE, None, "back", "soft springs")
    for number, (fastest, note) in enumerate(zip(paces, notes, strict=True), start=1):
        await drive(services, f"Q{number}", {ANN: fastest}, note)
    compared = {}
    for number in range(1, 6):
        effect = (await card(services, f"Q{number}")).effect
        compared[number] = effect and (
            effect.before,
            effect.after,
            effect.runs_before,
            effect.runs_after,
        )
    assert compared == {
        1: None,
        # Told by all runs with it, whichever of them is looked at.
        2: ("as it was", NOTE, 1, 2),
        3: ("as it was", NOTE, 1, 2),
        4: (NOTE, "as it was", 2, 2),
        5: ("as it was", "soft springs", 2, 1),
    }
    cells = await wrapped_up(services)
    assert [name for name, cell in cells.items() if cell and cell.effect] == ["Q2", "Q4", "Q5"]


async def test_runs_of_the_days_before_teach_how_far_apart_runs_are(services: Services) -> None:
    await start_session(services, name="Last week")
    wild = (20_000, 21_500, 20_100, 21_600)
    for number, fastest in enumerate(wild, start=1):
        await drive(services, f"Q{number}", {ANN: fastest})
    # Somebody else's runs teach nothing about Ann's.
    for number, fastest in enumerate((20_000, 25_000, 19_000), start=1):
        await drive(services, f"Q{number}", {BEN: fastest})
    await close_session(services, ANN)
    today = await start_session(services, name="Today")
    await services.session.race_here(by(BEN), today.id)
    await drive_a_day(services, 1, note=NOTE)
    before = [Outing(None, pace(run(fastest)), {}) for fastest in wild]
    # What only Ann has driven names no field, and with one other there is none either.
    assert (await card(services)).effect == expected(days=[before]) != expected()


async def test_a_page_is_the_field_also_of_those_who_are_in_no_team(database: Database) -> None:
    elsewhere = Scripted()
    services = build_services(database, elsewhere)
    await start_session(services)
    await call(services, ANN, "Ann")
    rivals = {name: 20_500 + 100 * at for at, name in enumerate(("Xan", "Yul", "Zed"))}
    for number, (fastest, gained) in enumerate(((20_000, 0), (19_700, 120)), start=1):
        driven = {"Ann": run(fastest)} | {
            name: run(rival - gained) for name, rival in rivals.items()
        }
        elsewhere.content = race(driven, f"Q{number}", source_id=f"90{number}")
        done(await begin(services, ANN, None, file=b"page"))
    shown = await card(services)
    assert shown.heat is not None
    await services.confidence.note(by(ANN), shown.heat.id, NOTE)
    effect = (await card(services)).effect
    assert effect is not None
    assert effect.field is not None
    assert (effect.field.drivers, effect.field.change_ms) == (3, -120)
    assert effect.effect_ms == pytest.approx(effect.change_ms + 120)
    # Where names are forgotten, nobody is known again who is in no team.
    await execute(database, update(Heat).values(source_has_names=False))
    nameless = (await card(services)).effect
    assert nameless is not None
    assert nameless.field is None


async def test_a_page_of_one_driver_is_no_field(database: Database) -> None:
    elsewhere = Scripted()
    services = build_services(database, elsewhere)
    await start_session(services)
    await call(services, ANN, "Ann")
    for number in (1, 2):
        elsewhere.content = race(
            {"Ann": run(20_000 + number)}, f"P{number}", source_id=f"90{number}"
        )
        done(await begin(services, ANN, None, file=b"page"))
        for person in (BEN, CLEO, DAN):
            await log(services, person, typed(run(20_000)), heat=f"P{number}")
    shown = await card(services)
    assert shown.heat is not None
    await services.confidence.note(by(ANN), shown.heat.id, NOTE)
    effect = (await card(services)).effect
    assert effect is not None
    assert effect.field is not None
    assert effect.field.drivers == 3


async def test_as_many_runs_before_are_read_however_many_there_are(
    database: Database, services: Services
) -> None:
    await start_session(services, name="Last week")
    for number in range(RUNS_BEFORE + 2):
        await log(services, ANN, "20.1 20.2 20.3 20.4", heat=f"Q{number + 1}")
    await close_session(services, ANN)
    await start_session(services, name="Today")
    await drive_a_day(services, 1, note=NOTE)
    with statements(database) as seen:
        await card(services)
    assert len(seen) == 6
    found = [statement for statement in seen if "aggregate" in statement or "concat" in statement]
    assert len(found) == 1


# How sure a score is, wherever a change is shown


async def test_a_change_is_more_than_luck_or_not_wherever_it_is_shown(services: Services) -> None:
    await start_session(services)
    runs = {
        "Q1": [20_000, 20_040, 20_010, 20_050, 20_020, 20_030],
        "Q2": [20_000, 21_900, 20_300, 21_500, 20_800, 21_300],
        "Q3": [20_000, 21_900, 20_300, 20_500, 21_600, 21_200],
        "Q4": [20_000, 20_040, 20_010, 20_050],
    }
    for heat, times in runs.items():
        await log(services, ANN, typed(times), heat=heat)
    errors: dict[str, ScoreError | None] = {
        heat: score_error(times, Status.VALID) for heat, times in runs.items()
    }
    carded = (await card(services)).last_heats
    assert [past.error for past in carded] == list(errors.values())
    moved = [past.has_moved for past in carded]
    expected_moves = [
        is_more_than_luck(past.change, errors[past.heat.name], errors[before.heat.name])
        for before, past in pairwise(carded)
    ]
    assert moved == [False, *expected_moves] == [False, True, False, False]
    for heat, has_moved in zip(runs, moved, strict=True):
        assert (await card(services, heat)).run.has_moved is has_moved
        (shown,) = (await services.heat.show(by(ANN), heat)).runs
        assert (shown.has_moved, shown.error) == (has_moved, errors[heat])
    (row,) = (await services.session.show(by(ANN))).classes[0].rows
    assert [(cell.has_moved, cell.error) for cell in row.cells if cell] == [
        (past.has_moved, past.error) for past in carded
    ]
    whole = (await card(services, "all")).last_heats
    assert whole == carded


# What cannot be read


async def test_a_wrap_up_that_cannot_be_read_is_tried_again_later(
    database: Database, services: Services, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start_session(services)
    await drive(services, "Q1", {ANN: 20_000})
    await drive(services, "Q2", {ANN: 20_000}, NOTE)
    await close_session(services, ANN)
    for _ in range(2):
        assert not isinstance((await publish(services)).content, Standings)
    await execute(database, update(Heat).values(source="liverc", source_table={"nonsense": 1}))
    with pytest.raises(KeyError):
        await services.outbox.claim()
    assert await services.outbox.claim() is None
    await execute(database, update(Heat).values(source=None, source_table=None))
    clock.advance(minutes=READ_AGAIN.total_seconds() / 60 + 1)
    post = await claim(services)
    assert (post.task, isinstance(post.content, Standings)) == (PostTask.POST, True)


# Nothing of it on the way of a lap


async def test_a_lap_waits_for_no_error_and_no_effect(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start_session(services)
    await drive(services, "Q1", {ANN: 20_000})

    def asked(*_: object, **__: object) -> None:
        raise AssertionError("a lap has asked how sure a score is")

    for place in (
        *("core.results.heat.score_error", "core.race_day.reading.score_error"),
        *("core.race_day.outings.find_pace", "core.race_day.outings.find_effect_at"),
        *("core.services.card.score_error", "core.services.card.find_fade"),
    ):
        monkeypatch.setattr(place, asked)
    logged = await log(services, ANN, typed(run(19_700)), heat="Q2", note=NOTE)
    assert "ORP" in run_written(logged).content
    with pytest.raises(AssertionError):
        await services.card.show(by(ANN))
