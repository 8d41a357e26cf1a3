"""Answers about heats, word for word; the table of the largest heat within Discord's limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.heat import (
    ask_delete_heat,
    heat_deleted,
    heat_finished,
    heat_list,
    heat_renamed,
    heat_started,
    heat_table,
)
from core.names import HeatKind
from core.results.heat import Deletion, HeatFinished, HeatInfo, HeatList, HeatRenamed, HeatStarted

from .build import CLUB_RACE, ID, NOON, STEADY, heat, nasty_texts, real_runs, run, table
from .checks import assert_fits, assert_harmless, description_of, sections_of

NOON_UNIX = 1_777_723_200


def test_a_heat_is_started() -> None:
    started = HeatStarted(heat("Q2", "Buggy"), CLUB_RACE, False, (heat("Q1", "Buggy"),))
    assert heat_started(started).content == (
        "🟢 **Buggy Q2** is open · Club Race\n**Buggy Q1** was still open and is finished now."
    )


def test_every_heat_that_was_finished_is_named() -> None:
    finished = (heat("Q1"), heat("W"), heat("Q2"))
    answer = heat_started(HeatStarted(heat("Q3"), CLUB_RACE, False, finished))
    assert answer.content.endswith("**Q1**, **W** and **Q2** were still open and are finished now.")


def test_the_first_heat_of_a_team() -> None:
    lines = heat_started(HeatStarted(heat(), CLUB_RACE, True, ())).content.split("\n")
    assert lines == [
        "🟢 **Q1** is open · Club Race",
        "Opened the session **Club Race** for it.",
    ]


@pytest.mark.parametrize(
    ("finished", "says"),
    [
        (
            HeatFinished(heat(), False, True, 123, None),
            "🏁 **Q1** is finished. Its summary goes to <#123>.",
        ),
        (
            HeatFinished(heat(), False, False, 123, None),
            "🏁 **Q1** is finished. No laps yet: the first ones post its summary to <#123>.",
        ),
        (
            HeatFinished(heat(), False, True, None, None),
            "🏁 **Q1** is finished. Its summary goes to the team.",
        ),
        (
            HeatFinished(heat(), True, True, 123, None),
            "**Q1** was finished already; nothing changed.",
        ),
        (
            HeatFinished(heat(), False, False, 123, "No @everyone in <#123>."),
            (
                "🏁 **Q1** is finished. No laps yet: the first ones post its summary to <#123>.\n"
                "⚠️ No @\u200beveryone in <#123>."
            ),
        ),
    ],
)
def test_a_heat_is_finished(finished: HeatFinished, says: str) -> None:
    assert heat_finished(finished).content == says


def test_the_list_has_the_newest_heat_first() -> None:
    heats = (
        HeatInfo(heat("P1"), HeatKind.PRACTICE, False, NOON, NOON, 3, 42),
        HeatInfo(heat("Q1", "Buggy"), HeatKind.QUALIFYING, True, NOON, None, 0, 0),
    )
    assert heat_list(HeatList(CLUB_RACE, heats)).content == (
        "**Club Race**\n"
        f"🟢 **Buggy Q1** · no laps · since <t:{NOON_UNIX}:t>\n"
        f"🏁 **P1** · 3 racers, 42 laps · <t:{NOON_UNIX}:t>"
    )


def test_an_empty_and_a_long_list() -> None:
    assert heat_list(HeatList(CLUB_RACE, ())).content == (
        "**Club Race** has no heat yet: type /lap with your times and one opens."
    )
    info = HeatInfo(heat("Qualifying " * 3), HeatKind.QUALIFYING, False, NOON, NOON, 40, 1_200)
    answer = heat_list(HeatList(CLUB_RACE, (info,) * 60))
    assert_fits(answer)
    assert answer.content.endswith("and 37 earlier")


def test_names_and_deletions() -> None:
    assert heat_renamed(HeatRenamed(heat("A_Main"), "Q1")).content == "**Q1** is now **A\\_Main**."
    deletion = Deletion(ID, "Buggy Q1", 42)
    assert ask_delete_heat(deletion).content == (
        "Delete **Buggy Q1** with its 42 laps? There is no way back."
    )
    assert heat_deleted(deletion).content == "**Buggy Q1** is deleted, with 42 laps."


def test_the_table_shows_the_laps_below_the_ranking() -> None:
    answer = heat_table(
        table(
            run("Max", (10_600, *STEADY), left_out=(1,), change=4.1, note="35wt rear"),
            run("Eva", (20_812,)),
            is_open=True,
        )
    )
    assert answer.content == (
        "🟢 Q1 · Club Race: best ORP 99.5 Max · fast lap 20.850 Max · still open"
    )
    assert description_of(answer) == (
        "```\n"
        " 1 Max            99.5 ▲4.1 avant\n"
        "   P1/2 6/1:55.494 20.850 lost 0.0\n"
        " – Eva            needs 2 laps\n"
        "   P2/2 1/0:20.812 20.812 lost 0.0\n"
        "```"
    )
    assert sections_of(answer) == {
        "Notes": "Max ▲4.1 · 35wt rear",
        "Max ▲4.1": "~~10.600~~ 20.912 21.044 20.987 21.101 20.850",
        "Eva": "20.812",
    }


def test_a_table_without_laps() -> None:
    answer = heat_table(table())
    assert answer.content == "🏁 Q1 · Club Race: no laps"
    assert answer.embed is None


def test_a_real_race_is_shown_whole() -> None:
    runs = real_runs("electric-a3-main")
    answer = heat_table(table(*runs))
    assert_fits(answer)
    assert list(sections_of(answer)) == [driven.racer.name for driven in runs]
    assert answer.embed is not None
    assert answer.embed.footer.text is None


def test_forty_racers_with_sixty_laps_come_in_two_pages() -> None:
    runs = [
        run(
            f"racer-{number:02}",
            STEADY * 12,
            left_out=range(1, 61, 2),
            change=1.0,
            note="x" * 100,
        )
        for number in range(1, 41)
    ]
    whole = table(*runs)
    for page, on_it, place in (
        (1, runs[:20], "Racers 1–20 of 40"),
        (2, runs[20:], "Racers 21–40 of 40"),
    ):
        answer = heat_table(whole, page)
        assert_fits(answer)
        ranks = re.findall(r"(\d+) (racer-\d\d)", description_of(answer))
        assert ranks == [
            (driven.racer.name[-2:].lstrip("0"), driven.racer.name) for driven in on_it
        ]
        assert answer.embed is not None
        laps = len(answer.embed.fields) - 1
        assert laps >= 4
        assert answer.embed.footer.text == (
            f"{place}\nLaps of {len(on_it) - laps} more racers: pick one below"
        )
    assert heat_table(whole, 99) == heat_table(whole, 2)
    assert heat_table(whole, 0) == heat_table(whole, 1)


def test_a_long_run_is_cut() -> None:
    answer = heat_table(table(run("Max", (62_345,) * 2_000)))
    assert_fits(answer)
    assert sections_of(answer)["Max"].endswith("… and 1889 more laps")


@given(nasty_texts, nasty_texts, st.integers(1, 3))
def test_names_and_notes_are_harmless(name: str, note: str, racers: int) -> None:
    answer = heat_table(
        table(*[run(name, note=note, change=-1.0)] * racers, name=note, class_name=name)
    )
    assert_fits(answer)
    assert_harmless(answer)
