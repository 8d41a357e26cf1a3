"""Pages of a timing system, shaped like LiveRC's: an event with its races, and one race's result.

They are made of nothing but laps: every other figure is worked out here, as such a site does.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from statistics import fmean, pstdev
from typing import Final

from localdiscord.play.recorded import Drive

COLUMNS: Final = (
    "Pos",
    "Driver",
    "Qual",
    "Laps/Time",
    "Behind",
    "Fastest Lap",
    "Avg Lap",
    "Avg Top 5",
    "Avg Top 10",
    "Avg Top 15",
    "Top 3 Consecutive",
    "Std. Deviation",
    "Consistency",
)


FIGURES: Final = (
    "fastLap",
    "avgLap",
    "avgTop5",
    "avgTop10",
    "avgTop15",
    "top2Consecutive",
    "top3Consecutive",
    "stdDeviation",
    "consistency",
)
"""What the script says of a driver beside the laps."""


@dataclass(frozen=True)
class Event:
    """An event: what its pages say at their top."""

    number: int
    """Its id on the site."""
    track: str
    name: str
    day: date


@dataclass(frozen=True)
class Race:
    """A race of an event."""

    number: int
    """The how manieth of the event it is, and its id on the site."""
    class_name: str
    heat: str
    """What stands behind the class: ``(Heat 1/1)`` or ``A-Main``."""
    round_name: str
    length_s: int
    drives: Sequence[Drive]
    at: datetime
    """When it was published, by the track's own clock."""

    @property
    def title(self) -> str:
        """What it is called on its own page."""
        return f"{self.class_name} {self.heat}"

    @property
    def results(self) -> list[Drive]:
        """Who drove it, in the order they finished: most laps first, then least time."""
        return sorted(self.drives, key=lambda each: (-len(each.laps_ms), sum(each.laps_ms)))


def event_path(number: int) -> str:
    """Return where an event's page is."""
    return f"/results/?p=view_event&id={number}"


def race_path(number: int) -> str:
    """Return where the page of a race is."""
    return f"/results/?p=view_race_result&id={number}"


def event_page(event: Event, races: Iterable[Race]) -> str:
    """Return the page of an event: its races newest first, under a heading a round.

    Args:
        event: What it is called.
        races: Those that are over, in the order they were driven.
    """
    rows: list[str] = []
    heading = ""
    for race in sorted(races, key=lambda each: each.number, reverse=True):
        if race.round_name != heading:
            heading = race.round_name
            rows.append(f"<tr><th colspan='2'>{escape(heading)}</th></tr>")
        link = f"Race {race.number}: {race.class_name} ({race.class_name} {race.heat})"
        rows.append(
            f"<tr><td><a href='{escape(race_path(race.number))}'>{escape(link)}</a></td>"
            f"<td>{_written(race.at.date())} at {_time_of_day(race.at)}</td></tr>"
        )
    # It is there before the first race, and tells that this is the page of an event.
    entries = "<a href='/results/?p=view_entry_list&amp;id=1'>Entry List</a>"
    return _page(
        event,
        "",
        f"<table class='entry_list_data'><tr><td>{entries}</td></tr></table>"
        f"<table class='table race_results'>{''.join(rows)}</table>",
    )


def result_page(event: Event, race: Race) -> str:
    """Return a race's page: everybody's laps in its script, places and figures in its table."""
    results = race.results
    ahead: list[Drive | None] = [None, *results]
    scripts = "".join(_script(drive, place) for place, drive in enumerate(results, 1))
    rows = "".join(
        _row(drive, place, before)
        for place, (drive, before) in enumerate(zip(results, ahead, strict=False), 1)
    )
    headings = "".join(f"<th>{name}</th>" for name in COLUMNS)
    length = f"{race.length_s // 60}:{race.length_s % 60:02} Timed"
    return _page(
        event,
        race.title,
        f"<script>var racerLaps = {{}};\n{scripts}</script>"
        "<table class='table race_result'><thead>"
        f"<tr><th colspan='{len(COLUMNS)}'><span class='class_header'>{escape(race.title)}</span>"
        f"<span class='class_sub_header'>Round: {escape(race.round_name)}</span>"
        f"<span class='class_sub_header'>Length: {length}</span></th></tr>"
        f"<tr>{headings}</tr></thead><tbody>{rows}</tbody></table>",
    )


