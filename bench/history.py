"""What a database holds that has been in use: rows of every table that fit together.

The same rows come out every time. A history is what was driven before today; ``present`` is today:
one session, one open heat, twenty racers, the same whatever lies behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from itertools import count
from typing import Any, Final
from uuid import UUID

from bench.project import score_columns
from localdiscord.world.snowflakes import named

Batch = dict[str, list[dict[str, Any]]]

TEAM_NAME: Final = "Team"
CHANNEL_NAME: Final = "race-day"
RACER_NAMES: Final = tuple(f"racer-{number}" for number in range(1, 21))
"""Everybody in the team that is measured."""
SESSION_NAME: Final = "Club Race"
OPEN_HEAT: Final = "A-Main"
TRACK: Final = "Arena"
CLASS: Final = "Buggy"
NOTE: Final = "35wt rear"

TEAM_ID: Final = named("guild", TEAM_NAME)
CHANNEL_ID: Final = named("channel", f"{TEAM_ID}/{CHANNEL_NAME}")

LAPS_A_RUN: Final = 25
_LAPS_AN_ENTRY: Final = 5
# Every so many racers have changed the car for this heat of each session.
_CHANGES_EACH: Final = 5
_CHANGED_FOR: Final = "Q5"
_HEATS_A_SESSION: Final = 10
_RACERS_OF_ANOTHER_TEAM: Final = 4
_HEATS_OF_ANOTHER_TEAM: Final = 5
_LAPS_OF_ANOTHER_TEAM: Final = 2 * _HEATS_OF_ANOTHER_TEAM * _RACERS_OF_ANOTHER_TEAM * LAPS_A_RUN
_TEAMS_A_BATCH: Final = 50
_FIRST_DAY: Final = datetime(2021, 1, 2, 9, tzinfo=UTC)
_DAYS_BETWEEN: Final = timedelta(days=9)
# Marks of interactions are kept for a week.
_MARKS_OF_A_WEEK: Final = 10_000


class Shape(StrEnum):
    """Whose laps a history has."""

    MANY_TEAMS = "many_teams"
    ONE_TEAM = "one_team"

    @property
    def whose(self) -> str:
        """How it is called in a row."""
        return "1,000 teams" if self is Shape.MANY_TEAMS else "one team"


def _scattered(seed: str) -> Iterator[bytes]:
    """Yield 16 bytes after 16 bytes, the same for the same seed."""
    for number in count():
        yield blake2b(f"{seed} {number}".encode(), digest_size=16).digest()


class Writer:
    """Collects rows that fit together."""

    def __init__(self, seed: str, first_lap_id: int = 1, first_entry_id: int = 1) -> None:
        self._next_lap_id = first_lap_id
        self._next_entry_id = first_entry_id
        self._scattered = _scattered(seed)
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def _any_below(self, most: int) -> int:
        return int.from_bytes(next(self._scattered)) % most

    def taken(self) -> Batch:
        """Hand over what was collected so far."""
        rows, self._rows = self._rows, defaultdict(list)
        return rows

    def team(self, team_id: int, channel_id: int) -> None:
        """Add a team that has been greeted and has set its channel."""
        self._rows["teams"].append(
            {
                "id": team_id,
                "summary_channel_id": channel_id,
                "crew_role_id": None,
                "time_zone": "UTC",
                "auto_finish_minutes": 30,
                "greeted_at": _FIRST_DAY,
                "application_id": None,
                "removed_at": None,
                "created_at": _FIRST_DAY,
            }
        )

    def racer(self, team_id: int, user_id: int, name: str) -> UUID:
        """Add a racer; give the profile's id."""
        profile_id = self._uuid()
        self._rows["racer_profiles"].append(
            {
                "id": profile_id,
                "team_id": team_id,
                "discord_user_id": user_id,
                "name": name,
                "experience_level": "Intermediate",
                "driving_style": None,
                "liverc_name": None,
                "liverc_id": None,
                "greeted_at": _FIRST_DAY,
                "created_at": _FIRST_DAY,
                "updated_at": _FIRST_DAY,
            }
        )
        return profile_id

    def session(
        self, team_id: int, racers: list[UUID], name: str, opened_at: datetime, *, is_open: bool
    ) -> UUID:
        """Add a session that all of these racers drive in; give its id."""
        session_id = self._uuid()
        closed_at = None if is_open else opened_at + timedelta(hours=20)
        self._rows["sessions"].append(
            {
                "id": session_id,
                "team_id": team_id,
                "profile_id": racers[0],
                "session_name": name,
                "track_name": TRACK,
                "track_key": TRACK.casefold(),
                "practice_rounds": 2,
                "qualifying_rounds": 4,
                "heat_minutes": None,
                "days": 3 if is_open else 1,
                "time_zone": "UTC",
                "status": "active" if is_open else "closed",
                "implicit": False,
                "created_at": opened_at,
                "closes_at": opened_at + (timedelta(days=3) if is_open else timedelta(hours=20)),
                "closed_at": closed_at,
                "closed_by": None,
                "updated_at": closed_at or opened_at,
            }
        )
        self._rows["session_racers"] += [
            {
                "session_id": session_id,
                "racer_id": racer,
                "class_name": CLASS,
                "chosen_at": opened_at,
            }
            for racer in racers
        ]
        if closed_at is not None:
            self._post(team_id, closed_at, session_id=session_id)
        return session_id

    def heat(
        self,
        team_id: int,
        session_id: UUID,
        racers: list[UUID],
        name: str,
        opened_at: datetime,
        *,
        is_open: bool,
    ) -> None:
        """Add a heat with a run of each racer."""
        heat_id = self._uuid()
        ended_at = opened_at + timedelta(minutes=9)
        self._rows["heats"].append(
            {
                "id": heat_id,
                "session_id": session_id,
                "name": name,
                "name_key": name.casefold(),
                "class_name": CLASS,
                "class_key": CLASS.casefold(),
                "kind": "main" if name == OPEN_HEAT else "qualifying",
                "length_s": None,
                "status": "open" if is_open else "finished",
                "implicit": True,
                "opened_by": racers[0],
                "opened_at": opened_at,
                "finished_by": None if is_open else racers[0],
                "finished_at": None if is_open else ended_at,
                "last_activity_at": ended_at,
                "last_channel_id": CHANNEL_ID,
                "source": None,
                "source_id": None,
                "source_url": None,
                "source_hash": None,
                "source_table": None,
                "source_has_names": False,
            }
        )
        for number, racer in enumerate(racers):
            note = NOTE if name == _CHANGED_FOR and number % _CHANGES_EACH == 0 else None
            self._run(session_id, heat_id, racer, opened_at, ended_at, note)
        if not is_open:
            self._post(team_id, ended_at, heat_id=heat_id)

    def mark(self, number: int, seen_at: datetime) -> None:
        """Add the mark of an interaction."""
        self._rows["interactions_seen"].append({"id": number, "seen_at": seen_at})

    def _run(
        self,
        session_id: UUID,
        heat_id: UUID,
        racer: UUID,
        opened_at: datetime,
        at: datetime,
        note: str | None,
    ) -> None:
        pace = 20_000 + int.from_bytes(racer.bytes[:1]) * 8
        times = [pace + self._any_below(900) for _ in range(LAPS_A_RUN)]
        run = {"heat_id": heat_id, "racer_id": racer}
        for number, time_ms in enumerate(times):
            if number % _LAPS_AN_ENTRY == 0:
                self._rows["entries"].append(
                    run
                    | {
                        "id": self._next_entry_id,
                        "entered_by": racer,
                        "kind": "command",
                        "note": None,
                        "replaced": {"laps": None},
                        "created_at": at,
                    }
                )
                self._next_entry_id += 1
            self._rows["run_logs"].append(
                run
                | {
                    "id": self._next_lap_id,
                    "session_id": session_id,
                    "lap_number": number + 1,
                    "lap_time_ms": time_ms,
                    "confidence_rating": None,
                    "counts": True,
                    "counts_decided": False,
                    "entry_id": self._next_entry_id - 1,
                    "created_at": at,
                    "updated_at": at,
                }
            )
            self._next_lap_id += 1
        self._rows["heat_racers"].append(
            run
            | {
                "confidence_rating": None,
                "note": note,
                "track_key": TRACK.casefold(),
                "class_key": CLASS.casefold(),
                "opened_at": opened_at,
                "logged_at": at,
                "rated_after": None,
                "updated_at": at,
            }
            | score_columns(times)
        )

    def _post(
        self,
        team_id: int,
        at: datetime,
        *,
        heat_id: UUID | None = None,
        session_id: UUID | None = None,
    ) -> None:
        self._rows["summary_posts"].append(
            {
                "id": self._uuid(),
                "team_id": team_id,
                "heat_id": heat_id,
                "session_id": session_id,
                "subject_id": heat_id or session_id,
                "fallback_channel_id": CHANNEL_ID,
                "channel_id": CHANNEL_ID,
                "message_id": self._any_below(1 << 60),
                "silent": False,
                "state": "posted",
                "wanted": 1,
                "shown": 1,
                "attempts": 0,
                "attempted_at": at,
                "sending_since": None,
                "next_attempt_at": at,
                "claimed_until": None,
                "last_error": None,
                "created_at": at,
            }
        )

    def _uuid(self) -> UUID:
        return UUID(bytes=next(self._scattered), version=4)


