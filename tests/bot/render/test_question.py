"""Answers to ``/lap`` and its buttons, word for word."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from bot.render.answer import Answer
from bot.render.question import left_alone, question, together
from bot.render.run_written import run_written
from core.laps import Lap
from core.results.heat import RacerRun
from core.results.question import Asks, Question
from core.results.refs import HeatRef, SessionRef
from core.results.run_written import NewBest, RunWritten, Way
from tests.bot.render.build import heat

from .build import CLUB_RACE, ID, STEADY, logged, nasty_texts, run
from .checks import assert_fits, assert_harmless

STANDING = "Best **20.850** · average 20.979 · ORP **99.5** (confidence not rated)"


def taken_back(
    driven: RacerRun,
    removed: int,
    restored: int = 0,
    *,
    heat_removed: bool = False,
    session_removed: bool = False,
) -> RunWritten:
    """What Undo tells of a run."""
    return RunWritten(
        way=Way.TAKEN_BACK,
        heat=heat(),
        session=CLUB_RACE,
        run=driven,
        laps_removed=removed,
        laps_restored=restored,
        heat_removed=heat_removed,
        session_removed=session_removed,
    )


def decided(lap: Lap) -> RunWritten:
    """What a decision on a lap tells."""
    return RunWritten(way=Way.DECIDED, heat=heat(), session=CLUB_RACE, run=run(), lap=lap)


def test_one_lap_of_a_run() -> None:
    assert run_written(logged(run(), new=1)).content == (
        f"**Q1** · Club Race · lap 5\n20.850\n{STANDING}"
    )


def test_many_laps_with_confidence_and_note() -> None:
    answer = run_written(logged(run(confidence=4, note="35wt rear")))
    assert answer.content == (
        "**Q1** · Club Race · laps 1–5\n"
        "20.912  21.044  20.987  21.101  20.850\n"
        "Best **20.850** · average 20.979 · ORP **99.5** (confidence 4/5)\n"
        "Note: 35wt rear"
    )


def test_a_single_lap_has_no_score_yet() -> None:
    answer = run_written(logged(run(times=(62_345,))))
    assert answer.content == (
        "**Q1** · Club Race · lap 1\n"
        "1:02.345\n"
        "Best **1:02.345** · average 1:02.345 · ORP needs 2 laps"
    )


def test_a_failed_gate_is_told_in_its_own_words() -> None:
    assert run_written(logged(run(confidence=2))).content.endswith(
        "Best **20.850** · average 20.979\nRejected · not sure of the car (2/5)"
    )


def test_the_very_first_answer_explains_the_bot_in_one_line() -> None:
    first = replace(
        logged(run(times=(10_600, *STEADY), left_out=(1,))),
        opened_heat=True,
        opened_session=True,
        first_crossing=True,
        welcome=True,
    )
    assert run_written(first).content == (
        "**Q1** · Club Race · laps 1–6\n"
        "~~10.600~~  20.912  21.044  20.987  21.101  20.850\n"
        f"{STANDING}\n"
        "Opened the session **Club Race** and its first heat.\n"
        "Lap 1 (10.600) looks like the run to the loop and does not count. Count it?\n"
        "👋 Type a run like `/lap times: 58.234 58.1 58.3`. **ORP** (Optimal Race Pace, 0 to 100) "
        "tells how well you repeat your pace. **Finish heat** posts it for all."
    )


def test_laps_for_another_racer_in_a_heat_somebody_finished() -> None:
    result = replace(
        logged(run("Max_M"), new=1), for_other=True, heat_is_open=False, finished_by="Eva"
    )
    assert run_written(result).content == (
        "For **Max\\_M** · **Q1** · Club Race · lap 5\n"
        "20.850\n"
        f"{STANDING}\n"
        "Eva had finished this heat; its post does not change."
    )


def test_where_the_laps_went_is_said_when_it_may_surprise() -> None:
    opened = run_written(replace(logged(run()), opened_heat=True))
    assert opened.content.endswith("\nOpened the heat **Q1**.")
    finished = run_written(replace(logged(run()), heat_is_open=False))
    assert finished.content.endswith("\nThis heat is finished; its post does not change.")


def test_odd_laps_are_pointed_at() -> None:
    def notes(*times: int, doubtful: tuple[int, ...] = (), repeated: tuple[int, ...] = ()) -> str:
        result = replace(logged(run(times=times)), doubtful=doubtful, repeated=repeated)
        return run_written(result).content.partition("rated)\n")[2]

    assert notes(20_900, 20_950, 5_810, doubtful=(3,)) == "Lap 3 is 5.810: a typo?"
    assert (
        notes(5_810, 20_950, 99_000, doubtful=(1, 3)) == "Laps 1 (5.810) and 3 (1:39.000): typos?"
    )
    assert notes(*STEADY, *STEADY, repeated=(6, 7, 8)) == (
        "Laps 6–8 repeat laps that were there already: a slip? "
        "**Remove repeats** takes only these away."
    )
    assert notes(*STEADY, *STEADY, repeated=(1, 2, 3, 6, 7, 8)) == (
        "6 of these laps repeat laps that were there already: a slip? "
        "**Remove repeats** takes only these away."
    )
    many = notes(*range(100, 110), doubtful=tuple(range(1, 9)))
    assert many.endswith("5 (0.104) and 3 more: typos?")


def test_a_personal_best_is_told_when_it_was_just_driven() -> None:
    at_track = replace(logged(run(), new=1), new_best=NewBest(20_850, 61_034, "Arena_33"))
    assert run_written(at_track).content.endswith(
        "⭐ Your best at Arena\\_33: 20.850 (was 1:01.034)"
    )
    of_session = replace(logged(run(), new=1), new_best=NewBest(20_850, 20_912, None))
    assert run_written(of_session).content.endswith(
        "⭐ Your best of the session: 20.850 (was 20.912)"
    )
    for_other = run_written(replace(of_session, for_other=True))
    assert for_other.content.endswith("⭐ Their best of the session: 20.850 (was 20.912)")
    # The star in the tables is that of the heat; these laps have not brought it.
    assert "⭐" not in run_written(logged(run(best=True), new=1)).content


def test_six_hundred_laps_show_their_beginning_and_end() -> None:
    answer = run_written(logged(run(times=(62_345,) * 600, left_out=range(1, 601))))
    assert_fits(answer)
    assert answer.content.split("\n") == [
        "**Q1** · Club Race · laps 1–600",
        "  ".join(["~~1:02.345~~"] * 20 + ["… 570 more …"] + ["~~1:02.345~~"] * 10),
        "No lap counts.",
    ]


@given(nasty_texts, nasty_texts, nasty_texts, nasty_texts)
def test_no_name_or_note_breaks_the_answer(
    name: str, session_name: str, heat_name: str, note: str
) -> None:
    answer = run_written(
        replace(
            logged(run(name, note=note)),
            heat=HeatRef(ID, heat_name, "Buggy"),
            session=SessionRef(ID, session_name),
            for_other=True,
            finished_by=name,
            heat_is_open=False,
        )
    )
    assert_fits(answer)
    assert_harmless(answer)
    assert answer.content.count("\n") == 3 + bool(note)


def test_the_longest_names_fit() -> None:
    longest = replace(
        logged(run("_" * 80, (62_345,) * 600, note="@" * 100)),
        heat=HeatRef(ID, "*" * 40, "~" * 30),
        session=SessionRef(ID, "`" * 80),
        for_other=True,
        opened_session=True,
        first_crossing=True,
        doubtful=tuple(range(1, 600)),
        repeated=tuple(range(1, 600)),
        welcome=True,
    )
    assert_fits(run_written(longest))


def test_undo_says_what_stands_now() -> None:
    assert run_written(taken_back(run(), 3, restored=2)).content == (
        f"Taken back: 2 laps in **Q1** stand again as before.\n5 laps now. {STANDING}"
    )
    assert run_written(taken_back(run("Max", ()), 1)).content == (
        "Taken back: 1 lap in **Q1**.\nMax has no laps in it now."
    )


def test_undo_says_what_went_with_the_laps() -> None:
    assert run_written(taken_back(run(times=()), 1, heat_removed=True)).content == (
        "Taken back: 1 lap in **Q1**.\nThe heat was opened for it, and is gone too."
    )
    assert run_written(
        taken_back(run(times=()), 1, heat_removed=True, session_removed=True)
    ).content == (
        "Taken back: 1 lap in **Q1**.\n"
        "The heat and its session were opened for it, and are gone too."
    )


def test_a_decision_on_a_lap() -> None:
    assert run_written(decided(Lap(1, 10_600))).content == (
        f"**Q1** · lap 1 (10.600) counts now.\n{STANDING}"
    )
    assert run_written(decided(Lap(1, 10_600, False))).content == (
        f"**Q1** · lap 1 (10.600) does not count now.\n{STANDING}"
    )


def test_a_question_shows_that_nothing_is_lost() -> None:
    asked = Question(ID, Asks.EVENT, "Which *event*?", ("Club Race", "Final"), (58_234, 58_100))
    assert question(asked).content == (
        "**Which \\*event\\*?** 2 laps wait for your pick:\n58.234  58.100"
    )
    assert question(replace(asked, laps_ms=())).content == "**Which \\*event\\*?**"
    assert_fits(question(replace(asked, laps_ms=(58_234,) * 600)))


def test_what_one_pick_settles_is_told_together() -> None:
    assert together([left_alone()]) == left_alone()
    assert together([Answer("one"), Answer("two")]).content == "one\ntwo"
    assert_fits(together([Answer("x" * 1_900)] * 9))
