"""Real pages, read from beside the checkout, and made-up ones for what no real one has."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parents[4] / "shared" / "data"
HEATS: Final = Path(__file__).parents[2] / "data" / "real_heats.csv"
RESULT: Final = "liverc/race_result_electric_a3_main.html"
EVENT: Final = "liverc/event.html"
PRACTICE: Final = "liverc/practice_session.html"
DAY: Final = "liverc/practice_day.html"
RUN: Final = "myrcm/session_v9.html"
OLD_RUN: Final = "myrcm/session_old.html"
CLASS: Final = "myrcm/class_v9.html"
EVENT_V9: Final = "myrcm/event_v9.html"
PAGES: Final = (RESULT, EVENT, PRACTICE, DAY, RUN, OLD_RUN, CLASS, EVENT_V9)


def page(name: str) -> bytes:
    """A real page; where they have to be, they must be."""
    path = FOLDER / name
    if not path.is_file():
        sentence = f"a real page is missing: ../shared/data/{name}"
        if "CI" in os.environ:
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path.read_bytes()


def changed(name: str, old: str, new: str, count: int = 1) -> bytes:
    """A real page with something replaced, which must be there."""
    text = page(name).decode()
    assert old in text, old
    return text.replace(old, new, count).encode()


def script_of(
    source_id: str, name: str, times: Sequence[str], figures: Mapping[str, str] | None = None
) -> str:
    """A driver's laps as LiveRC's script has them; the first time is lap 0."""
    written = {"driverName": name, "fastLap": "", "avgLap": ""} | dict(figures or {})
    head = "".join(f"'{key}' : '{_quoted(value)}',\n" for key, value in written.items())
    laps = ",\n".join(
        f"{{ 'lapNum' : '{number}', 'pos' : '1', 'time' : '{time}', 'segments' : [] }}"
        for number, time in enumerate(times)
    )
    return f"racerLaps[{source_id}] = {{ {head} 'laps' : [ {laps} ] }};\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def row_of(position: str, source_id: str | None, name: str, result: str, number: str = "1") -> str:
    """A driver's row in LiveRC's table; who did not start has no link."""
    link = f'<a href="#" data-driver-id="{source_id}" class="driver_laps">View Laps</a>'
    return (
        f'<tr><td>{position}</td><td><span class="car_num">{number}</span>'
        f'<span class="driver_name">{escape(name, quote=False)}</span>{link if source_id else ""}'
        f"</td><td>1</td><td>{result}</td></tr>"
    )


def result_page(
    scripts: Sequence[str],
    rows: Sequence[str],
    *,
    header: str = "Buggy A-Main",
    round_name: str = "Main Events",
) -> bytes:
    """A made-up LiveRC page of one race."""
    heading = "".join(f"<th>{name}</th>" for name in ("Pos", "Driver", "Qual", "Laps/Time"))
    return f"""<!DOCTYPE html><html><head><title>Track :: Cup :: {header} :: LiveRC</title></head>
<body><h5>Jun 6, 2026</h5><script>var racerLaps = {{}};{"".join(scripts)}</script>
<table class="table race_result"><thead><tr><th colspan="4">
<span class="class_header">{header}</span><span class="class_sub_header">Round: {round_name}</span>
<span class="class_sub_header">Length: 5:00 Timed</span></th></tr><tr>{heading}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></body></html>""".encode()


def practice_page(laps: Sequence[Mapping[str, str]], listed: Sequence[str]) -> bytes:
    """A made-up LiveRC practice session."""
    spans = "".join(f"<div><span>{text}</span></div>" for text in listed)
    return f"""<!DOCTYPE html><html><head>
<title>Track :: Practice Session for Ann on October 25, 2025 (Saturday) at 11:58:27pm :: LiveRC
</title></head><body><table><tr><th>Driver</th><td>Ann</td></tr><tr><th>Class</th><td>Buggy</td></tr>
<tr><th>Transponder</th><td>9000001</td></tr><tr><th>Session Time</th><td>Date: October 25, 2025
(Saturday)<br />Start: 11:58:27pm<br />End: 12:03:17am<br /></td></tr></table>
<div class="laps_list">{spans}</div><script>var lapsObj = {json.dumps(laps)}</script></body></html>
""".encode()
