"""Tables of laps that other programs write."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from core.laps import Lap
from core.names import HeatKind
from core.sources.csv_cells import read_rows
from core.sources.csv_file import RunLog
from core.sources.race import Race, RaceList, Source
from core.sources.recognise import parse
from core.sources.refusals import BadRows, NoLaps
from tests.core.sources.pages import HEATS

Laps = dict[str, list[int]]


def races_of(text: str | bytes) -> tuple[Race, ...]:
    parsed = parse(text.encode() if isinstance(text, str) else text)
    assert not isinstance(parsed, RaceList | RunLog)
    races = parsed if isinstance(parsed, tuple) else (parsed,)
    assert {race.source for race in races} == {Source.CSV}
    return races


def laps_of(race: Race) -> Laps:
    return {driver.name: [lap.time_ms for lap in driver.laps] for driver in race.drivers}


def test_real_heats_one_lap_a_row() -> None:
    with HEATS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    races = races_of(HEATS.read_bytes())
    assert [race.heat_name for race in races] == list(dict.fromkeys(row["heat"] for row in rows))
    by_name = {race.heat_name: race for race in races}
    driven = Counter((row["heat"], row["driver"]) for row in rows if row["lap"] != "0")
    for row in rows:
        driver = next(d for d in by_name[row["heat"]].drivers if d.name == row["driver"])
        time_ms = int(row["lap_time_ms"])
        if row["lap"] == "0":
            assert (driver.first_crossing_ms or 0) == time_ms
        else:
            assert driver.laps[int(row["lap"]) - 1].time_ms == time_ms
        assert len(driver.laps) == driven[row["heat"], row["driver"]]
    assert by_name["2wd-q1-heat5"].kind is HeatKind.QUALIFYING


ONE_A_ROW: Laps = {"Ann Äß": [20100, 20250], "Ben": [21000, 62345]}


@pytest.mark.parametrize(
    "text",
    [
        "driver,lap,time\nAnn Äß,1,20.1\nAnn Äß,2,20.25\nBen,1,21\nBen,2,62.345\n",
        "Fahrer;Runde;Rundenzeit\nAnn Äß;1;20,1\nBen;1;21,0\nAnn Äß;2;20,25\nBen;2;1:02,345\n",
        "sep=;\r\nFahrer;Nr;Zeit\r\nAnn Äß;1;20,1\r\nAnn Äß;2;20,25\r\nBen;1;21,0\r\nBen;2;62,345",
        "Tour\tPilote\tTemps\n1\tAnn Äß\t0:20.1\n2\tAnn Äß\t20.25\n1\tBen\t21.0\n2\tBen\t1:02.345",
        'name,lap,time\n"Ann Äß","1","20.1"\n"Ann Äß","2","20.25"\nBen,1,"21"\nBen,2,"1:02,345"',
        "lap_time_ms,racer,lap number\n20100,Ann Äß,1\n20250,Ann Äß,2\n21000,Ben,1\n62345,Ben,2\n",
        "driver,lap,time\nAnn Äß,Lap 1,20.1\nAnn Äß,Lap 2,20.25\nBen,L1,21.0\nBen,L2,62.345\n",
        # Nothing here is known: the shape says it.
        "選手,ラップ,タイム\nAnn Äß,1,20.1\nAnn Äß,2,20.25\nBen,1,21.0\nBen,2,62.345\n",
        "x,y,z,+\nAnn Äß,1,20.1,20.1\nAnn Äß,2,20.25,40.35\nBen,1,21.0,21.0\nBen,2,62.345,83.345",
        "Ann Äß,1,20.1\nAnn Äß,2,20.25\nBen,1,21.0\nBen,2,62.345\n",
        # Without lap numbers they are in order.
        "name;time\nAnn Äß;20,1\nAnn Äß;20,25\nBen;21,0\nBen;62,345\n",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_one_lap_a_row(text: str, charset: str) -> None:
    if charset == "cp1252" and "選手" in text:
        text = text.replace("選手,ラップ,タイム", "a,b,c")
    (race,) = races_of(text.encode(charset))
    assert laps_of(race) == ONE_A_ROW


def test_a_driver_may_be_called_like_a_tag() -> None:
    (race,) = races_of("driver,lap,time\n<p>,1,20.1\n<p>,2,20.3\n</div>,1,21.1\n")
    assert laps_of(race) == {"<p>": [20100, 20300], "</div>": [21100]}


def test_heats_classes_and_what_counts() -> None:
    text = (
        "class,round,heat,driver,lap,time,valid\n"
        "Buggy,1,2,Ann,1,20.1,1\nBuggy,1,2,Ann,2,7.5,0\nTruggy,1,2,Ann,1,22.1,1\n"
        "Buggy,2,2,Ann,1,20.3,true\n"
    )
    races = races_of(text)
    assert [(race.class_name, race.heat_name) for race in races] == [
        ("Buggy", "round 1 heat 2"),
        ("Truggy", "round 1 heat 2"),
        ("Buggy", "round 2 heat 2"),
    ]
    assert races[0].drivers[0].laps == (Lap(1, 20100), Lap(2, 7500, counts=False))


def test_one_driver_alone() -> None:
    (race,) = races_of("Lap;Lap time;Diff\n1;20,100;\n2;20,250;+0,150\n3;19,900;-0,350\n")
    assert laps_of(race) == {"": [20100, 20250, 19900]}


def test_a_lap_twice_is_refused_with_its_lines() -> None:
    text = "driver,lap,time\nAnn,1,20.1\nAnn,2,20.2\nAnn,1,20.3\n"
    with pytest.raises(BadRows, match="Lap 1 of Ann stands twice in that file, in lines 2 and 4"):
        parse(text.encode())


def test_two_columns_of_times_are_asked_about() -> None:
    text = "a,b,c,d\nAnn,1,20.1,3.2\nAnn,2,20.0,3.1\nBen,1,21.0,3.3\nBen,2,20.5,3.0\n"
    with pytest.raises(BadRows, match="call the one with lap times lap_time"):
        parse(text.encode())
    (race,) = races_of(text.replace("c,d", "lap_time,d"))
    assert laps_of(race) == {"Ann": [20100, 20000], "Ben": [21000, 20500]}


def test_times_from_the_start_are_no_lap_times() -> None:
    text = "a,b,c\nAnn,1,20.1\nAnn,2,40.3\nAnn,3,60.2\nAnn,4,81.0\nBen,1,21.0\n"
    for heading in ("a,b,c", "driver,lap,time", "Fahrer,Runde,Zeit"):
        with pytest.raises(BadRows, match="grow from lap to lap"):
            parse(text.replace("a,b,c", heading).encode())
    # Whoever calls them lap times is believed: they may be three laps, each slower.
    (race,) = races_of(text.replace("a,b,c", "driver,lap,lap_time"))
    assert laps_of(race)["Ann"] == [20100, 40300, 60200, 81000]


@pytest.mark.parametrize(
    "text",
    [
        "Lap,Ann,Ben\n1,20.1,21.0\n2,40.3,42.1\n3,60.2,\n4,81.0,\n",
        "Driver,Lap 1,Lap 2,Lap 3,Lap 4\nAnn,20.1,40.3,60.2,81.0\nBen,21.0,42.1\n",
    ],
)
def test_a_table_of_times_from_the_start_has_no_lap_times(text: str) -> None:
    with pytest.raises(BadRows, match="grow from lap to lap"):
        parse(text.encode())


def test_a_mark_in_front_is_no_line() -> None:
    assert [row.line for row in read_rows("\ufeff\ufeffa,b\n1,2\n").rows] == [1, 2]


def test_a_decimal_comma_among_commas_is_refused_with_its_line() -> None:
    """Else 20,5 would be 20 seconds, and the 5 nothing."""
    with pytest.raises(BadRows, match="Line 3 of that file has more cells than its heading"):
        parse(b"driver,lap,time\nAnn,1,20\nAnn,2,20,5\n")


def test_an_unreadable_lap_time_is_named_with_its_line() -> None:
    with pytest.raises(BadRows, match="Line 3 "):
        parse(b"driver,lap,time\nAnn,1,20.1\nAnn,2,soon\nAnn,3,20.4\n")


@pytest.mark.parametrize(
    "text",
    [
        "driver,lap,time\nAnn Äß,1,20.1\nAnn Äß,2,20.25\n\nBen,1,21\nBen,2,62.345\n",
        "Fahrer;Runde;Zeit\n\nAnn Äß;1;20,1\n;;\nAnn Äß;2;20,25\n;;\nBen;1;21,0\nBen;2;62,345\n",
        "Ann Äß,1,20.1\n\nAnn Äß,2,20.25\n\nBen,1,21.0\nBen,2,62.345\n",
    ],
)
def test_rows_without_anything_between_laps_hide_none(text: str) -> None:
    (race,) = races_of(text)
    assert laps_of(race) == ONE_A_ROW


@pytest.mark.parametrize("heading", ["Lap time", "Rundenzeit", "time", "lap_time"])
def test_a_single_column_under_its_heading(heading: str) -> None:
    (race,) = races_of(f"{heading}\n20.1\n20.25\n")
    assert laps_of(race) == {"": [20100, 20250]}


@pytest.mark.parametrize(
    "text",
    [
        "Lap,Ann,Ben\n1,20.1,21.0\n2,20.25,62.345\n",
        ";Ann;Ben\nRunde 1;20,1;21,0\nRunde 2;20,25;1:02,345\nSumme;40,35;83,345\n",
        "Tour\tAnn\tBen\n0\t\t\n1\t20.1\t21.0\n2\t20.25\t62.345\n",
        "L,Ann,Ben,\nL1,20.1,21.0,\nL2,20.25,62.345,\nBest,20.1,21.0,\n",
        # Drivers down.
        "Name,Lap 1,Lap 2\nAnn,20.1,20.25\nBen,21.0,62.345\n",
        "Pos;Nr;Name;Runden;Zeit;R1;R2\n1;7;Ann;2;40,350;20,1;20,25\n2;3;Ben;2;83,345;21,0;62,345\n",
        "Ann,20.1,20.25\nBen,21.0,62.345\n",
        "Race 3\n\nAnn,20.1,20.25\nBen,21.0,62.345,\n",
    ],
)
def test_laps_against_drivers(text: str) -> None:
    (race,) = races_of(text)
    assert laps_of(race) == {"Ann": [20100, 20250], "Ben": [21000, 62345]}


@pytest.mark.parametrize(
    "text",
    [
        "driver,lap,lap time\nNa,1,20.5\nNa,2,20.7\nTom,1,21.1\n",
        "Na,1,20.5\nNa,2,20.7\nTom,1,21.1\n",
        "Lap,Na,Tom\n1,20.5,21.1\n2,20.7,dns\n",
        "Na,20.5,20.7\nTom,21.1,n/a\n",
    ],
)
def test_a_racer_may_be_called_na(text: str) -> None:
    (race,) = races_of(text)
    assert laps_of(race) == {"Na": [20500, 20700], "Tom": [21100]}


def test_the_total_of_the_only_driver_is_no_lap() -> None:
    table = "Pos;Nr;Name;Runden;Zeit;R1;R2\n1;7;Ann;2;40,350;20,1;20,25\n"
    for text in (table, f"{table}DNS;3;Ben;0;;;\n"):
        (race,) = races_of(text)
        assert laps_of(race)["Ann"] == [20100, 20250]


def test_a_word_in_front_of_a_name_is_none() -> None:
    (race,) = races_of("DNS,Ann,20.1,20.2\n2,Ben,21.0,21.1\n")
    assert laps_of(race) == {"Ann": [20100, 20200], "Ben": [21000, 21100]}


@pytest.mark.parametrize("sum_of_it", ["Total,2 laps,40.3", "Ann,best,20.1", "best lap,Ann,20.1"])
def test_what_sums_up_behind_an_empty_row_is_no_lap(sum_of_it: str) -> None:
    (race,) = races_of(f"driver,lap,lap time\nAnn,1,20.1\nAnn,2,20.2\n\n{sum_of_it}\n")
    assert laps_of(race) == {"Ann": [20100, 20200]}


def test_a_remark_beyond_the_heading_is_left_alone() -> None:
    (race,) = races_of("driver;lap;lap time\nAnn;1;20,1\nAnn;2;20,2;crash\n")
    assert laps_of(race) == {"Ann": [20100, 20200]}


@pytest.mark.parametrize(
    "text",
    ["driver,1,2,3\nAnn,20.5,21,20.9\nBen,21,,\n", "lap,Ann,Ben\n1,20.5,21\n2,21,\n3,20.9,\n"],
)
def test_a_racers_only_lap_may_be_a_whole_second(text: str) -> None:
    (race,) = races_of(text)
    assert laps_of(race) == {"Ann": [20500, 21000, 20900], "Ben": [21000]}


def test_who_did_not_start_and_who_stopped_are_in_a_table_of_laps() -> None:
    (race,) = races_of("Lap,Ann,Ben,Cat\n0,4.2,3.9,\n1,20.1,21.0,\n2,20.2,,\n")
    assert laps_of(race) == {"Ann": [20100, 20200], "Ben": [21000], "Cat": []}
    assert [driver.first_crossing_ms for driver in race.drivers] == [4200, 3900, None]


@pytest.mark.parametrize("nothing", ["DNS", "dnf", "DQ", "DSQ", "-", "–", "---", "n/a"])
def test_a_word_for_no_lap_is_none(nothing: str) -> None:
    stopped: Laps = {"Ann": [20100, 20200], "Ben": [21000]}
    (race,) = races_of(
        f"driver,lap,time\nAnn,1,20.1\nAnn,2,20.2\nBen,1,21.0\nBen,2,{nothing}\nCat,1,{nothing}\n"
    )
    assert laps_of(race) == stopped
    for text in (
        f"Lap,Ann,Ben,Cat\n1,20.1,21.0,{nothing}\n2,20.2,{nothing},{nothing}\n",
        f"Driver,Lap 1,Lap 2\nAnn,20.1,20.2\nBen,21.0,{nothing}\nCat,{nothing},\n",
    ):
        (race,) = races_of(text)
        assert laps_of(race) == stopped | {"Cat": []}


@pytest.mark.parametrize(
    "text",
    ["Lap,Ann,Ben\n1,20.5,21.5\n2,21,22\n", "Driver,Lap 1,Lap 2\nAnn,20.5,21\nBen,21.5,22\n"],
)
def test_whole_seconds_that_a_spreadsheet_has_shortened_are_laps(text: str) -> None:
    (race,) = races_of(text)
    assert laps_of(race) == {"Ann": [20500, 21000], "Ben": [21500, 22000]}


@pytest.mark.parametrize(
    "text",
    [
        "Lap,Ann,Ben\n1,1,2\n2,2,1\n",
        "Driver,1,2\nAnn,1,2\nBen,2,1\n",
        "Ann,16,5:01.2\nBen,15,5:03.1\n",
    ],
)
def test_a_table_of_places_or_totals_is_refused_as_what_it_is(text: str) -> None:
    with pytest.raises(NoLaps, match="find no laps in that table"):
        parse(text.encode())


def test_a_rotorhazard_export_of_several_rounds() -> None:
    """A letter a cell spells the heat; leaderboards stand between."""
    text = (
        '"Event Leaderboards: Race Totals"\n'
        '"Rank","Pilot","Laps","Total","Avg.","Fastest","Consecutive","Team"\n'
        '1,"Ann",2,"0:44.550","0:20.175","0:20.100","3/1:00.000","A"\n\n'
        '"H","e","a","t"," ","7"\n\n"Round 1"\n'
        '"Rank","Pilot","Laps","Total","Avg.","Fastest","Consecutive","Team"\n'
        '1,"Ann",2,"0:44.550","0:20.175","0:20.100","3/1:00.000","A"\n'
        '2,"Ben",1,"0:25.200","0:21.000","0:21.000","","A"\n\n'
        '"Round 1 Times"\n"Ann","0:04.200","0:20.100","0:20.250"\n"Ben","0:04.200","0:21.000"\n\n'
        '"Round 2 Times"\n"Ann","0:20.300"\n'
    )
    races = races_of(text)
    assert [(race.heat_name, laps_of(race)) for race in races] == [
        ("Heat 7 Round 1", {"Ann": [4200, 20100, 20250], "Ben": [4200, 21000]}),
        ("Heat 7 Round 2", {"Ann": [20300]}),
    ]


def test_a_rotorhazard_export_of_several_heats_and_classes() -> None:
    """Each heat's name stands above its first leaderboard, each class's above the class's own."""
    leaders = '"Rank","Pilot","Laps","Total","Avg."\n1,"Ann",2,"0:44.550","0:20.175"\n'

    def heat(name: str, *rounds: str) -> str:
        parts = [f'"{name}"\n']
        if len(rounds) > 1:
            parts.append(f'\n"Heat Summary"\n{leaders}')
        for number, laps in enumerate(rounds, 1):
            parts.append(f'\n"Round {number}"\n{leaders}\n"Round {number} Times"\n{laps}\n\n')
        return "".join(parts)

    text = (
        f'"Event Leaderboards: Race Totals"\n{leaders}""\n"Class Leaderboards"\n\n'
        f'"Class: Open"\n\n"Class Summary"\n{leaders}\n'
        + heat("Heat 1", '"Ann","0:20.100","0:20.250"', '"Ann","0:20.300","0:20.400"')
        + heat("Finals", '"Ben","0:21.000","0:21.100"')
        + '"Unclassified"\n\n'
        + heat("Heat 3", '"Ann","0:22.100","0:22.250"\n"Cem","0:23.100","0:23.250"')
        + heat("Heat 4", '"Cem","0:24.100","0:24.250"')
    )
    races = races_of(text)
    assert [(race.class_name, race.heat_name, laps_of(race)) for race in races] == [
        ("Open", "Heat 1 Round 1", {"Ann": [20100, 20250]}),
        ("Open", "Heat 1 Round 2", {"Ann": [20300, 20400]}),
        ("Open", "Finals Round 1", {"Ben": [21000, 21100]}),
        (None, "Heat 3 Round 1", {"Ann": [22100, 22250], "Cem": [23100, 23250]}),
        (None, "Heat 4 Round 1", {"Cem": [24100, 24250]}),
    ]