def _page(event: Event, race: str, body: str) -> str:
    title = " :: ".join(part for part in (event.track, event.name, race, "LiveRC") if part)
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title></head>\n<body><h1>{escape(event.track)}</h1>"
        f"<h3>{escape(event.name)}</h3><h5>{_written(event.day)}</h5>\n{body}</body></html>\n"
    )


def _script(drive: Drive, place: int) -> str:
    values = {"driverName": drive.driver, **_figures(drive.laps_ms)}
    parts = [f"'{key}' : '{_quoted(value)}'" for key, value in values.items()]
    # Lap 0 is where the clock starts: it has no time.
    laps = ", ".join(
        f"{{'lapNum' : '{number}', 'pos' : '{place}', 'time' : '{_seconds(lap_ms)}', "
        "'pace' : '0', 'segments' : []}"
        for number, lap_ms in enumerate((0, *drive.laps_ms))
    )
    return f"racerLaps[{_id_of(drive)}] = {{ {', '.join(parts)}, 'laps' : [ {laps} ] }};\n"


def _row(drive: Drive, place: int, before: Drive | None) -> str:
    name = f"<span class='driver_name'>{escape(drive.driver)}</span>"
    if not drive.laps_ms:
        # Who did not start has no laps to view.
        cells = (str(place), name, str(place), *[""] * (len(COLUMNS) - 3))
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    figures = _figures(drive.laps_ms)
    fastest = drive.laps_ms.index(min(drive.laps_ms)) + 1
    link = f"<a href='#' data-driver-id='{_id_of(drive)}' class='driver_laps'>View Laps</a>"
    cells = (
        str(place),
        f"<span class='car_num'>{place}</span> {name} {link}",
        str(place),
        f"{len(drive.laps_ms)}/{_clock(sum(drive.laps_ms))}",
        _behind(drive, before),
        f"{figures['fastLap']}<sup>{fastest}</sup>",
        *(
            f"<div class='hidden'>{figures[key]}</div>{figures[key]}" if figures[key] else ""
            for key in ("avgLap", "avgTop5", "avgTop10", "avgTop15", "top3Consecutive")
        ),
        f"{float(figures['stdDeviation']):.2f}",
        f"{float(figures['consistency']):.2f}%",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _figures(laps_ms: Sequence[int]) -> Mapping[str, str]:
    if not laps_ms:
        return dict.fromkeys(FIGURES, "")
    fastest_first = sorted(laps_ms)
    mean, deviation = fmean(laps_ms), pstdev(laps_ms)

    def top(count: int) -> str:
        return _thousandths(fmean(fastest_first[:count])) if len(laps_ms) >= count else ""

    def consecutive(count: int) -> str:
        rows = [sum(laps_ms[at : at + count]) for at in range(len(laps_ms) - count + 1)]
        return _thousandths(min(rows)) if rows else ""

    worked_out = (
        _thousandths(fastest_first[0]),
        _thousandths(mean),
        top(5),
        top(10),
        top(15),
        consecutive(2),
        consecutive(3),
        _thousandths(deviation),
        f"{100 * (1 - deviation / mean):.3f}",
    )
    return dict(zip(FIGURES, worked_out, strict=True))


def _behind(drive: Drive, before: Drive | None) -> str:
    if before is None:
        return ""
    laps = len(before.laps_ms) - len(drive.laps_ms)
    if laps:
        return f"{laps} Lap{'s' if laps > 1 else ''}"
    return _thousandths(sum(drive.laps_ms) - sum(before.laps_ms))


def _id_of(drive: Drive) -> int:
    # The same driver has the same id in every race.
    return 100_000 + zlib.crc32(drive.driver.encode()) % 900_000


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("<", "\\x3c")


def _thousandths(time_ms: float) -> str:
    return f"{time_ms / 1000:.3f}"


def _seconds(time_ms: int) -> str:
    """Return a lap as the script has it, without the zeros at its end."""
    return _thousandths(time_ms).rstrip("0").rstrip(".")


def _clock(time_ms: int) -> str:
    minutes, rest_ms = divmod(time_ms, 60_000)
    return f"{minutes}:{rest_ms / 1000:06.3f}"


def _written(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _time_of_day(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M}{'pm' if moment.hour >= 12 else 'am'}"
