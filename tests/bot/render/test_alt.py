"""Alt texts: what each picture shows, within what Discord takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from bot.limits import ALT_TEXT_LIMIT
from bot.render.alt import alt_text
from bot.render.text import size
from core.results.card import HeatScore, SideBySide
from core.scoring.comparison import compare

from .build import CLUB_RACE, STEADY, card, heat, nasty_texts, run, table


def test_a_heat_says_who_drove_how() -> None:
    shown = table(
        run("Max", (*STEADY, 25_000)),
        run("Ann", (20_000,)),
        run("Ben", confidence=2),
        class_name="Buggy",
    )
    assert alt_text(shown) == (
        "Buggy Q1 · Club Race: the laps of 3 racers, ranked by ORP. "
        "1 Max ORP 84.0 ±13, 6 laps, best 20.850, 1 mistake (4.0 s). "
        "2 Ann ORP needs 2 laps, 1 lap, best 20.000, no mistake. "
        "3 Ben Rejected · not sure of the car (2/5), 5 laps, best 20.850, no mistake."
    )


def test_of_forty_racers_each_is_told_with_the_score() -> None:
    told = alt_text(table(*(run(f"racer-{number:02}") for number in range(1, 41))))
    assert size(told) <= ALT_TEXT_LIMIT
    for number in range(1, 41):
        assert f"{number} racer-{number:02} ORP 99.5." in told


def test_of_forty_racers_with_endless_names_the_rest_is_counted() -> None:
    told = alt_text(table(*[run("🏁" * 40)] * 40))
    assert size(told) <= ALT_TEXT_LIMIT
    assert told.endswith("more")


def test_a_card_says_the_score_and_those_before() -> None:
    past = (
        HeatScore(heat("P1"), 71.2, False, None, None),
        HeatScore(heat("Q1"), None, True, None, None),
        HeatScore(heat("Q2"), None, False, None, None),
    )
    shown = replace(card(run("Max")), last_heats=past)
    assert alt_text(shown) == (
        "Q1 · Club Race: Max ORP 99.5, 5 laps, best 20.850, no mistake. "
        "Last heats: P1 71.2, Q1 rejected, Q2 needs 2 laps."
    )
    assert "whole session · Club Race" in alt_text(replace(shown, heat=None))


def test_two_say_who_is_faster_and_why() -> None:
    first, second = run("Ann", STEADY), run("Ben", (21_000, 21_500, 24_000))
    comparison = compare(first.laps, second.laps)
    told = alt_text(SideBySide(CLUB_RACE, heat(), first, second, comparison))
    assert told == (
        "Q1 · Club Race: the laps of two racers. "
        "Ann is 1.19 s a lap faster: 0.51 pace, 0.68 mistakes. "
        "Ann: best 20.850, average 20.979, no mistake. "
        "Ben: best 21.000, average 22.167, 1 mistake (2.5 s)."
    )


@pytest.mark.parametrize("racers", [1, 40])
@given(name=nasty_texts)
def test_any_name_fits(racers: int, name: str) -> None:
    told = alt_text(table(*[run(name)] * racers))
    assert 0 < size(told) <= ALT_TEXT_LIMIT
    assert "\n" not in told
