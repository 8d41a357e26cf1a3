"""The card's last heats, and two racers side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.render.phrases import gap_words, parts_words
from core.bootstrap import Services
from core.caller import Person
from core.database import Database
from core.errors import BadInput, Conflict, NotFound
from core.laps import Lap
from core.results.card import HeatScore, OrpCard, SideBySide
from core.results.refs import Scope, ScopeKind
from core.scoring.comparison import compare
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    by,
    close_session,
    log,
    start_session,
    statements,
    undoable,
)


async def card(services: Services, person: Person, heat: str | None = None) -> OrpCard:
    found = await services.card.show(by(person), heat)
    assert isinstance(found, OrpCard)
    return found


def told(scores: tuple[HeatScore, ...]) -> list[tuple[str, float | None, bool, float | None]]:
    return [(past.heat.name, past.score, past.rejected, past.change) for past in scores]


# The last heats


async def test_a_card_has_the_scores_up_to_its_heat(services: Services) -> None:
    await start_session(services)
    first = (await log(services, ANN, "20.1 21.9", heat="Q1", class_name="Buggy")).run.orp
    await log(services, ANN, "20.1 20.2", heat="Q2", confidence=2, note="soft springs")
    await log(services, ANN, "20.1", heat="Q3")
    await log(services, BEN, "20.1 20.2", heat="Q3", class_name="Buggy")
    await log(services, ANN, "20.1 20.4", heat="Q1", class_name="Truggy")
    logged = await log(services, ANN, "20.1 20.3", "Q4", "Buggy", note="35wt rear")
    last = logged.run.orp
    assert first is not None
    assert last is not None
    shown = await card(services, ANN, "Q4")
    gain = round(last.orp_score - first.orp_score, 1)
    assert told(shown.last_heats) == [
        ("Q1", first.orp_score, False, None),
        ("Q2", None, True, None),
        ("Q3", None, False, None),
        ("Q4", last.orp_score, False, gain),
    ]
    assert shown.run.change == gain > 0
    assert [past.note for past in shown.last_heats] == [None, "soft springs", None, "35wt rear"]
    assert shown.last_heats[-1].heat == shown.heat
    # An earlier heat's card ends with itself.
    earlier = await card(services, ANN, "Q2")
    assert earlier.last_heats == shown.last_heats[:2]


async def test_a_card_has_six_heats_at_most_the_newest(services: Services) -> None:
    await start_session(services)
    for number in range(1, 9):
        await log(services, ANN, f"20.1 20.{number}", heat=f"Q{number}")
    shown = await card(services, ANN)
    assert [past.heat.name for past in shown.last_heats] == ["Q3", "Q4", "Q5", "Q6", "Q7", "Q8"]
    assert shown.last_heats[0].change is not None
    assert shown.last_heats[0].change < 0


async def test_a_session_card_has_the_heats_of_every_class(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.9", heat="Q1", class_name="Buggy")
    await log(services, ANN, "25.1 25.2", heat="Q1", class_name="Truggy")
    await log(services, ANN, "20.1 20.2", heat="Q2", class_name="Buggy")
    scores = (await card(services, ANN, "all")).last_heats
    assert [past.heat.label for past in scores] == ["Buggy Q1", "Truggy Q1", "Buggy Q2"]
    buggy, truggy, second = scores
    assert buggy.score is not None
    assert second.score is not None
    assert (buggy.change, truggy.change) == (None, None)
    assert second.change == round(second.score - buggy.score, 1)


async def test_heats_whose_laps_are_gone_and_those_of_other_sessions_are_none(
    services: Services,
) -> None:
    await start_session(services, name="Yesterday")
    await log(services, ANN, heat="Q1")
    await close_session(services, ANN)
    await start_session(services)
    gone = await log(services, ANN, heat="Q1")
    await log(services, BEN, heat="Q1")
    await log(services, ANN, heat="Q2")
    await services.undo.take_back(by(ANN), undoable(gone))
    assert [past.heat.name for past in (await card(services, ANN)).last_heats] == ["Q2"]


async def test_the_last_heats_take_one_query(database: Database, services: Services) -> None:
    await log(services, ANN, heat="Q1")

    async def look() -> int:
        with statements(database) as seen:
            await card(services, ANN, "Q1")
        return len(seen)

    alone = await look()
    for number in range(2, 9):
        await log(services, ANN, heat=f"Q{number}")
    with statements(database) as seen:
        await card(services, ANN, "Q8")
    assert len(seen) == alone


# Side by side


async def beside(
    services: Services,
    person: Person,
    other: Person,
    heat: str | None = None,
    racer: Person | None = None,
) -> SideBySide:
    return await services.card.side_by_side(by(person), other, heat, racer)


async def test_the_latest_heat_both_drove_in(services: Services) -> None:
    await start_session(services)
    for heat in ("Q1", "Q2"):
        await log(services, ANN, "20.3 20.4 20.8", heat=heat)
        await log(services, BEN, "20.3 20.52 21.61", heat=heat)
    await log(services, ANN, heat="Q3")
    found = await beside(services, ANN, BEN)
    assert found.heat is not None
    assert (found.heat.name, found.session.name) == ("Q2", "Club Race")
    assert (found.first.racer, found.second.racer) == (ANN, BEN)
    assert gap_words(found.comparison) == "0.31 s a lap faster"
    assert parts_words(found.comparison) == "0.12 pace, 0.19 mistakes"
    assert found.first == (await card(services, ANN, "Q2")).run
    by_name = await beside(services, ANN, BEN, "q1")
    assert by_name.heat is not None
    assert by_name.heat.name == "Q1"
    for_other = await beside(services, CLEO, ANN, "Q2", racer=BEN)
    assert (for_other.first, for_other.second) == (found.second, found.first)


async def test_the_whole_session_side_by_side(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await log(services, ANN, "20.3 20.4", heat="Q2")
    await log(services, BEN, "10.6 14.1 14.0 14.2", heat="Q3")
    found = await beside(services, ANN, BEN, "all")
    assert found.heat is None
    assert [lap.number for lap in found.first.laps] == [1, 2, 3, 4]
    assert found.comparison == compare(
        [Lap(number, time) for number, time in enumerate((20_100, 20_200, 20_300, 20_400), 1)],
        [Lap(number, time) for number, time in enumerate((14_100, 14_000, 14_200), 2)],
    )


async def test_what_cannot_be_compared_is_told_in_a_sentence(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    with pytest.raises(NotFound, match=r"^Ben has no laps that count in Club Race; both need some"):
        await beside(services, ANN, BEN)
    with pytest.raises(NotFound, match=r"^Ben has no laps that count in Q1; both need some"):
        await beside(services, BEN, ANN, "Q1")
    logged = await log(services, BEN, "20.1", heat="Q2")
    with pytest.raises(NotFound, match="Ann and Ben have not driven in the same heat of Club Race"):
        await beside(services, ANN, BEN)
    assert (await beside(services, ANN, BEN, "all")).heat is None
    with pytest.raises(NotFound, match="no such heat"):
        await beside(services, ANN, BEN, "Q9")
    for subject in (None, BEN):
        with pytest.raises(BadInput, match="same racer on both sides"):
            await beside(services, BEN, BEN, racer=subject)
    await services.lap_entry.set_lap_counts(
        by(BEN), logged.heat.id, racer_id=BEN.user_id, lap_number=1, counts=False
    )
    with pytest.raises(NotFound, match="Ben has no laps that count in Club Race"):
        await beside(services, ANN, BEN, "all")


async def test_with_several_sessions_and_none_of_ones_own_it_asks(services: Services) -> None:
    await start_session(services, ANN, "One")
    await start_session(services, BEN, "Two")
    with pytest.raises(Conflict, match="Race here"):
        await beside(services, CLEO, BEN)


async def test_what_was_shared_is_found_by_its_ids(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2", heat="Q1")
    await log(services, BEN, "20.3 20.4", heat="Q1")
    scores, both = services.card, {"racer_id": ANN.user_id, "other_id": BEN.user_id}
    heat = await scores.side_by_side_of(by(CLEO), Scope(ScopeKind.HEAT, logged.heat.id), **both)
    # What is shared is read by everybody, and so it names its session.
    assert heat == replace(await beside(services, ANN, BEN, "Q1"), is_here=False)
    whole = await scores.side_by_side_of(
        by(CLEO), Scope(ScopeKind.SESSION, logged.session.id), **both
    )
    assert whole == replace(await beside(services, ANN, BEN, "all"), is_here=False)
    for both in ({"racer_id": ANN.user_id, "other_id": 999}, {"racer_id": 999, "other_id": 101}):
        with pytest.raises(NotFound, match="no laps any more"):
            await scores.side_by_side_of(by(CLEO), Scope(ScopeKind.HEAT, logged.heat.id), **both)
        with pytest.raises(NotFound, match="no laps any more"):
            await scores.side_by_side_of(
                by(CLEO), Scope(ScopeKind.SESSION, logged.session.id), **both
            )
