"""What is said of a racer's data: handed over, asked about, and gone."""

from __future__ import annotations

from uuid import UUID

from bot.render.data import ask_forget, exported, forgotten, readme
from core.caller import Person
from core.results.data import DataExport, DataFile, DataForgotten, DataHeld

ID = UUID(int=1)
ANN = Person(101, "Ann_*")


def test_the_question_names_what_goes_what_follows_and_what_stays() -> None:
    held = DataHeld(
        ID,
        ANN,
        laps=12,
        runs=3,
        notes=1,
        ratings=2,
        heats_alone=1,
        posts={5: 2, 6: 1},
        cards={5: 1},
        waiting=1,
    )
    lines = ask_forget(held).content.splitlines()
    assert lines[0] == "Forget you in this team? There is no way back."
    assert "/data export" in lines[1]
    assert lines[2] == (
        "**Gone**: 12 laps in 3 heats, 1 note, 2 ratings, your profile and what waits for your tap."
        " 1 heat of yours alone, with what was posted of it."
    )
    assert lines[3:5] == ["**Drawn again without you**: 3 posts.", "**Deleted**: 1 shared card."]
    assert lines[5].startswith("**Staying, without your name**: what you typed for others")


def test_of_somebody_else_it_is_asked_by_name() -> None:
    asked = ask_forget(DataHeld(ID, ANN, is_self=False, laps=1, runs=1, posts={5: 1})).content
    assert asked.startswith("Forget **Ann\\_\\*** in this team?")
    assert "/data export" not in asked
    assert "**Gone**: 1 lap in 1 heat and their profile." in asked
    assert "**Drawn again without them**: 1 post." in asked


def test_what_cannot_follow_is_named() -> None:
    held = DataHeld(ID, ANN, laps=1, runs=1, posts={5: 1}, cards={6: 2})
    told = forgotten(DataForgotten(held, ("I may not change a message in <#5>: it is gone.",)))
    assert told.content.splitlines() == [
        "You are forgotten in this team: 1 lap in 1 heat and the profile.",
        "1 post and 2 shared cards will follow in a moment.",
        "⚠️ I may not change a message in <#5>: it is gone.",
        "I try that again by myself, as soon as I may.",
    ]


def test_where_nothing_is_held_that_is_said() -> None:
    nothing = "I hold nothing about you in this team."
    assert exported(DataExport()).content == nothing
    assert ask_forget(DataHeld(None, None)).content == nothing


def test_the_readme_tells_of_every_file() -> None:
    names = ("laps.csv", "runs.csv", "entries.csv", "profile.csv", "other.csv")
    text = readme(DataExport(tuple(DataFile(name, "", 2) for name in names)))
    assert all(f"{name} (2 rows): " in text for name in names)
