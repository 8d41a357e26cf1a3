"""Heat tables, change, personal bests, standings and the ORP card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.commands import SessionFields
from core.database import Database
from core.errors import NotFound
from core.results.card import NoLapsYet, OrpCard
from core.results.heat import HeatTable
from core.results.question import Asks
from core.results.refs import Scope, ScopeKind
from core.scoring.finish import Place
from core.scoring.orp import calculate_orp
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    asked,
    by,
    close_session,
    log,
    picked_run,
    publish,
    start_session,
    statements,
)

DAN = Person(104, "Dan")
EVE = Person(105, "Eve")


async def card(services: Services, person: Person, heat: str | None = None) -> OrpCard:
    found = await services.card.show(by(person), heat)
    assert isinstance(found, OrpCard)
    return found


async def test_racers_are_ranked(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 21.9", heat="Q1")
    await log(services, BEN, "20.0 20.0", confidence=2)
    await log(services, CLEO, "20.0 20.0")
    await log(services, DAN, "19.0")
    await log(services, EVE, "19.5 19.5")
    runs = (await services.heat.show(by(ANN))).runs
    # Equal scores by fast lap; then who needs laps; then the failed gate.
    assert [run.racer for run in runs] == [EVE, CLEO, ANN, DAN, BEN]
    assert [run.orp.orp_score if run.orp else None for run in runs][:2] == [100.0, 100.0]


async def test_places_go_by_laps_and_time_and_short_runs_rank_below(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 21.9 20.3 20.4 20.2", heat="Q1")
    await log(services, BEN, "20.0 20.0")
    await log(services, CLEO, "20.1 20.9 20.3 21.4")
    await log(services, DAN, "19.0")
    table = await services.heat.show(by(ANN))
    assert [(run.racer, run.is_short, run.place) for run in table.runs] == [
        (CLEO, False, Place(2, 4)),
        (ANN, False, Place(1, 4)),
        (BEN, True, Place(3, 4)),
        (DAN, True, Place(4, 4)),
    ]
    # Half of the longest run is enough for a rank, and laps that do not count make none longer.
    await log(services, BEN, "20.0")
    best = (await services.heat.show(by(ANN))).runs[0]
    assert (best.racer, best.is_ranked) == (BEN, True)


async def test_practice_has_no_places_and_ranks_from_five_laps_on(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 21.9 20.3 20.4 20.2", heat="P1")
    await log(services, BEN, "20.0 20.0 20.0 20.0")
    await log(services, CLEO, "21.0 20.0 " * 20)
    table = await services.heat.show(by(ANN))
    assert [(run.racer, run.is_short, run.place) for run in table.runs] == [
        (CLEO, False, None),
        (ANN, False, None),
        (BEN, True, None),
    ]


async def test_laps_that_do_not_count_rank_last_among_those_who_need_laps(
    services: Services,
) -> None:
    await start_session(services)
    logged = await log(services, ANN, "20.1", heat="Q1")
    await log(services, BEN, "25.1")
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    )
    runs = (await services.heat.show(by(ANN))).runs
    assert [(run.racer, run.best_lap_ms) for run in runs] == [(BEN, 25_100), (ANN, None)]


async def test_answer_table_card_and_standings_tell_the_same_change(services: Services) -> None:
    await start_session(services)
    driven: tuple[tuple[str, int | None], ...] = (
        ("20.1 21.9", None),
        ("20.1 20.2", 2),
        ("20.1 20.9", None),
        ("20.1", None),
        ("20.1 21.1", None),
    )
    answered, tabled, scores = [], [], []
    for number, (times, confidence) in enumerate(driven, start=1):
        logged = await log(services, ANN, times, heat=f"Q{number}", confidence=confidence)
        answered.append(logged.run.change)
        tabled.append((await services.heat.show(by(ANN), f"Q{number}")).runs[0].change)
        scores.append(logged.run.orp.orp_score if logged.run.orp else 0.0)
    first, _, third, _, fifth = scores
    gain, loss = round(third - first, 1), round(fifth - third, 1)
    assert answered == [None, None, gain, None, loss]
    assert tabled == answered
    assert [past.change for past in (await card(services, ANN, "Q5")).last_heats] == answered
    cells = (await services.session.show(by(ANN))).classes[0].rows[0].cells
    assert [cell.change if cell else None for cell in cells] == answered


async def test_change_is_against_the_previous_heat_with_a_score(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, "20.1 21.9", heat="Q1")
    assert first.run.change is None
    second = await log(services, ANN, "20.1 20.3", heat="Q2")
    assert first.run.orp is not None
    assert second.run.orp is not None
    gain = round(second.run.orp.orp_score - first.run.orp.orp_score, 1)
    assert second.run.change == gain > 0
    rejected = await log(services, ANN, "20.1 20.2", heat="Q3", confidence=1)
    assert rejected.run.change is None
    await log(services, ANN, "20.1", heat="Q4")
    last = await log(services, ANN, "20.1 20.3", heat="Q5")
    assert last.run.change == 0.0
    # A heat of another class, of another racer, or a later one is no measure.
    assert (await log(services, BEN, "20.1 20.2", heat="Quick")).run.change is None
    truggy = await asked(services, ANN, Asks.CLASS_FOR_WHOM, "20.1 20.2", "Q1", "Truggy")
    assert (await picked_run(services, ANN, truggy, "Only mine")).run.change is None
    assert (await log(services, ANN, "20.1", heat="Q1", class_name="Truggy")).run.change is None


async def test_a_correction_brings_later_posts_up_to_date(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    for name in ("Q1", "Q2"):
        await log(services, ANN, "20.1 20.9", heat=name)
        await services.heat.finish(by(ANN))
        await publish(services)
    clock.advance(minutes=1)
    await log(services, ANN, "20.5 23.9 22.1", heat="Q1")
    changes = {}
    for _ in range(2):
        post = await publish(services)
        assert isinstance(post.content, HeatTable)
        changes[post.content.heat.name] = post.content.runs[0].change
    assert await services.outbox.claim() is None
    assert changes["Q1"] is None
    assert changes["Q2"] is not None
    assert changes["Q2"] > 0


async def test_a_star_for_the_fastest_lap_at_the_track_in_the_class(services: Services) -> None:
    await start_session(services, name="First", track="Arena")
    assert not (await log(services, ANN, "20.1 20.2", heat="Q1")).run.is_personal_best
    assert not (await log(services, ANN, "20.1 20.2", heat="Q2")).run.is_personal_best
    assert (await log(services, ANN, "20.05 20.2", heat="Q3")).run.is_personal_best
    await close_session(services, ANN)
    await start_session(services, name="Elsewhere", track="Barn")
    assert not (await log(services, ANN, "18.0", heat="Q1")).run.is_personal_best
    await close_session(services, ANN)
    await start_session(services, name="Back again", track=" ARENA ")
    assert not (await log(services, ANN, "20.06", heat="Q1")).run.is_personal_best
    assert (await log(services, ANN, "20.04", heat="Q1")).run.is_personal_best
    assert not (await log(services, BEN, "19", heat="Q1")).run.is_personal_best
    truggy = await asked(services, ANN, Asks.CLASS_FOR_WHOM, "19", "Q1", "Truggy")
    assert not (await picked_run(services, ANN, truggy, "Only mine")).run.is_personal_best


async def test_without_a_track_a_session_is_compared_with_itself(services: Services) -> None:
    for name in ("First", "Second"):
        await start_session(services, name=name)
        assert not (await log(services, ANN, "20.1", heat="Q1")).run.is_personal_best
        assert (await log(services, ANN, "20.0", heat="Q2")).run.is_personal_best
        await close_session(services, ANN)


async def test_a_first_crossing_is_no_personal_best(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "14.0 14.1", heat="Q1")
    crossing = await log(services, ANN, "10.6 14.1 14.0 14.2", heat="Q2")
    assert (crossing.first_crossing, crossing.run.is_personal_best) == (True, False)
    await services.lap_entry.set_lap_counts(
        by(ANN), crossing.heat.id, racer_id=ANN.user_id, lap_number=1, counts=True
    )
    assert (await services.heat.show(by(ANN))).runs[0].is_personal_best


# Standings


async def test_standings_are_racers_by_heats_of_each_class(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 21.9", heat="Q1", class_name="Buggy")
    await log(services, BEN, "20.1 20.2", heat="Q1", class_name="Buggy", confidence=1)
    await log(services, CLEO, "25.0 25.1", heat="Q1", class_name="Truggy")
    await log(services, ANN, "20.0 20.2", heat="Q2", note="35wt rear")
    await log(services, DAN, "22.0", heat="Buggy Q2")
    standings = await services.session.show(by(ANN))
    assert (standings.has_laps, standings.is_own) == (True, True)
    assert standings.session.heat_count == 3
    buggy, truggy = standings.classes
    assert [(table.class_name, [h.name for h in table.heats]) for table in standings.classes] == [
        ("Buggy", ["Q1", "Q2"]),
        ("Truggy", ["Q1"]),
    ]
    assert [row.racer for row in truggy.rows] == [CLEO]
    # Who has a score, then by name who has none.
    assert [row.racer for row in buggy.rows] == [ANN, BEN, DAN]
    first, second = buggy.rows[0].cells
    assert first is not None
    assert second is not None
    assert first.score is not None
    assert second.score is not None
    assert first.change is None
    assert second.change == round(second.score - first.score, 1)
    assert (second.note, second.lap_count, second.best_lap_ms) == ("35wt rear", 2, 20_000)
    assert (buggy.rows[0].best_score, buggy.rows[0].best_lap_ms) == (second.score, 20_000)
    rejected, missing = buggy.rows[1].cells
    assert rejected is not None
    assert (rejected.rejected, rejected.score, missing) == (True, None, None)
    assert buggy.rows[1].best_score is None


async def test_a_short_run_is_no_best_of_the_standings(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 21.9 20.3 20.4", heat="Q1")
    await log(services, BEN, "18.0")
    await log(services, CLEO, "20.0 20.0 20.0", heat="P1")
    rows = {row.racer: row for row in (await services.session.show(by(ANN))).classes[0].rows}
    short = {racer: [cell.is_short for cell in row.cells if cell] for racer, row in rows.items()}
    assert short == {ANN: [False], BEN: [True], CLEO: [True]}
    assert list(rows) == [ANN, BEN, CLEO]
    assert rows[ANN].best_score is not None
    assert (rows[CLEO].best_score, rows[CLEO].best_ranked_lap_ms) == (None, None)
    assert (rows[BEN].best_lap_ms, rows[BEN].best_ranked_lap_ms) == (18_000, None)
    assert rows[ANN].best_ranked_lap_ms == 20_100


async def test_a_score_of_nothing_beats_no_score(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1", heat="Q1")
    await log(services, BEN, "0.1 999")
    rows = (await services.session.show(by(ANN))).classes[0].rows
    assert [(row.racer, row.best_score) for row in rows] == [(BEN, 0.0), (ANN, None)]


async def test_an_empty_session_has_empty_standings(services: Services) -> None:
    with pytest.raises(NotFound, match="No session yet"):
        await services.session.show(by(ANN))
    await start_session(services)
    standings = await services.session.show(by(BEN))
    assert (standings.classes, standings.has_laps, standings.is_own) == ((), False, True)


# The card


async def test_the_card_shows_the_latest_heat(services: Services) -> None:
    assert isinstance(await services.card.show(by(ANN)), NoLapsYet)
    await start_session(services, practice_rounds=3)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await log(services, ANN, "20.1 20.3 20.2", heat="Q2", confidence=4, note="35wt rear")
    await log(services, BEN, "20.1 20.4", heat="Q3")
    shown = await card(services, ANN)
    assert shown.heat is not None
    assert (shown.heat.name, shown.practice_rounds) == ("Q2", 3)
    assert shown.run.orp == calculate_orp([20_100, 20_300, 20_200], confidence=4, practice_rounds=3)
    assert shown.run.change is not None
    by_name = await card(services, ANN, "q1")
    assert by_name.heat is not None
    assert by_name.heat.name == "Q1"
    other = await services.card.show(by(CLEO), racer=BEN)
    assert isinstance(other, OrpCard)
    assert (other.run.racer, other.heat and other.heat.name) == (BEN, "Q3")


async def test_the_card_of_the_whole_session(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1", confidence=4)
    await log(services, ANN, "10.6 14.1 14.0 14.2", heat="Q2")
    shown = await card(services, ANN, " ALL ")
    assert (shown.heat, shown.run.confidence) == (None, 4)
    assert [lap.number for lap in shown.run.laps] == [1, 2, 3, 4, 5, 6]
    assert [lap.counts for lap in shown.run.laps] == [True, True, False, True, True, True]
    assert [(part.heat.name, part.laps) for part in shown.laps_by_heat] == [("Q1", 2), ("Q2", 4)]
    assert (await card(services, ANN, "Q2")).laps_by_heat == ()
    assert shown.run.orp == calculate_orp([20_100, 20_200, 14_100, 14_000, 14_200], confidence=4)


async def test_a_typed_heat_lasts_what_the_session_says(services: Services) -> None:
    await services.session.start(by(ANN), SessionFields(name="Club Race", heat_minutes=1))
    await log(services, ANN, "20.0 20.0 17.0", heat="Q1")
    assert (await card(services, ANN)).length_s == 60
    # 56.9 of 60 s is less than 0.95 of it, until somebody else's run is longer.
    await log(services, ANN, "20.0 20.0 16.9", heat="Q2")
    assert (await card(services, ANN)).length_s is None
    await log(services, BEN, "26.0 26.0 26.0")
    assert (await card(services, ANN)).length_s == 60
    await log(services, BEN, "0.001")
    assert (await card(services, ANN)).length_s is None
    # Practice ends when a racer likes, and without a word nothing is known.
    await log(services, ANN, "20.0 20.0 20.0", heat="P1")
    assert (await card(services, ANN)).length_s is None
    assert (await card(services, ANN, "all")).length_s is None
    await start_session(services, name="Other")
    await log(services, ANN, "20.0 20.0 20.0", heat="Q1")
    assert (await card(services, ANN)).length_s is None


async def test_a_card_without_laps_tells_whose(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", heat="Q1")
    for heat in (None, "Q1", "all"):
        assert await services.card.show(by(BEN), heat) == NoLapsYet(BEN, is_self=True)
        assert await services.card.show(by(ANN), heat, BEN) == NoLapsYet(BEN, is_self=False)
    with pytest.raises(NotFound):
        await services.card.show(by(ANN), "Q9")


async def test_a_shared_card_is_found_by_its_ids(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2", heat="Q1")
    cards = services.card
    heat = await cards.show_of(by(BEN), Scope(ScopeKind.HEAT, logged.heat.id), racer_id=ANN.user_id)
    # What is shared is read by everybody, and so it names its session.
    assert heat == replace(await card(services, ANN, "Q1"), is_here=False)
    whole = await cards.show_of(
        by(BEN), Scope(ScopeKind.SESSION, logged.session.id), racer_id=ANN.user_id
    )
    assert whole == replace(await card(services, ANN, "all"), is_here=False)
    for racer_id in (BEN.user_id, 999):
        with pytest.raises(NotFound):
            await cards.show_of(by(BEN), Scope(ScopeKind.HEAT, logged.heat.id), racer_id=racer_id)
        with pytest.raises(NotFound):
            await cards.show_of(
                by(BEN), Scope(ScopeKind.SESSION, logged.session.id), racer_id=racer_id
            )


# Work that does not grow


async def test_forty_racers_with_sixty_laps(database: Database, services: Services) -> None:
    await start_session(services)
    people = [Person(1_000 + number, f"Racer {number:02}") for number in range(40)]

    async def looks() -> list[int]:
        counts = []
        for look in (services.heat.show(by(ANN), "Q1"), services.session.show(by(ANN))):
            with statements(database) as seen:
                await look
            counts.append(len(seen))
        return counts

    await log(services, people[0], "20.1", heat="Q1")
    few = await looks()
    for number, person in enumerate(people):
        times = " ".join(f"{20 + number % 7}.{lap:03}" for lap in range(100, 160))
        await log(services, person, times, heat="Q1")
    assert await looks() == few
    assert max(few) <= 10
    table = await services.heat.show(by(ANN), "Q1")
    assert len(table.runs) == 40
    assert sum(len(run.laps) for run in table.runs) == 40 * 60 + 1
    scores = [run.orp.orp_score for run in table.runs if run.orp]
    assert scores == sorted(scores, reverse=True)
    assert len((await services.session.show(by(ANN))).classes[0].rows) == 40
