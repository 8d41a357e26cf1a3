"""Pages that are cut off, changed or hostile: a race, or one refusal with one sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.sources.race import Race, RaceList
from core.sources.recognise import parse
from core.sources.refusals import Damaged, NoLaps, SourceError, TooMuch
from tests.core.sources.pages import (
    CLASS,
    DAY,
    EVENT,
    OLD_RUN,
    PAGES,
    PRACTICE,
    RESULT,
    RUN,
    changed,
    page,
    result_page,
    row_of,
    script_of,
)
from tests.core.sources.test_fuzz import read_or_refused


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.99])
def test_a_page_cut_off_anywhere_is_read_or_refused(name: str, share: float) -> None:
    data = page(name)
    read_or_refused(data[: int(share * len(data))])


DAMAGES: dict[str, Callable[[str], str]] = {
    "no laps": lambda text: text.replace("'lapNum'", "'no'").replace("lap_time", "no"),
    "unquoted keys": lambda text: text.replace("'lapNum'", "lapNum").replace("'time'", "time"),
    "no commas": lambda text: text.replace("',", "'"),
    "trailing commas": lambda text: text.replace("}", ",}").replace("]", ",]"),
    "escaped quotes": lambda text: text.replace("'", "\\'"),
    "double quotes": lambda text: text.replace("'", '"'),
    "numbers": lambda text: text.replace("'time' : '36.958'", "'time' : 36.958"),
    "infinity": lambda text: text.replace("'time' : '36.958'", "'time' : Infinity"),
    "a call": lambda text: text.replace("'time' : '36.958'", "'time' : alert(1)"),
    "negative": lambda text: text.replace("36.958", "-36.958").replace("42.996", "-42.996"),
    "words": lambda text: text.replace("36.958", "DNF").replace("08.740", "DNF"),
    "lap numbers": lambda text: text.replace("'lapNum' : '2'", "'lapNum' : '1'"),
    "minutes": lambda text: text.replace("36.958", "1:02.3").replace("42.996", "1:02.3"),
    "empty averages": lambda text: text.replace("38.405", "").replace("45.815", ""),
    "no tables": lambda text: text.replace("<table", "<div").replace("</table", "</div"),
    "no cells": lambda text: text.replace("<td", "<th").replace("</td", "</th"),
    "no classes": lambda text: text.replace("class=", "klass="),
    "no links": lambda text: text.replace("href=", "ref="),
    "upper case": lambda text: text.upper(),
    "comments": lambda text: text.replace("<tr", "<!--"),
    "one id": lambda text: text.replace("90000", "90001").replace("210000", "21"),
    "twice": lambda text: text + text,
    "backwards": lambda text: text[::-1],
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_page_is_read_or_refused(name: str, damage: str) -> None:
    read_or_refused(DAMAGES[damage](page(name).decode()).encode())


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("charset", ["utf-16", "cp1252", "utf-8-sig", "utf-16-le"])
def test_a_page_in_another_encoding_is_read_or_refused(name: str, charset: str) -> None:
    read_or_refused(page(name).decode().encode(charset, "replace"))


@pytest.mark.parametrize("name", [RESULT, PRACTICE, OLD_RUN, RUN])
@pytest.mark.parametrize("charset", ["utf-16", "cp1252", "utf-8-sig"])
def test_a_page_in_an_encoding_that_says_so_is_read(name: str, charset: str) -> None:
    race, same = parse(page(name)), parse(page(name).decode().encode(charset))
    assert isinstance(race, Race)
    assert race == same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'lapNum' : '2'", "lapNum : '2'"),
        ("'time' : '36.958',", "'time' : \"36.958\","),
        ("'segments' : [", "'segments' : [],'again' : ["),
        ("'fastLap' : '36.589'", "'fastLap' : ''"),
        ("'avgLap' : '38.405'", "'avgLap' : ''"),
        ("'time' : '40.02'", "'time' : '0:40.020'"),
    ],
)
def test_what_means_the_same_is_read_the_same(old: str, new: str) -> None:
    race, same = parse(page(RESULT)), parse(changed(RESULT, old, new))
    assert isinstance(race, Race)
    assert isinstance(same, Race)
    assert same.drivers == race.drivers


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (RESULT, "'time' : '36.958'", "'time' : 36.958", "one of RACER A01's laps"),
        (RESULT, "'time' : '36.958'", "'time' : NaN", "one of RACER A01's laps"),
        (RESULT, "'time' : '36.958'", "'time' : alert(1)", "cut off or changed"),
        (RESULT, "'lapNum' : '2'", "'lapNum' : '1'", "not in order"),
        (RESULT, 'class="table table-striped race_result"', 'class="table"', "no result table"),
        (RESULT, "racerLaps[900002] =", "racerLaps[900001] =", "one driver's id twice"),
        (PRACTICE, 'lap_time: "42.996"', "lap_time: 42.996", "one of that practice page's laps"),
        (PRACTICE, 'is_valid: "1"', 'is_valid: "2"', "one of that practice page's laps"),
        (RUN, 'data-label="L">37<', 'data-label="L">36<', "Racer 14's laps do not add up"),
        (RUN, ">14:51.482<", ">14:51.483<", "Racer 14's laps do not add up"),
        (RUN, ">34.533<", ">34.534<", "Racer 14's laps do not add up"),
        (RUN, ">08.740<", ">08.7x0<", "one of Racer 14's laps"),
        (RUN, "<strong>36</strong>", "<strong>35</strong>", "not in order"),
        (RUN, 'class="col-laps"', 'class="col-other"', "no columns I know"),
        (OLD_RUN, ">20.859<", ">20.858<", "Racer M01's laps do not add up"),
        (OLD_RUN, "># 4<", "># 2<", "whose laps are whose"),
        (OLD_RUN, "># 4<", "># 44<", "whose laps are whose"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_reason(
    name: str, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(Damaged, match=sentence):
        parse(changed(name, old, new))


def test_the_longest_pages_are_read() -> None:
    """A thousand laps of sixty drivers."""
    times = ["0", *["20.5"] * 999]
    scripts = [script_of(str(at), f"Driver {at}", times) for at in range(1, 61)]
    rows = [row_of(str(at), str(at), f"Driver {at}", "999/341:19.500") for at in range(1, 61)]
    race = parse(result_page(scripts, rows))
    assert isinstance(race, Race)
    assert sum(len(driver.laps) for driver in race.drivers) == 59_940
    assert race.differences == ()


MANY = 100_000
MESSAGE = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n"
BOMBS = {
    "divs": b"<div>" * MANY,
    "divs with a slash": b"<div/>" * (MANY // 2),
    "lists": b"<dl><dd>" * (MANY // 2),
    "closed and opened": b"</div><div>" * 10 + b"<section>" * (MANY // 2),
    "attributes": b"<div " + b"a b c d e f g h " * (MANY // 4) + b">",
    "attributes of body": b"".join(b"<body a%d>" % at for at in range(20_000)) * 10,
    "unknown elements": b"<x-y>" * MANY,
    "bold": b"<b>" * MANY,
    "tables": b"<table><tr><td>" * (MANY // 4),
    "drawings": b"<path>" * (MANY // 2),
    "options": b"<select>" + b"<option>x" * (5 * MANY),
    "comments": b"<html><!--" * (MANY // 4),
    "quotes": b"<html><a href='" + b"'\"" * MANY,
    "brackets": b"<html><script>racerLaps[1] = " + b"[" * MANY + b"</script>",
    "objects": b"<html><script>racerLaps[1] = " + b"{a:" * MANY + b"</script>",
    "drivers": b"<html><script>" + b"racerLaps[1]={'laps':[]};" * (MANY // 6) + b"</script>",
    "a string": b"<html><script>racerLaps[1] = {'laps':'" + b"\\'" * MANY + b"</script>",
    "a list": b"[" * MANY,
    "delimiters": b"," * MANY,
    "rows": b"1,2\n" * (MANY // 4),
    "laps": b"20.1\n" * (MANY // 2),
    "digits": b"1" * MANY,
    "colons": b"1:" * (MANY // 2),
    "counted columns": b"a," + b",".join(b"%d" % at for at in range(1, MANY)) + b"\nb,c\n",
    "counted rows": b"a,1,2,3\n\n" * (MANY // 10),
    "quoted": b'a,"' + b"x" * MANY,
    "an archive": b"bplist00" + b"\xd1" * MANY,
    "a message": MESSAGE + b"--a\n" * MANY,
}
# What the parser would take too long for: its time grows with the square.
REFUSED_UNPARSED = {"divs", "divs with a slash", "lists", "closed and opened", "attributes"}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused(bomb: str) -> None:
    with pytest.raises(TooMuch if bomb in REFUSED_UNPARSED else SourceError):
        parse(BOMBS[bomb][:4_999_999])


@pytest.mark.parametrize("piece", [b"", b"\0", b" ", b"\n", b"\xef\xbb\xbf"])
def test_nothing_is_refused(piece: bytes) -> None:
    with pytest.raises(NoLaps):
        parse(piece)
    with pytest.raises(SourceError):
        parse(piece * 1_000_000)


@pytest.mark.parametrize("piece", [b"\0", b" ", b"<", b"a"])
def test_more_than_5_mb_is_refused(piece: bytes) -> None:
    with pytest.raises(TooMuch, match="5 MB"):
        parse(piece * 5_000_001)


def test_a_page_nested_deeper_than_any_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooMuch, match="nested deeper"):
        parse(b"<div>" * 500 + page(RESULT))
    assert isinstance(parse(b"<div>" * 100 + page(RESULT)), Race)


def test_many_siblings_are_no_nesting() -> None:
    rows = b"<div><p>x<br><img src=a></div>" * 20_000
    assert isinstance(parse(rows + b"<td>x<tr>" * 20_000 + page(OLD_RUN)), Race)


@pytest.mark.parametrize("name", [EVENT, DAY])
def test_a_list_without_links_is_refused(name: str) -> None:
    with pytest.raises(NoLaps):
        parse(page(name).decode().replace("href=", "ref=").encode())


def test_a_class_without_links_has_no_runs() -> None:
    parsed = parse(page(CLASS).decode().replace("href=", "ref=").encode())
    assert isinstance(parsed, RaceList)
    assert parsed.races == ()
