"""MyRCM's runs and class pages, of today and as the old site served them."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from core.names import HeatKind
from core.sources.race import ClassLink, ListedPage, Race, RaceLink, RaceList, Source, named_by
from core.sources.recognise import parse
from core.sources.refusals import Damaged, NoLaps
from tests.core.sources.pages import CLASS, EVENT_V9, OLD_RUN, RUN, changed, page

SITE = "https://www.myrcm.ch"


def run_of(data: bytes, address: str | None = None) -> Race:
    parsed = parse(data, address=address)
    assert isinstance(parsed, Race)
    return parsed


def listed(data: bytes, address: str | None = None) -> RaceList:
    parsed = parse(data, address=address)
    assert isinstance(parsed, RaceList)
    return parsed


def test_the_real_run_is_read_whole() -> None:
    race = run_of(page(RUN))
    assert (race.source, race.heat_name, race.kind) == (
        Source.MYRCM,
        "Heat 6",
        HeatKind.QUALIFYING,
    )
    assert (race.track, race.class_name, race.source_id) == (
        "Sample Arena",
        "Online",
        "90003/380005/50001",
    )
    assert (race.completed_at, race.page_time) == (
        None,
        datetime.fromisoformat("2026-08-18T12:41:50"),
    )
    first, second, *others = race.drivers
    assert (first.name, first.number, first.position, first.result) == (
        "Racer 14",
        "8",
        1,
        "37/14:51.482",
    )
    assert (first.first_crossing_ms, len(first.laps), second.first_crossing_ms) == (8740, 37, 7777)
    for driver in (first, second):
        laps = [lap.time_ms for lap in driver.laps]
        assert driver.total_ms == sum(laps) + (driver.first_crossing_ms or 0)
    assert [lap.time_ms for lap in first.laps[:3]] == [34533, 32440, 26451]
    assert min(lap.time_ms for lap in second.laps) == 25203
    assert [driver.position for driver in race.drivers] == list(range(1, 17))
    assert {(driver.note, driver.laps, driver.result) for driver in others} == {("DNS", (), "0")}
    assert race.differences == ()


def test_the_real_old_run_is_read_whole() -> None:
    race = run_of(page(OLD_RUN))
    assert (race.class_name, race.length_s, race.heat_name) == ("E10 TC SPEC", 300, "Heat 15:52")
    assert (race.kind, race.page_time) == (
        HeatKind.QUALIFYING,
        datetime.fromisoformat("2026-07-11T15:52:59"),
    )
    assert [(d.position, d.number, d.name, d.result) for d in race.drivers] == [
        (1, "4", "Racer M01", "15/5:15.541"),
        (2, "2", "Racer M02", "15/5:15.735"),
        (3, "1", "Racer M03", "15/5:17.439"),
        (4, "6", "Racer M04", "14/5:00.527"),
        (5, "3", "Racer M05", "14/5:00.666"),
        (6, "7", "Racer M06", "14/5:11.056"),
        (7, "5", "Racer M07", "13/5:06.339"),
        (8, "8", "Racer M08", "13/5:13.392"),
        (9, "9", "Racer M09", "8/3:27.377"),
    ]
    for driver in race.drivers:
        assert driver.total_ms == sum(lap.time_ms for lap in driver.laps)
        assert driver.first_crossing_ms is None
    assert [lap.time_ms for lap in race.drivers[8].laps][:3] == [22927, 23035, 33182]
    assert race.differences == ()


def test_an_old_run_is_read_with_places_beside_its_laps_and_names_above_them() -> None:
    text = page(OLD_RUN).decode()
    laps = text.index("Laptimes")
    result, columns = text[:laps], text[laps:]
    columns, cells = re.subn(r"<td>([0-9]+[.:][0-9.:]+)</td>", r"<td>(3) \1</td>", columns)
    assert cells > 100
    with_places = (result + columns).encode()
    assert run_of(with_places) == run_of(page(OLD_RUN))
    names = {driver.number: driver.name for driver in run_of(page(OLD_RUN)).drivers}

    def named(heading: re.Match[str]) -> str:
        first, last = names[heading[1]].split()
        return f">{last} {first}</th>"

    columns, headings = re.subn(r"># ([0-9]+)</th>", named, columns)
    assert headings == 9
    with_names = (result + columns).encode()
    assert run_of(with_names) == run_of(page(OLD_RUN))
    # One more than there are drivers.
    free = b'<th width="10%"/></tr>'
    assert with_names.count(free) == 1
    with pytest.raises(Damaged, match="whose laps are whose"):
        parse(with_names.replace(free, b"<th>Racer M10</th></tr>"))


def test_an_old_run_from_the_grid_leaves_lap_one_out_as_its_averages_do() -> None:
    results = [
        ("1", "7", "Ann Lee", "4", "1:52.016", "36.500", "36.667"),
        ("2", "3", "Ben Ray", "4", "1:56.250", "37.000", "37.750"),
    ]
    laps = [("02.016", "03.000"), ("36.500", "37.000"), ("36.900", "38.250"), ("36.600", "38.000")]
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{cell}</td>" for cell in (*row[:2], "", row[2], "", *row[3:]))
        + "</tr>"
        for row in results
    )
    columns = "".join(
        f"<tr><td>{number}</td><td>(1) {ann}</td><td>(2) {ben}</td></tr>"
        for number, (ann, ben) in enumerate(laps, 1)
    )
    text = (
        f'<table id="data-table">{rows}</table>'
        f"<table><tr><th>#Nr.</th><th>Lee Ann</th><th>Ray Ben</th></tr>{columns}</table>"
    )
    race = run_of(text.encode())
    assert (race.lap_one_counts, race.differences) == (False, ())
    for driver, total_ms in zip(race.drivers, (112_016, 116_250), strict=True):
        assert [lap.counts for lap in driver.laps] == [False, True, True, True]
        assert driver.total_ms == total_ms
    # Where the averages count it, lap 1 is a lap; the best lap is not, then.
    race = run_of(text.replace("36.667", "28.004").replace("37.750", "29.063").encode())
    assert (race.lap_one_counts, len(race.differences)) == (True, 2)


def test_an_old_page_that_is_no_run_is_told_which_one_is() -> None:
    text = page(OLD_RUN).decode()
    for laps in ("", "<h4>Laptimes</h4><table><tr><th>#Nr.</th></tr></table>"):
        with pytest.raises(Damaged, match="no lap times: give a run's own page"):
            parse((text[: text.index('<h4 id="title">Laptimes')] + laps).encode())
    participants = '<table id="data-table"><tr><th>Nr.</th></tr><tr><td>1</td></tr></table>'
    with pytest.raises(Damaged, match="no lap times: give a run's own page"):
        parse(participants.encode())


def test_a_best_lap_that_is_none_is_named() -> None:
    data = changed(RUN, '"Best">21.748<', '"Best">21.700<')
    (difference,) = run_of(data).differences
    assert difference.text() == "Racer 14: best lap 21.700 on the page, 0:21.748 from the laps"


def test_a_run_of_other_words_is_read_by_its_columns() -> None:
    text = page(RUN).decode()
    for english, german in (("Driver", "Fahrer"), ("Total", "Gesamt"), ("Lap", "Runde")):
        text = text.replace(f">{english}<", f">{german}<").replace(f'"{english}"', f'"{german}"')
    assert run_of(text.encode()) == run_of(page(RUN))


def test_a_column_of_the_result_that_is_shown_moves_the_others() -> None:
    text = page(RUN).decode()
    text = text.replace('<!--<col class="col-number">-->', '<col class="col-number">')
    text = text.replace('<!--<td data-label="No.">&nbsp;</td>-->', "<td>77</td>")
    race = run_of(text.encode())
    assert race.drivers == run_of(page(RUN)).drivers


def test_labels_are_no_keys() -> None:
    """The n-th lap column is that of the n-th row, whatever stands above it."""
    text = re.sub(r'data-label=" Racer [0-9]+"', 'data-label="# 1"', page(RUN).decode())
    assert run_of(text.encode()) == run_of(page(RUN))


def test_a_run_is_read_with_places_and_marks_beside_its_laps() -> None:
    text = page(RUN).decode()
    laps = text.index("run-lap-table")
    cell = r'(<td data-label=" Racer [0-9]+"[^>]*>)([0-9:.]+)<'
    lap_list, cells = re.subn(cell, r"\1(12) \2 *<", text[laps:])
    assert cells > 100
    assert run_of((text[:laps] + lap_list).encode()) == run_of(page(RUN))


def test_a_run_whose_first_crossing_is_lap_one_leaves_it_out_as_its_best_laps_do() -> None:
    """A rolling start: the rows count from 1, and so does the result."""
    text = page(RUN).decode()

    def one_more(number: re.Match[str]) -> str:
        return f"{number[1]}{int(number[2]) + 1}<"

    text, rows = re.subn(r'(data-label="Lap"><strong>)([0-9]+)<', one_more, text)
    text, counts = re.subn(r'(data-label="L">)([1-9][0-9]*)<', one_more, text)
    assert (rows > 40, counts) == (True, 2)
    race, before = run_of(text.encode()), run_of(page(RUN))
    assert (before.lap_one_counts, race.lap_one_counts) == (True, False)
    assert race.differences == ()
    for driver, was in zip(race.drivers[:2], before.drivers[:2], strict=True):
        assert driver.first_crossing_ms is None
        assert [lap.counts for lap in driver.laps] == [False] + [True] * len(was.laps)
        assert driver.laps[0].time_ms == was.first_crossing_ms
        assert [lap.time_ms for lap in driver.laps[1:]] == [lap.time_ms for lap in was.laps]
        assert driver.total_ms == was.total_ms


def test_laps_of_a_wrong_row_are_refused() -> None:
    text = page(RUN).decode()
    first = text.index("<tr", text.index("<tbody>"))
    second = text.index("<tr", first + 1)
    third = text.index("<tr", second + 1)
    swapped = text[:first] + text[second:third] + text[first:second] + text[third:]
    with pytest.raises(Damaged, match="Racer 5's laps do not add up"):
        parse(swapped.encode())


def test_a_first_crossing_of_43_minutes_is_no_lap() -> None:
    data = changed(RUN, ">08.740<", ">43:15.591<").decode()
    race = run_of(data.replace(">14:51.482<", ">57:58.333<", 1).encode())
    assert race.drivers[0].first_crossing_ms == 2_595_591
    assert (len(race.drivers[0].laps), race.drivers[0].left_out) == (37, ())


def test_a_run_with_a_result_and_no_lap_list_is_none() -> None:
    text = page(RUN).decode().replace("run-lap-table", "table")
    with pytest.raises(NoLaps, match="a result and no lap list"):
        parse(text.encode())


def test_nobody_has_driven_yet() -> None:
    text = re.sub(r">[0-9:]*[0-9]\.[0-9]{3}<", "><", page(RUN).decode())
    text = text.replace('"L">37<', '"L">0<').replace('"L">32<', '"L">0<')
    with pytest.raises(NoLaps, match="Nobody has a lap"):
        parse(text.encode())


def test_the_real_class_is_read_whole() -> None:
    found = listed(page(CLASS), f"{SITE}/de/report/90002/380004")
    assert (found.page, found.address) == (ListedPage.CLASS, f"{SITE}/en/report/90002/380004")
    assert (found.event, found.class_name, found.track) == (
        "Online Event",
        "Online",
        "Sample Arena",
    )
    assert (found.first_day, found.last_day) == (date(2026, 8, 16), date(2026, 8, 16))
    assert [(run.heat_name, run.is_available) for run in found.races] == [
        ("Qualy 1 Heat 19", True),
        ("Qualy 1 Heat 20", True),
        ("Qualy 1 Heat 21", True),
        ("Qualy 1 Heat 22", True),
        ("Qualy 1 Heat 23", False),
    ]
    assert found.races[0] == RaceLink(
        "90002/380004/50001",
        f"{SITE}/en/report/90002/380004?reportKey=50001&reportType=qualy",
        "Qualy 1 Heat 19",
        "Qualy 1 Heat 19",
        HeatKind.QUALIFYING,
        "Online",
    )


def test_the_real_event_is_read_whole() -> None:
    found = listed(page(EVENT_V9))
    assert (found.event, found.first_day, found.last_day) == (
        "Sample Warm-Up",
        date(2026, 7, 11),
        date(2026, 7, 12),
    )
    assert found.classes == (
        ClassLink("90001/380001", None, "E10 FWD", is_this_page=True),
        ClassLink("90001/380002", None, "E10 TC SPEC", is_this_page=False),
        ClassLink("90001/380003", None, "E10 TC Modified", is_this_page=False),
    )
    assert len(found.races) == 14
    assert [run.heat_name for run in found.races if not run.is_available] == [
        "Practice Finals A",
        "Practice Heat 1",
    ]
    kinds = {run.heat_name: run.kind for run in found.races}
    assert kinds["Final run 1 Finals A"] is HeatKind.MAIN
    assert kinds["Qualy 4 Heat 1"] is HeatKind.QUALIFYING
    assert kinds["Free practice 3 Heat 1"] is HeatKind.PRACTICE
    assert kinds["Practice 2 Heat 1"] is HeatKind.PRACTICE


def test_a_run_that_belongs_to_its_class_page_is_named_by_it() -> None:
    link = listed(page(CLASS), f"{SITE}/en/report/90002/380004").races[0]
    race = named_by(run_of(page(RUN), link.address), link)
    assert (race.heat_name, race.class_name, race.address, race.source_id) == (
        "Qualy 1 Heat 19",
        "Online",
        link.address,
        "90002/380004/50001",
    )


def test_other_events_do_not_count() -> None:
    text = (
        page(CLASS)
        .decode()
        .replace("report/90002/380004?reportKey=50001", "report/9/3?reportKey=1")
    )
    assert next(run.source_id for run in listed(text.encode()).races) == "90002/380004/50002"
    elsewhere = listed(page(CLASS), f"{SITE}/en/report/90009/380004")
    assert elsewhere.races == ()


def test_a_saved_page_in_another_language_tells_by_the_chip() -> None:
    text = page(CLASS).decode().replace("/en/", "/de/").replace(">AVAILABLE<", ">VERFÜGBAR<")
    found = listed(text.encode())
    assert [run.is_available for run in found.races] == [True, True, True, True, False]
    english = page(CLASS).decode().replace(">AVAILABLE<", ">IN PROGRESS<")
    assert not any(run.is_available for run in listed(english.encode()).races)


def test_a_page_of_myrcm_without_laps_names_the_right_one() -> None:
    data = "<html><title>MyRCM : Reporting</title><body><table><tr><td>1</table></body></html>"
    with pytest.raises(NoLaps, match="give the event's page, or the page of one of its run"):
        parse(data.encode())


def made_up(rows: list[tuple[str, str, str]], tables: list[list[list[str]]]) -> bytes:
    """A run of drivers' names, laps and totals, and tables of lap rows; the number is a heading."""
    cols = "".join(f'<col class="col-{name}">' for name in ("rank", "driver", "laps", "total"))
    results = "".join(
        f"<tr><td>{at}</td><td><strong>{name}</strong></td><td>{laps}</td><td>{total}</td></tr>"
        for at, (name, laps, total) in enumerate(rows, start=1)
    )
    lists = "".join(
        '<table class="run-lap-table"><thead><tr><th>Lap</th></tr></thead><tbody>'
        + "".join(
            f"<tr><th>{number}</th>{''.join(f'<td>{time}</td>' for time in times)}</tr>"
            for number, times in enumerate(table)
        )
        + "</tbody></table>"
        for table in tables
    )
    return (
        f'<html><h1>Heat 1</h1><table class="run-result-table"><colgroup>{cols}</colgroup>'
        f"<tbody>{results}</tbody></table>{lists}</html>"
    ).encode()


