"""Settings of the car, told by notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scoring.settings import AS_IT_WAS, Changed, last_change, lasts_until, settings_of

notes = st.sampled_from([None, "", "35wt rear", "35WT  Rear ", "-1 camber", "1 camber", "back"])


@pytest.mark.parametrize(
    ("noted", "settings"),
    [
        ([], []),
        ([None, None], [AS_IT_WAS, AS_IT_WAS]),
        # Until the next note.
        ([None, "A", None, "B", None], [AS_IT_WAS, "A", "A", "B", "B"]),
        # Equal notes are one setting, whoever shouts; it is named as it was written first.
        (["35wt rear", "B", " 35WT  Rear"], ["35wt rear", "B", "35wt rear"]),
        (["A", "a", None], ["A", "A", "A"]),
        # A hyphen may be a minus.
        (["-1 camber", "1 camber"], ["-1 camber", "1 camber"]),
        # Back is the one before the last change.
        ([None, "A", "back"], [AS_IT_WAS, "A", AS_IT_WAS]),
        ([None, "A", "Back", "back"], [AS_IT_WAS, "A", AS_IT_WAS, "A"]),
        (["A", "B", "back", None, "back"], ["A", "B", "A", "A", "B"]),
        (["A", "B", "C", "back", "back"], ["A", "B", "C", "B", "C"]),
        # A note that changes nothing is no change that back could undo.
        (["A", "B", "B", "back"], ["A", "B", "B", "A"]),
        # Nothing to go back to.
        (["back", None], [AS_IT_WAS, AS_IT_WAS]),
        # The first setting has a name too.
        ([None, "A", "As it was"], [AS_IT_WAS, "A", AS_IT_WAS]),
        (["", "A", " "], [AS_IT_WAS, "A", "A"]),
        # Not the word alone.
        ([None, "A", "back arm longer"], [AS_IT_WAS, "A", "back arm longer"]),
    ],
)
def test_settings(noted: list[str | None], settings: list[str]) -> None:
    assert settings_of(noted) == settings


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ([], None),
        (["A", "A"], None),
        (["A", "B"], Changed("A", "B")),
        (["A", "B", "A"], Changed("B", "A")),
        (["A", "B", "C", "C"], Changed("B", "C")),
    ],
)
def test_the_last_change(settings: list[str], changed: Changed | None) -> None:
    assert last_change(settings) == changed


@given(st.lists(notes))
def test_what_comes_later_changes_no_setting_of_before(noted: list[str | None]) -> None:
    settings = settings_of(noted)
    assert len(settings) == len(noted)
    assert settings_of(noted[:3]) == settings[:3]
    # Without a note nothing changes.
    assert settings_of([*noted, None])[:-1] == settings
    assert settings_of([*noted, None])[-1] == (settings or [AS_IT_WAS])[-1]


@given(st.lists(notes), st.sampled_from(["A", "B"]))
def test_back_undoes_the_last_change(noted: list[str | None], note: str) -> None:
    settings = settings_of([*noted, note, "back", "back"])
    before = settings[len(noted) - 1] if noted else AS_IT_WAS
    assert settings[len(noted) :] == [note, before, note]
    assert last_change(settings) == Changed(before, note)


@pytest.mark.parametrize(("at", "end"), [(0, 1), (1, 3), (2, 3), (3, 4), (4, 5)])
def test_a_setting_lasts_until_it_is_changed(at: int, end: int) -> None:
    assert lasts_until([AS_IT_WAS, "A", "A", "B", "A"], at) == end
