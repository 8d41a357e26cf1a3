"""The pictures of the documentation, drawn from real heats: ``make pictures``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import typer

from bot.pictures.card import draw_card
from bot.pictures.heat import heat_picture
from bot.pictures.look import Picture, png
from bot.pictures.side_by_side import draw_side_by_side
from bot.pictures.track import draw_track
from core.caller import Person
from core.first_crossing import is_first_crossing
from core.laps import Lap
from core.names import heat_kind
from core.results.card import HeatLaps, HeatScore, OrpCard, SideBySide
from core.results.heat import HeatTable, RacerRun
from core.results.refs import HeatRef, SessionRef
from core.results.track import ClassChanges, HeatPace, TrackDay, TrackKnown, TrackRun
from core.scoring.comparison import compare
from core.scoring.effects import Outing, run_spread
from core.scoring.orp import calculate_orp
from core.scoring.pace import find_pace
from core.scoring.pooling import pool, tries_of
from core.scoring.score_change import changes, have_moved
from core.scoring.track_pace import pace_over_day

_SESSION: Final = SessionRef(uuid5(NAMESPACE_URL, "gallery"), "Club Race")
_CARD_HEATS: Final = ("nitro-q1", "nitro-q2", "nitro-q3", "nitro-semi-b")
_CARD_RACER: Final = "driver-16"
_SIDE_BY_SIDE_HEAT: Final = "2wd-q1-heat5"
# Three qualifiers of the same drivers. Nothing was changed on the car: the first note is a lie, and
# for the second one each of the racer's laps is made faster by so much.
_TRACK_HEATS: Final = ("nitro-q1", "nitro-q2", "nitro-q3")
_PLACEBO: Final = "nothing, really"
_PLANTED: Final = "7 % off each lap"
_PLANTED_SHARE: Final = 0.93
_DAY: Final = datetime(2026, 5, 2, 12, tzinfo=UTC)


# So many racers have to be read as well, also where their names are of scripts of all kinds.
_FIELDS: Final = (2, 5, 8, 12, 25, 40)
_FIELD_LASTS_MS: Final = 300_000
_NAMES: Final = (
    *(
        "Max Müller",
        "陳大文",
        "علي حسن",
        "さくら",
        "Günther",
        "Олег",
        "สมชาย",
        "Chloé 🏁",
        "김민준",
    ),
    *("גיא כהן", "क्षितिज", "გიორგი", "Łukasz W.", "Νίκος", "Հայկ", "তানভীর", "Þór", "ਗੁਰਪ੍ਰੀਤ"),
    *("தமிழ்", "తెలుగు", "Maximilian Schmidt-Rottluff", "Ana", "ኣበበ", "ខ្មែរ", "မြန်မာ", "ලංකා"),
    *("ກ້ອງ", "ಕನ್ನಡ", "മലയാളം", "Jo", "Željko", "Nguyễn Văn", "李小龍", "たかし", "Zoë", "Søren"),
    *("Iñaki", "Владимир", "Fast Eddie ⚡", "Ümit"),
)
# The ground of Discord's two themes, and how much of it is shown around a picture.
_THEMES: Final = ("#313338", "#FFFFFF")
_GROUND: Final = 16.0
_PIXELS_A_POINT: Final = 2


def draw_gallery(laps_file: Path, folder: Path) -> None:
    """Draw heats of few and many racers, an ORP card and two racers side by side into a folder."""
    heats = read_heats(laps_file)
    pictures = {
        f"heat-{len(table.runs):02}": on_both_themes(heat_picture(table)) for table in fields(heats)
    }
    pictures["orp-card"] = draw_card(_card([heats[name] for name in _CARD_HEATS]))
    day = [_named(heats[name], name.partition("-")[2].title()) for name in _CARD_HEATS]
    pictures["orp-card-session"] = draw_card(_whole_session(day))
    pictures["track"] = draw_track(track_known([heats[name] for name in _TRACK_HEATS]))
    pictures["side-by-side"] = draw_side_by_side(_side_by_side(heats[_SIDE_BY_SIDE_HEAT]))
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (folder / f"{name}.png").write_bytes(picture)


def fields(heats: Mapping[str, HeatTable]) -> list[HeatTable]:
    """Return heats of 2 to 40 racers, put together from real ones; the first eight are a real one.

    Each racer drives the laps of a real run, up to the one under way after five minutes.
    """
    first = heats[_SIDE_BY_SIDE_HEAT]
    driven = [
        *first.runs,
        *(run for heat in heats.values() if heat is not first for run in heat.runs),
    ]
    runs = [_renamed(run, name) for run, name in zip(driven, _NAMES, strict=False)]
    return [replace(first, runs=_ranked(runs[:count])) for count in _FIELDS]


def on_both_themes(picture: Picture) -> bytes:
    """Return a picture as Discord's dark and light theme show it on a phone, as a PNG."""
    both = Picture(picture.height + 2 * _GROUND, width=2 * (picture.width + 2 * _GROUND))
    for number, ground in enumerate(_THEMES):
        left = number * both.width / 2
        both.rect(left, 0, both.width / 2, both.height, ground)
        both.put(picture, left + _GROUND, _GROUND)
    return png(both, pixels_a_point=_PIXELS_A_POINT)


