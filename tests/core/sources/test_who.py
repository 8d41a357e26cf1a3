"""Who is who on a page."""

from __future__ import annotations

import pytest

from core.sources.race import Driver
from core.sources.who import (
    Certainty,
    Guess,
    Known,
    fold_name,
    names_nobody,
    same_name,
    who_is_who,
)

ANN, BEN = 1, 2


def drivers(*names: str | tuple[str, str]) -> list[Driver]:
    return [
        Driver(name, (), 0, "0")
        if isinstance(name, str)
        else Driver(name[0], (), 0, "0", source_id=name[1])
        for name in names
    ]


def known(key: int, name: str | None, *ids: str) -> Known[int]:
    return Known(key, name, frozenset(ids))


@pytest.mark.parametrize(
    "other",
    [
        "JOSÉ MCDONALD",
        "jose mcdonald",
        "McDonald, José",
        "Mc Donald José",
        "josé  Mc-Donald.",
        "Jose\N{COMBINING ACUTE ACCENT} M'cDonald",
    ],
)
def test_case_accents_blanks_punctuation_and_order_make_no_difference(other: str) -> None:
    assert same_name("José McDonald", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Søren Łukasz", "Soren Lukasz"),
        ("Straße", "STRASSE"),
        ("Петр Й", "петр и"),
        ("O’Brien Zoë", "zoe obrien"),
    ],
)
def test_letters_that_are_another_with_a_mark(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann Lee", "Ann Leek"), ("Ann", "Nan"), ("", ""), ("-", ".")]
)
def test_other_names_are_not_the_same(one: str, other: str) -> None:
    assert not same_name(one, other)


def test_long_names_are_compared_in_alphabetical_order() -> None:
    assert same_name("a b c d e f g h", "h g f e d c b a")
    assert not same_name("a b c d e f g h", "h g f e d c b x")
    assert fold_name("De la Cruz, Ana") == "ana cruz de la"


@pytest.mark.parametrize(
    "name",
    [
        "3342665/0",
        "9000001",
        "Unknown Driver",
        "UNKNOWN DRIVER 3",
        "unknown",
        "Driver, Unknown",
        "",
    ],
)
def test_transponders_and_unknown_drivers_are_nobody(name: str) -> None:
    assert names_nobody(name)
    everybody = [known(ANN, name), known(BEN, "Ben")]
    assert who_is_who(drivers(name), everybody) == (Guess(Certainty.NOBODY),)


@pytest.mark.parametrize("name", ["Driver", "Ann 3", "Unknown Soldier", "J4ck"])
def test_other_names_are_somebodys(name: str) -> None:
    assert not names_nobody(name)


def test_the_same_name_is_certain() -> None:
    guesses = who_is_who(drivers("LEE ANN", "Zoe"), [known(ANN, "Ann Lee"), known(BEN, "Ben")])
    assert guesses == (Guess(Certainty.CERTAIN, (ANN,), 100.0), Guess(Certainty.NOBODY))


def test_an_id_decides_whatever_the_name() -> None:
    team = [known(ANN, "Ann Lee", "77"), known(BEN, "Ben")]
    guesses = who_is_who(drivers(("Unknown Driver", "77"), ("Ann Lee", "78")), team)
    assert guesses[0] == Guess(Certainty.CERTAIN, (ANN,), 100.0)
    # Who is on the page by id is not there by name as well.
    assert guesses[1] == Guess(Certainty.NOBODY)


def test_an_id_that_two_have_is_asked_about() -> None:
    team = [known(ANN, "Ann", "77"), known(BEN, "Ben", "77")]
    assert who_is_who(drivers(("Cat", "77")), team) == (Guess(Certainty.ASK, (ANN, BEN), 100.0),)


def test_a_name_twice_on_the_page_is_asked_about() -> None:
    guesses = who_is_who(drivers(("Ann Lee", "1"), ("ann lee", "2")), [known(ANN, "Ann Lee")])
    assert guesses == (Guess(Certainty.ASK, (ANN,), 100.0),) * 2
    split = who_is_who(drivers("Mc Donald Jo", "Jo McDonald"), [known(ANN, "Jo McDonald")])
    assert [guess.certainty for guess in split] == [Certainty.ASK, Certainty.ASK]


def test_a_name_on_two_profiles_is_asked_about() -> None:
    team = [known(ANN, "Ann Lee"), known(BEN, "Lee Ann")]
    assert who_is_who(drivers("Ann Lee"), team) == (Guess(Certainty.ASK, (ANN, BEN), 100.0),)


def test_one_clear_best_is_proposed() -> None:
    (guess,) = who_is_who(
        drivers("Jonathan Smyth"), [known(ANN, "Jonathan Smith"), known(BEN, "Ben")]
    )
    assert (guess.certainty, guess.keys) == (Certainty.PROPOSED, (ANN,))
    assert 90 <= guess.score < 100


def test_another_within_5_is_no_clear_best() -> None:
    team = [known(ANN, "Jonathan Smith"), known(BEN, "Jonathan Smoth")]
    assert who_is_who(drivers("Jonathan Smyth"), team) == (Guess(Certainty.NOBODY),)
    page = drivers("Jonathan Smyth", "Jonathan Smoth")
    assert who_is_who(page, team[:1]) == (Guess(Certainty.NOBODY),) * 2


def test_nobody_is_proposed_below_90_or_without_a_name() -> None:
    team = [known(ANN, "Ann Lee"), known(BEN, None)]
    assert who_is_who(drivers("Anna Leigh", "None"), team) == (Guess(Certainty.NOBODY),) * 2


def test_who_is_found_by_name_is_proposed_for_nobody_else() -> None:
    guesses = who_is_who(
        drivers("Jonathan Smith", "Jonathan Smyth"), [known(ANN, "Jonathan Smith")]
    )
    assert [guess.certainty for guess in guesses] == [Certainty.CERTAIN, Certainty.NOBODY]
