"""/track: what the team knows of a track."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.commands import SessionFields
from core.database import Database
from core.errors import NotFound
from core.scoring.advice import Status
from core.scoring.certainty import score_error
from core.scoring.effects import Outing, find_effect, run_spread
from core.scoring.pace import Pace, find_pace
from core.scoring.second_half import SecondHalf
from core.services.track import BESTS, DAYS, NO_TRACK, RUNS
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    close_session,
    log,
    start_session,
    statements,
)

DAN, EVE = Person(104, "Dan"), Person(105, "Eve")
TEAM_MATES = (ANN, BEN, CLEO, DAN, EVE)
NOTE = "35wt rear"


def run(fastest_ms: int) -> list[int]:
    """Eight laps, the second half 0.1 s slower."""
    return [fastest_ms + more for more in (0, 50, 20, 30, 100, 150, 120, 130)]


def pace(fastest_ms: int) -> Pace:
    found = find_pace(run(fastest_ms))
    assert found is not None
    return found


async def drive(
    services: Services,
    heat: str,
    fastest_ms: Mapping[Person, int],
    notes: Mapping[Person, str] | None = None,
    class_name: str | None = None,
) -> None:
    for person, fastest in fastest_ms.items():
        times = " ".join(f"{ms / 1000:.3f}" for ms in run(fastest))
        note = (notes or {}).get(person)
        await log(services, person, times, heat=heat, class_name=class_name, note=note)


async def drive_a_day(services: Services) -> None:
    """Ann and Ben try the same, and everybody gains 0.1 s."""
    paces = {person: 20_000 + 100 * at for at, person in enumerate(TEAM_MATES)}
    await drive(services, "Q1", paces, class_name="Buggy")
    later = {person: fastest - 100 for person, fastest in paces.items()}
    notes = {ANN: NOTE, BEN: "35WT rear"}
    await drive(services, "Q2", later | {ANN: 19_600, BEN: 19_800}, notes, "Buggy")


async def test_bests_by_class_with_who_and_when(services: Services, clock: FakeClock) -> None:
    await start_session(services, name="May", track="Arena")
    await drive(services, "Q1", {ANN: 20_100, BEN: 20_300}, class_name="Buggy")
    clock.advance(days=1)
    await close_session(services, ANN)
    await start_session(services, name="June", track="arena")
    paces = {ANN: 20_000, BEN: 20_300, CLEO: 20_200, DAN: 20_400}
    await drive(services, "Q1", paces, class_name="Buggy")
    await drive(services, "Q1", {EVE: 25_000}, class_name="Truggy")
    elsewhere = await start_session(services, EVE, name="Elsewhere", track="Hall")
    await services.session.race_here(by(EVE), elsewhere.id)
    await drive(services, "Q1", {EVE: 11_000}, class_name="Truggy")
    known = await services.track.show(by(ANN), "ARENA")
    assert (known.track, known.racer, known.is_self, known.days) == ("arena", ANN, True, 2)
    buggy, truggy = known.bests
    assert (buggy.class_name, truggy.class_name) == ("Buggy", "Truggy")
    assert [(best.lap_ms, best.racer) for best in buggy.bests] == [
        (20_000, ANN),
        (20_200, CLEO),
        (20_300, BEN),
    ]
    assert len(buggy.bests) == BESTS
    # Driven twice, the first time is when.
    assert buggy.bests[0].driven_at > buggy.bests[2].driven_at
    assert [(best.lap_ms, best.racer) for best in truggy.bests] == [(25_000, EVE)]


async def test_the_racers_heats_the_newest_first(services: Services, clock: FakeClock) -> None:
    sessions = [await start_session(services, name="May", track="Arena")]
    await drive(services, "Q1", {ANN: 20_100})
    await close_session(services, ANN)
    clock.advance(days=1)
    sessions.append(await start_session(services, name="June", track="Arena"))
    await drive(services, "Q1", {ANN: 20_000, BEN: 20_300}, {ANN: NOTE})
    await log(services, ANN, "20.1 20.2 20.3", heat="Q2", confidence=2)
    await log(services, ANN, "20.1", heat="Q3")
    runs = (await services.track.show(by(BEN), racer=ANN)).runs
    assert [(each.heat.name, each.session.name, each.note) for each in runs] == [
        ("Q3", "June", None),
        ("Q2", "June", None),
        ("Q1", "June", NOTE),
        ("Q1", "May", None),
    ]
    assert [(each.score is None, each.rejected, each.best_lap_ms) for each in runs] == [
        (True, False, 20_100),
        (True, True, 20_100),
        (False, False, 20_000),
        (False, False, 20_100),
    ]
    error = score_error(run(20_000), Status.VALID)
    assert error is not None
    assert [each.error for each in runs][:3] == [None, None, error]
    assert runs[2].driven_at > runs[3].driven_at


async def test_a_racer_without_laps_there_sees_what_the_others_know(services: Services) -> None:
    await start_session(services, track="Arena")
    await drive_a_day(services)
    stranger = Person(999, "Zoe")
    known = await services.track.show(by(stranger))
    assert (known.racer, known.runs, known.second_half) == (stranger, (), None)
    assert known.bests
    assert known.day is not None
    assert known.changes


async def test_how_everybodys_pace_moved_over_the_latest_day(services: Services) -> None:
    await start_session(services, track="Arena")
    await drive_a_day(services)
    await drive(services, "Q1", {EVE: 25_000}, class_name="Truggy")
    known = await services.track.show(by(ANN))
    assert known.day is not None
    assert known.day.session.name == "Club Race"
    assert [(each.heat.name, each.change_ms) for each in known.day.heats] == [
        ("Q1", 0.0),
        ("Q2", pytest.approx(-100)),
    ]
    assert (await services.track.show(by(EVE))).day is None, "one heat of Truggy"


async def test_changes_are_pooled_over_the_racers_of_a_class(services: Services) -> None:
    await start_session(services, track="Arena")
    await drive_a_day(services)
    await drive(services, "Q1", {EVE: 25_000, DAN: 25_100}, class_name="Truggy")
    await drive(services, "Q2", {EVE: 24_000, DAN: 25_000}, {EVE: NOTE}, class_name="Truggy")
    buggy, truggy = (await services.track.show(by(CLEO))).changes
    assert (buggy.class_name, truggy.class_name) == ("Buggy", "Truggy")
    (pooled,) = buggy.changes
    assert (pooled.setting, pooled.tries, pooled.racers) == (NOTE, 2, 2)
    before = {person: pace(20_000 + 100 * at) for at, person in enumerate(TEAM_MATES)}
    after = {person: pace(19_900 + 100 * at) for at, person in enumerate(TEAM_MATES)} | {
        ANN: pace(19_600),
        BEN: pace(19_800),
    }
    effects = []
    for person in (ANN, BEN):
        day = [
            Outing(
                note,
                paces[person],
                {other.name: each for other, each in paces.items() if other is not person},
            )
            for note, paces in ((None, before), (NOTE, after))
        ]
        effect = find_effect(day, run_spread([day]))
        assert effect is not None
        effects.append(effect)
    weights = [1 / effect.error_ms**2 for effect in effects]
    pairs = zip(weights, effects, strict=True)
    mean = sum(weight * effect.effect_ms for weight, effect in pairs) / sum(weights)
    assert pooled.effect_ms == pytest.approx(mean)
    assert [each.tries for each in truggy.changes] == [1]


async def test_what_the_second_half_usually_costs(services: Services) -> None:
    await start_session(services, track="Arena")
    await drive(services, "Q1", {ANN: 20_000})
    await drive(services, "Q2", {ANN: 20_100})
    await log(services, ANN, "20.1 20.2 20.3", heat="Q3")
    known = await services.track.show(by(ANN))
    assert known.second_half == SecondHalf(loss_ms=100.0, slower=2, runs=2)


# Which track


async def test_without_a_name_it_is_the_track_of_ones_session_else_the_latest(
    services: Services,
) -> None:
    await start_session(services, name="May", track="Arena")
    await drive(services, "Q1", {ANN: 20_000})
    await start_session(services, BEN, name="Elsewhere", track="Hall")
    await drive(services, "Q1", {BEN: 12_000})
    assert (await services.track.show(by(ANN))).track == "Arena"
    assert (await services.track.show(by(BEN))).track == "Hall"
    assert (await services.track.show(by(ANN), racer=BEN)).track == "Hall"
    # Who has none sees the newest that is open, and then the latest there was.
    assert (await services.track.show(by(CLEO))).track == "Hall"
    for session in ("May", "Elsewhere"):
        await close_session(services, ANN, session)
    assert (await services.track.show(by(CLEO))).track == "Hall"
    assert (await services.track.show(by(ANN))).track == "Arena"


async def test_a_track_nobody_was_at_and_none_at_all(services: Services) -> None:
    with pytest.raises(NotFound) as none:
        await services.track.show(by(ANN))
    assert none.value.sentence == NO_TRACK
    await start_session(services)
    await drive(services, "Q1", {ANN: 20_000})
    with pytest.raises(NotFound):
        await services.track.show(by(ANN))
    await services.session.edit(by(ANN), None, SessionFields(track="Arena"))
    assert (await services.track.show(by(ANN))).has_laps
    with pytest.raises(NotFound, match="Hall"):
        await services.track.show(by(ANN), "Hall")


async def test_another_teams_laps_at_a_track_of_the_same_name_are_never_seen(
    services: Services,
) -> None:
    await start_session(services, track="Arena")
    await drive_a_day(services)
    rival = by(EVE, team=RIVALS)
    with pytest.raises(NotFound):
        await services.track.show(rival, "Arena")
    await services.session.start(rival, SessionFields("Theirs", track="Arena"))
    known = await services.track.show(rival, "Arena")
    assert not known.has_laps
    assert (known.runs, known.changes, known.day) == ((), (), None)


# However much is stored


async def test_only_the_latest_days_are_read(
    database: Database, services: Services, clock: FakeClock
) -> None:
    async def look() -> int:
        with statements(database) as seen:
            await services.track.show(by(ANN))
        return len(seen)

    counted = []
    for number in range(DAYS + 2):
        await start_session(services, name=f"Day {number}", track="Arena")
        for heat, note in (("Q1", None), ("Q2", NOTE)):
            await drive(services, heat, {ANN: 20_000}, {ANN: note} if note else None)
        counted.append(await look())
        await close_session(services, ANN)
        clock.advance(days=7)
    assert set(counted) == {9}
    known = await services.track.show(by(ANN))
    assert (known.days, len(known.runs)) == (DAYS, RUNS)
    assert [each.tries for each in known.changes[0].changes] == [DAYS]
