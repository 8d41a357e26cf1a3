"""Real pages with pieces deleted, doubled and replaced: a race, or one plain sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.laptimes import MAX_LAP_MS
from core.sources.csv_file import RunLog
from core.sources.race import Race, RaceList
from core.sources.recognise import Parsed, parse
from core.sources.refusals import SourceError
from tests.core.sources.pages import HEATS, PAGES, page

_MARKS = (b"", b"'", b'"', b"\\", b"<", b">", b"{", b"}", b"[", b"]", b",", b":", b"//", b"/*")
_TAGS = (b"</td>", b"<td>", b"<tr>", b"</table>", b"<script>", b"</script>", b"<!--")
_VALUES = (b"NaN", b"Infinity", b"1e999", b"null", b"-1", b"0", b"1:02.3", b"9999999")
_BYTES = (
    b"\xff",
    b"\0",
    b"\r\n",
    "\N{SUPERSCRIPT TWO}".encode(),
    "\N{ARABIC-INDIC DIGIT ONE}".encode(),
)
_PIECES = st.sampled_from((*_MARKS, *_TAGS, *_VALUES, *_BYTES))
_Mutation = tuple[float, float, int, bytes]
_MUTATIONS: st.SearchStrategy[list[_Mutation]] = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 0.2), st.integers(0, 3), _PIECES),
    min_size=1,
    max_size=8,
)


def mutated(data: bytes, mutations: list[_Mutation]) -> bytes:
    for where, how_much, what, piece in mutations:
        start = int(where * len(data))
        end = start + (int(how_much * len(data)) if what % 2 else len(piece))
        cut = data[start:end]
        new = (piece, b"", cut + piece + cut, piece)[what]
        data = data[:start] + new + data[end:]
        data = data[:400_000]
    return data


def read_or_refused(data: bytes) -> None:
    """Whatever comes out holds what its types promise; a refusal is one sentence."""
    refused = ""
    parsed: Parsed = ()
    try:
        parsed = parse(data, address="https://track.liverc.com/results/?p=view_event&id=1")
    except SourceError as error:
        refused = error.sentence
    assert not refused or re.fullmatch(r".{20,600}\.", refused)
    assert refused or parsed
    for race in parsed if isinstance(parsed, tuple) else (parsed,):
        check(race)


def check(parsed: Race | RaceList | RunLog) -> None:
    if isinstance(parsed, RunLog):
        assert all(1 <= row.lap_time_ms <= MAX_LAP_MS for row in parsed.rows)
        return
    if isinstance(parsed, RaceList):
        assert len({race.source_id for race in parsed.races}) == len(parsed.races)
        assert all(race.source_id and 0 < len(race.heat_name) <= 50 for race in parsed.races)
        return
    assert any(driver.laps for driver in parsed.drivers)
    assert parsed.heat_name is None or 0 < len(parsed.heat_name) <= 50
    ids = [driver.source_id for driver in parsed.drivers if driver.source_id]
    assert len(ids) == len(set(ids))
    for driver in parsed.drivers:
        assert [lap.number for lap in driver.laps] == list(range(1, len(driver.laps) + 1))
        assert all(1 <= lap.time_ms <= MAX_LAP_MS for lap in driver.laps)
        assert driver.total_ms >= 0
        assert driver.position is None or driver.position > 0
        assert isinstance(driver.name, str)


@pytest.mark.parametrize("name", PAGES)
def test_a_mutated_page_is_read_or_refused(name: str) -> None:
    data = page(name)
    _fuzz(lambda mutations: read_or_refused(mutated(data, mutations)))


def test_a_mutated_table_is_read_or_refused() -> None:
    data = HEATS.read_bytes()[:6000]
    _fuzz(lambda mutations: read_or_refused(mutated(data, mutations)))


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_is_read_or_refused(data: bytes) -> None:
    read_or_refused(data)


@settings(max_examples=200, deadline=None)
@given(
    cells=st.lists(
        st.lists(
            st.sampled_from(["1", "2", "0", "20.1", "20,1", "1:02.3", "Ann", "Lap", "lap_time", ""])
            | st.text(max_size=5),
            min_size=1,
            max_size=5,
        ),
        min_size=1,
        max_size=6,
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_any_table_is_read_or_refused(cells: list[list[str]], delimiter: str) -> None:
    read_or_refused("\n".join(delimiter.join(row) for row in cells).encode())


def _fuzz(act: Callable[[list[_Mutation]], None]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutations=_MUTATIONS)
    def run(mutations: list[_Mutation]) -> None:
        act(mutations)

    run()