def _renamed(run: RacerRun, name: str) -> RacerRun:
    """Return the laps of a run that began in the first minutes, under another name."""
    ends = accumulate(lap.time_ms for lap in run.laps)
    laps = tuple(
        lap for end, lap in zip(ends, run.laps, strict=True) if end - lap.time_ms < _FIELD_LASTS_MS
    )
    orp = calculate_orp([lap.time_ms for lap in laps if lap.counts])
    return RacerRun(Person(0, name), laps, None, orp)


def _ranked(runs: Sequence[RacerRun]) -> tuple[RacerRun, ...]:
    return tuple(sorted(runs, key=lambda run: -run.orp.orp_score if run.orp else 0))


def read_heats(laps_file: Path) -> dict[str, HeatTable]:
    """Return the heats of a file by name, ranked as the bot ranks them.

    Args:
        laps_file: CSV with a row a lap: heat, description, length_s, driver, lap, lap_time_ms and
            kind. A crossing of the loop after a start on the grid is lap 1; whether it counts is
            for the bot to tell, as it is for laps that were typed.
    """
    heats: dict[str, list[Mapping[str, str]]] = {}
    with laps_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            heats.setdefault(row["heat"], []).append(row)
    return {name: _table(rows) for name, rows in heats.items()}


def _table(rows: Sequence[Mapping[str, str]]) -> HeatTable:
    drivers: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if int(row["lap_time_ms"]) > 0:
            drivers.setdefault(row["driver"], []).append(row)
    runs = _ranked([_run(driver, laps) for driver, laps in drivers.items()])
    class_name, name, *_ = rows[0]["description"].split(", ")
    name = name.capitalize() if name.islower() else name
    return HeatTable(
        heat=HeatRef(uuid5(_SESSION.id, rows[0]["heat"]), name, class_name),
        session=_SESSION,
        kind=heat_kind(name),
        is_open=False,
        length_s=int(rows[0]["length_s"]),
        runs=runs,
    )


def _run(driver: str, rows: Sequence[Mapping[str, str]]) -> RacerRun:
    times = [int(row["lap_time_ms"]) for row in rows]
    is_crossing = is_first_crossing(times)
    laps = tuple(
        Lap(number, time, counts=number > 1 or not is_crossing)
        for number, time in enumerate(times, start=1)
    )
    orp = calculate_orp([lap.time_ms for lap in laps if lap.counts])
    return RacerRun(Person(0, driver), laps, None, orp)


