"""Runs written again, and laps found in a message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.render.errors import quote
from bot.render.menu import laps_found
from bot.render.run_written import run_written
from bot.render.text import size
from core.caller import Person
from core.results.menu import LapsFound
from core.results.refs import HeatRef, SessionRef
from core.results.run_written import RunWritten, Way
from tests.bot.render.build import heat, run
from tests.bot.render.checks import assert_fits, assert_harmless
from tests.services.racing import ANN

ID = heat().id
SESSION = SessionRef(ID, "Club Race")
EDITED = RunWritten(
    way=Way.SAVED, heat=heat(), session=SESSION, run=run(), laps_before=5, entry_id=1
)
FOUND = LapsFound(ID, ANN, False, (20_900, 21_400), (), "Q1", SESSION, False, 0, 0)
NASTY = "@everyone ```**_~|"


def lines(edited: RunWritten) -> list[str]:
    return run_written(edited).content.splitlines()


def test_what_saving_the_form_did() -> None:
    assert lines(EDITED)[:2] == ["**Q1** · Club Race", "Saved: 5 laps."]
    assert lines(replace(EDITED, laps_before=4))[1] == "Saved: 5 laps, 4 before."
    assert lines(replace(EDITED, laps_before=0, opened_heat=True))[1:3] == [
        "5 laps stored.",
        "Opened the heat **Q1**.",
    ]
    assert lines(replace(EDITED, entry_id=None))[1] == "Nothing was changed."
    gone = replace(EDITED, run=run(times=()))
    assert lines(gone)[1:] == ["All 5 laps deleted; **Undo** brings them back."]
    moved = replace(EDITED, moved_from=heat("Q2"), was_of=ANN)
    assert lines(moved)[1] == "5 laps moved here from **Q2** and from **Ann**."
    finished = replace(EDITED, heat_is_open=False, post_follows=True)
    assert lines(finished)[-1] == "This heat is finished; its post follows."
    assert lines(replace(EDITED, doubtful=(2,)))[-1].endswith("a typo?")
    assert lines(replace(EDITED, first_crossing=True))[-1].endswith("Count it?")


def test_how_many_repeats_went() -> None:
    shown = run_written(replace(EDITED, way=Way.REPEATS_REMOVED, laps_before=8)).content
    assert "Removed 3 laps that were there already; 5 now." in shown


def test_where_found_laps_would_go() -> None:
    assert laps_found(FOUND).content == (
        "**2 laps**, as I read them:\n20.900  21.400\n**Store** puts them into **Q1** · Club Race."
    )
    behind = replace(FOUND, laps_there=3, repeats=2, left_out=("Q2", "58,59"), for_other=True)
    assert laps_found(behind).content.splitlines() == [
        "**2 laps** of Ann, as I read them:",
        "20.900  21.400",
        "**Store** puts them into **Q1** · Club Race, behind 3 laps.",
        "2 of them repeat laps that are there already: a slip?",
        "Left out: Q2 and 58,59.",
    ]
    assert "opens **Q1** · Club Race" in laps_found(replace(FOUND, opens_heat=True)).content
    assert "opens a session" in laps_found(replace(FOUND, session=None)).content
    assert "first asks where they go" in laps_found(replace(FOUND, heat_label=None)).content


def test_the_longest_fit_and_names_do_no_harm() -> None:
    longest = replace(
        EDITED,
        heat=HeatRef(ID, NASTY * 2, NASTY),
        session=SessionRef(ID, NASTY * 4),
        run=run(NASTY * 4, (999_999,) * 600, note=NASTY * 5),
        for_other=True,
        laps_before=1,
        moved_from=HeatRef(ID, NASTY * 2, NASTY),
        was_of=Person(1, NASTY * 4),
        opened_heat=True,
        heat_is_open=False,
        first_crossing=True,
        doubtful=tuple(range(1, 600)),
    )
    found = replace(
        FOUND,
        racer=Person(1, NASTY * 4),
        for_other=True,
        times_ms=(999_999,) * 600,
        left_out=(NASTY * 20,) * 50,
        heat_label=NASTY * 3,
        session=SessionRef(ID, NASTY * 4),
    )
    for answer in (
        run_written(longest),
        run_written(replace(longest, way=Way.REPEATS_REMOVED)),
        laps_found(found),
    ):
        assert_fits(answer)
        assert_harmless(answer)
    assert "42 more" in laps_found(found).content


@pytest.mark.parametrize("typed", ["20.1\nx 20.2", "```\n@everyone", "<@1> ` x"])
def test_what_was_typed_stands_in_a_code_block(typed: str) -> None:
    shown = quote(typed)
    assert shown is not None
    assert shown.count("```") == 2
    assert "@everyone" not in shown
    assert len(shown.splitlines()) == len(typed.splitlines()) + 2


@pytest.mark.parametrize("character", ["2", "@", "🏎"])
def test_what_is_too_long_for_an_answer_is_not_shown_in_it(character: str) -> None:
    assert quote(character * 8_000) is None
    shown = [quote(character * length) for length in range(300, 1_200, 7)]
    assert None in shown
    assert all(size(text) <= 1_000 for text in shown if text is not None)