def history(shape: Shape, laps: int) -> Iterator[Batch]:
    """Give what was driven before today, so many laps of it.

    Args:
        shape: Whose laps they are.
        laps: 0, or a multiple of 1,000.
    """
    writer = Writer("past")
    writer.team(TEAM_ID, CHANNEL_ID)
    racers = _our_racers(writer)
    yield writer.taken()
    if shape is Shape.ONE_TEAM:
        yield from _of_one_team(writer, racers, laps)
    else:
        yield from _of_many_teams(writer, laps)


def present(writer: Writer, history_laps: int) -> Batch:
    """Return today, of a team whose racers are there: nine heats are finished, one is open."""
    racers = _our_racers(Writer("past"))
    now = datetime.now(UTC)
    session = writer.session(TEAM_ID, racers, SESSION_NAME, now - timedelta(hours=5), is_open=True)
    for number in range(1, _HEATS_A_SESSION):
        opened_at = now - timedelta(minutes=25 * (_HEATS_A_SESSION - number) + 10)
        writer.heat(TEAM_ID, session, racers, f"Q{number}", opened_at, is_open=False)
    writer.heat(TEAM_ID, session, racers, OPEN_HEAT, now - timedelta(minutes=9), is_open=True)
    marks = min(_MARKS_OF_A_WEEK, history_laps // 20)
    for number in range(marks):
        writer.mark(number + 1, now - timedelta(days=6) * (1 - number / marks))
    return writer.taken()


def _our_racers(writer: Writer) -> list[UUID]:
    """Add the racers that are measured, as the first rows of a writer: then ids are the same."""
    return [writer.racer(TEAM_ID, named("user", name), name) for name in RACER_NAMES]


def _of_one_team(writer: Writer, racers: list[UUID], laps: int) -> Iterator[Batch]:
    heats = laps // (len(racers) * LAPS_A_RUN)
    for place in range(0, heats, _HEATS_A_SESSION):
        number = place // _HEATS_A_SESSION
        day = _FIRST_DAY + number * _DAYS_BETWEEN
        session = writer.session(TEAM_ID, racers, f"Race day {number + 1}", day, is_open=False)
        _drive(writer, TEAM_ID, session, racers, day, min(_HEATS_A_SESSION, heats - place))
        yield writer.taken()


def _of_many_teams(writer: Writer, laps: int) -> Iterator[Batch]:
    teams: dict[int, list[UUID]] = {}
    for number in range(1, laps // _LAPS_OF_ANOTHER_TEAM + 1):
        writer.team(number, number + 1)
        teams[number] = [
            writer.racer(number, number * 100 + place, f"racer-{place}")
            for place in range(_RACERS_OF_ANOTHER_TEAM)
        ]
    for number in range(2):
        day = _FIRST_DAY + number * _DAYS_BETWEEN
        for team, racers in teams.items():
            session = writer.session(team, racers, f"Race day {number + 1}", day, is_open=False)
            _drive(writer, team, session, racers, day, _HEATS_OF_ANOTHER_TEAM)
            if team % _TEAMS_A_BATCH == 0:
                yield writer.taken()
    yield writer.taken()


def _drive(
    writer: Writer, team_id: int, session: UUID, racers: list[UUID], day: datetime, heats: int
) -> None:
    for number in range(1, heats + 1):
        opened_at = day + timedelta(minutes=25 * number)
        writer.heat(team_id, session, racers, f"Q{number}", opened_at, is_open=False)