def _card(tables: Sequence[HeatTable]) -> OrpCard:
    """Return the card of one racer's last heat, with those before it."""
    runs = [_run_of(table, _CARD_RACER) for table in tables]
    driven = [run.orp.valid_score if run.orp else None for run in runs]
    errors = [run.error for run in runs]
    figures = zip(driven, changes(driven), have_moved(driven, errors), errors, strict=True)
    scores = [
        HeatScore(table.heat, score, False, change, None, has_moved, error)
        for table, (score, change, has_moved, error) in zip(tables, figures, strict=True)
    ]
    return OrpCard(
        session=_SESSION,
        heat=tables[-1].heat,
        length_s=tables[-1].length_s,
        run=replace(runs[-1], change=scores[-1].change, has_moved=scores[-1].has_moved),
        practice_rounds=0,
        last_heats=tuple(scores),
    )


def track_known(tables: Sequence[HeatTable]) -> TrackKnown:
    """Return what is known of a track after three heats, one racer's laps and notes made up."""
    notes = (None, _PLACEBO, _PLANTED)
    runs = [_run_of(table, _CARD_RACER) for table in tables]
    runs[-1] = _planted(runs[-1])
    outings, everybody = [], []
    for table, run, note in zip(tables, runs, notes, strict=True):
        driven = [run, *(other for other in table.runs if other.racer != run.racer)]
        paces = {
            each.racer.name: pace
            for each in driven
            if (pace := find_pace([lap.time_ms for lap in each.laps if lap.counts]))
        }
        everybody.append(paces)
        others = {name: pace for name, pace in paces.items() if name != run.racer.name}
        outings.append(Outing(note, paces.get(run.racer.name), others))
    found = tries_of(outings, run_spread([outings]))
    moved = zip(tables, pace_over_day(everybody), strict=True)
    return TrackKnown(
        track="Club track",
        racer=runs[0].racer,
        is_self=True,
        runs=tuple(
            TrackRun(
                table.heat,
                table.session,
                _DAY,
                run.best_lap_ms,
                run.orp.valid_score if run.orp else None,
                False,
                run.error,
                note,
            )
            for table, run, note in reversed(list(zip(tables, runs, notes, strict=True)))
        ),
        day=TrackDay(
            _SESSION,
            _DAY,
            tuple(
                HeatPace(table.heat, pace.change_ms, pace.error_ms) for table, pace in moved if pace
            ),
        ),
        changes=(ClassChanges("", tuple(pool((_CARD_RACER, tried) for tried in found))),),
    )


def _planted(run: RacerRun) -> RacerRun:
    """Return a run with each lap made faster."""
    laps = tuple(lap._replace(time_ms=round(_PLANTED_SHARE * lap.time_ms)) for lap in run.laps)
    return replace(run, laps=laps, orp=calculate_orp([lap.time_ms for lap in laps if lap.counts]))


def _named(table: HeatTable, name: str) -> HeatTable:
    return replace(table, heat=replace(table.heat, name=name))


def _whole_session(tables: Sequence[HeatTable]) -> OrpCard:
    """Return the card of all that one racer drove."""
    card = _card(tables)
    runs = [_run_of(table, _CARD_RACER) for table in tables]
    driven = [lap for run in runs for lap in run.laps]
    laps = tuple(lap._replace(number=number) for number, lap in enumerate(driven, start=1))
    orp = calculate_orp([lap.time_ms for lap in laps if lap.counts])
    return replace(
        card,
        heat=None,
        length_s=None,
        run=replace(card.run, laps=laps, orp=orp, change=None),
        laps_by_heat=tuple(
            HeatLaps(table.heat, len(run.laps)) for table, run in zip(tables, runs, strict=True)
        ),
    )


def _side_by_side(table: HeatTable) -> SideBySide:
    """Return the first two of a heat beside each other."""
    first, second = table.runs[:2]
    comparison = compare(first.laps, second.laps)
    return SideBySide(_SESSION, table.heat, first, second, comparison)


def _run_of(table: HeatTable, driver: str) -> RacerRun:
    return next(run for run in table.runs if run.racer.name == driver)


if __name__ == "__main__":
    typer.run(draw_gallery)