def test_who_did_not_start_may_have_no_column() -> None:
    rows = [("Ann", "2", "41.000"), ("Ben", "0", "-"), ("Cid", "1", "22.000")]
    race = run_of(made_up(rows, [[["1.000"], ["20.0"], ["20.000"]], [["2.0"], ["20.0"]]]))
    assert [(driver.name, len(driver.laps)) for driver in race.drivers] == [
        ("Ann", 2),
        ("Ben", 0),
        ("Cid", 1),
    ]
    assert [driver.first_crossing_ms for driver in race.drivers] == [1000, None, 2000]
    with pytest.raises(Damaged, match="do not add up"):
        parse(made_up([*rows[:2], ("Cid", "1", "22.001")], [[["1.0", "2.0"], ["20.0", "20.0"]]]))


def test_a_word_for_a_time_of_who_did_not_start_is_none() -> None:
    row = "<tr><td>10</td><td>10</td><td>110</td><td>Racer M10</td><td/><td>0</td><td>DNS</td></tr>"
    race = run_of(changed(OLD_RUN, "</table>", f"{row}</table>"))
    assert [(driver.name, len(driver.laps)) for driver in race.drivers[-2:]] == [
        ("Racer M09", 8),
        ("Racer M10", 0),
    ]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        (RUN, '<tr class="">' + "<td>&nbsp;</td>" * 8 + "</tr>"),
        (OLD_RUN, "<tr>" + "<td> </td>" * 10 + "</tr>"),
    ],
)
def test_a_result_row_without_anything_is_nobody(name: str, row: str) -> None:
    data = page(name).decode()
    first = data.index("<tr", data.index("<tbody>") if name == RUN else data.index("</thead>"))
    race, same = parse(page(name)), parse((data[:first] + row + row + data[first:]).encode())
    assert isinstance(race, Race)
    assert race == same
