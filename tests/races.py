"""Races as parsers return them, made of a few numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.laps import Lap, race_total
from core.names import HeatKind
from core.sources.race import Driver, Race, Source


def driver(
    name: str,
    times_ms: Sequence[int],
    *,
    source_id: str | None = None,
    position: int | None = None,
    lap_one_counts: bool = True,
) -> Driver:
    laps = tuple(
        Lap(number, time_ms, lap_one_counts or number > 1)
        for number, time_ms in enumerate(times_ms, start=1)
    )
    total = race_total(laps)
    return Driver(name, laps, total.total_ms, total.text(), source_id=source_id, position=position)


def race(
    laps: Mapping[str, Sequence[int]],
    heat_name: str | None = "Q1 Heat 1",
    class_name: str | None = None,
    *,
    source: Source = Source.LIVERC,
    source_id: str | None = "900",
    kind: HeatKind = HeatKind.QUALIFYING,
    lap_one_counts: bool | None = True,
    length_s: int | None = 300,
    completed_at: datetime | None = None,
    event: str | None = None,
    track: str | None = None,
) -> Race:
    """Return a race by the names of its drivers and their laps in ms, in the order they finished.

    With LiveRC each driver has an id that is made of their name.
    """
    drivers = tuple(
        driver(
            name,
            times,
            source_id=f"id of {name}" if source is Source.LIVERC else None,
            position=position,
            lap_one_counts=lap_one_counts is not False,
        )
        for position, (name, times) in enumerate(laps.items(), start=1)
    )
    return Race(
        source,
        heat_name,
        kind,
        drivers,
        address=f"https://track.liverc.com/results/?p=view_race_result&id={source_id}",
        source_id=source_id,
        class_name=class_name,
        lap_one_counts=lap_one_counts,
        length_s=length_s,
        completed_at=completed_at,
        event=event,
        track=track,
    )
