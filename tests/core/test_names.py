"""Names: cleaned for showing, keyed for finding, and counted on."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String

from core.errors import BadInput
from core.models import Heat
from core.names import (
    MAINS,
    HeatKind,
    clean_class_name,
    clean_heat_name,
    clean_note,
    clean_text,
    heat_kind,
    is_near,
    name_key,
    names_after_main,
    next_heat_name,
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Q1", "Q1"),
        ("  Q1\t\n  night\u00a0 ", "Q1 night"),
        ("Q\u200b1\u202e", "Q1"),
        ("A\x00B\x07", "AB"),
        ("line\r\nbreak", "line break"),
        ("\ud800Q1", "Q1"),
        ("\ue000Q1", "Q1"),
        # Composed and decomposed letters are the same.
        ("U\u0308bung", "Übung"),
        # Emoji that are joined from several stay whole, a joiner at the edge goes.
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u200d x \u200d", "x"),
        # A tower of accents is cut.
        ("e" + "\u0323\u0302" * 20, "ệ\u0323\u0323\u0323"),
    ],
)
def test_names_are_cleaned_for_showing(typed: str, shown: str) -> None:
    assert clean_text(typed) == shown


@given(st.text())
def test_cleaned_text_is_one_visible_line(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Co"} for character in cleaned)
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Q1", "q1"),
        (" A  Main ", "a\tmain"),
        ("STRASSE", "straße"),
        ("ÄÖÜ", "äöü"),
        ("Ü", "U\u0308"),
        ("ΣΑΣ", "σας"),
        ("İ", "i\u0307"),
        ("A-Main", "A main"),
        ("Q 1", "q1"),
        ("Q.1", "Q1"),
        ("a\u2011main", "AMain"),
        ("13.5 T.", "13.5-t"),
    ],
)
def test_case_blanks_hyphens_and_idle_dots_make_no_difference(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Q1", "Q2"), ("Ä", "A"), ("13.5", "135"), ("Q1/2", "Q12")]
)
def test_other_differences_do(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.parametrize(
    "typed", ["", " ", "\u200b", "\u200d", "-", " . - ", "all", " ALL ", "a-l l.", "x" * 41]
)
def test_what_cannot_name_a_heat(typed: str) -> None:
    with pytest.raises(BadInput):
        clean_heat_name(typed)


@pytest.mark.parametrize(
    ("clean", "longest", "what"),
    [
        (clean_heat_name, 40, "heat name"),
        (clean_class_name, 30, "class name"),
        (clean_note, 100, "note"),
    ],
)
def test_names_have_a_length(clean: Callable[[str], str], longest: int, what: str) -> None:
    assert clean("x" * longest) == "x" * longest
    with pytest.raises(BadInput, match=f"{what} is too long: {longest}"):
        clean("x" * (longest + 1))


def heat_name_fits(text: str) -> bool:
    """Tell whether a heat may be called so; if it may, see that its columns take the name."""
    try:
        name = clean_heat_name(text)
    except BadInput:
        return False
    for column, stored in (("name", name), ("name_key", name_key(name))):
        kind = Heat.__table__.columns[column].type
        assert isinstance(kind, String)
        assert kind.length is not None
        assert len(stored) <= kind.length
    return True


@given(st.text(min_size=1, max_size=45))
def test_every_heat_name_fits_its_columns(text: str) -> None:
    heat_name_fits(text)


def test_letters_that_grow_when_folded_fit_too() -> None:
    assert [heat_name_fits(letter * 40) for letter in "ßΐİŉ"] == [True] * 4
    assert not heat_name_fits("ﬃ" * 40)
    assert heat_name_fits("ﬃ" * 20)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Q1", HeatKind.QUALIFYING),
        ("q", HeatKind.QUALIFYING),
        ("Quali 3", HeatKind.QUALIFYING),
        ("Heat 2", HeatKind.QUALIFYING),
        ("Round 2 heat 3", HeatKind.QUALIFYING),
        ("heats", HeatKind.QUALIFYING),
        ("Main", HeatKind.MAIN),
        ("A-Main", HeatKind.MAIN),
        ("B Main 2", HeatKind.MAIN),
        ("amain", HeatKind.MAIN),
        ("Final", HeatKind.MAIN),
        ("Semi final B", HeatKind.MAIN),
        ("P1", HeatKind.PRACTICE),
        ("Practice", HeatKind.PRACTICE),
        ("Wheatley", HeatKind.PRACTICE),
        ("Warm up", HeatKind.PRACTICE),
        ("Mainz", HeatKind.PRACTICE),
    ],
)
def test_the_kind_is_read_from_the_name(name: str, kind: HeatKind) -> None:
    assert heat_kind(name) is kind


@pytest.mark.parametrize(
    ("driven", "rounds", "name"),
    [
        ([], (0, 0), "P1"),
        ([], (2, 3), "P1"),
        ([], (0, 3), "Q1"),
        (["P1"], (0, 0), "P2"),
        (["p1"], (0, 0), "p2"),
        (["P9"], (0, 0), "P10"),
        (["Practice 1"], (0, 0), "Practice 2"),
        (["Practice"], (0, 0), "P1"),
        (["P1", "P2"], (2, 0), "Q1"),
        (["P1"], (2, 0), "P2"),
        (["P1", "P2", "P3"], (2, 0), "Q1"),
        (["Q2"], (0, 0), "Q3"),
        (["Q1", "Q3", "Q2"], (0, 0), "Q4"),
        (["P1", "Q1", "Q2"], (1, 3), "Q3"),
        (["P1", "Q1", "Q2", "Q3"], (1, 3), "Main"),
        (["Heat 4"], (0, 4), "Main"),
        (["Heat 3"], (0, 4), "Heat 4"),
        (["A-Main"], (0, 0), "Main"),
        (["Main"], (0, 0), "Main 2"),
        (["MAIN", "Main 2"], (0, 0), "Main 3"),
        (["Q1", "P1"], (1, 0), "Q2"),
        (["Q1", "P1"], (0, 0), "P2"),
        (["x" * 39 + "9"], (0, 0), "P10"),
        (["P9999"], (0, 0), "P10000"),
        # A day is no number to count on from.
        (["2026-11-24"], (0, 0), "P1"),
        (["Practice 24.11.2026"], (0, 0), "P1"),
        (["Q1-2"], (0, 0), "Q1-3"),
    ],
)
def test_the_next_heat_counts_on(driven: list[str], rounds: tuple[int, int], name: str) -> None:
    practice, qualifying = rounds
    assert next_heat_name(driven, practice_rounds=practice, qualifying_rounds=qualifying) == name


@given(
    st.lists(
        st.sampled_from(["P1", "P2", "Q1", "q2", "Main", "Main 2", "A-Main", "Heat 1", "x", "2"])
        | st.text("PQ019 äm", min_size=1, max_size=40),
        max_size=8,
    ),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_the_next_name_is_free_and_usable(
    driven: list[str], practice_rounds: int, qualifying_rounds: int
) -> None:
    name = next_heat_name(
        driven, practice_rounds=practice_rounds, qualifying_rounds=qualifying_rounds
    )
    assert name_key(name) not in {name_key(other) for other in driven}
    assert clean_heat_name(name) == " ".join(name.split())


@pytest.mark.parametrize("last", ["A-Main", "a main", "BMain", "B main 2", "A.Main"])
def test_after_an_a_or_b_main_several_may_come(last: str) -> None:
    assert names_after_main(last) == MAINS


@pytest.mark.parametrize("last", ["Main", "C main", "Main 2", "Q2", "Final", "Alabamain"])
def test_after_any_other_heat_one_comes(last: str) -> None:
    assert names_after_main(last) == ()


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("Bugyg", "Buggy"),
        ("Bugy", "Buggy"),
        ("Buggyy", "Buggy"),
        ("Buggi", "Buggy"),
        ("2WD Bugy", "2wd buggy"),
        ("A mian", "A-Main"),
        ("Man", "Main"),
        ("Practise 2", "Practice 2"),
    ],
)
def test_one_slip_is_near(typed: str, there: str) -> None:
    assert is_near(typed, there)
    assert is_near(there, typed)


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("Buggy", "buggy"),
        ("Q1", "Q2"),
        ("Q1", "P1"),
        ("A main", "B main"),
        ("Amain", "Bmain"),
        ("A final", "B final"),
        ("Practice 1", "Practice 2"),
        ("13.5 Stock", "17.5 Stock"),
        ("Practise 1", "Practice 2"),
        ("Mod", "Mad"),
        ("Truggy", "Buggy"),
        ("Buggy night", "Bugy nigt"),
        ("Buggy", "Buggy Q1"),
    ],
)
def test_more_than_a_slip_or_none_is_not_near(typed: str, there: str) -> None:
    assert not is_near(typed, there)
    assert not is_near(there, typed)


@given(st.text("abm 12.-", max_size=12), st.text("abm 12.-", max_size=12))
def test_names_that_agree_are_never_asked_about(one: str, other: str) -> None:
    assert is_near(one, other) == is_near(other, one)
    assert not is_near(one, one.upper())
