"""LiveRC's page of one race."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from core.laps import Lap
from core.names import HeatKind
from core.scoring.liverc_row import live_rc_row
from core.sources.liverc_result import parse_result
from core.sources.markup import decode, parse_html
from core.sources.race import Driver, LeftOut, Race, Source
from core.sources.recognise import parse
from core.sources.refusals import Damaged, NoLaps
from tests.core.sources.pages import HEATS, RESULT, changed, page, result_page, row_of, script_of


def parsed(data: bytes) -> Race:
    return parse_result(parse_html(decode(data)))


ADDRESS = "https://track.liverc.com/results/?p=view_race_result&id=7000002"


def times(driver: Driver) -> list[int]:
    return [lap.time_ms for lap in driver.laps]


def test_the_real_page_is_read_whole() -> None:
    race = parsed(page(RESULT))
    assert (race.source, race.track, race.event) == (
        Source.LIVERC,
        "Sample RC Raceway",
        "Sample Club Cup",
    )
    assert (race.class_name, race.heat_name, race.kind) == (
        "1/8 Electric Buggy",
        "A3-Main",
        HeatKind.MAIN,
    )
    assert (race.length_s, race.day, race.completed_at) == (600, date(2025, 11, 16), None)
    assert race.lap_one_counts is True
    assert race.differences == ()
    assert [(d.position, d.number, d.source_id, d.name, d.result) for d in race.drivers] == [
        (1, "2", "900001", "RACER A01", "16/10:14.477"),
        (2, "5", "900002", "RACER A02", "15/10:10.510"),
        (3, "6", "900003", "RACER O'A03", "15/10:24.192"),
        (4, "7", "900004", "RACER A04", "15/10:38.315"),
        (5, "9", "900005", "RACER A05", "15/10:45.242"),
        (6, "10", "900006", "RACER A06", "11/9:03.027"),
        (7, "1", "900007", "RACER A07", "9/5:38.796"),
        (8, "3", "900008", "RACER A08", "0"),
        (9, "4", "900009", "RACER A09", "0"),
        (10, "8", "900010", "RACER A10", "0"),
    ]


def test_every_lap_of_the_real_page_is_that_of_the_heat() -> None:
    race = parsed(page(RESULT))
    with HEATS.open(encoding="utf-8", newline="") as file:
        heat = [row for row in csv.DictReader(file) if row["heat"] == "electric-a3-main"]
    expected: dict[str, list[int]] = {}
    for row in heat:
        expected.setdefault(row["driver"], []).append(int(row["lap_time_ms"]))
    assert [times(driver) for driver in race.drivers if driver.laps] == list(expected.values())
    assert sum(len(driver.laps) for driver in race.drivers) == len(heat) == 96
    for driver in race.drivers:
        assert driver.total_ms == sum(times(driver))
        assert [lap.number for lap in driver.laps] == list(range(1, len(driver.laps) + 1))


def test_the_figures_of_the_real_page_follow_from_its_laps() -> None:
    winner = live_rc_row(parsed(page(RESULT)).drivers[0].laps)
    assert winner.total.text() == "16/10:14.477"
    assert (winner.fast_lap_ms, winner.average_ms, winner.best_3_consecutive_ms) == (
        36589,
        38405,
        112036,
    )
    assert (winner.best_5_ms, winner.best_10_ms, winner.best_15_ms) == (37117, 37578, 38146)
    assert winner.consistency_pct == 96.39


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'time' : '36.958'", "'time' : '36.959'", "RACER A01: laps/time 16/10:14.477"),
        ("16/10:14.477</td>", "16/10:14.478</td>", "RACER A01: laps/time 16/10:14.478"),
        ("'avgTop5' : '37.117'", "'avgTop5' : '37.217'", "average of the top 5 37.217"),
        ("'fastLap' : '36.441'", "'fastLap' : '36.451'", "fastest lap 36.451 on the page, 36.441"),
        ("'top3Consecutive' : '111.821'", "'top3Consecutive' : '111.921'", "top 3 consecutive"),
    ],
)
def test_a_figure_that_does_not_follow_is_named(old: str, new: str, said: str) -> None:
    race = parsed(changed(RESULT, old, new))
    assert any(said in difference.text() for difference in race.differences)


def test_whether_lap_one_counts_is_decided_over_the_page() -> None:
    """Each average is that of laps 2 and up; a driver of one lap has only that one to show."""
    scripts = [
        script_of("1", "Ann", ["0", "10", "20", "30"], {"avgLap": "25", "fastLap": "20"}),
        script_of("2", "Ben", ["0", "11", "21", "31"], {"avgLap": "26", "fastLap": "21"}),
        script_of("3", "Cat", ["0", "12"], {"avgLap": "12"}),
    ]
    rows = [
        row_of("1", "1", "Ann", "3/1:00.000"),
        row_of("2", "2", "Ben", "3/1:03.000"),
        row_of("3", "3", "Cat", "1/0:12.000"),
    ]
    race = parsed(result_page(scripts, rows))
    assert race.lap_one_counts is False
    assert race.differences == ()
    assert [lap.counts for lap in race.drivers[0].laps] == [False, True, True]
    assert race.drivers[0].total_ms == 60_000
    alone = parsed(result_page(scripts[2:], rows[2:]))
    assert alone.lap_one_counts is None
    assert alone.drivers[0].laps == (Lap(1, 12_000),)


def test_who_did_not_start_is_matched_by_name_and_has_no_id_where_two_have_it() -> None:
    scripts = [
        script_of("1", "Ann", ["0", "20.5"]),
        script_of("7", "Zoe O'Neil", []),
        script_of("8", "Twin", []),
        script_of("9", "Twin", []),
    ]
    rows = [
        row_of("1", "1", "Ann", "1/0:20.500"),
        row_of("2", None, "Twin", "0"),
        row_of("3", None, "Zoe O'Neil", "0"),
        row_of("4", None, "Twin", "0"),
    ]
    race = parsed(result_page(scripts, rows))
    assert [(d.name, d.source_id) for d in race.drivers] == [
        ("Ann", "1"),
        ("Twin", None),
        ("Zoe O'Neil", "7"),
        ("Twin", None),
    ]
    assert race.differences == ()


def test_one_name_under_two_ids_is_two_drivers() -> None:
    scripts = [script_of("1", "Twin", ["0", "20.1"]), script_of("2", "Twin", ["0", "21.1"])]
    rows = [row_of("1", "2", "Twin", "1/0:21.100"), row_of("2", "1", "Twin", "1/0:20.100")]
    race = parsed(result_page(scripts, rows))
    assert [(d.source_id, times(d)) for d in race.drivers] == [("2", [21100]), ("1", [20100])]


def test_an_escaped_apostrophe_and_what_html_escapes_are_names() -> None:
    scripts = [script_of("1", "D'Arcy & <Son>", ["0", "20.1", "20.2"])]
    race = parsed(result_page(scripts, [row_of("1", "1", "D'Arcy & <Son>", "2/0:40.300")]))
    assert race.drivers[0].name == "D'Arcy & <Son>"
    assert times(race.drivers[0]) == [20100, 20200]


def test_a_first_crossing_in_lap_0_is_no_lap() -> None:
    scripts = [script_of("1", "Ann", ["4.25", "20.1", "20.2"])]
    for total in ("2/0:40.300", "2/0:44.550"):
        race = parsed(result_page(scripts, [row_of("1", "1", "Ann", total)]))
        assert race.drivers[0].first_crossing_ms == 4250
        assert times(race.drivers[0]) == [20100, 20200]
        assert race.differences == ()


def test_laps_of_0_and_over_999_s_are_left_out_and_named() -> None:
    scripts = [script_of("1", "Ann", ["0", "20.1", "0", "999.999", "1000", "20.3"])]
    race = parsed(result_page(scripts, [row_of("1", "1", "Ann", "5/34:00.399")]))
    assert race.drivers[0].laps == (Lap(1, 20100), Lap(2, 999_999), Lap(3, 20300))
    assert race.left_out == (("Ann", LeftOut(2, "0.000")), ("Ann", LeftOut(4, "1000.000")))


@pytest.mark.parametrize(
    ("header", "round_name", "class_name", "heat_name", "kind"),
    [
        ("1/8 Nitro (Heat 3/3)", "Qualifier Round 1", "1/8 Nitro", "Q1 Heat 3", "qualifying"),
        ("Junior A-Main", "Main Events", "Junior", "A-Main", "main"),
        ("40+ Buggy A2-Main", "Main Events", "40+ Buggy", "A2-Main", "main"),
        ("Buggy (Heat 2/4)", "Practice Round 2", "Buggy", "P2 Heat 2", "practice"),
        ("Buggy (S) (Heat 1/1)", "Seeding Round 1", "Buggy (S)", "Seeding 1 Heat 1", "qualifying"),
        ("Buggy", "Main Events", "Buggy", "Main", "main"),
        ("Buggy", "Qualifying Round 4", "Buggy", "Q4", "qualifying"),
        # What is on an event's page and says nothing of practice is none.
        ("Buggy (Heat 2/4)", "Round 3", "Buggy", "Round 3 Heat 2", "qualifying"),
        ("Buggy", "Round 3", "Buggy", "Round 3", "qualifying"),
        ("Buggy", "", "Buggy", "Race", "qualifying"),
        ("Buggy", "Open Practice", "Buggy", "Open Practice", "practice"),
        ("Buggy", "Trainingslauf 1", "Buggy", "Trainingslauf 1", "practice"),
        ("Buggy", "Practices 1", "Buggy", "Practices 1", "practice"),
    ],
)  # fmt: skip
def test_class_and_heat_are_taken_apart(
    header: str, round_name: str, class_name: str, heat_name: str, kind: str
) -> None:
    data = result_page(
        [script_of("1", "Ann", ["0", "20.1"])],
        [row_of("1", "1", "Ann", "1/0:20.100")],
        header=header,
        round_name=round_name,
    )
    race = parsed(data)
    assert (race.class_name, race.heat_name, race.kind) == (class_name, heat_name, kind)


def test_nobody_has_a_lap_yet() -> None:
    with pytest.raises(NoLaps, match="Nobody has a lap"):
        parsed(result_page([script_of("1", "Ann", [])], [row_of("1", None, "Ann", "0")]))


def test_an_id_twice_with_other_laps_is_refused() -> None:
    row = row_of("1", "1", "Ann", "1/0:20.100")
    one, other = script_of("1", "Ann", ["0", "20.1"]), script_of("1", "Ann", ["0", "20.2"])
    assert len(parsed(result_page([one, one], [row])).drivers) == 1
    with pytest.raises(Damaged, match="twice"):
        parsed(result_page([one, other], [row]))
    with pytest.raises(Damaged, match="two rows"):
        parsed(result_page([one], [row, row]))


def test_who_has_laps_and_no_row_is_kept_and_named() -> None:
    scripts = [script_of("1", "Ann", ["0", "20.1"]), script_of("2", "Ben", ["0", "21"])]
    race = parsed(result_page(scripts, [row_of("1", "1", "Ann", "1/0:20.100")]))
    assert [(d.name, d.position, times(d)) for d in race.drivers] == [
        ("Ann", 1, [20100]),
        ("Ben", None, [21000]),
    ]
    assert [d.text() for d in race.differences] == [
        "Ben: laps/time none on the page, 1/0:21.000 from the laps"
    ]


def test_an_address_counts_where_the_page_is_what_it_says() -> None:
    race = parse(page(RESULT), address=ADDRESS.replace("?", "?x=1&"))
    assert isinstance(race, Race)
    assert (race.address, race.source_id) == (ADDRESS, "7000002")
    other = parse(page(RESULT), address=ADDRESS.replace("race_result", "event"))
    assert isinstance(other, Race)
    assert (other.address, other.source_id) == (None, None)
    assert other.drivers == race.drivers


def test_a_name_that_breaks_its_literal_costs_no_laps() -> None:
    """A quote that nobody has escaped, a name on two lines: the table has the name too."""
    broken = script_of("1", "O-Neil", ["0", "10", "11"]).replace("O-Neil", "O'Neil\nJr")
    other = script_of("2", "Cid", ["0", "12"])
    rows = [row_of("1", "1", "O'Neil Jr", "2/0:21.000"), row_of("2", "2", "Cid", "1/0:12.000")]
    race = parsed(result_page([broken, other], rows))
    assert [(d.name, times(d)) for d in race.drivers] == [
        ("O'Neil Jr", [10_000, 11_000]),
        ("Cid", [12_000]),
    ]
    assert race.differences == ()


@pytest.mark.parametrize("shown", ["2/0:21.000", "3/0:21.000", "2"])
def test_a_lap_without_a_time_may_be_counted_or_not(shown: str) -> None:
    race = parsed(
        result_page(
            [script_of("1", "Ann", ["0", "10", "", "11"])], [row_of("1", "1", "Ann", shown)]
        )
    )
    assert race.differences == ()
    assert race.left_out == (("Ann", LeftOut(2, "0.000")),)


@pytest.mark.parametrize(("shown", "place"), [("2nd", 2), ("3.", 3), ("DNF", None), ("0", None)])
def test_places_are_read_however_they_are_written(shown: str, place: int | None) -> None:
    page = result_page(
        [script_of("1", "Ann", ["0", "10", "11"])], [row_of(shown, "1", "Ann", "2/0:21.000")]
    )
    assert parsed(page).drivers[0].position == place


def test_a_result_whose_laps_were_not_saved_is_told_from_a_race_to_come() -> None:
    """Chrome leaves scripts out of what it saves as a single file."""
    rows = [row_of("1", "1", "Ann", "3/1:02.500"), row_of("2", None, "Ben", "0")]
    with pytest.raises(NoLaps, match="a result and no laps"):
        parse(result_page([], rows))
    with pytest.raises(NoLaps, match="Nobody has a lap"):
        parse(result_page([], rows[1:]))