def test_a_class_above_a_table_is_its_class() -> None:
    (race,) = races_of("Klasse: Buggy\n\nLap,Ann,Ben\n1,20.1,21.1\n2,20.2,21.2\n")
    assert (race.class_name, race.heat_name) == ("Buggy", None)


@pytest.mark.parametrize(
    "text",
    [
        "Rank,Name,Laps,Time\n1,Ann,16,5:01.2\n2,Ben,15,5:03.1\n",
        "Rank,Name,Laps,Time\n1,Ann,16,5:01.2\n",
        "Pos,Driver,Points\n1,Ann,100\n2,Ben,99\n",
        "a,b\nc,d\n",
        "1,2,3\n4,5,6\n",
    ],
)
def test_tables_without_laps_are_refused(text: str) -> None:
    with pytest.raises((NoLaps, BadRows)):
        parse(text.encode())


def test_laps_of_0_are_left_out_and_named() -> None:
    (race,) = races_of("driver,lap,time\nAnn,1,20.1\nAnn,2,0.000\nAnn,3,20.3\n")
    assert laps_of(race) == {"Ann": [20100, 20300]}
    assert [(name, lap.number) for name, lap in race.left_out] == [("Ann", 2)]


@pytest.mark.parametrize(
    "text",
    ["58.1 58.0 58.2", "58.1, 58.0, 58.2", "1\t58.1\n2\t58.0\n3\t58.2", "58,1\n58,0\n58,2\n"],
)
def test_pasted_text_is_read_as_it_is_typed(text: str) -> None:
    race = parse(text.encode())
    assert isinstance(race, Race)
    assert (race.source, race.heat_name) == (Source.TEXT, None)
    assert laps_of(race) == {"": [58100, 58000, 58200]}


def test_rows_copied_from_liverc_are_read() -> None:
    race = parse(
        b"Lap\tPos\tTime\tPace\n0\t2\t0\t0\n1\t2\t36.958\t17/10:28.285\n2\t2\t38.539\t16/10:03.9\n"
    )
    assert isinstance(race, Race)
    assert laps_of(race) == {"": [36958, 38539]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("58.1 58.x", "“58.x”"),
        ("14/5:05.123", "is a result, 14 laps"),
        ("Good race today, thanks everybody", "no result page, CSV file or list"),
        ('{"laps": [1, 2]}', "no JSON: give"),
        ("<?xml version='1.0'?><laps/>", "no laps on that page"),
    ],
)
def test_other_text_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(NoLaps, match=sentence):
        parse(text.encode())


def test_the_laps_of_an_orbits_export_are_found() -> None:
    race = parse(
        b"Lap,Lap Tm,Diff,Time of Day,Speed\n"
        b"1,25.123,,10:01:02.123,30\n"
        b"2,24.500,-0.623,10:01:26.623,31\n"
    )
    assert isinstance(race, Race)
    assert [lap.time_ms for lap in race.drivers[0].laps] == [25_123, 24_500]
