"""The pages of the sample event: what reads LiveRC's reads them whole, and finds no fault."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.names import HeatKind
from core.sources.race import Race as ReadRace
from core.sources.race import RaceList
from core.sources.recognise import parse
from core.sources.refusals import NoLaps
from localdiscord.play.recorded import Drive, load
from localdiscord.play.result_pages import (
    Event,
    Race,
    event_page,
    event_path,
    race_path,
    result_page,
)
from localdiscord.play.sample_event import HEATS

SITE = "https://track.liverc.com"
EVENT = Event(7, "Sample Track", "Sample Cup", date(2026, 3, 1))


def race(
    *drives: Drive,
    number: int = 1,
    heat: str = "A-Main",
    round_name: str = "Main Events",
    length_s: int = 330,
    at: datetime = datetime(2026, 3, 1, 12, 5, tzinfo=UTC),
) -> Race:
    return Race(number, "Buggy", heat, round_name, length_s, drives, at)


def read(of: Race) -> ReadRace:
    page = result_page(EVENT, of).encode()
    found = parse(page, address=f"{SITE}{race_path(of.number)}")
    assert isinstance(found, ReadRace)
    return found


def listed(*races: Race) -> RaceList:
    page = event_page(EVENT, races).encode()
    found = parse(page, address=f"{SITE}{event_path(EVENT.number)}")
    assert isinstance(found, RaceList)
    return found


@pytest.mark.parametrize(("file", "heat", "round_name", "length_s"), HEATS)
def test_every_lap_and_total_of_the_sample_races_is_read(
    file: str, heat: str, round_name: str, length_s: int
) -> None:
    drives = load(file)
    found = read(race(*drives, heat=heat, round_name=round_name, length_s=length_s))
    assert found.differences == ()
    assert found.lap_one_counts
    assert found.length_s == length_s
    assert {
        driver.name: [lap.time_ms for lap in driver.laps if lap.counts] for driver in found.drivers
    } == {drive.driver: list(drive.laps_ms) for drive in drives}
    totals = {driver.name: driver.total_ms for driver in found.drivers}
    assert totals == {drive.driver: sum(drive.laps_ms) for drive in drives}
    finished = [(-len(driver.laps), driver.total_ms) for driver in found.drivers]
    assert finished == sorted(finished)
    assert [driver.position for driver in found.drivers] == list(range(1, len(drives) + 1))
    assert len({driver.source_id for driver in found.drivers}) == len(drives)


def test_the_figures_are_those_of_the_laps() -> None:
    # Were one figure wrong, it would be among the differences.
    page = result_page(EVENT, race(*load("nitro-semi-b")))
    for wrong in ("avgTop15", "top3Consecutive", "avgLap"):
        at = page.index(f"'{wrong}' : '") + len(f"'{wrong}' : '")
        damaged = f"{page[:at]}9{page[at:]}"
        found = parse(damaged.encode())
        assert isinstance(found, ReadRace)
        assert len(found.differences) == 1, wrong


def test_races_are_named_by_the_event_as_by_their_own_pages() -> None:
    races = [
        race(heat=heat, round_name=round_name, number=number)
        for number, (_, heat, round_name, _) in enumerate(HEATS, 1)
    ]
    found = listed(*races)
    assert (found.track, found.event, found.first_day) == (EVENT.track, EVENT.name, EVENT.day)
    names = [(link.class_name, link.heat_name) for link in found.races]
    newest_first = ("B-Main", "Q3 Heat 1", "Q2 Heat 1", "Q1 Heat 1")
    assert names == [("Buggy", name) for name in newest_first]
    assert found.races[0].address == f"{SITE}{race_path(4)}"
    kinds = {link.kind for link in found.races}
    assert kinds == {HeatKind.MAIN, HeatKind.QUALIFYING}


@pytest.mark.parametrize("hour", [0, 9, 12, 23])
def test_the_time_of_a_race_is_read(hour: int) -> None:
    moment = datetime(2026, 3, 1, hour, 5, tzinfo=UTC)
    (link,) = listed(race(at=moment)).races
    assert link.at == moment.replace(tzinfo=None)


def test_an_event_without_a_race_is_one() -> None:
    assert listed().races == ()


def test_who_did_not_start_stands_last_without_a_lap() -> None:
    found = read(race(Drive("Zoe", ()), Drive("Ann", (20_000, 20_100))))
    assert found.differences == ()
    assert [(driver.name, len(driver.laps)) for driver in found.drivers] == [("Ann", 2), ("Zoe", 0)]
    with pytest.raises(NoLaps):
        read(race(Drive("Zoe", ())))


def test_odd_names_stay_as_they_are() -> None:
    names = ["Ann O'Hara", "</script>", "A & B", 'Back\\slash "x"']
    drives = [Drive(name, (20_000, 20_100 + number)) for number, name in enumerate(names)]
    found = read(race(*drives))
    assert found.differences == ()
    assert [driver.name for driver in found.drivers] == names
