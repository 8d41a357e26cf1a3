"""The form: a run written again at once or not at all, and taken back whole."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.commands import RenameHeat
from core.database import Database
from core.errors import BadInput, Conflict, NotAllowed, NotFound, RacerError
from core.models import Entry, Heat, RunLog
from core.results.run_written import RunWritten
from core.services.form import ChangedMeanwhile
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    EVEN,
    FROM_THE_GRID,
    RIVALS,
    by,
    close_session,
    count,
    edit,
    everything,
    filled,
    laps_of,
    log,
    save_form,
    set_crew_role,
    start_heat,
    start_session,
    times,
    undoable,
)


async def test_the_form_shows_a_run_and_stores_it_as_corrected(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, FROM_THE_GRID, "Q1", "Buggy", note="35wt")
    form = await services.form.open(by(ANN))
    assert (form.heat_id, form.heat, form.note) == (logged.heat.id, "Buggy Q1", "35wt")
    assert form.laps.splitlines() == ["x 10.600", "14.100", "14.000", "14.200"]
    edited = await save_form(
        services, by(ANN), filled(form, laps="x 10.6\n14.1\nx 41.0\n14.2\n14.3", note="40wt")
    )
    assert [(lap.number, lap.time_ms, lap.counts) for lap in edited.run.laps] == [
        (1, 10_600, False),
        (2, 14_100, True),
        (3, 41_000, False),
        (4, 14_200, True),
        (5, 14_300, True),
    ]
    assert (edited.run.note, edited.laps_before) == ("40wt", 4)
    assert edited.entry_id is not None
    undone = await services.undo.take_back(by(ANN), undoable(edited))
    assert (undone.laps_removed, undone.laps_restored) == (5, 4)
    again = await services.form.open(by(ANN))
    assert again == form
    assert undone.run == logged.run
    await services.undo.take_back(by(ANN), undoable(logged))
    assert await count(database, Entry) == 0
    assert await count(database, Heat) == 0


async def decide_on_first(services: Services, logged: RunWritten, *, counts: bool) -> None:
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=counts
    )


@pytest.mark.parametrize(
    "laps",
    [
        "10.6\n14.1\n14.0\n14.2",
        "10.7\n14.1\n14.0\n14.2",
        "10.7\n14.1\n14.0\n14.2\n14.3",
        "10.7\n14.1\n14.0\n14.5\n14.2",
        "10.6\n14.1\n14.0\n14.2\n14.3",
    ],
)
async def test_a_lap_1_that_was_counted_still_counts_after_the_form(
    services: Services, laps: str
) -> None:
    logged = await log(services, ANN, FROM_THE_GRID)
    await decide_on_first(services, logged, counts=True)
    edited = await edit(services, ANN, laps=laps)
    assert edited.run.laps[0].counts
    assert not edited.first_crossing
    assert (await log(services, ANN, "14.1")).run.laps[0].counts


async def test_a_lap_1_that_was_left_out_stays_left_out_after_the_form(services: Services) -> None:
    logged = await log(services, ANN, EVEN)
    await decide_on_first(services, logged, counts=False)
    form = await services.form.open(by(ANN))
    edited = await edit(services, ANN, laps=form.laps.replace("x 20.100", "x 20.150", 1) + "\n20.9")
    assert not edited.run.laps[0].counts
    assert not (await log(services, ANN, "20.1")).run.laps[0].counts


async def test_another_lap_1_is_looked_at_afresh(services: Services) -> None:
    logged = await log(services, ANN, "14.3 14.1 14.0 14.2")
    await decide_on_first(services, logged, counts=True)
    edited = await edit(services, ANN, laps="10.6\n14.3\n14.1\n14.0\n14.2")
    assert [lap.counts for lap in edited.run.laps] == [False, True, True, True, True]
    # Once it is gone the lap behind it is lap 1 again, decided on as before.
    edited = await edit(services, ANN, laps="14.3\n14.1\n14.0\n14.2")
    assert edited.run.laps[0].counts
    corrected = await edit(services, ANN, laps="10.6\n14.1\n14.0\n14.2")
    assert corrected.run.laps[0].counts


async def test_a_lap_1_that_nobody_decided_on_is_looked_at_again(services: Services) -> None:
    await log(services, ANN, FROM_THE_GRID)
    edited = await edit(services, ANN, laps="x 10.7\n14.1\n14.0\n14.2")
    assert not edited.run.laps[0].counts
    shorter = await edit(services, ANN, laps="x 10.7\n14.1")
    assert shorter.run.laps[0].counts, "too few laps for a run to the loop"


async def test_a_mark_is_a_decision_and_its_absence_is_one_too(services: Services) -> None:
    await log(services, ANN, FROM_THE_GRID, "Q1")
    edited = await edit(services, ANN, laps="10.6\n14.1\n14.0\n14.2")
    assert edited.run.laps[0].counts
    assert (await log(services, ANN, "14.1 14.2")).run.laps[0].counts, "looked at again"
    edited = await edit(services, ANN, laps="x 14.0\n14.1\n14.0\n14.2")
    assert not edited.run.laps[0].counts
    assert not (await log(services, ANN, "14.1")).run.laps[0].counts


async def test_a_first_crossing_that_comes_with_an_edit_is_told(services: Services) -> None:
    await log(services, ANN, "14.1 14.0 14.2", "Q1")
    edited = await edit(services, ANN, laps="10.6\n14.1\n14.0\n14.2")
    assert edited.first_crossing
    assert not (await edit(services, ANN, note="soft")).first_crossing


async def test_laps_that_stay_keep_what_is_known_of_them(services: Services) -> None:
    first = await log(services, ANN, "20.1 20.2 20.3", "Q1", confidence=4)
    second = await log(services, ANN, "20.4 20.5", "Q1", confidence=2)
    edited = await edit(services, ANN, laps="20.1\n20.3\n20.4\n20.55")
    assert edited.run.confidence == 2
    exported = await services.session.export(by(ANN))
    ratings = [row.split(",") for row in exported.content.splitlines()]
    column = ratings[0].index("confidence_rating")
    assert [row[column] for row in ratings[1:]] == ["4", "4", "2", ""]
    # Older entries wait until the edit is taken back.
    for entry in (first, second):
        with pytest.raises(NotAllowed):
            await services.undo.take_back(by(ANN), undoable(entry))
    assert edited.entry_id is not None
    await services.undo.take_back(by(ANN), undoable(edited))
    assert (await services.undo.take_back(by(ANN), undoable(second))).laps_removed == 2


async def test_laps_changed_meanwhile_are_not_overwritten(
    database: Database, services: Services
) -> None:
    await log(services, ANN, "20.1 20.2", "Q1")
    form = await services.form.open(by(ANN))
    for change in (
        log(services, ANN, "20.3"),
        edit(services, ANN, laps="x 20.1\n20.2\n20.3"),
        edit(services, ANN, note="soft"),
        services.heat.rename(by(ANN), RenameHeat("Q1", "Q2")),
    ):
        await change
        before = await everything(database)
        with pytest.raises(ChangedMeanwhile):
            await save_form(services, by(ANN), filled(form, laps="20.1"))
        assert await everything(database) == before
        form = await services.form.open(by(ANN))


async def test_what_was_refused_is_kept_and_saved_over_what_stands_when_that_was_told(
    services: Services,
) -> None:
    await log(services, ANN, "20.1 20.2", "Q1")
    typed = "20.1\n20.25"
    command = filled(await services.form.open(by(ANN)), laps=typed, note="soft\x00")
    await log(services, ANN, "20.3")
    with pytest.raises(ChangedMeanwhile) as refused:
        await save_form(services, by(ANN), command)
    draft_id = await services.form.keep(by(ANN), command, refused.value)
    for other in (by(BEN), by(BEN, manager=True), by(ANN, team=RIVALS)):
        with pytest.raises(NotFound):
            await services.form.open_again(other, draft_id)
    again = await services.form.open_again(by(ANN), draft_id)
    assert (again.laps, again.note) == (typed, "soft\x00")
    assert times(await save_form(services, by(ANN), filled(again))) == [20_100, 20_250]


async def test_who_was_told_of_a_bad_line_does_not_overwrite_what_came_since(
    services: Services,
) -> None:
    await log(services, ANN, "20.1 20.2", "Q1")
    command = filled(await services.form.open(by(ANN)), laps="20.1\noops")
    await log(services, ANN, "20.3")
    with pytest.raises(BadInput, match="Line 2: “oops”") as refused:
        await save_form(services, by(ANN), command)
    draft_id = await services.form.keep(by(ANN), command, refused.value)
    again = await services.form.open_again(by(ANN), draft_id)
    with pytest.raises(ChangedMeanwhile):
        await save_form(services, by(ANN), filled(again, laps="20.1"))


async def test_a_draft_is_no_command_of_another_kind(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2", "Q1")
    command = filled(await services.form.open(by(ANN)))
    draft_id = await services.form.keep(by(ANN), command, RacerError("no"))
    with pytest.raises(NotFound):
        await services.lap_entry.answer(by(ANN), draft_id, str(logged.session.id))


async def test_without_any_lap_the_run_goes_and_undo_brings_it_back(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2 20.3", "Q1", confidence=4, note="soft")
    edited = await edit(services, ANN, laps=" \n")
    assert (edited.run.laps, edited.laps_before) == ((), 3)
    assert edited.entry_id is not None
    undone = await services.undo.take_back(by(ANN), undoable(edited))
    assert (undone.run, undone.laps_restored) == (logged.run, 3)


async def test_what_is_saved_unchanged_changes_nothing(
    database: Database, services: Services
) -> None:
    await log(services, ANN, FROM_THE_GRID, "Q1", note="soft")
    before = await everything(database)
    assert (await edit(services, ANN)).entry_id is None
    assert await everything(database) == before


async def test_the_empty_form_is_the_place_to_paste(services: Services) -> None:
    form = await services.form.open(by(ANN))
    assert (form.heat_id, form.heat, form.laps) == (None, "P1", "")
    pasted = "\n".join(f"{number}. 20.{number}" for number in range(1, 10))
    edited = await save_form(services, by(ANN), filled(form, laps=pasted, note="soft"))
    assert (edited.heat.label, edited.opened_heat, edited.opened_session) == ("P1", True, True)
    assert times(edited)[:2] == [20_100, 20_200]
    assert edited.entry_id is not None
    undone = await services.undo.take_back(by(ANN), undoable(edited))
    assert (undone.heat_removed, undone.session_removed) == (True, True)


async def test_a_heat_that_got_laps_meanwhile_is_not_pasted_over(services: Services) -> None:
    await start_heat(services, ANN, "Q1")
    empty, new = await services.form.open(by(ANN)), await services.form.open(by(ANN), "Q2")
    await log(services, ANN, "20.1", "Q1")
    await log(services, ANN, "20.1", "Q2")
    for form in (empty, new):
        with pytest.raises(Conflict):
            await save_form(services, by(ANN), filled(form, laps="20.2"))


@pytest.mark.parametrize("laps", ["", "\n \n"])
async def test_an_empty_form_without_laps_is_refused(services: Services, laps: str) -> None:
    await start_heat(services, ANN, "Q1")
    for heat in ("Q1", "Q2"):
        with pytest.raises(BadInput, match="no laps"):
            await edit(services, ANN, of=heat, laps=laps, note="soft")


async def test_without_a_heat_it_is_the_open_one_or_the_last_driven(services: Services) -> None:
    await log(services, ANN, "20.1", "Q1")
    await services.heat.finish(by(ANN), "Q1")
    assert (await services.form.open(by(ANN))).laps == "20.100", "the last driven"
    await start_heat(services, BEN, "Q2")
    assert (await services.form.open(by(ANN))).heat == "Q2", "the place to paste"
    await log(services, ANN, "20.2")
    assert (await services.form.open(by(ANN))).laps == "20.200"
    await close_session(services, ANN)
    assert (await services.form.open(by(ANN))).laps == "20.200", "also when the day is over"


async def test_crew_gives_laps_to_the_racer_who_drove_them(services: Services) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    logged = await log(services, ANN, "20.1 20.2", "Q1", confidence=4, note="soft")
    edited = await edit(services, crew, of="Q1", whose=ANN, racer=BEN)
    assert (edited.run.racer, edited.was_of, edited.for_other) == (BEN, ANN, True)
    assert (edited.run.confidence, edited.run.note) == (4, "soft")
    assert await laps_of(services, "Q1") == ""
    assert edited.entry_id is not None
    for somebody in (ANN, BEN):
        with pytest.raises(NotAllowed):
            await services.undo.take_back(by(somebody), undoable(edited))
    undone = await services.undo.take_back(crew, undoable(edited))
    assert (undone.run, undone.laps_restored) == (logged.run, 2)
    assert await laps_of(services, "Q1", BEN) == ""


async def test_a_racer_who_is_new_comes_with_the_form(services: Services) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    await start_heat(services, CLEO, "Q1")
    form = await services.form.open(crew, "Q1", BEN)
    with pytest.raises(NotFound):
        await save_form(services, crew, filled(form, laps="20.1"))
    edited = await save_form(services, crew, filled(form, laps="20.1", racer=BEN))
    assert (edited.run.racer, edited.was_of) == (BEN, None)


async def test_only_crew_edits_and_gives_away_what_is_not_theirs(
    database: Database, services: Services
) -> None:
    await set_crew_role(services)
    logged = await log(services, ANN, "20.1 20.2", "Q1")
    form = await services.form.open(by(ANN))
    await log(services, BEN, "20.3", "Q1")
    before = await everything(database)
    for caller in (by(BEN), by(CLEO)):
        with pytest.raises(NotAllowed):
            await services.form.open(caller, "Q1", ANN)
        with pytest.raises(NotAllowed):
            await save_form(services, caller, filled(form, laps="20.1"))
        with pytest.raises(NotAllowed):
            await services.form.remove_repeats(caller, undoable(logged))
    with pytest.raises(NotAllowed):
        await save_form(services, by(ANN), filled(form, racer=BEN))
    for reach in (
        services.form.open(by(ANN, team=RIVALS), str(logged.heat.id)),
        save_form(services, by(ANN, team=RIVALS), filled(form, laps="20.1")),
        services.form.remove_repeats(by(ANN, team=RIVALS), undoable(logged)),
    ):
        with pytest.raises(NotFound):
            await reach
    assert await everything(database) == before


async def test_ones_own_run_is_ones_own_whoever_has_typed_it(services: Services) -> None:
    await set_crew_role(services)
    await start_session(services)
    await log(services, by(CLEO, crew=True), "20.1 20.2", "Q1", racer=ANN)
    assert times(await edit(services, ANN, of="Q1", laps="20.1")) == [20_100]


async def test_the_form_holds_600_laps(services: Services) -> None:
    await log(services, ANN, " ".join(["65.123"] * 600), "Q1")
    form = await services.form.open(by(ANN))
    edited = await save_form(services, by(ANN), filled(form, laps=form.laps + "0"))
    assert len(edited.run.laps) == 600
    await log(services, ANN, "65.1")
    with pytest.raises(BadInput, match="601"):
        await services.form.open(by(ANN))
    with pytest.raises(BadInput, match="601 laps"):
        await edit(services, ANN, of="Q2", laps="65.123\n" * 601)


async def test_repeats_are_removed_once_and_undo_brings_them_back(services: Services) -> None:
    await log(services, ANN, "20.1 20.2 20.3", "Q1", confidence=5)
    logged = await log(services, ANN, "20.1 20.2 20.3 20.4")
    assert logged.repeated
    removed = await services.form.remove_repeats(by(ANN), undoable(logged))
    assert times(removed) == [20_100, 20_200, 20_300, 20_400]
    assert (removed.laps_before, removed.run.confidence) == (7, 5)
    with pytest.raises(Conflict):
        await services.form.remove_repeats(by(ANN), undoable(logged))
    assert removed.entry_id is not None
    undone = await services.undo.take_back(by(ANN), undoable(removed))
    assert undone.run == logged.run
    assert times(await services.form.remove_repeats(by(ANN), undoable(logged))) == times(removed)


async def test_an_odd_lap_that_was_typed_is_pointed_at(services: Services) -> None:
    await log(services, ANN, "20.1 20.2 20.3 20.4", "Q1")
    edited = await edit(services, ANN, laps="20.1\n20.2\n203.0\n20.4")
    assert edited.doubtful == (3,)
    assert (await edit(services, ANN, laps="20.1\n20.2\nx 203.0\n20.4")).doubtful == ()


async def test_a_finished_heats_post_follows(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1 20.2", "Q1")
    await services.heat.finish(by(ANN), "Q1")
    post = await services.outbox.claim()
    assert post is not None
    await services.outbox.shown(post, channel_id=1, message_id=2)
    edited = await edit(services, ANN, laps="20.1")
    assert (edited.heat_is_open, edited.post_follows) == (False, True)
    assert await count(database, RunLog) == 1
