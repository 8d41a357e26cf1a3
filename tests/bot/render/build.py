"""Results as services return them, built in a line or two for the tests of this folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from hypothesis import strategies as st

from core.caller import Person
from core.first_crossing import is_first_crossing
from core.laps import Lap
from core.names import heat_kind
from core.results.card import OrpCard
from core.results.heat import HeatTable, RacerRun
from core.results.ranking import ranked
from core.results.refs import HeatRef, SessionRef
from core.results.run_written import RunWritten, Way
from core.results.session import SessionInfo
from core.results.standings import ClassStandings, StandingCell, StandingRow, Standings
from core.scoring.certainty import ScoreError
from core.scoring.effects import Effect
from core.scoring.orp import calculate_orp

HEATS = Path(__file__).parents[2] / "data" / "real_heats.csv"
ID = UUID(int=7)
NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
CLUB_RACE = SessionRef(ID, "Club Race")

# Text of any script and length, with what people and pranksters put into names.
nasty_texts = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            [
                *("@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "<t:1:R>", "<:a:1>"),
                *("`", "```", "*", "**", "_", "~~", "||", "\\", "# ", "> ", "-# ", "- ", "1. "),
                *("[a]", "(https://x.example)", "https://x.example", "discord.gg/a", "</lap:1>"),
                *("\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u200d", "\u3164", "\x1b[31m"),
                *("\n", "\t", " ", "a", "Max", "日本", "한국", "🏁", "👨\u200d👩\u200d👧", "🇩🇪"),
                *("דוד", "محمد", "e\u0301\u0301", "ก้", "क्षि", "ｆｕｌｌ", "<", "@", "ever", "yone"),
            ]
        ),
        max_size=12,
    ).map("".join),
)
# What a personal best has beaten: slower than any lap.
BEATEN_MS = 1_000_000
STEADY = (20_912, 21_044, 20_987, 21_101, 20_850)


def heat(name: str = "Q1", class_name: str = "") -> HeatRef:
    return HeatRef(ID, name, class_name)


def run(
    name: str = "racer-1",
    times: Sequence[int] = STEADY,
    *,
    left_out: Sequence[int] = (),
    confidence: int | None = None,
    change: float | None = None,
    has_moved: bool = True,
    note: str | None = None,
    best: bool = False,
) -> RacerRun:
    laps = tuple(Lap(number, time, number not in left_out) for number, time in enumerate(times, 1))
    orp = calculate_orp([lap.time_ms for lap in laps if lap.counts], confidence=confidence)
    driven = RacerRun(Person(1, name), laps, confidence, orp, change, note)
    return replace(driven, has_moved=has_moved, best_before_ms=BEATEN_MS if best else None)


def table(
    *runs: RacerRun, name: str = "Q1", class_name: str = "", is_open: bool = False
) -> HeatTable:
    kind = heat_kind(name)
    return HeatTable(heat(name, class_name), CLUB_RACE, kind, is_open, None, ranked(runs, kind))


@cache
def real_runs(heat_name: str) -> tuple[RacerRun, ...]:
    """The runs of a real heat, ranked; a first crossing does not count."""
    times: dict[str, list[int]] = {}
    with HEATS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["heat"] == heat_name and int(row["lap_time_ms"]) > 0:
                times.setdefault(row["driver"], []).append(int(row["lap_time_ms"]))
    runs = [
        run(driver, laps, left_out=(1,) if is_first_crossing(laps) else ())
        for driver, laps in times.items()
    ]
    return tuple(sorted(runs, key=lambda driven: -(driven.orp.orp_score if driven.orp else 0)))


def logged(driven: RacerRun, new: int = 0) -> RunWritten:
    """The answer to ``/lap`` with the last ``new`` laps of the run; 0 for all of them."""
    return RunWritten(
        way=Way.LOGGED,
        heat=heat(),
        session=CLUB_RACE,
        run=driven,
        for_other=False,
        entry_id=1,
        new_laps=driven.laps[-new:],
        opened_heat=False,
        opened_session=False,
        finished_by=None,
        heat_is_open=True,
        post_follows=False,
        note=driven.note,
        first_crossing=False,
        doubtful=(),
        repeated=(),
        welcome=False,
    )


def card(driven: RacerRun, *, length_s: int | None = None, practice_rounds: int = 0) -> OrpCard:
    return OrpCard(CLUB_RACE, heat(), length_s, driven, practice_rounds)


def session(
    name: str = "Club Race", *, track: str | None = None, is_open: bool = True
) -> SessionInfo:
    return SessionInfo(
        id=ID,
        name=name,
        track=track,
        days=1,
        practice_rounds=0,
        qualifying_rounds=0,
        heat_minutes=None,
        time_zone="Europe/Berlin",
        is_open=is_open,
        created_at=NOON,
        closes_at=NOON,
        closed_at=None,
        heat_count=2,
    )


def cell(
    score: float | None = 92.4,
    change: float | None = None,
    *,
    best_lap_ms: int | None = 20_812,
    rejected: bool = False,
    note: str | None = None,
    lost_ms: int = 0,
    is_short: bool = False,
    has_moved: bool = True,
    error: float | None = None,
    effect: Effect | None = None,
) -> StandingCell:
    known = None if error is None else ScoreError(error)
    return StandingCell(
        score, rejected, change, best_lap_ms, 5, note, lost_ms, is_short, has_moved, known, effect
    )


def class_of(
    heats: Sequence[str], rows: Mapping[str, Sequence[StandingCell | None]], class_name: str = ""
) -> ClassStandings:
    return ClassStandings(
        class_name,
        tuple(heat(name, class_name) for name in heats),
        tuple(StandingRow(Person(1, name), tuple(cells)) for name, cells in rows.items()),
    )


def standings_of(*classes: ClassStandings, is_own: bool = False) -> Standings:
    return Standings(session(), classes, is_own)
