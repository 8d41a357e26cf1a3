"""The earlier system's three files: told by their headings, read whole, or refused by line."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from core.sources.history_files import read_history_file
from core.sources.refusals import BadRows

ANN = UUID("11111111-2222-4333-8444-555555555551")
RACE = UUID("11111111-2222-4333-8444-555555555552")
PROFILES = f"id,name,created_at,updated_at\n{ANN},Ann,2025-03-01 09:00:00+01,\n"
SESSIONS = (
    "id,profile_id,session_name,track_name,status,created_at,closed_at,updated_at\n"
    f"{RACE},{ANN},Club Race,Arena,completed,2025-03-01T10:00:00,,\n"
)
LAPS = (
    "session_id,heat_name,lap_number,lap_time,confidence_rating,created_at\n"
    f"{RACE},Q1,1,20.512,4,2025-03-01T10:01:00.5\n"
)


def test_what_a_file_is_stands_in_it_and_not_in_its_name() -> None:
    (ann,) = read_history_file("laps.csv", PROFILES.encode()).profiles
    assert (ann.id, ann.name, ann.experience_level, ann.line) == (ANN, "Ann", None, 2)
    assert ann.created_at == datetime(2025, 3, 1, 8, tzinfo=UTC)
    (race,) = read_history_file("racers.csv", SESSIONS.encode("utf-8-sig")).sessions
    assert (race.id, race.profile_id, race.status) == (RACE, ANN, "completed")
    # A moment without a zone is one in UTC, as in the earlier system's tables.
    assert (race.created_at, race.closed_at) == (datetime(2025, 3, 1, 10, tzinfo=UTC), None)
    assert (race.practice_rounds, race.qualifying_rounds) == (0, 0)
    (lap,) = read_history_file("x", LAPS.encode()).laps
    assert (lap.session_id, lap.heat_name, lap.lap_time_ms, lap.line) == (RACE, "Q1", 20_512, 2)
    assert lap.created_at == datetime(2025, 3, 1, 10, 1, 0, 500_000, tzinfo=UTC)


def test_columns_stand_in_any_order_and_a_spreadsheet_may_have_been_at_it() -> None:
    text = "Driving_Style;ID;Garage;Name;Experience_Level\n" + f"'=calm;{ANN};7;Ann;Pro\n"
    (ann,) = read_history_file("x", text.encode()).profiles
    assert (ann.name, ann.experience_level, ann.driving_style) == ("Ann", "Pro", "=calm")


def test_several_sessions_have_a_first_lap_of_a_heat() -> None:
    another = LAPS.splitlines()[1].replace("5552", "5553")
    assert len(read_history_file("x", (LAPS + another).encode()).laps) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (PROFILES.replace(str(ANN), "7"), "line 2 has “7” for id"),
        (PROFILES.replace("Ann", " "), "line 2 has no name"),
        (SESSIONS.replace(str(ANN), "Ann"), "line 2 has “Ann” for profile_id"),
        (SESSIONS.replace("2025-03-01T10:00:00", "May"), "line 2 has “May” for created_at"),
        (LAPS.replace(str(RACE), "1"), "line 2 has “1” for session_id"),
        (LAPS.replace("20.512", "soon"), "line 2 has “soon” for lap_time"),
        (LAPS.replace("2025-03-01T10:01:00.5", "noon"), "line 2 has “noon” for created_at"),
        ("heat,lap\nQ1,1\n", "none of the earlier system's files"),
        ("", "none of the earlier system's files"),
    ],
)
def test_a_refusal_names_the_file_and_the_line(text: str, sentence: str) -> None:
    with pytest.raises(BadRows, match=r"^old\.csv: ") as refused:
        read_history_file("old.csv", text.encode())
    assert sentence in refused.value.sentence
