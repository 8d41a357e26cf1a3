"""Answers about sessions, word for word; standings of the largest session within the limits."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given

from bot.render.session import (
    ask_delete_session,
    exported,
    racing_here,
    session_closed,
    session_deleted,
    session_edited,
    session_list,
    session_started,
)
from bot.render.standings import standings
from bot.render.summary import wrap_up
from core.results.heat import Deletion
from core.results.refs import SessionRef
from core.results.session import Export, SessionClosed, SessionList, SessionStarted
from core.results.standings import StandingCell

from .build import CLUB_RACE, ID, cell, class_of, heat, nasty_texts, session, standings_of
from .checks import assert_fits, assert_harmless, description_of, sections_of

NOON_UNIX = 1_777_723_200


def test_a_session_is_started_and_edited() -> None:
    info = replace(session(track="Arena_33"), practice_rounds=3, qualifying_rounds=2, days=2)
    settings = (
        "Arena\\_33 · 2 days · rounds: 3 practice and 2 qualifying · Europe/Berlin\n"
        f"It closes by itself <t:{NOON_UNIX}:f>."
    )
    assert session_started(SessionStarted(info)).content == (
        f"🟢 **Club Race** is open, and your laps go there.\n{settings}"
    )
    assert session_edited(info).content == f"✅ Saved. **Club Race**:\n{settings}"
    timed = replace(info, heat_minutes=5)
    assert " qualifying · 5-minute heats · Europe/Berlin\n" in session_edited(timed).content


def test_a_closed_session_does_not_close_again() -> None:
    assert session_edited(session(is_open=False)).content == (
        "✅ Saved. **Club Race**:\n1 day · Europe/Berlin"
    )


def test_the_list_says_where_the_racer_is() -> None:
    other = replace(session("Old", is_open=False), id=UUID(int=9))
    answer = session_list(SessionList((session(track="Arena"), other), 3, ID))
    assert answer.content == (
        f"🟢 **Club Race** · Arena · <t:{NOON_UNIX}:d> · 2 heats · you race here\n"
        f"🏁 **Old** · <t:{NOON_UNIX}:d> · 2 heats\n"
        "and 3 more"
    )
    assert session_list(SessionList((), 0, None)).content == (
        "No session yet: type /lap with your times and one opens by itself."
    )
    assert_fits(session_list(SessionList((session("_" * 80, track="*" * 80),) * 20, 5, ID)))


def test_other_answers() -> None:
    finished = (heat("Q1"), heat("Q2", "Buggy"))
    assert session_closed(SessionClosed(CLUB_RACE, finished, True, 5, None)).content == (
        "🏁 **Club Race** is closed. Its wrap-up goes to <#5>.\n"
        "Finished with it: **Q1**, **Buggy Q2**."
    )
    assert session_closed(SessionClosed(CLUB_RACE, (), False, 5, None)).content == (
        "🏁 **Club Race** is closed. Nobody drove, so there is no wrap-up."
    )
    assert session_closed(SessionClosed(CLUB_RACE, (), True, 5, "Not in <#5>.")).content == (
        "🏁 **Club Race** is closed, but its wrap-up cannot be posted.\n⚠️ Not in <#5>."
    )
    deletion = Deletion(ID, "Club Race", 1)
    assert ask_delete_session(deletion).content == (
        "Delete **Club Race** with all its heats and 1 lap? There is no way back."
    )
    assert session_deleted(deletion).content == "**Club Race** is deleted, with 1 lap."
    assert racing_here(SessionRef(ID, "A*B")).content == (
        "You race in **A\\*B**: your laps go there from now on."
    )
    assert exported(Export("laps.csv", "", 1_142)).content == "1,142 laps, one a row."
    assert exported(Export("laps.csv", "", 0)).content == (
        "No laps in it yet; the file has only its headings."
    )


def test_standings_put_further_heats_below() -> None:
    heats = ["P1", "P2", "Q1", "Q2", "Q3", "A-Main"]
    rows = {
        "racer-2": [
            None,
            cell(88.6),
            cell(92.7, 4.1, note="35wt rear"),
            cell(90.0, -2.7),
            cell(91.0, 1.0),
            cell(95.1, 4.1),
        ],
        "Maximilian Müller": [
            cell(70.0),
            cell(None, rejected=True),
            cell(81.3, 11.3),
            cell(None),
            cell(80.1, -1.2),
            None,
        ],
        "Tim": [cell(60.0), None, None, None, None, None],
    }
    answer = standings(standings_of(class_of(heats, rows), is_own=True))
    assert answer.content == "**Club Race** · open · you race here"
    assert description_of(answer) == (
        "```\n"
        "                P1    P2\n"
        "racer-2          –  88.6\n"
        "Maximilian…   70.0  rej.\n"
        "Tim           60.0     –\n"
        "20.812\n"
        "\n"
        "                Q1    Q2    Q3 A-Ma…\n"
        "racer-2       92.7  90.0  91.0  95.1\n"
        "20.812        ▲4.1  ▼2.7  ▲1.0  ▲4.1\n"
        "Maximilian…   81.3    <2  80.1     –\n"
        "20.812       ▲11.3        ▼1.2\n"
        "```\n"
        "rej. = not sure of the car · <2 = needs 2 laps"
    )
    assert sections_of(answer) == {"Notes": "Q1 ▲4.1 · 35wt rear (racer-2)"}


def test_who_left_early_keeps_a_score_in_a_large_team() -> None:
    heats = [f"Q{number}" for number in range(1, 9)]
    gone: list[StandingCell | None] = [cell(80.0), *[None] * 7]
    rows: dict[str, list[StandingCell | None]] = {}
    rows |= {f"stays-{number}": [cell(90.0, 0.1)] * 8 for number in range(8)}
    rows |= {f"left-{number:02}": gone for number in range(33)}
    text = description_of(standings(standings_of(class_of(heats, rows))))
    assert "left-00 80.0" in text
    newest = text.rpartition("\n\n")[2]
    assert "left-" not in newest


def test_standings_say_how_long_heats_last() -> None:
    whole = standings_of(class_of(["Q1"], {"Max": [cell()]}), is_own=True)
    timed = replace(whole, session=replace(session(), heat_minutes=10))
    assert standings(timed).content == ("**Club Race** · open · 10-minute heats · you race here")


def test_standings_without_laps() -> None:
    empty = replace(standings_of(is_own=True), session=session(is_open=False))
    assert standings(empty).content == (
        "**Club Race** · closed\nNo laps yet: type /lap with your times."
    )


@pytest.mark.parametrize("classes", [1, 2, 3])
@pytest.mark.parametrize(
    "name", ["racer-{:02}", "日本の友達の名前{:02}", "👨\u200d👩\u200d👧{:02}"]
)
def test_forty_racers_in_twelve_heats_fit(name: str, classes: int) -> None:
    cells = [cell(99.9, -10.1, note="@everyone " * 9, lost_ms=12_345)] * 12
    heats = [f"Qualifier {number}" for number in range(1, 13)]
    of_class = class_of(heats, {name.format(racer): cells for racer in range(40)}, "Buggy")
    result = standings_of(*[of_class] * classes)
    result = replace(result, session=session(track="Arena"))
    beaten = tuple(
        replace(of, rows=tuple(replace(row, best_before_ms=21_034) for row in of.rows))
        for of in result.classes
    )
    result = replace(result, classes=beaten)
    for answer in (standings(result), standings(result, 2), wrap_up(result)):
        assert_fits(answer)
        assert_harmless(answer)
        assert "Notes" in sections_of(answer)
    assert "earlier heat" in description_of(standings(standings_of(of_class))) or classes > 1


def test_the_newest_heats_are_shown_first() -> None:
    heats = [f"Q{number}" for number in range(1, 13)]
    rows = {f"racer-{number:02}": [cell(90.0, 0.1)] * 12 for number in range(25)}
    text = description_of(standings(standings_of(class_of(heats, rows))))
    assert text.startswith("```\n2 earlier heats: /session export\n\n")
    assert "  Q8   Q9  Q10  Q11  Q12\n" in text
    assert "racer-24" in text


def test_a_large_team_comes_in_pages_across_its_classes() -> None:
    buggy = {f"B{number:02}": [cell(90.0), None] for number in range(1, 31)}
    truggy = {f"T{number:02}": [None, cell(80.0, note="35wt")] for number in range(1, 11)}
    whole = standings_of(
        class_of(["Q1", "Q2"], buggy, "Buggy"), class_of(["Q1", "Q2"], truggy, "Truggy")
    )
    first, second = standings(whole, 1), standings(whole, 2)
    assert re.findall(r"^[BT]\d\d", description_of(first), re.MULTILINE) == list(buggy)[:20]
    assert re.findall(r"^[BT]\d\d", description_of(second), re.MULTILINE) == [
        *list(buggy)[20:],
        *truggy,
    ]
    # A heat that nobody on the page has driven would be an empty column.
    assert "Q2" not in description_of(first)
    assert "Truggy" not in description_of(first)
    assert "Notes" not in sections_of(first)
    assert "Notes" in sections_of(second)
    assert first.embed is not None
    assert first.embed.footer.text == "Racers 1–20 of 40"
    assert standings(whole, 7) == second
    small = standings(standings_of(class_of(["Q1"], {"Max": [cell()]})))
    assert small.embed is not None
    assert small.embed.footer.text is None


@given(nasty_texts, nasty_texts, nasty_texts)
def test_standings_are_harmless(name: str, class_name: str, note: str) -> None:
    result = standings_of(
        class_of([name, note], {name: [cell(50.0, 1.0, note=note), None]}, class_name)
    )
    answer = standings(replace(result, session=session(name, track=note)))
    assert_fits(answer)
    assert_harmless(answer)


@given(nasty_texts, nasty_texts)
def test_settings_are_harmless(name: str, track: str) -> None:
    info = session(name, track=track)
    for answer in (
        session_started(SessionStarted(info)),
        session_list(SessionList((info,), 0, None)),
        session_closed(SessionClosed(SessionRef(ID, name), (heat(track, name),), True, 5, name)),
        ask_delete_session(Deletion(ID, name, 1)),
    ):
        assert_fits(answer)
        assert_harmless(answer)


def test_how_sure_scores_are_is_told_where_the_heats_still_fit_beside_one_another() -> None:
    rows = {
        "Max": [cell(88.6, error=4.4), cell(92.7, 4.1, error=1.0, has_moved=False)],
        "Eva": [cell(80.0), cell(None, rejected=True)],
        "Tim": [cell(99.0, error=2.0, is_short=True), cell(100.0, 11.4, error=12.0)],
    }
    text = description_of(standings(standings_of(class_of(["Q1", "Q2"], rows))))
    assert text.startswith(
        "```\n"
        "              Q1        Q2\n"
        "Max      88.6 ±4   92.7 ±1\n"
        "20.812                +4.1\n"
        "Eva      80.0 ±?      rej.\n"
        "20.812\n"
        "Tim       (99.0) 100.0 ±12\n"
        "20.812               ▲11.4\n"
        "```\n"
    )
    four = {name: cells * 2 for name, cells in rows.items()}
    assert "±" not in description_of(
        standings(standings_of(class_of(["Q1", "Q2", "Q3", "Q4"], four)))
    )
